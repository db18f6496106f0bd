package io.github.maque.examples.cli;

import io.github.maque.align.HeldOut;
import io.github.maque.align.evaluation.EvaluationExample;
import io.github.maque.examples.align.DialogueFormat;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Option;

/** The options that name files of questions with their answers and say how they are laid out. */
final class DialogueInput {

  @Option(
      names = "--data",
      required = true,
      arity = "1..*",
      paramLabel = "PATH",
      description =
          "Questions with their answers: files, directories and patterns; packed ones are unpacked.")
  private List<String> paths = List.of();

  @Option(
      names = "--format",
      paramLabel = "NAME",
      description =
          "dialogues: instructions and conversations in JSON; story-blocks: stories with what was"
              + " asked for, separated by <|endoftext|>; story-records: the same in JSON; auto (the"
              + " default): as the first record looks.")
  private DialogueFormat format = DialogueFormat.AUTO;

  @Option(
      names = "--only-held-out",
      paramLabel = "SHARE",
      description =
          "Of the files that sft and dpo learnt from, only the questions that they held out: the"
              + " share is that of data.held-out there (0.05).")
  private double heldOut;

  /**
   * Reads the first records.
   *
   * @param most how many of them at most
   * @throws IOException if a file cannot be read, or is not laid out as it should be
   */
  List<EvaluationExample> read(int most) throws IOException {
    HeldOut held = new HeldOut(heldOut);
    return layout().read(paths, most, example -> heldOut == 0 || held.contains(example.prompt()));
  }

  /** Returns what was given for files. */
  List<String> paths() {
    return paths;
  }

  private DialogueLayout<?> layout() throws IOException {
    return DialogueLayout.of(DialogueLayout.resolve(format, paths, "--format"));
  }
}

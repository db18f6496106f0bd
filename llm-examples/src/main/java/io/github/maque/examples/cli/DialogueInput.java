package io.github.maque.examples.cli;

import io.github.maque.examples.align.DialogueFormat;
import io.github.maque.examples.align.Questions;
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

  /** Returns what the options name. */
  Questions questions() {
    return new Questions(paths, format, heldOut);
  }
}

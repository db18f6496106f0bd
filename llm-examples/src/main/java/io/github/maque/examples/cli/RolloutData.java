package io.github.maque.examples.cli;

import io.github.maque.align.evaluation.EvaluationExample;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** The options that name files of questions with their answers and say how they are laid out. */
final class RolloutData {

  /** What {@code --format} chooses from. */
  enum Format {
    AUTO,
    DIALOGUES,
    STORY_BLOCKS,
    STORY_RECORDS;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

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
  private Format format = Format.AUTO;

  /**
   * Reads the first records.
   *
   * @param most how many of them at most
   * @throws IOException if a file cannot be read, or is not laid out as it should be
   */
  List<EvaluationExample> read(int most) throws IOException {
    return layout().read(paths, most);
  }

  /** Returns what was given for files. */
  List<String> paths() {
    return paths;
  }

  private RolloutLayout<?> layout() throws IOException {
    return switch (format) {
      case AUTO ->
          RolloutLayout.detect(paths)
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          paths.get(0)
                              + ": the first record is neither a dialogue nor a story;"
                              + " --format tells how it was meant"));
      case DIALOGUES -> RolloutLayout.dialogues();
      case STORY_BLOCKS -> RolloutLayout.storyBlocks();
      case STORY_RECORDS -> RolloutLayout.storyRecords();
    };
  }
}

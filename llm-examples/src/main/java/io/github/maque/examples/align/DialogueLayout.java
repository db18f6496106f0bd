package io.github.maque.examples.align;

import io.github.maque.align.evaluation.EvaluationExample;
import io.github.maque.data.MalformedDataException;
import io.github.maque.data.dialogue.Dialogue;
import io.github.maque.data.dialogue.DialogueFormats;
import io.github.maque.data.dialogue.StoryInstruction;
import io.github.maque.data.source.Block;
import io.github.maque.data.source.BlockReader;
import io.github.maque.data.source.ErrorTally;
import io.github.maque.data.source.ParsedBlock;
import io.github.maque.data.source.RecordFormat;
import io.github.maque.data.source.RecordSource;
import io.github.maque.data.source.SourcePosition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * How files of questions and answers are laid out.
 *
 * @param format of a record
 * @param example makes an example of one
 */
public record DialogueLayout<T>(RecordFormat<T> format, Function<T, EvaluationExample> example) {

  /** Returns the layout of instructions and conversations, of which nothing can be checked. */
  public static DialogueLayout<Dialogue> dialogues() {
    return new DialogueLayout<>(DialogueFormats.dialogues(), EvaluationExample::of);
  }

  /** Returns the layout of stories in blocks of text, and what was asked for. */
  public static DialogueLayout<StoryInstruction> storyBlocks() {
    return new DialogueLayout<>(DialogueFormats.storyBlocks(), EvaluationExample::of);
  }

  /** Returns the layout of the same in JSON. */
  public static DialogueLayout<StoryInstruction> storyRecords() {
    return new DialogueLayout<>(DialogueFormats.storyRecords(), EvaluationExample::of);
  }

  /** Returns a layout that has a name. */
  public static DialogueLayout<?> of(DialogueFormat format) {
    return switch (format) {
      case DIALOGUES -> dialogues();
      case STORY_BLOCKS -> storyBlocks();
      case STORY_RECORDS -> storyRecords();
      case AUTO -> throw new IllegalArgumentException("the format must be resolved, got auto");
    };
  }

  /**
   * Returns the layout of files, which is that of the first record if none is asked for.
   *
   * @param option what an error names that would have said it
   * @throws IllegalArgumentException if it is JSON in none of these layouts
   */
  public static DialogueFormat resolve(DialogueFormat asked, List<String> paths, String option)
      throws IOException {
    if (asked != DialogueFormat.AUTO) {
      return asked;
    }
    return detect(paths)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    paths.get(0)
                        + ": the first record is neither a dialogue nor a story; "
                        + option
                        + " tells how it was meant"));
  }

  /**
   * Returns the layout that the first record has. Text is taken for blocks; so is nothing at all.
   *
   * @return nothing if it is JSON in none of these layouts
   */
  public static Optional<DialogueFormat> detect(List<String> paths) throws IOException {
    RecordFormat<Object> json = RecordFormat.jsonValues("any", (value, location) -> value);
    if (!(first(json, paths).orElse("") instanceof Map)) {
      return Optional.of(DialogueFormat.STORY_BLOCKS);
    }
    Optional<StoryInstruction> story = first(storyRecords().format(), paths);
    Optional<Dialogue> dialogue = first(dialogues().format(), paths);
    // An instruction and its output may be either, but only stories have these fields.
    if (story.isPresent() && (dialogue.isEmpty() || !story.get().constraints().isEmpty())) {
      return Optional.of(DialogueFormat.STORY_RECORDS);
    }
    return dialogue.map(any -> DialogueFormat.DIALOGUES);
  }

  private static <T> Optional<T> first(RecordFormat<T> format, List<String> paths)
      throws IOException {
    RecordSource<T> source = RecordSource.of(format, paths);
    try (BlockReader<T> reader = source.open(SourcePosition.START, 1)) {
      for (Block<T> block = reader.next(); block != null; block = reader.next()) {
        ParsedBlock<T> parsed = block.parse();
        if (!parsed.records().isEmpty() || !parsed.errors().isEmpty()) {
          return parsed.records().stream().findFirst();
        }
      }
      return Optional.empty();
    }
  }

  /**
   * Reads files from their beginning, and no further than needed.
   *
   * @param most how many examples are wanted at most
   * @param wanted which ones are
   * @throws MalformedDataException if there is none, or too many records are unreadable
   */
  public List<EvaluationExample> read(
      List<String> paths, int most, Predicate<EvaluationExample> wanted) throws IOException {
    RecordSource<T> source = RecordSource.of(format, paths);
    ErrorTally tally = new ErrorTally(source.maxErrorRate());
    List<EvaluationExample> examples = new ArrayList<>();
    try (BlockReader<T> reader = source.open(SourcePosition.START, 1)) {
      Block<T> block = reader.next();
      while (block != null && examples.size() < most) {
        ParsedBlock<T> parsed = block.parse();
        tally.add(parsed);
        parsed.records().stream()
            .map(example)
            .filter(wanted)
            .limit(most - examples.size())
            .forEach(examples::add);
        block = reader.next();
      }
    }
    tally.end();
    if (examples.isEmpty()) {
      throw new MalformedDataException(
          String.join(", ", paths), "there is no record in it, or none that is asked for");
    }
    return examples;
  }
}

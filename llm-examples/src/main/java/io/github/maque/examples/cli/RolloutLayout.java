package io.github.maque.examples.cli;

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

/**
 * How files of questions and answers are laid out.
 *
 * @param format of a record
 * @param example makes an example of one
 */
record RolloutLayout<T>(RecordFormat<T> format, Function<T, EvaluationExample> example) {

  /** Returns the layout of instructions and conversations, of which nothing can be checked. */
  static RolloutLayout<Dialogue> dialogues() {
    return new RolloutLayout<>(DialogueFormats.dialogues(), EvaluationExample::of);
  }

  /** Returns the layout of stories in blocks of text, and what was asked for. */
  static RolloutLayout<StoryInstruction> storyBlocks() {
    return new RolloutLayout<>(DialogueFormats.storyBlocks(), EvaluationExample::of);
  }

  /** Returns the layout of the same in JSON. */
  static RolloutLayout<StoryInstruction> storyRecords() {
    return new RolloutLayout<>(DialogueFormats.storyRecords(), EvaluationExample::of);
  }

  /**
   * Returns the layout that the first record has. Text is taken for blocks; so is nothing at all.
   *
   * @return nothing if it is JSON in none of these layouts
   */
  static Optional<RolloutLayout<?>> detect(List<String> paths) throws IOException {
    RecordFormat<Object> json = RecordFormat.jsonValues("any", (value, location) -> value);
    if (!(first(json, paths).orElse("") instanceof Map)) {
      return Optional.of(storyBlocks());
    }
    Optional<StoryInstruction> story = first(storyRecords().format(), paths);
    Optional<Dialogue> dialogue = first(dialogues().format(), paths);
    // An instruction and its output may be either, but only stories have these fields.
    if (story.isPresent() && (dialogue.isEmpty() || !story.get().constraints().isEmpty())) {
      return Optional.of(storyRecords());
    }
    return dialogue.map(any -> dialogues());
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
   * @throws MalformedDataException if there is none, or too many records are unreadable
   */
  List<EvaluationExample> read(List<String> paths, int most) throws IOException {
    RecordSource<T> source = RecordSource.of(format, paths);
    ErrorTally tally = new ErrorTally(source.maxErrorRate());
    List<EvaluationExample> examples = new ArrayList<>();
    try (BlockReader<T> reader = source.open(SourcePosition.START, 1)) {
      Block<T> block = reader.next();
      while (block != null && examples.size() < most) {
        ParsedBlock<T> parsed = block.parse();
        tally.add(parsed);
        parsed.records().stream().limit(most - examples.size()).map(example).forEach(examples::add);
        block = reader.next();
      }
    }
    tally.end();
    if (examples.isEmpty()) {
      throw new MalformedDataException(String.join(", ", paths), "there is no record in it");
    }
    return examples;
  }
}

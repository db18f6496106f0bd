package io.github.maque.examples.tinystories;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.github.maque.data.dialogue.StoryConstraint;
import io.github.maque.data.dialogue.StoryInstruction;
import io.github.maque.data.pack.KeyedPermutation;
import io.github.maque.tokenizer.format.AtomicFile;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongFunction;

/**
 * Chinese children's stories that are made, not collected: each number has its story, the same on
 * every machine, and nothing has to be kept. Stories with numbers below {@link #FIRST_HELD_OUT} are
 * for learning, those above it for validation and for prompts that no model has seen.
 *
 * <pre>{@code
 * StoryCorpus corpus = StoryCorpus.of(42);
 * corpus.writeArchive(Path.of("stories.jsonl"), 0, 50_000);
 * corpus.writeInstructions(Path.of("instructions.jsonl"), 0, 10_000);
 * }</pre>
 *
 * <p>What a story is asked for is taken from the story itself, so a program can check it. Immutable
 * and safe for many threads.
 */
public final class StoryCorpus {
  /** How many stories there are. */
  public static final long SIZE = 1L << 48;

  /** The number of the first story that is not for learning. */
  public static final long FIRST_HELD_OUT = 1_000_000_000L;

  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  private final StoryGrammar grammar = StoryGrammar.bundled();

  /** Gives each story a seed of its own: as many as {@link Random} tells apart. */
  private final KeyedPermutation storySeeds;

  private final KeyedPermutation instructionSeeds;

  private StoryCorpus(long seed) {
    storySeeds = new KeyedPermutation(SIZE, seed, 0);
    instructionSeeds = new KeyedPermutation(SIZE, seed, 1);
  }

  /**
   * Returns a corpus.
   *
   * @param seed another one gives other stories of the same kind
   */
  public static StoryCorpus of(long seed) {
    return new StoryCorpus(seed);
  }

  /**
   * Returns a story.
   *
   * @param index its number, from 0 to below {@link #SIZE}
   * @throws IndexOutOfBoundsException if there is no such number
   */
  public Story story(long index) {
    return Telling.tell(grammar, new Random(storySeeds.at(index)));
  }

  /**
   * Returns a story with what it could have been asked for: most often two or three words of it.
   *
   * @param index the number of the story, from 0 to below {@link #SIZE}
   * @throws IndexOutOfBoundsException if there is no such number
   */
  public StoryInstruction instruction(long index) {
    return new InstructionDraw(story(index), new Random(instructionSeeds.at(index))).draw();
  }

  /**
   * Returns a story as a page has it: every other one under a line of words that stand in it, as
   * tagged pages are. Who learns from such pages learns that what is asked for above comes below.
   *
   * @param index its number, from 0 to below {@link #SIZE}
   * @throws IndexOutOfBoundsException if there is no such number
   */
  public String page(long index) {
    Random random = new Random(~instructionSeeds.at(index));
    Story story = story(index);
    List<String> tags =
        random.nextBoolean() ? new InstructionDraw(story, random).words() : List.of();
    return tags.isEmpty() ? story.text() : "【" + String.join("、", tags) + "】\n" + story.text();
  }

  /**
   * Writes pages as the files of the TinyStoriesChinese data set have their stories, one JSON
   * object a line with the text in {@code story_zh}.
   *
   * @param from the number of the first story
   * @param to the number behind that of the last one
   * @throws IllegalArgumentException if the range is empty or reaches across {@link
   *     #FIRST_HELD_OUT}
   * @throws IOException if the file cannot be written; nothing is left of it then
   */
  public void writeArchive(Path file, long from, long to) throws IOException {
    write(file, from, to, index -> Map.of("story_zh", page(index)));
  }

  /**
   * Writes stories with what they could have been asked for, as {@link
   * io.github.maque.data.dialogue.DialogueFormats#storyRecords} reads them.
   *
   * @param from the number of the first story
   * @param to the number behind that of the last one
   * @throws IllegalArgumentException if the range is empty or reaches across {@link
   *     #FIRST_HELD_OUT}
   * @throws IOException if the file cannot be written; nothing is left of it then
   */
  public void writeInstructions(Path file, long from, long to) throws IOException {
    write(file, from, to, index -> fields(instruction(index)));
  }

  private static Map<String, Object> fields(StoryInstruction instruction) {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (StoryConstraint constraint : instruction.constraints()) {
      fields.put(constraint.field().label(), constraint.values());
    }
    fields.put("story_zh", instruction.story());
    return fields;
  }

  private static void write(Path file, long from, long to, LongFunction<Map<String, ?>> record)
      throws IOException {
    if (from < 0 || from >= to || to > SIZE || (from < FIRST_HELD_OUT && to > FIRST_HELD_OUT)) {
      throw new IllegalArgumentException(
          "from and to must be a range within 0…%d or %d…%d, got %d and %d"
              .formatted(FIRST_HELD_OUT, FIRST_HELD_OUT, SIZE, from, to));
    }
    AtomicFile.write(
        file,
        out -> {
          Writer writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
          for (long index = from; index < to; index++) {
            writer.write(GSON.toJson(record.apply(index)));
            writer.write('\n');
          }
          writer.flush();
        });
  }
}

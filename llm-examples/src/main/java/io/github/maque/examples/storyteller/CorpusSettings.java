package io.github.maque.examples.storyteller;

import java.nio.file.Path;
import java.util.List;

/**
 * What there is to learn from: the stories of {@link
 * io.github.maque.examples.tinystories.StoryCorpus}, or files.
 *
 * @param seed of the stories that are made
 * @param stories how many are made to learn to tell stories
 * @param instructions how many others are made with what they could have been asked for
 * @param questions how many others are made for the model to answer several times
 * @param heldOut how many others are made for questions that no model has seen
 * @param storyFiles files of stories in place of those that are made
 * @param instructionFiles files of stories written to order in place of those that are made, of
 *     which {@code fine-tuning.data.held-out} says the share that is kept for questions
 */
public record CorpusSettings(
    long seed,
    int stories,
    int instructions,
    int questions,
    int heldOut,
    List<Path> storyFiles,
    List<Path> instructionFiles) {
  /** Copies the lists and checks the numbers. */
  public CorpusSettings {
    storyFiles = List.copyOf(storyFiles);
    instructionFiles = List.copyOf(instructionFiles);
    requirePositive("stories", stories);
    requirePositive("instructions", instructions);
    requirePositive("questions", questions);
    requirePositive("heldOut", heldOut);
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1, got " + value);
    }
  }

  /** Returns the same settings with files in place of made stories; an empty list changes none. */
  public CorpusSettings withFiles(List<Path> newStories, List<Path> newInstructions) {
    return new CorpusSettings(
        seed,
        stories,
        instructions,
        questions,
        heldOut,
        newStories.isEmpty() ? storyFiles : newStories,
        newInstructions.isEmpty() ? instructionFiles : newInstructions);
  }

  /** Returns the number of the first story that is made with instructions. */
  long firstInstruction() {
    return stories;
  }

  /** Returns the number of the first story that is made for the model to answer. */
  long firstQuestion() {
    return (long) stories + instructions;
  }

  /** What is enough for a small model. */
  public static CorpusSettings defaults() {
    return new CorpusSettings(42, 20_000, 20_000, 1_000, 300, List.of(), List.of());
  }
}

package io.github.maque.examples.storyteller;

import io.github.maque.examples.tinystories.StoryCorpus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The files of made stories.
 *
 * @param directory where they are
 */
public record CorpusFiles(Path directory) {
  /** Returns the stories to learn to tell stories from. */
  public Path stories() {
    return directory.resolve("stories.jsonl");
  }

  /** Returns other stories, with what they could have been asked for. */
  public Path instructions() {
    return directory.resolve("instructions.jsonl");
  }

  /** Returns further ones, for a model to answer several times. */
  public Path questions() {
    return directory.resolve("questions.jsonl");
  }

  /** Returns those that no model is to see before it is asked. */
  public Path heldOut() {
    return directory.resolve("held-out.jsonl");
  }

  /** Returns all four. */
  public List<Path> all() {
    return List.of(stories(), instructions(), questions(), heldOut());
  }

  /**
   * Makes those that the settings have no files in place of. No story is in two of the files.
   *
   * @throws IOException if a file cannot be written; nothing is left of that one then
   */
  public void make(CorpusSettings settings) throws IOException {
    StoryCorpus corpus = StoryCorpus.of(settings.seed());
    Files.createDirectories(directory);
    if (settings.storyFiles().isEmpty()) {
      corpus.writeArchive(stories(), 0, settings.stories());
    }
    if (settings.instructionFiles().isEmpty()) {
      long first = settings.firstInstruction();
      corpus.writeInstructions(instructions(), first, first + settings.instructions());
      first = settings.firstQuestion();
      corpus.writeInstructions(questions(), first, first + settings.questions());
      first = StoryCorpus.FIRST_HELD_OUT;
      corpus.writeInstructions(heldOut(), first, first + settings.heldOut());
    }
  }
}

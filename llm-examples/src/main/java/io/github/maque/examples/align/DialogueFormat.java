package io.github.maque.examples.align;

import java.util.Locale;

/** How files of questions and answers are laid out. */
public enum DialogueFormat {
  /** As the first record looks. */
  AUTO,
  /** JSON in any of the shapes of {@link io.github.maque.data.dialogue.DialogueFormats}. */
  DIALOGUES,
  /** Blocks of text as TinyStories has them: features, words, summary, sentence and story. */
  STORY_BLOCKS,
  /** The same as JSON. */
  STORY_RECORDS;

  /** Returns the name as options and configurations have it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

package io.github.maque.examples.align;

/** How files of dialogues are laid out. */
public enum DialogueFormat {
  /** JSON in any of the shapes of {@link io.github.maque.data.dialogue.DialogueFormats}. */
  DIALOGUES,
  /** Blocks of text as TinyStories has them: features, words, summary, sentence and story. */
  STORY_BLOCKS,
  /** The same as JSON. */
  STORY_RECORDS
}

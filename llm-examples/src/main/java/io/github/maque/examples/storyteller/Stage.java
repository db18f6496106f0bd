package io.github.maque.examples.storyteller;

import java.util.Locale;

/** A part of the way, in the order in which they come. */
public enum Stage {
  /** Stories, instructions, and what no model is to see before it is asked. */
  CORPUS("stories, instructions, and what is kept for questions"),
  /** A vocabulary of the stories' own. */
  TOKENIZER("a vocabulary learnt from the stories"),
  /** Token shards of what is worth learning. */
  DATA("cleaned, without duplicates and without what is held out, as tokens"),
  /** A model that tells stories. */
  PRETRAIN("a model learns to tell stories"),
  /** A model that tells the stories that it is asked for. */
  SFT("it learns to tell the stories that it is asked for"),
  /** Preferences between its own answers. */
  ROLLOUT("it answers several times, and its best answers are preferred to its worst"),
  /** A model that prefers its better answers. */
  DPO("it learns from these preferences"),
  /** All three models, side by side. */
  EVALUATE("all three models answer questions that none of them has seen"),
  /** Files that other programs open. */
  EXPORT("the last model, for transformers and llama.cpp"),
  /** A page that says what was learnt. */
  REPORT("what was learnt, on one page");

  private final String description;

  Stage(String description) {
    this.description = description;
  }

  /** Returns its name as it is typed: {@code pretrain}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns what it does, in a few words. */
  public String description() {
    return description;
  }
}

package io.github.maque.align.evaluation;

import java.util.Locale;

/**
 * What is measured of a model. Where there is nothing to measure a figure is absent, rather than 0.
 * A character is a Unicode code point.
 */
public enum Figure {
  /**
   * The mean negative log-probability of a token of held-out answers, their ends included. What a
   * token is depends on the tokenizer: models are ranked by {@link #BITS_PER_BYTE}.
   */
  LOSS("loss", "held-out loss, nats a token", Direction.NEITHER, false),
  /**
   * The same in bits for each byte of UTF-8 of the answers, so that models with different
   * tokenizers can be compared.
   */
  BITS_PER_BYTE("bits per byte", "held-out loss, bits a byte", Direction.LOWER, false),
  /** The mean share of the required words that an answer has. */
  WORDS("words", "required words present", Direction.HIGHER, true),
  /** The share of answers that have all required words. */
  ALL_WORDS("all words", "answers with all required words", Direction.HIGHER, true),
  /** The share of answers that have the given sentence. */
  SENTENCE("sentence", "answers with the given sentence", Direction.HIGHER, true),
  /** The share of answers with quoted speech, among those that were asked for dialogue. */
  DIALOGUE(
      "dialogue",
      "answers with quoted speech, where dialogue was asked for",
      Direction.HIGHER,
      true),
  /** The mean share of the summary's character bigrams that an answer has. */
  SUMMARY_RECALL(
      "summary recall", "character bigrams of the summary present", Direction.HIGHER, true),
  /** The mean harmonic mean of that share, and of the share the other way round. */
  SUMMARY_F1("summary F1", "overlap of character bigrams with the summary", Direction.HIGHER, true),
  /** The share of answers that the model ended itself. */
  FINISHED("finished", "answers that the model ended itself", Direction.HIGHER, true),
  /** The mean share of an answer's character 4-grams that it had before. */
  REPETITION("repetition", "character 4-grams that the answer had before", Direction.LOWER, true),
  /**
   * The number of different character bigrams of all answers, divided by the number of all. It
   * falls with the amount of text, so that models are not ranked by it, nor by {@link #DISTINCT_4}.
   */
  DISTINCT_2("distinct-2", "different character bigrams of all answers", Direction.NEITHER, true),
  /** The number of different character 4-grams of all answers, divided by the number of all. */
  DISTINCT_4("distinct-4", "different character 4-grams of all answers", Direction.NEITHER, true),
  /** The mean number of characters of an answer. */
  CHARACTERS("characters", "mean length of an answer", Direction.NEITHER, false),
  /** The mean number of tokens of an answer, its end included. */
  TOKENS("tokens", "mean length of an answer, its end included", Direction.NEITHER, false),
  /**
   * The mean length of the longest stretch of an answer that is in the training texts. It grows
   * with the length of answers, so that models are not ranked by it.
   */
  LONGEST_COPY(
      "longest copy",
      "longest stretch found in training texts, mean characters",
      Direction.NEITHER,
      false),
  /** The longest of these stretches, of all answers. */
  LONGEST_COPY_OF_ALL(
      "longest copy of all", "the longest of these, in characters", Direction.NEITHER, false);

  /** Which of two values is the better one. */
  public enum Direction {
    /** More is better. */
    HIGHER,
    /** Less is better. */
    LOWER,
    /** Neither is better as such. */
    NEITHER
  }

  private final String label;
  private final String description;
  private final Direction direction;
  private final boolean share;

  Figure(String label, String description, Direction direction, boolean share) {
    this.label = label;
    this.description = description;
    this.direction = direction;
    this.share = share;
  }

  /** Returns the short name for people. */
  public String label() {
    return label;
  }

  /** Returns what it is, in a few words. */
  public String description() {
    return description;
  }

  /** Returns which of two values is the better one. */
  public Direction direction() {
    return direction;
  }

  /** Returns the name in JSON: {@code bits_per_byte}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns a value as people read it, a share in percent. */
  public String format(double value) {
    if (share) {
      return String.format(Locale.ROOT, "%.1f %%", 100 * value);
    }
    boolean fine = this == LOSS || this == BITS_PER_BYTE;
    return String.format(Locale.ROOT, fine ? "%.4f" : "%.1f", value);
  }
}

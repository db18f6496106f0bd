package io.github.maque.tokenizer;

import java.util.List;

/**
 * A conversation as one text, with what is known about its parts. Offsets count UTF-16 code units.
 *
 * @param text the whole text
 * @param assistant for every answer, the stretch the model is to learn: all it would have written
 *     itself, from where the prompt ends up to and including the end-of-turn token
 * @param contents the stretches that come from messages rather than from the template, none of them
 *     empty: what they spell must never become a special token
 */
public record RenderedChat(String text, List<Span> assistant, List<Span> contents) {

  /**
   * A stretch of the text.
   *
   * @param start where it starts
   * @param end where it ends (exclusive)
   */
  public record Span(int start, int end) {

    /** Checks the order of the ends. */
    public Span {
      if (start < 0 || end < start) {
        throw new IllegalArgumentException(
            "span must have 0 <= start <= end, got " + start + ", " + end);
      }
    }

    /** Returns the stretch of {@code text}. */
    public String of(String text) {
      return text.substring(start, end);
    }
  }

  /** Copies the lists. */
  public RenderedChat {
    assistant = List.copyOf(assistant);
    contents = List.copyOf(contents);
  }
}

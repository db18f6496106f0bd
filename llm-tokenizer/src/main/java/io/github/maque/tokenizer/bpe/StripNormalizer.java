package io.github.maque.tokenizer.bpe;

import java.util.List;

/** Drops white space at the start and the end of a text: Hugging Face's {@code Strip}. */
public final class StripNormalizer extends Normalizer {
  private final boolean left;
  private final boolean right;

  StripNormalizer(boolean left, boolean right) {
    this.left = left;
    this.right = right;
  }

  /** Returns whether white space at the start is dropped. */
  public boolean left() {
    return left;
  }

  /** Returns whether white space at the end is dropped. */
  public boolean right() {
    return right;
  }

  @Override
  void apply(TextBuffer text) {
    char[] chars = text.chars();
    int from = 0;
    int to = text.length();
    while (left && from < to && isSpace(chars[from])) {
      from++;
    }
    while (right && from < to && isSpace(chars[to - 1])) {
      to--;
    }
    if (to - from < text.length()) {
      text.beginRewrite();
      text.keep(from, to);
      text.endRewrite();
    }
  }

  private static boolean isSpace(char c) {
    return (UnicodeClasses.of(c) & UnicodeClasses.SPACE) != 0;
  }

  @Override
  List<?> settings() {
    return List.of(left, right);
  }
}

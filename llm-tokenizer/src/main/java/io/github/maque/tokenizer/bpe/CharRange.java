package io.github.maque.tokenizer.bpe;

import java.util.Arrays;
import java.util.Objects;

/** A stretch of an array as the text that {@code java.util.regex} looks at, without copying it. */
record CharRange(char[] text, int from, int to) implements CharSequence {

  /**
   * The stretch as {@code java.util.regex} is to see it, copied if need be: every unpaired
   * surrogate is U+FFFD, and characters have the categories of Unicode 16 (see {@link JdkUnicode}).
   * Lengths stay.
   */
  static CharRange forRegex(char[] text, int from, int to) {
    boolean hasUnpaired = Surrogates.firstUnpaired(text, from, to) >= 0;
    if (!hasUnpaired && !JdkUnicode.differsIn(text, from, to)) {
      return new CharRange(text, from, to);
    }
    char[] copy = Arrays.copyOfRange(text, from, to);
    Surrogates.replaceUnpaired(copy, 0, copy.length);
    JdkUnicode.replaceDifferent(copy, 0, copy.length);
    return new CharRange(copy, 0, copy.length);
  }

  @Override
  public int length() {
    return to - from;
  }

  @Override
  public char charAt(int index) {
    return text[from + Objects.checkIndex(index, to - from)];
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    Objects.checkFromToIndex(start, end, length());
    return new CharRange(text, from + start, from + end);
  }

  @Override
  public String toString() {
    return new String(text, from, length());
  }
}

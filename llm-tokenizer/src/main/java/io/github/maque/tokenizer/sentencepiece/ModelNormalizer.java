package io.github.maque.tokenizer.sentencepiece;

import io.github.maque.tokenizer.format.SentencePieceModel.Normalization;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Normalises text as the SentencePiece library does, step by step the same, and remembers where
 * every byte comes from. The library normalises for itself when it encodes; this is for what its
 * binding does not tell, the offsets, and for texts that have to be put together again. Immutable.
 */
final class ModelNormalizer {
  /** {@code ▁} in UTF-8. */
  private static final byte[] METASPACE = {(byte) 0xE2, (byte) 0x96, (byte) 0x81};

  private static final byte[] REPLACEMENT = {(byte) 0xEF, (byte) 0xBF, (byte) 0xBD};

  private final @Nullable CharsMap rules;
  private final PrefixMatcher userDefined;
  private final boolean dummyPrefix;
  private final boolean dummySuffix;
  private final boolean removeExtraWhitespace;
  private final byte[] space;

  /**
   * Creates a normaliser.
   *
   * @param userDefined pieces that rules leave alone
   * @throws IllegalArgumentException if the rules are damaged
   */
  ModelNormalizer(
      Normalization normalization, boolean whitespaceAsSuffix, List<String> userDefined) {
    this.rules = normalization.isIdentity() ? null : new CharsMap(normalization.charsMap());
    this.userDefined = new PrefixMatcher(userDefined);
    this.dummyPrefix = normalization.addsDummyPrefix() && !whitespaceAsSuffix;
    this.dummySuffix = normalization.addsDummyPrefix() && whitespaceAsSuffix;
    this.removeExtraWhitespace = normalization.removesExtraWhitespace();
    this.space = normalization.escapesWhitespace() ? METASPACE : new byte[] {' '};
  }

  /** Normalised UTF-8 and, for each of its bytes, the stretch of source it was made from. */
  static final class Result {
    private byte[] bytes;
    private int[] starts;
    private int[] ends;
    private int length;

    private Result(int capacity) {
      bytes = new byte[capacity];
      starts = new int[capacity];
      ends = new int[capacity];
    }

    int length() {
      return length;
    }

    byte at(int i) {
      return bytes[i];
    }

    /** Where in the source the byte at {@code i} comes from. */
    int start(int i) {
      return starts[i];
    }

    /** Where the source of the byte at {@code i} ends; its start if nothing stands for it there. */
    int end(int i) {
      return ends[i];
    }

    boolean contains(byte[] part, int at) {
      return at + part.length <= length
          && Arrays.equals(bytes, at, at + part.length, part, 0, part.length);
    }

    byte[] toByteArray() {
      return Arrays.copyOf(bytes, length);
    }

    private void append(byte b, int start, int end) {
      if (length == bytes.length) {
        bytes = Arrays.copyOf(bytes, length * 2);
        starts = Arrays.copyOf(starts, length * 2);
        ends = Arrays.copyOf(ends, length * 2);
      }
      bytes[length] = b;
      starts[length] = start;
      ends[length++] = end;
    }

    private void append(byte[] all, int start, int end) {
      for (byte b : all) {
        append(b, start, end);
      }
    }

    private void extendLast(int count, int end) {
      for (int i = Math.max(0, length - count); i < length; i++) {
        ends[i] = end;
      }
    }

    private boolean endsWith(byte[] tail) {
      return length >= tail.length
          && Arrays.equals(bytes, length - tail.length, length, tail, 0, tail.length);
    }
  }

  /** How much of the source becomes which bytes. */
  private static final class Step {
    private int consumed;
    private byte[] source = {};
    private int from;
    private int to;

    /** Whether the bytes are those of the source. */
    private boolean isCopy;

    private boolean isSpace() {
      return to - from == 1 && source[from] == ' ';
    }
  }

  /** Normalises the whole of {@code text}. */
  Result normalize(byte[] text) {
    Result result = new Result(text.length + text.length / 2 + 16);
    Step step = new Step();
    int consumed = 0;
    if (removeExtraWhitespace) {
      while (consumed < text.length) {
        step(text, consumed, step);
        if (!step.isSpace()) {
          break;
        }
        consumed += step.consumed;
      }
    }
    if (consumed == text.length) {
      return result;
    }
    if (dummyPrefix) {
      result.append(space, consumed, consumed);
    }
    boolean afterSpace = removeExtraWhitespace;
    while (consumed < text.length) {
      step(text, consumed, step);
      int end = consumed + step.consumed;
      int from = step.from;
      while (afterSpace && from < step.to && step.source[from] == ' ') {
        from++;
      }
      if (from < step.to) {
        append(step, from, consumed, end, result);
        afterSpace = step.source[step.to - 1] == ' ';
      } else if (afterSpace) {
        result.extendLast(space.length, end); // the space that stands for the whole run
      }
      consumed = end;
      afterSpace &= removeExtraWhitespace;
    }
    if (removeExtraWhitespace) {
      while (result.endsWith(space)) {
        result.length -= space.length;
        consumed = result.starts[result.length];
      }
    }
    if (dummySuffix) {
      result.append(space, consumed, consumed);
    }
    return result;
  }

  /** Appends what a step gives from {@code from} on; its source is {@code [consumed, end)}. */
  private void append(Step step, int from, int consumed, int end, Result result) {
    int start = consumed;
    int next = end;
    for (int i = from; i < step.to; i++) {
      if (step.isCopy && (step.source[i] & 0xC0) != 0x80) {
        // A user-defined piece is one step, but every character of it comes from its own place.
        start = i;
        next = i + Math.max(1, Utf8Scanner.validLength(step.source, i, step.to));
      }
      if (step.source[i] == ' ') {
        result.append(space, start, next);
      } else {
        result.append(step.source[i], start, next);
      }
    }
  }

  private void step(byte[] text, int at, Step step) {
    step.source = text;
    step.from = at;
    step.isCopy = false;
    int length = userDefined.longest(text, at, text.length);
    if (length == 0 && rules != null) {
      CharsMap.Match match = rules.longest(text, at, text.length);
      if (match.length() > 0) {
        step.consumed = match.length();
        step.source = rules.replacements();
        step.from = match.replacementOffset();
        step.to = step.from + match.replacementLength();
        return;
      }
    }
    if (length == 0) {
      length = Utf8Scanner.validLength(text, at, text.length);
    }
    if (length == 0) {
      step.consumed = 1;
      step.source = REPLACEMENT;
      step.from = 0;
      step.to = REPLACEMENT.length;
      return;
    }
    step.isCopy = true;
    step.consumed = length;
    step.to = at + length;
  }
}

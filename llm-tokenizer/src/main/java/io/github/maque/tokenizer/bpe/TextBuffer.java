package io.github.maque.tokenizer.bpe;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * A text on its way through normalisation: UTF-16 in an array that is used again for the next text,
 * and, if asked for, the stretch of the source that every char comes from. It allocates only while
 * it grows. Not thread-safe.
 *
 * <p>Normalizers change it in place where lengths stay, else by a rewrite: {@link #beginRewrite},
 * then {@link #keep} and {@link #put} from left to right, then {@link #endRewrite}.
 */
final class TextBuffer {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final long HIGH_BITS = 0x8080808080808080L;

  private char[] chars = {};
  private int length;
  private boolean startsText = true;

  /** Where in the source every char comes from; unused unless origins are tracked. */
  private int[] starts = {};

  private int[] ends = {};
  private boolean tracksOrigins;

  /** What a rewrite writes to; it changes places with the above when the rewrite ends. */
  private char[] newChars = {};

  private int[] newStarts = {};
  private int[] newEnds = {};
  private int newLength;

  /**
   * Takes {@code text[from, to)}. Every unpaired surrogate becomes U+FFFD.
   *
   * @param trackOrigins whether {@link #originStart} and {@link #originEnd} will be asked
   */
  void set(CharSequence text, int from, int to, boolean trackOrigins) {
    Objects.checkFromToIndex(from, to, text.length());
    start(to - from, from == 0);
    if (text instanceof String string) {
      string.getChars(from, to, chars, 0);
    } else {
      for (int i = from; i < to; i++) {
        chars[i - from] = text.charAt(i);
      }
    }
    length = to - from;
    Surrogates.replaceUnpaired(chars, 0, length);
    trackOrigins(trackOrigins);
  }

  /** Takes {@code source[from, to)} as it is. */
  void setChars(char[] source, int from, int to, boolean trackOrigins) {
    Objects.checkFromToIndex(from, to, source.length);
    start(to - from, from == 0);
    System.arraycopy(source, from, chars, 0, to - from);
    length = to - from;
    trackOrigins(trackOrigins);
  }

  /**
   * Decodes {@code utf8[from, to)}. A byte {@code b} that is not part of a valid character becomes
   * the unpaired low surrogate {@code U+DC00 + b}; so do the bytes of encoded surrogates, of
   * overlong forms and of numbers above U+10FFFF. Origins are not tracked.
   */
  void setUtf8(byte[] utf8, int from, int to) {
    Objects.checkFromToIndex(from, to, utf8.length);
    start(to - from, true);
    length = decode(utf8, from, to, chars);
    trackOrigins(false);
  }

  private void start(int capacity, boolean isStart) {
    if (chars.length < capacity) {
      chars = new char[grown(chars.length, capacity)];
    }
    length = 0;
    startsText = isStart;
  }

  private static int grown(int size, int needed) {
    return (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(needed, size + (size >> 1) + 64L));
  }

  private void trackOrigins(boolean track) {
    tracksOrigins = track;
    if (!track) {
      return;
    }
    if (starts.length < chars.length) {
      starts = new int[chars.length];
      ends = new int[chars.length];
    }
    for (int i = 0; i < length; ) {
      int next = Surrogates.isPair(chars, i, length) ? i + 2 : i + 1;
      Arrays.fill(starts, i, next, i);
      Arrays.fill(ends, i, next, next);
      i = next;
    }
  }

  /** Decodes UTF-8 and returns how many chars there are; there is room for one per byte. */
  private static int decode(byte[] utf8, int from, int to, char[] out) {
    int length = 0;
    int at = from;
    while (at < to) {
      while (at + 8 <= to && ((long) LONGS.get(utf8, at) & HIGH_BITS) == 0) {
        for (int i = 0; i < 8; i++) {
          out[length + i] = (char) utf8[at + i];
        }
        length += 8;
        at += 8;
      }
      // Three bytes each: most of the world's scripts beyond Latin, Cyrillic and Semitic.
      while (at + 2 < to && (utf8[at] & 0xF0) == 0xE0) {
        int c = (utf8[at] & 15) << 12 | (utf8[at + 1] & 63) << 6 | utf8[at + 2] & 63;
        boolean valid = isContinuation(utf8[at + 1]) && isContinuation(utf8[at + 2]);
        if (!valid || c < 0x800 || (c & 0xF800) == Character.MIN_SURROGATE) {
          break;
        }
        out[length++] = (char) c;
        at += 3;
      }
      if (at < to) {
        int next = decodeOther(utf8, at, to, out, length);
        length += next - at == 4 ? 2 : 1;
        at = next;
      }
    }
    return length;
  }

  /**
   * Decodes a byte of ASCII, a character of two or four bytes, or else a wrong byte; returns its
   * end.
   */
  private static int decodeOther(byte[] utf8, int at, int to, char[] out, int length) {
    int lead = utf8[at];
    if (lead >= 0) {
      out[length] = (char) lead;
      return at + 1;
    }
    if ((lead & 0xE0) == 0xC0 && at + 1 < to && isContinuation(utf8[at + 1])) {
      int c = (lead & 31) << 6 | utf8[at + 1] & 63;
      if (c >= 0x80) {
        out[length] = (char) c;
        return at + 2;
      }
    } else if ((lead & 0xF8) == 0xF0
        && at + 3 < to
        && isContinuation(utf8[at + 1])
        && isContinuation(utf8[at + 2])
        && isContinuation(utf8[at + 3])) {
      int c =
          (lead & 7) << 18
              | (utf8[at + 1] & 63) << 12
              | (utf8[at + 2] & 63) << 6
              | utf8[at + 3] & 63;
      if (c >= Character.MIN_SUPPLEMENTARY_CODE_POINT && c <= Character.MAX_CODE_POINT) {
        out[length] = Character.highSurrogate(c);
        out[length + 1] = Character.lowSurrogate(c);
        return at + 4;
      }
    }
    out[length] = (char) (Character.MIN_LOW_SURROGATE + (lead & 0xFF));
    return at + 1;
  }

  private static boolean isContinuation(byte b) {
    return b < (byte) 0xC0;
  }

  /**
   * Returns the array behind this text, valid from 0 to {@link #length()} and until it is set anew.
   */
  char[] chars() {
    return chars;
  }

  /** Returns the number of chars. */
  int length() {
    return length;
  }

  /** Returns whether this is the start of a text, not a later part of one. */
  boolean startsText() {
    return startsText;
  }

  /**
   * Says whether this is the start of a text. Unless said, it is where it was taken from index 0
   * on, or from UTF-8.
   */
  void startsText(boolean isStart) {
    startsText = isStart;
  }

  /**
   * Returns where the source of the char at {@code index} starts, counted from where the text was
   * taken. The halves of a surrogate pair have the pair as their source; a char made from nothing
   * has an empty source.
   */
  int originStart(int index) {
    checkTracked();
    return starts[Objects.checkIndex(index, length)];
  }

  /** Returns where the source of the char at {@code index} ends, as {@link #originStart}. */
  int originEnd(int index) {
    checkTracked();
    return ends[Objects.checkIndex(index, length)];
  }

  private void checkTracked() {
    if (!tracksOrigins) {
      throw new IllegalStateException("origins of this text are not tracked");
    }
  }

  /** Starts a new version of the text, empty at first. */
  void beginRewrite() {
    newLength = 0;
  }

  /** Appends {@code [from, to)} of the text to its new version, unchanged. */
  void keep(int from, int to) {
    int count = to - from;
    ensureRoom(count);
    System.arraycopy(chars, from, newChars, newLength, count);
    if (tracksOrigins) {
      System.arraycopy(starts, from, newStarts, newLength, count);
      System.arraycopy(ends, from, newEnds, newLength, count);
    }
    newLength += count;
  }

  /** Appends {@code text}, which stands for {@code [from, to)} of the text, to its new version. */
  void put(String text, int from, int to) {
    int count = text.length();
    ensureRoom(count);
    text.getChars(0, count, newChars, newLength);
    if (tracksOrigins) {
      int start = from < length ? starts[from] : length == 0 ? 0 : ends[length - 1];
      int end = from < to ? ends[to - 1] : start;
      Arrays.fill(newStarts, newLength, newLength + count, start);
      Arrays.fill(newEnds, newLength, newLength + count, end);
    }
    newLength += count;
  }

  /** Puts the new version in the place of the text. */
  void endRewrite() {
    char[] oldChars = chars;
    chars = newChars;
    newChars = oldChars;
    length = newLength;
    if (tracksOrigins) {
      int[] oldStarts = starts;
      int[] oldEnds = ends;
      starts = newStarts;
      ends = newEnds;
      newStarts = oldStarts;
      newEnds = oldEnds;
    }
  }

  private void ensureRoom(int extra) {
    int needed = Math.addExact(newLength, extra);
    if (newChars.length < needed) {
      newChars = Arrays.copyOf(newChars, grown(newChars.length, Math.max(needed, length)));
    }
    if (tracksOrigins && newStarts.length < newChars.length) {
      newStarts = Arrays.copyOf(newStarts, newChars.length);
      newEnds = Arrays.copyOf(newEnds, newChars.length);
    }
  }

  @Override
  public String toString() {
    return new String(chars, 0, length);
  }
}

package io.github.maque.tokenizer.bpe;

import io.github.maque.tokenizer.IdBuffer;

/**
 * Remembers the ids of short fragments of text. Direct-mapped and of fixed size: a new fragment
 * replaces the one in its place, so that no text can make it grow or slow down. Not thread-safe.
 *
 * <p>An entry is four longs. The first two hold the characters (up to 16 ASCII ones of 8 bits, or
 * up to 8 of 16 bits), the others up to five ids of 21 bits and, in the upper part of the third,
 * what tells entries apart: how many ids, how many characters and of which width.
 */
final class FragmentCache {
  static final int MAX_ASCII = 16;
  static final int MAX_WIDE = 8;
  static final int MAX_IDS = 5;

  /**
   * 2^16 entries are 2 MiB. A quarter of that halves the speed of large vocabularies, more gains
   * none.
   */
  private static final int LOG2_ENTRIES = 16;

  private static final int ID_BITS = 21;
  private static final long ID_MASK = (1L << ID_BITS) - 1;
  private static final int KIND_SHIFT = 2 * ID_BITS;
  private static final int COUNT_SHIFT = KIND_SHIFT + 6;

  private final long[] table = new long[4 << LOG2_ENTRIES];
  private long low;
  private long high;
  private int kind;

  /**
   * Makes {@code text[from, to)} the current fragment if it is ASCII and short enough.
   *
   * @param whole whether the fragment is known to be a whole pre-token; the two are kept apart
   * @return whether it is
   */
  boolean selectAscii(char[] text, int from, int to, boolean whole) {
    int length = to - from;
    if (length > MAX_ASCII) {
      return false;
    }
    long first = 0;
    long second = 0;
    int all = 0;
    int middle = Math.min(to, from + 8);
    for (int i = from, shift = 0; i < middle; i++, shift += 8) {
      all |= text[i];
      first |= (long) text[i] << shift;
    }
    for (int i = middle, shift = 0; i < to; i++, shift += 8) {
      all |= text[i];
      second |= (long) text[i] << shift;
    }
    set(first, second, length, whole);
    return all < 0x80;
  }

  /** Makes {@code text[from, to)} the current fragment if it is short enough, and says whether. */
  boolean select(char[] text, int from, int to, boolean whole) {
    int length = to - from;
    if (length > MAX_WIDE) {
      return selectAscii(text, from, to, whole);
    }
    long first = 0;
    long second = 0;
    int all = 0;
    int middle = Math.min(to, from + 4);
    for (int i = from, shift = 0; i < middle; i++, shift += 16) {
      all |= text[i];
      first |= (long) text[i] << shift;
    }
    for (int i = middle, shift = 0; i < to; i++, shift += 16) {
      all |= text[i];
      second |= (long) text[i] << shift;
    }
    if (all < 0x80) {
      return selectAscii(text, from, to, whole);
    }
    set(first, second, MAX_ASCII + length, whole);
    return true;
  }

  private void set(long first, long second, int widthAndLength, boolean whole) {
    low = first;
    high = second;
    kind = whole ? widthAndLength | 32 : widthAndLength;
  }

  /** Appends the ids of the current fragment to {@code out}, if they are known. */
  boolean lookUp(IdBuffer out) {
    int slot = slot();
    long ids = table[slot + 2];
    if (table[slot] != low || table[slot + 1] != high || (ids >>> KIND_SHIFT & 63) != kind) {
      return false;
    }
    int count = (int) (ids >>> COUNT_SHIFT);
    out.add((int) (ids & ID_MASK));
    if (count > 1) {
      out.add((int) (ids >>> ID_BITS & ID_MASK));
      if (count > 2) {
        long more = table[slot + 3];
        for (int i = 2; i < count; i++, more >>>= ID_BITS) {
          out.add((int) (more & ID_MASK));
        }
      }
    }
    return true;
  }

  /** Remembers the ids of the current fragment, unless there are too many or none. */
  void store(int[] ids, int from, int to) {
    int count = to - from;
    if (count == 0 || count > MAX_IDS) {
      return;
    }
    int slot = slot();
    table[slot] = low;
    table[slot + 1] = high;
    long first = (long) count << COUNT_SHIFT | (long) kind << KIND_SHIFT | ids[from];
    if (count > 1) {
      first |= (long) ids[from + 1] << ID_BITS;
    }
    long more = 0;
    for (int i = count - 1; i >= 2; i--) {
      more = more << ID_BITS | ids[from + i];
    }
    table[slot + 2] = first;
    table[slot + 3] = more;
  }

  private int slot() {
    long hash =
        (low ^ Long.rotateLeft(high, 29)) * 0x9E3779B97F4A7C15L ^ kind * 0xD6E8FEB86659FD93L;
    hash *= 0xBF58476D1CE4E5B9L;
    return (int) (hash >>> (64 - LOG2_ENTRIES)) << 2;
  }
}

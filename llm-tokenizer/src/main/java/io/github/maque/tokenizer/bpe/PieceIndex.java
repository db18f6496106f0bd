package io.github.maque.tokenizer.bpe;

import java.util.Arrays;
import java.util.List;

/** A hash table from byte strings to the ids of the pieces they spell. Immutable once built. */
final class PieceIndex {
  private final byte[][] pieces;
  private final int[] slots; // id + 1, 0 marks an empty slot
  private final int mask;

  /**
   * Indexes {@code pieces}.
   *
   * @param pieces the bytes of every id; an empty array is not indexed
   * @param ids which ids to index; of two equal pieces the one named first is found
   */
  PieceIndex(byte[][] pieces, List<Integer> ids) {
    this.pieces = pieces;
    int capacity = Integer.highestOneBit(Math.max(8, ids.size()) * 2) * 2;
    this.slots = new int[capacity];
    this.mask = capacity - 1;
    for (int id : ids) {
      byte[] piece = pieces[id];
      int slot = slotOf(piece, 0, piece.length);
      if (slots[slot] == 0) {
        slots[slot] = id + 1;
      }
    }
  }

  /** Returns the id of the piece {@code bytes[from, to)}, or -1. */
  int find(byte[] bytes, int from, int to) {
    return slots[slotOf(bytes, from, to)] - 1;
  }

  /** Returns the id of the piece spelled by {@code left} followed by {@code right}, or -1. */
  int findJoined(byte[] left, byte[] right) {
    byte[] joined = Arrays.copyOf(left, left.length + right.length);
    System.arraycopy(right, 0, joined, left.length, right.length);
    return find(joined, 0, joined.length);
  }

  private int slotOf(byte[] bytes, int from, int to) {
    int slot = hash(bytes, from, to) & mask;
    while (slots[slot] != 0) {
      byte[] piece = pieces[slots[slot] - 1];
      if (Arrays.equals(piece, 0, piece.length, bytes, from, to)) {
        return slot;
      }
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private static int hash(byte[] bytes, int from, int to) {
    int hash = 0x811C9DC5;
    for (int i = from; i < to; i++) {
      hash = (hash ^ bytes[i]) * 0x01000193;
    }
    return hash ^ (hash >>> 15);
  }
}

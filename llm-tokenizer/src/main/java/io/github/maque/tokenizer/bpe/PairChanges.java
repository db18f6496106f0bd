package io.github.maque.tokenizer.bpe;

import java.util.Arrays;

/** How one merge changes the counts of pairs. Cheap to clear and fill again. */
final class PairChanges {
  private int[] slots = new int[1 << 10]; // change + 1, 0 marks an empty slot
  private long[] keys = new long[1 << 9];
  private long[] sums = new long[1 << 9];
  private boolean[] gained = new boolean[1 << 9];
  private int size;

  void clear() {
    if (size > slots.length >> 4) {
      Arrays.fill(slots, 0);
    } else {
      // From the last to the first, so that every search still passes over full slots.
      for (int i = size - 1; i >= 0; i--) {
        slots[slotOf(keys[i])] = 0;
      }
    }
    Arrays.fill(gained, 0, size, false);
    size = 0;
  }

  int size() {
    return size;
  }

  long key(int change) {
    return keys[change];
  }

  /** By how much the pair's count changes in all. */
  long sum(int change) {
    return sums[change];
  }

  /** Whether the merge made the pair somewhere. */
  boolean isGained(int change) {
    return gained[change];
  }

  void lose(long key, long count) {
    int change = findOrAdd(key);
    sums[change] -= count;
  }

  void gain(long key, long count) {
    int change = findOrAdd(key);
    sums[change] += count;
    gained[change] = true;
  }

  private int findOrAdd(long key) {
    int slot = slotOf(key);
    if (slots[slot] != 0) {
      return slots[slot] - 1;
    }
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, size * 2);
      sums = Arrays.copyOf(sums, size * 2);
      gained = Arrays.copyOf(gained, size * 2);
      slots = new int[slots.length * 2];
      for (int i = 0; i < size; i++) {
        slots[slotOf(keys[i])] = i + 1;
      }
      slot = slotOf(key);
    }
    keys[size] = key;
    sums[size] = 0;
    slots[slot] = ++size;
    return size - 1;
  }

  private int slotOf(long key) {
    int mask = slots.length - 1;
    long hash = key * 0x9E3779B97F4A7C15L;
    int slot = (int) (hash ^ hash >>> 32) & mask;
    while (slots[slot] != 0 && keys[slots[slot] - 1] != key) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }
}

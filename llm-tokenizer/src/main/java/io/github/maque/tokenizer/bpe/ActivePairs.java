package io.github.maque.tokenizer.bpe;

import io.github.maque.tokenizer.IdBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The pairs of neighbouring tokens that occur often enough to be merged soon: how often they occur,
 * and where. Pairs are numbered in the order in which they were added.
 */
final class ActivePairs {
  /**
   * Two places a slot, so that they share a cache line: the key, and the pair + 1 or 0 for empty.
   */
  private long[] slots = new long[1 << 13];

  private long[] keys = new long[1 << 11];
  private long[] counts = new long[1 << 11];
  private int[] versions = new int[1 << 11];
  private boolean[] merged = new boolean[1 << 11];
  private boolean[] queued = new boolean[1 << 11];
  private final @Nullable IdBuffer[][] places;
  private int size;

  ActivePairs(int shards) {
    places = new IdBuffer[shards][keys.length];
  }

  static long key(int left, int right) {
    return (long) left << 32 | right;
  }

  static int left(long key) {
    return (int) (key >>> 32);
  }

  static int right(long key) {
    return (int) key;
  }

  int size() {
    return size;
  }

  /** Returns the number of the pair, or -1 if it is not here. */
  int find(long key) {
    return (int) slots[slotOf(key) + 1] - 1;
  }

  /** Returns the number of the pair, which is added with a count of zero if it is not here. */
  int findOrAdd(long key) {
    int slot = slotOf(key);
    if (slots[slot + 1] != 0) {
      return (int) slots[slot + 1] - 1;
    }
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, size * 2);
      counts = Arrays.copyOf(counts, size * 2);
      versions = Arrays.copyOf(versions, size * 2);
      merged = Arrays.copyOf(merged, size * 2);
      queued = Arrays.copyOf(queued, size * 2);
      for (int s = 0; s < places.length; s++) {
        places[s] = Arrays.copyOf(places[s], size * 2);
      }
    }
    int pair = size++;
    keys[pair] = key;
    slots[slot] = key;
    slots[slot + 1] = size;
    if (size * 4 > slots.length) {
      rehash();
    }
    return pair;
  }

  long keyOf(int pair) {
    return keys[pair];
  }

  long count(int pair) {
    return counts[pair];
  }

  void add(int pair, long count) {
    counts[pair] += count;
  }

  /** Whether the pair waits in the queue. */
  boolean isQueued(int pair) {
    return queued[pair];
  }

  /**
   * Notes that the pair enters or leaves the queue.
   *
   * @return the pair's version: entries of the queue with an earlier one are void
   */
  int setQueued(int pair, boolean inQueue) {
    queued[pair] = inQueue;
    return ++versions[pair];
  }

  int version(int pair) {
    return versions[pair];
  }

  /** Whether the pair was merged before; its count is then what it was at that moment. */
  boolean isMerged(int pair) {
    return merged[pair];
  }

  void setMerged(int pair) {
    merged[pair] = true;
  }

  /** The places of the pair in a shard. */
  IdBuffer places(int shard, int pair) {
    IdBuffer list = places[shard][pair];
    if (list == null) {
      list = new IdBuffer(8);
      places[shard][pair] = list;
    }
    return list;
  }

  void setPlaces(int shard, int pair, IdBuffer list) {
    places[shard][pair] = list;
  }

  void dropPlaces(int pair) {
    for (@Nullable IdBuffer[] ofShard : places) {
      ofShard[pair] = null;
    }
  }

  private int slotOf(long key) {
    int mask = slots.length - 2;
    long hash = key * 0x9E3779B97F4A7C15L;
    int slot = (int) (hash ^ hash >>> 32) << 1 & mask;
    while (slots[slot] != key && slots[slot + 1] != 0) {
      slot = (slot + 2) & mask;
    }
    return slot;
  }

  private void rehash() {
    slots = new long[slots.length * 2];
    for (int pair = 0; pair < size; pair++) {
      int slot = slotOf(keys[pair]);
      slots[slot] = keys[pair];
      slots[slot + 1] = pair + 1L;
    }
  }
}

package io.github.maque.tokenizer.bpe;

import java.util.Arrays;

/**
 * How often every distinct pre-token ("word") occurs. Split by hash into partitions, each with its
 * own lock, so that several threads can count at once and each works in a small part of memory.
 */
final class WordCounts {
  /** A power of two; enough that a partition of a large corpus fits a core's cache. */
  static final int PARTITIONS = 64;

  private final Partition[] partitions = new Partition[PARTITIONS];

  WordCounts() {
    for (int i = 0; i < PARTITIONS; i++) {
      partitions[i] = new Partition();
    }
  }

  Partition partition(int index) {
    return partitions[index];
  }

  /** The partition that words with this hash belong to. */
  static int partitionOf(int hash) {
    return hash >>> 26;
  }

  static int hash(char[] text, int from, int to) {
    int hash = to - from;
    for (int i = from; i < to; i++) {
      hash = (hash ^ text[i]) * 0x01000193;
      hash ^= hash >>> 17;
    }
    return hash * 0x9E3779B1;
  }

  /** Returns the number of distinct words. */
  long size() {
    long size = 0;
    for (Partition partition : partitions) {
      size += partition.size;
    }
    return size;
  }

  /** Returns how many bytes the words take here. */
  long memory() {
    long bytes = 0;
    for (Partition partition : partitions) {
      bytes += partition.memory();
    }
    return bytes;
  }

  /** Returns how many bytes of UTF-8 the distinct words have together. */
  long utf8Length() {
    long bytes = 0;
    for (Partition partition : partitions) {
      bytes += partition.utf8Length;
    }
    return bytes;
  }

  /** The words whose hashes share their upper bits. Guarded by its own monitor. */
  static final class Partition {
    private char[] arena = new char[256];
    private int[] starts = new int[17];
    private int[] hashes = new int[16];
    private long[] counts = new long[16];
    private int[] slots = new int[32]; // word + 1, 0 marks an empty slot
    private int size;
    private long utf8Length;

    int size() {
      return size;
    }

    /** How many bytes of UTF-8 the words have together. */
    long utf8Length() {
      return utf8Length;
    }

    /** The characters of the words, see {@link #start} and {@link #end}. */
    char[] arena() {
      return arena;
    }

    int start(int word) {
      return starts[word];
    }

    int end(int word) {
      return starts[word + 1];
    }

    long count(int word) {
      return counts[word];
    }

    /** Adds {@code count} to the word {@code text[from, to)}. */
    void add(char[] text, int from, int to, int hash, long count) {
      int mask = slots.length - 1;
      int slot = hash & mask;
      while (slots[slot] != 0) {
        int word = slots[slot] - 1;
        if (hashes[word] == hash
            && Arrays.equals(arena, starts[word], starts[word + 1], text, from, to)) {
          counts[word] += count;
          return;
        }
        slot = (slot + 1) & mask;
      }
      append(text, from, to, hash, count);
      slots[slot] = size;
      if (size * 2 > slots.length) {
        rehash(slots.length * 2);
      }
    }

    private void append(char[] text, int from, int to, int hash, long count) {
      int start = starts[size];
      int end = Math.addExact(start, to - from);
      if (end > arena.length) {
        arena = Arrays.copyOf(arena, grown(arena.length, end));
      }
      if (size + 1 == starts.length) {
        starts = Arrays.copyOf(starts, grown(size, size + 2) + 1);
        hashes = Arrays.copyOf(hashes, starts.length - 1);
        counts = Arrays.copyOf(counts, starts.length - 1);
      }
      System.arraycopy(text, from, arena, start, to - from);
      hashes[size] = hash;
      counts[size] = count;
      starts[++size] = end;
      utf8Length += utf8Length(text, from, to);
    }

    private static int grown(int capacity, int needed) {
      return Math.max(needed, (int) Math.min(capacity + (capacity >> 1) + 16L, 1 << 30));
    }

    private void rehash(int capacity) {
      slots = new int[capacity];
      int mask = capacity - 1;
      for (int word = 0; word < size; word++) {
        int slot = hashes[word] & mask;
        while (slots[slot] != 0) {
          slot = (slot + 1) & mask;
        }
        slots[slot] = word + 1;
      }
    }

    /** Forgets the words that occur at most {@code limit} times; returns what was forgotten. */
    Pruned prune(long limit) {
      Partition kept = new Partition();
      long words = 0;
      long occurrences = 0;
      for (int word = 0; word < size; word++) {
        if (counts[word] > limit) {
          kept.add(arena, starts[word], starts[word + 1], hashes[word], counts[word]);
        } else {
          words++;
          occurrences += counts[word];
        }
      }
      arena = kept.arena;
      starts = kept.starts;
      hashes = kept.hashes;
      counts = kept.counts;
      slots = kept.slots;
      size = kept.size;
      utf8Length = kept.utf8Length;
      return new Pruned(words, occurrences);
    }

    /** Gives up all words. */
    void clear() {
      prune(Long.MAX_VALUE);
    }

    long memory() {
      return 2L * arena.length + 16L * counts.length + 4L * slots.length;
    }

    private static int utf8Length(char[] text, int from, int to) {
      int length = 0;
      for (int i = from; i < to; i++) {
        char c = text[i];
        // Half of a surrogate pair is two of the pair's four bytes.
        length += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
      }
      return length;
    }
  }

  /** How many words, and how many occurrences of them, were forgotten. */
  record Pruned(long words, long occurrences) {}
}

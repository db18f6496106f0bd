package io.github.maque.tokenizer.bpe;

import io.github.maque.tokenizer.IdBuffer;
import java.util.Arrays;

/** Sums by token id, cheap to clear: it remembers which ids it holds. */
final class NeighbourCounts {
  private long[] sums = new long[1024];
  private final IdBuffer ids = new IdBuffer();

  void add(int id, long count) {
    if (id >= sums.length) {
      sums = Arrays.copyOf(sums, Math.max(id + 1, sums.length * 2));
    }
    if (sums[id] == 0) {
      ids.add(id);
    }
    sums[id] += count;
  }

  void addAll(NeighbourCounts other) {
    for (int i = 0; i < other.size(); i++) {
      add(other.id(i), other.sum(other.id(i)));
    }
  }

  int size() {
    return ids.size();
  }

  int id(int index) {
    return ids.get(index);
  }

  long sum(int id) {
    return sums[id];
  }

  void clear() {
    for (int i = 0; i < ids.size(); i++) {
      sums[ids.get(i)] = 0;
    }
    ids.clear();
  }
}

package io.github.maque.data.clean;

/**
 * Sets of numbers that are joined, each known by its smallest number: Tarjan, "Efficiency of a good
 * but not linear set union algorithm" (1975), with path halving and linking by index, so that the
 * outcome does not depend on the order of the joins. Thread-safe.
 */
final class UnionFind {
  private final MappedRecords parents;

  /** Puts every number below the count of {@code parents} in a set of its own. */
  UnionFind(MappedRecords parents) {
    this.parents = parents;
    for (long i = 0; i < parents.count(); i++) {
      parents.set(i, i);
    }
  }

  /** Makes one set of those that {@code a} and {@code b} are in. */
  synchronized void join(long a, long b) {
    long rootA = find(a);
    long rootB = find(b);
    if (rootA != rootB) {
      parents.set(Math.max(rootA, rootB), Math.min(rootA, rootB));
    }
  }

  /** Returns the smallest number of the set that {@code a} is in. */
  synchronized long find(long a) {
    long at = a;
    long parent = parents.get(at);
    while (parent != at) {
      long grandparent = parents.get(parent);
      parents.set(at, grandparent);
      at = grandparent;
      parent = parents.get(at);
    }
    return at;
  }
}

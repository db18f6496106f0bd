package io.github.maque.examples.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;

/**
 * Random sequences to train on: what a step costs does not depend on what is in them.
 *
 * @param rows ids {@code [rows][time + 1]}; each but the first is the target of the one before it
 */
record RandomBatch(int[][] rows) {

  /** Draws sequences. */
  static RandomBatch of(int rows, int time, int vocabulary, long seed) {
    SplitMix random = new SplitMix(seed);
    int[][] ids = new int[rows][time + 1];
    for (int[] row : ids) {
      Arrays.setAll(row, t -> random.nextInt(vocabulary));
    }
    return new RandomBatch(ids);
  }

  int size() {
    return rows.length;
  }

  int time() {
    return rows[0].length - 1;
  }

  int tokens() {
    return size() * time();
  }

  /** Returns the inputs of some rows, {@code [to - from, time]}. */
  NDArray inputs(NDManager manager, int from, int to) {
    return part(manager, from, to, 0);
  }

  /** Returns the targets of some rows, {@code [to - from, time]}. */
  NDArray targets(NDManager manager, int from, int to) {
    return part(manager, from, to, 1);
  }

  private NDArray part(NDManager manager, int from, int to, int shift) {
    long[] flat = new long[(to - from) * time()];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = rows[from + i / time()][i % time() + shift];
    }
    return manager.create(flat, new Shape(to - from, time()));
  }
}

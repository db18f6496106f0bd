package io.github.maque.examples.benchmark;

import java.util.ArrayList;
import java.util.List;

/**
 * Work without memory or locks, which several threads do as many times faster as there are cores.
 */
final class Arithmetic {
  private static final long STEPS = 100_000_000;

  /** Where results go, so that no compiler leaves the work out. */
  @SuppressWarnings("unused")
  private static volatile long sink;

  private Arithmetic() {}

  /** Does an amount of work that is always the same on this many threads. */
  static void run(int threads) {
    List<Thread> helpers = new ArrayList<>();
    for (int t = 1; t < threads; t++) {
      Thread helper = new Thread(() -> step(STEPS / threads), "maque-arithmetic");
      helper.start();
      helpers.add(helper);
    }
    step(STEPS / threads);
    for (Thread helper : helpers) {
      try {
        helper.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void step(long steps) {
    long state = steps;
    for (long i = 0; i < steps; i++) {
      state = state * 0x5DEECE66DL + i;
    }
    sink = state;
  }
}

package io.github.maque.examples.pretrain;

import io.github.maque.model.kernel.Precision;

/**
 * How the engine computes.
 *
 * @param precision of matrix products; {@link Precision#AUTO} takes what is fast on this machine
 * @param threads of an operation on the CPU; 0 for as many as the engine takes by itself
 */
public record EngineSettings(Precision precision, int threads) {
  /** DJL reads it when its engine starts. */
  private static final String THREADS = "ai.djl.pytorch.num_threads";

  /** Checks the number of threads. */
  public EngineSettings {
    if (threads < 0) {
      throw new IllegalArgumentException("threads must be at least 0, got " + threads);
    }
  }

  /** What is fast, and the engine's own number of threads. */
  public static EngineSettings defaults() {
    return new EngineSettings(Precision.AUTO, 0);
  }

  /** Tells the engine its number of threads, which counts if it has not started yet. */
  public void apply() {
    if (threads > 0) {
      System.setProperty(THREADS, String.valueOf(threads));
    }
  }
}

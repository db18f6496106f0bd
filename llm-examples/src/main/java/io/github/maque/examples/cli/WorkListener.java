package io.github.maque.examples.cli;

/** Hears how far some work has come. */
@FunctionalInterface
interface WorkListener {
  /** Tells that {@code done} of {@code total} is finished. */
  void update(long done, long total);
}

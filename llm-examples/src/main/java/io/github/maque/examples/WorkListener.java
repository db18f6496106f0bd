package io.github.maque.examples;

/** Hears how far some work has come. */
@FunctionalInterface
public interface WorkListener {
  /** One that does not care. */
  WorkListener SILENT = (done, total) -> {};

  /** Tells that {@code done} of {@code total} is finished. */
  void update(long done, long total);
}

package io.github.maque.data.shard;

/** Hears how far the preparation of a data set has come. Called from the thread that builds it. */
@FunctionalInterface
public interface PreparationProgress {

  /** The parts of a preparation. */
  enum Stage {
    /** Reading everything once to find duplicates; measured in bytes of the files. */
    SURVEY,
    /** Comparing what was found; measured in thousandths. */
    COMPARE,
    /** Cleaning, encoding and writing; measured in bytes of the files. */
    ENCODE
  }

  /** Tells that {@code done} of {@code total} is finished. */
  void update(Stage stage, long done, long total);
}

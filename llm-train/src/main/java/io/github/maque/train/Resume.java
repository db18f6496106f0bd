package io.github.maque.train;

import java.nio.file.Path;

/** What a run begins with. */
public sealed interface Resume {
  /** Goes on from the newest intact checkpoint in the run's directory, if there is one. */
  static Resume auto() {
    return new Auto(new Never());
  }

  /**
   * Goes on from the newest intact checkpoint in the run's directory, or else begins with something
   * else: so the same program makes a run and goes on with it after it was killed.
   */
  static Resume autoOr(Resume otherwise) {
    return new Auto(otherwise);
  }

  /**
   * Begins anew.
   *
   * <p>A run's directory that holds checkpoints is then refused, so that nothing is lost.
   */
  static Resume never() {
    return new Never();
  }

  /** Goes on from a checkpoint. */
  static Resume from(Path checkpoint) {
    return new From(checkpoint);
  }

  /**
   * Begins anew with the weights of a checkpoint, or of any directory of Hugging Face's layout with
   * tensors of the same names and shapes.
   */
  static Resume weights(Path directory) {
    return new Weights(directory);
  }

  /** See {@link #autoOr}. */
  record Auto(Resume otherwise) implements Resume {}

  /** See {@link #never}. */
  record Never() implements Resume {}

  /** See {@link #from}. */
  record From(Path checkpoint) implements Resume {}

  /** See {@link #weights}. */
  record Weights(Path directory) implements Resume {}
}

package io.github.maque.tokenizer.bpe;

/** Hears how far the training of a vocabulary has come. Called from the training thread. */
@FunctionalInterface
public interface TrainingProgress {

  /** The parts of training. */
  enum Stage {
    /** Reading texts and counting pre-tokens; measured in bytes of UTF-8. */
    COUNT,
    /** Learning merges; measured in pieces of the vocabulary. */
    MERGE
  }

  /**
   * Tells that {@code done} of {@code total} is finished.
   *
   * @param total how much there is in all, or -1 if that is not known
   */
  void update(Stage stage, long done, long total);
}

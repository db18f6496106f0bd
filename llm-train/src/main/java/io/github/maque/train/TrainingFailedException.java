package io.github.maque.train;

/**
 * A run that cannot go on: too many updates in a row had to be left out, since their losses or
 * gradients were not finite, or were spikes.
 */
public final class TrainingFailedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Creates one. */
  public TrainingFailedException(String message) {
    super(message);
  }
}

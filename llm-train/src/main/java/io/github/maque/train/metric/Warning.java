package io.github.maque.train.metric;

/**
 * Something that a user should know.
 *
 * @param step after which update
 */
public record Warning(long step, Kind kind, String message) {
  /** What it is about. */
  public enum Kind {
    /** A loss or gradients that are no numbers, or no loss at all: the update was left out. */
    NOT_FINITE,
    /** A loss far from those before. */
    SPIKE,
    /** A checkpoint that could not be written. */
    CHECKPOINT,
    /** A listener that failed. */
    LISTENER,
    /** The run ends before its time. */
    STOP_RULE
  }
}

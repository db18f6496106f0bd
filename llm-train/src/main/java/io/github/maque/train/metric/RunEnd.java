package io.github.maque.train.metric;

/**
 * How a run ended.
 *
 * @param step the number of the last update
 * @param tokens how many tokens it has read, padding not counted
 * @param seconds how long this part of the run took, from its start
 * @param message what it failed with, or why a rule ended it; else empty
 */
public record RunEnd(Reason reason, long step, long tokens, double seconds, String message) {
  /** Why. */
  public enum Reason {
    /** All updates were made. */
    COMPLETED,
    /** It was asked to stop, interrupted, or a rule ended it. */
    STOPPED,
    /** It could not go on. */
    FAILED
  }
}

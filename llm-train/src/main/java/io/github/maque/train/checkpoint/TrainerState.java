package io.github.maque.train.checkpoint;

import java.util.OptionalDouble;

/**
 * What a run needs to go on, besides tensors.
 *
 * @param step the number of the last update made, counted from 1; 0 before the first
 * @param tokens how many tokens have been read, padding not counted
 * @param data where the data are, as {@link io.github.maque.data.pack.DataState#encode} says it;
 *     empty before any was read
 * @param rowsPerMicroBatch how many sequences are computed at once; another number would change
 *     losses in their last bits; 0 if it has yet to be found
 * @param validationLoss of the evaluation at this step, if there was one
 * @param bestLoss the lowest validation loss so far
 * @param configuration all settings of the run, as YAML
 */
public record TrainerState(
    long step,
    long tokens,
    String data,
    int rowsPerMicroBatch,
    OptionalDouble validationLoss,
    OptionalDouble bestLoss,
    String configuration) {
  /** Checks that no number is negative. */
  public TrainerState {
    requireCount("step", step);
    requireCount("tokens", tokens);
    requireCount("rowsPerMicroBatch", rowsPerMicroBatch);
  }

  private static void requireCount(String name, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + " must be at least 0, got " + value);
    }
  }

  /** Returns the state of a run that has not begun. */
  public static TrainerState beginning(int rowsPerMicroBatch, String configuration) {
    OptionalDouble none = OptionalDouble.empty();
    return new TrainerState(0, 0, "", rowsPerMicroBatch, none, none, configuration);
  }

  /** Returns the state after an update. */
  public TrainerState after(long newStep, long newTokens, String newData) {
    return new TrainerState(
        newStep,
        newTokens,
        newData,
        rowsPerMicroBatch,
        OptionalDouble.empty(),
        bestLoss,
        configuration);
  }

  /** Returns the state with another place in the data. */
  public TrainerState withData(String other) {
    return new TrainerState(
        step, tokens, other, rowsPerMicroBatch, validationLoss, bestLoss, configuration);
  }

  /** Returns the state with another number of rows. */
  public TrainerState withRowsPerMicroBatch(int other) {
    return new TrainerState(step, tokens, data, other, validationLoss, bestLoss, configuration);
  }

  /** Returns the state with other losses. */
  public TrainerState withLosses(OptionalDouble validation, OptionalDouble best) {
    return new TrainerState(step, tokens, data, rowsPerMicroBatch, validation, best, configuration);
  }

  /** Returns the state with other settings. */
  public TrainerState withConfiguration(String other) {
    return new TrainerState(step, tokens, data, rowsPerMicroBatch, validationLoss, bestLoss, other);
  }
}

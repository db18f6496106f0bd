package io.github.maque.align.internal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.maque.model.Decoder;
import io.github.maque.train.objective.MicroBatch;

/** What a decoder as it is makes of rows of tokens. */
public final class TokenLogProbabilities {
  private TokenLogProbabilities() {}

  /**
   * Returns the log-probabilities of targets, float32 {@code [rows, length]}, without gradients.
   * They are attached to the rows' manager.
   */
  public static NDArray of(Decoder decoder, MicroBatch rows) {
    try (NDManager scratch = rows.manager().newSubManager()) {
      NDArray hidden = decoder.hiddenStates(scratch, rows.input());
      NDArray table = decoder.headTable().getArray();
      NDArray found =
          decoder.head().logProbabilities(scratch, hidden, table, rows.targets()).get(0);
      found.attach(rows.manager());
      return found;
    }
  }
}

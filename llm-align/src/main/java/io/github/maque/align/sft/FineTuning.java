package io.github.maque.align.sft;

import io.github.maque.train.TrainingOptions;
import io.github.maque.train.optimizer.AdamW;
import io.github.maque.train.schedule.Amount;
import io.github.maque.train.schedule.Cosine;

/** Settings to begin with when a small model is fine-tuned. */
public final class FineTuning {
  private FineTuning() {}

  /**
   * Returns options that differ from those of pre-training where fine-tuning does: there is less
   * data, and what the model knows already is to stay.
   *
   * <ul>
   *   <li>3 passes over the data; with replay see {@link FineTuningData#passes}
   *   <li>8,192 tokens a step, so that few data still make many updates
   *   <li>AdamW without weight decay, at a learning rate of 0.0002, a fifth of pre-training's
   *   <li>a cosine schedule whose warm-up is 5 % of the run
   * </ul>
   */
  public static TrainingOptions options() {
    return TrainingOptions.defaults()
        .withDuration(Amount.ofFraction(3))
        .withTokensPerStep(8_192)
        .withOptimizer(AdamW.defaults().withLearningRate(2e-4).withWeightDecay(0))
        .withSchedule(new Cosine(Amount.ofFraction(0.05), 0.1));
  }
}

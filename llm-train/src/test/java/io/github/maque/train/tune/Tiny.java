package io.github.maque.train.tune;

import ai.djl.ndarray.NDManager;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.kernel.Precision;
import io.github.maque.train.EvaluationPlan;
import io.github.maque.train.TrainingOptions;
import io.github.maque.train.schedule.Amount;
import io.github.maque.train.schedule.Linear;
import java.util.List;

/** A decoder that trains in a second, what it trains on, and how. */
final class Tiny {
  static final WalkSource DATA = new WalkSource(16, 16, 1 << 20, 1);

  private Tiny() {}

  static Decoder decoder(NDManager manager) {
    DecoderConfig config =
        DecoderConfig.builder()
            .vocabularySize(16)
            .vocabularyMultiple(16)
            .contextLength(16)
            .layers(1)
            .width(32)
            .heads(2)
            .feedForwardWidth(64)
            .build();
    return Decoder.create(manager, config, Precision.FLOAT32);
  }

  /** Returns the options of a run of so many updates. */
  static TrainingOptions options(long steps) {
    return TrainingOptions.defaults()
        .withTokensPerStep(16 * 16)
        .withRowsPerMicroBatch(16)
        .withDuration(Amount.ofSteps(steps))
        .withSchedule(Linear.defaults())
        .withEvaluation(new EvaluationPlan(steps, 0, List.of(), 1, 0));
  }
}

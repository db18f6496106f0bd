package io.github.maque.examples.benchmark;

import ai.djl.ndarray.NDManager;
import io.github.maque.align.adapter.LoraAdapter;
import io.github.maque.align.adapter.LoraConfig;
import io.github.maque.align.preference.Dpo;
import io.github.maque.align.preference.PreferenceObjective;
import io.github.maque.align.preference.Reference;
import io.github.maque.align.preference.ReferenceModel;
import io.github.maque.data.pack.PackingReport;
import io.github.maque.data.pack.Sequences;
import io.github.maque.model.Decoder;
import io.github.maque.model.kernel.Precision;
import io.github.maque.train.Trainer;
import io.github.maque.train.metric.RunDescription;
import io.github.maque.train.metric.StepMetrics;
import io.github.maque.train.metric.TrainingListener;
import io.github.maque.train.objective.NextToken;
import io.github.maque.train.objective.Objective;
import io.github.maque.train.optimizer.AdamW;
import io.github.maque.train.schedule.Amount;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A decoder that learns by one method, some steps of a {@link Trainer} at a time, so slowly that it
 * stays what it was: each step costs what the first one does.
 */
final class AlignTraining implements AutoCloseable {
  private static final double LEARNING_RATE = 1e-7;

  private final Method method;
  private final NDManager manager;
  private final Decoder decoder;
  private final Optional<ReferenceModel> referenceModel;

  /** How many rows are computed at once; 0 until that is found. */
  private int rows;

  /** How it learns. */
  enum Method {
    /** From answers, all weights. */
    SFT("SFT"),
    /** From pairs, with a reference that is known already. */
    DPO("DPO, reference cached"),
    /** From pairs, with a second model as the reference. */
    DPO_WITH_MODEL("DPO, reference computed in the step"),
    /** From answers, an adapter of all projections. */
    LORA("SFT of an adapter of rank 8");

    private final String label;

    Method(String label) {
      this.label = label;
    }

    @Override
    public String toString() {
      return label;
    }

    /** Returns what it learns from. */
    private Sequences rows(AlignData data) {
      return isPreference() ? data.pairs() : data.samples();
    }

    /** Returns how well what it learns from is packed. */
    PackingReport packing(AlignData data) {
      return isPreference() ? data.pairs().report() : data.samples().report();
    }

    private boolean isPreference() {
      return this == DPO || this == DPO_WITH_MODEL;
    }
  }

  /** Creates a decoder with random weights. */
  AlignTraining(NDManager parent, Method method, ModelShape shape, Precision precision) {
    this.method = method;
    manager = parent.newSubManager();
    decoder = Decoder.create(manager, shape.config(), precision);
    referenceModel =
        method == Method.DPO_WITH_MODEL
            ? Optional.of(
                ReferenceModel.of(Decoder.create(manager, shape.config(), decoder.precision())))
            : Optional.empty();
    if (method == Method.LORA) {
      LoraAdapter.create(manager, decoder, LoraConfig.defaults().withRank(8), 1).attach();
    }
  }

  /** Returns how many rows {@link #seconds} computes at once; 0 before the first time. */
  int rowsAtOnce() {
    return rows;
  }

  /**
   * Makes steps, the first time after finding how many rows are best computed at once.
   *
   * @param batch how many rows a step has
   * @return how long each step took
   * @throws IllegalStateException if a step was left out
   */
  double[] seconds(AlignData data, int batch, int steps) throws IOException {
    List<Double> seconds = new ArrayList<>();
    train(
        data,
        batch,
        rows,
        steps,
        new TrainingListener() {
          @Override
          public void started(RunDescription run) {
            rows = run.rowsPerMicroBatch();
          }

          @Override
          public void stepped(StepMetrics step) {
            if (!step.skipped()) {
              seconds.add(step.seconds());
            }
          }
        });
    if (seconds.size() != steps) {
      throw new IllegalStateException(
          "%s: only %d of %d steps were made".formatted(method, seconds.size(), steps));
    }
    return seconds.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /**
   * Makes steps.
   *
   * @param batch how many rows a step has
   * @param rowsAtOnce how many of them are computed at once, or 0 for what is fastest
   */
  void train(AlignData data, int batch, int rowsAtOnce, int steps, TrainingListener listener)
      throws IOException {
    try (NDManager scope = manager.newSubManager()) {
      Trainer.on(decoder)
          .data(method.rows(data))
          .objective(objective(scope, data))
          .optimizer(AdamW.defaults().withLearningRate(LEARNING_RATE))
          .tokensPerStep((long) batch * data.length())
          .rowsPerMicroBatch(rowsAtOnce)
          .duration(Amount.ofSteps(steps))
          .listener(listener)
          .build()
          .train();
    }
  }

  private Objective objective(NDManager scope, AlignData data) {
    if (!method.isPreference()) {
      return NextToken.defaults();
    }
    Reference reference = referenceModel.map(Reference.class::cast).orElseGet(data::reference);
    return PreferenceObjective.builder(scope, data.pairs(), Dpo.defaults())
        .reference(reference)
        .build();
  }

  @Override
  public void close() {
    manager.close();
  }
}

package io.github.maque.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.maque.data.pack.Batch;
import io.github.maque.model.Decoder;
import io.github.maque.model.ForwardPass;
import io.github.maque.model.kernel.Kernel;
import io.github.maque.model.kernel.KernelSource;
import io.github.maque.model.kernel.Kernels;
import io.github.maque.model.kernel.Precision;
import io.github.maque.model.layer.LanguageModelHead;
import io.github.maque.train.objective.HiddenLoss;
import io.github.maque.train.objective.HiddenObjective;
import io.github.maque.train.objective.MicroBatch;
import io.github.maque.train.objective.NextToken;
import io.github.maque.train.objective.Objective;
import io.github.maque.train.objective.TokenLoss;
import io.github.maque.train.objective.TokenObjective;
import io.github.maque.train.optimizer.Optimizer;
import io.github.maque.train.optimizer.TrainedParameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One update: forward and backward, some rows at a time, then what is done with the gradients, then
 * the optimizer. The device is given all of it without being asked for any number.
 */
final class TrainingStep implements AutoCloseable {
  /** fp16: few scales survive this; the right one is found within twenty updates left out. */
  private static final float FIRST_LOSS_SCALE = 1 << 15;

  /**
   * After so many updates without trouble the loss scale is doubled (Micikevicius et al., 2018).
   */
  private static final int GROWTH_INTERVAL = 2000;

  private final Decoder decoder;
  private final TrainingOptions options;
  private final NDManager manager;
  private final MicroBatch.Loader loader;
  private final Optimizer optimizer;
  private final NDList gradients = new NDList();
  private final NDArray state;
  private final NDArray window;
  private final Kernel addNextTokenLoss;
  private final Kernel addLoss;
  private final Kernel scaled;
  private final Kernel judge;
  private final Kernel setScale;

  /**
   * Creates the step of a run.
   *
   * @param parent what its arrays belong to until it is closed
   */
  TrainingStep(
      NDManager parent,
      Decoder decoder,
      List<TrainedParameter> parameters,
      TrainingOptions options) {
    this.decoder = decoder;
    this.options = options;
    manager = parent.newSubManager();
    try {
      parameters.forEach(parameter -> gradients.add(parameter.gradient()));
      loader = new MicroBatch.Loader(manager, options.embeddingNoise(), decoder.config().width());
      state = manager.create(new float[] {firstScale(), 0, 0, 0, 0});
      window = manager.zeros(new Shape(options.rules().spikeWindow()));
      Kernels kernels =
          Kernels.compile(manager, KernelSource.resource(TrainingStep.class, "step.py"));
      addNextTokenLoss = kernels.get("add_next_token_loss");
      addLoss = kernels.get("add_loss");
      scaled = kernels.get("scaled");
      judge = kernels.get("judge");
      setScale = kernels.get("set_scale");
      optimizer = options.optimizer().create(manager, parameters);
    } catch (RuntimeException | Error e) {
      manager.close();
      throw e;
    }
  }

  private float firstScale() {
    return decoder.precision() == Precision.FLOAT16_MIXED ? FIRST_LOSS_SCALE : 1;
  }

  /** Takes care of tensors that are those of a run in another precision. */
  void restored() {
    boolean scaled = state.toFloatArray()[0] != 1;
    if (scaled != (firstScale() != 1)) {
      setScale.infer(manager, state, firstScale()).close();
    }
  }

  /**
   * Makes the update of a batch.
   *
   * @param step its number, counted from 1
   * @param rows how many are computed at once
   * @return its figures, still on the device
   */
  StepFigures update(Batch batch, long step, int rows, double rateFactor) {
    NDManager scope = manager.newSubManager();
    try {
      Sums sums = accumulate(scope, batch, batch.rows(), step, rows);
      StepRules rules = options.rules();
      NDList judged =
          judge.infer(
              scope,
              gradients,
              sums.loss,
              sums.inverse,
              state,
              window,
              rules.clip(),
              rules.spikeThreshold(),
              rules.skipSpikes(),
              decoder.precision() == Precision.FLOAT16_MIXED,
              GROWTH_INTERVAL);
      optimizer.step(rateFactor, judged.get(1), judged.get(2));
      return new StepFigures(scope, judged.get(0), sums.inverse, sums.metrics);
    } catch (RuntimeException | Error e) {
      scope.close();
      throw e;
    }
  }

  /**
   * Makes the gradients those of a batch's first rows.
   *
   * @param scope what the sums belong to
   * @param end how many rows in all
   * @param rows how many are computed at once
   */
  Sums accumulate(NDManager scope, Batch batch, int end, long step, int rows) {
    decoder.zeroGradients();
    double weight = 0;
    for (int row = 0; row < end; row++) {
      weight += weight(options.objective(), batch, row);
    }
    Sums sums =
        new Sums(
            scope.zeros(new Shape(1), DataType.FLOAT64),
            weight == 0 ? 0 : 1 / weight,
            new LinkedHashMap<>());
    for (int from = 0; from < end; from += rows) {
      try (NDManager part = scope.newSubManager()) {
        MicroBatch micro = loader.load(part, batch, from, Math.min(rows, end - from));
        forwardAndBackward(micro, sums, dropoutSeed(step, from));
      }
    }
    return sums;
  }

  /**
   * Returns how much a row counts.
   *
   * @throws IllegalArgumentException if the objective says something impossible
   */
  static double weight(Objective objective, Batch batch, int row) {
    double weight = objective.weight(batch, row);
    if (weight < 0) {
      throw new IllegalArgumentException(
          "the weight of a row must be at least 0, but the objective gives "
              + weight
              + " to row "
              + row
              + ", which is sequence "
              + batch.sequence(row)
              + " of source "
              + batch.source(row));
    }
    return weight;
  }

  private void forwardAndBackward(MicroBatch micro, Sums sums, long dropoutSeed) {
    try (ForwardPass pass = forwardPass(micro, dropoutSeed)) {
      if (options.objective() instanceof NextToken nextToken) {
        pass.backward(nextToken(nextToken, micro, pass, sums));
      } else if (options.objective() instanceof TokenObjective objective) {
        NDArray logProbabilities = pass.logProbabilities(micro.targets()).get(0);
        TokenLoss loss = objective.loss(micro, logProbabilities);
        sums.add(micro.manager(), addLoss, loss.loss(), loss.metrics());
        NDArray weights = scaled(micro, loss.derivatives(), -sums.inverse);
        pass.backward(pass.headGradients(micro.targets(), weights, 0, 0).hidden());
      } else {
        HiddenLoss loss = ((HiddenObjective) options.objective()).loss(micro, pass.hidden());
        sums.add(micro.manager(), addLoss, loss.loss(), loss.metrics());
        pass.backward(scaled(micro, loss.gradient(), sums.inverse));
      }
    }
  }

  private ForwardPass forwardPass(MicroBatch micro, long seed) {
    return micro.embeddingNoise().isPresent()
        ? decoder.forwardPass(
            micro.input(), options.checkpointing(), seed, micro.embeddingNoise().get())
        : decoder.forwardPass(micro.input(), options.checkpointing(), seed);
  }

  private NDArray nextToken(NextToken objective, MicroBatch micro, ForwardPass pass, Sums sums) {
    NDArray weights = scaled(micro, micro.lossWeights(), sums.inverse);
    LanguageModelHead.Gradients head =
        pass.headGradients(micro.targets(), weights, objective.labelSmoothing(), objective.zLoss());
    addNextTokenLoss.infer(
        micro.manager(),
        sums.loss,
        micro.lossWeights(),
        head.logProbabilities(),
        head.logSums(),
        head.meanLogProbabilities(),
        objective.labelSmoothing(),
        objective.zLoss());
    return head.hidden();
  }

  private NDArray scaled(MicroBatch micro, NDArray values, double factor) {
    return scaled.infer(micro.manager(), values, factor, state).singletonOrThrow();
  }

  /**
   * Different for each seed, step and place in it. The factor is not the one by which the seeds of
   * layers differ, or else runs of neighbouring seeds would drop the same in neighbouring layers.
   */
  private long dropoutSeed(long step, int firstRow) {
    return options.seed() * 0xD1342543DE82EF95L + (step << 20) + firstRow;
  }

  /** Returns how many numbers are trained. */
  long parameters() {
    return gradients.stream().mapToLong(gradient -> gradient.getShape().size()).sum();
  }

  /** Returns the tensors that the next update depends on besides the weights. */
  Map<String, NDArray> tensors() {
    Map<String, NDArray> tensors = new LinkedHashMap<>();
    optimizer.state().forEach((name, array) -> tensors.put("optimizer." + name, array));
    tensors.put("trainer.state", state);
    tensors.put("trainer.losses", window);
    return tensors;
  }

  @Override
  public void close() {
    optimizer.close();
    manager.close();
  }

  /**
   * What micro-batches add up.
   *
   * @param loss float64 {@code [1]}
   * @param inverse of what sums are divided by
   */
  record Sums(NDArray loss, double inverse, Map<String, NDArray> metrics) {
    private void add(
        NDManager scratch, Kernel addLoss, NDArray more, Map<String, NDArray> moreMetrics) {
      addLoss.infer(scratch, loss, more);
      for (Map.Entry<String, NDArray> metric : moreMetrics.entrySet()) {
        NDArray sum =
            metrics.computeIfAbsent(
                metric.getKey(), name -> loss.getManager().zeros(new Shape(1), DataType.FLOAT64));
        addLoss.infer(scratch, sum, metric.getValue());
      }
    }
  }
}

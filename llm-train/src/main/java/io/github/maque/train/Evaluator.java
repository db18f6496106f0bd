package io.github.maque.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.github.maque.data.pack.Batch;
import io.github.maque.data.pack.BatchStream;
import io.github.maque.data.pack.Sequences;
import io.github.maque.model.Decoder;
import io.github.maque.model.generate.DecodingSession;
import io.github.maque.model.generate.Generation;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.model.generate.TextGenerator;
import io.github.maque.model.kernel.Kernel;
import io.github.maque.model.kernel.KernelSource;
import io.github.maque.model.kernel.Kernels;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.train.metric.Evaluation;
import io.github.maque.train.objective.HiddenLoss;
import io.github.maque.train.objective.HiddenObjective;
import io.github.maque.train.objective.MicroBatch;
import io.github.maque.train.objective.Objective;
import io.github.maque.train.objective.TokenLoss;
import io.github.maque.train.objective.TokenObjective;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The loss of what is not trained on, other figures, and texts of the model's own. */
final class Evaluator implements AutoCloseable {
  private static final KernelSource SOURCE =
      KernelSource.of(
          "evaluation",
          """
          # What has no weight may hold anything.
          def cross_entropy(self, chosen: Tensor, weights: Tensor) -> Tensor:
            w = torch.to(weights, 7)
            loss = torch.where(torch.eq(w, 0.0), torch.zeros_like(w), torch.to(chosen, 7) * w)
            return torch.neg(loss.sum())
          """);

  private final Decoder decoder;
  private final @Nullable Sequences data;
  private final Objective objective;
  private final @Nullable Tokenizer tokenizer;
  private final int[] bytes;
  private final List<Probe> probes;
  private final EvaluationPlan plan;
  private final long seed;
  private final int mostRows;
  private final NDManager manager;
  private final Kernel crossEntropy;
  private final MicroBatch.Loader loader;

  /**
   * Creates one.
   *
   * @param tokensAtOnce the most that are computed at once
   */
  Evaluator(TrainerBuilder settings, long tokensAtOnce) {
    decoder = settings.decoder;
    data = settings.validation;
    objective = settings.validationObjective();
    tokenizer = settings.tokenizer;
    bytes = bytes(settings.tokenizer);
    probes = List.copyOf(settings.probes);
    plan = settings.options.evaluation();
    seed = settings.options.seed();
    int together = objective.rowsTogether();
    long rows = data == null ? together : tokensAtOnce / data.length() / together * together;
    mostRows = Math.toIntExact(Math.max(together, rows));
    manager = decoder.manager().newSubManager();
    crossEntropy = Kernels.compile(manager, SOURCE).get("cross_entropy");
    loader = new MicroBatch.Loader(manager);
  }

  /** Returns how many bytes of UTF-8 each token stands for: special ones for none. */
  private static int[] bytes(@Nullable Tokenizer tokenizer) {
    if (tokenizer == null) {
      return new int[0];
    }
    return IntStream.range(0, tokenizer.vocabularySize())
        .map(id -> tokenizer.specialTokens().contains(id) ? 0 : tokenizer.pieceBytes(id).length)
        .toArray();
  }

  /** Returns whether there is anything to evaluate. */
  boolean wanted() {
    return plan.every().value() > 0
        && (data != null || !plan.prompts().isEmpty() || !probes.isEmpty());
  }

  /** Returns whether there is a loss by which checkpoints can be compared. */
  boolean hasLoss() {
    return plan.every().value() > 0 && data != null;
  }

  /**
   * Evaluates the model as it is.
   *
   * @param rows how many sequences are computed at once, if so many are allowed
   * @param bestBefore the lowest loss of the run so far
   * @param stopped asked now and then; if it says so, nothing is returned
   */
  Optional<Evaluation> evaluate(
      long step, int rows, OptionalDouble bestBefore, BooleanSupplier stopped) {
    long start = System.nanoTime();
    Sums sums = new Sums();
    if (data != null) {
      addAll(data, Math.min(rows, mostRows), sums, stopped);
    }
    Map<String, Double> figures = sums.means();
    for (Probe probe : probes) {
      if (!stopped.getAsBoolean()) {
        figures.putAll(probe.measure(step));
      }
    }
    if (stopped.getAsBoolean()) {
      return Optional.empty();
    }
    double loss = sums.loss / sums.weight; // NaN, if nothing has weight
    boolean likelihood = objective.isNegativeLogLikelihood() && !Double.isNaN(loss);
    List<Evaluation.Sample> samples = samples();
    return Optional.of(
        new Evaluation(
            step,
            loss,
            likelihood ? OptionalDouble.of(Math.exp(loss)) : OptionalDouble.empty(),
            likelihood && sums.bytes > 0
                ? OptionalDouble.of(sums.loss / Math.log(2) / sums.bytes)
                : OptionalDouble.empty(),
            sums.tokens,
            loss < bestBefore.orElse(Double.POSITIVE_INFINITY),
            (System.nanoTime() - start) / 1e9,
            figures,
            samples));
  }

  private void addAll(Sequences sequences, int rows, Sums sums, BooleanSupplier stopped) {
    int together = objective.rowsTogether();
    long left = plan.sequences() == 0 ? sequences.size() : plan.sequences();
    left = Math.max(together, left / together * together);
    try (BatchStream batches =
        BatchStream.of(sequences).batchSize(rows).sequential().epochs(1).open()) {
      while (left > 0 && !stopped.getAsBoolean()) {
        try (Batch batch = batches.next();
            NDManager scope = manager.newSubManager()) {
          if (batch == null) {
            break;
          }
          int taken = (int) Math.min(left, batch.rows());
          add(loader.load(scope, batch, 0, taken), sums);
          left -= taken;
        }
      }
    }
  }

  private void add(MicroBatch micro, Sums sums) {
    NDManager scope = micro.manager();
    NDArray hidden = decoder.hiddenStates(scope, micro.input());
    if (objective instanceof HiddenObjective ofHidden) {
      HiddenLoss loss = ofHidden.loss(micro, hidden);
      sums.add(loss.loss(), loss.metrics());
    } else {
      NDArray table = decoder.headTable().getArray();
      NDArray logProbabilities =
          decoder.head().logProbabilities(scope, hidden, table, micro.targets()).get(0);
      if (objective instanceof TokenObjective ofTokens) {
        TokenLoss loss = ofTokens.loss(micro, logProbabilities);
        sums.add(loss.loss(), loss.metrics());
      } else {
        sums.add(
            crossEntropy.infer(scope, logProbabilities, micro.lossWeights()).singletonOrThrow(),
            Map.of());
      }
    }
    addTokens(micro, sums);
  }

  private void addTokens(MicroBatch micro, Sums sums) {
    FloatBuffer weights = micro.batch().lossWeights().asFloatBuffer();
    IntBuffer targets = micro.batch().targets().asIntBuffer();
    for (int row = 0; row < micro.rows(); row++) {
      sums.weight += TrainingStep.weight(objective, micro.batch(), row);
    }
    for (int place = 0; place < micro.rows() * micro.batch().length(); place++) {
      float weight = weights.get(place);
      if (weight != 0) {
        int target = targets.get(place);
        sums.tokens++;
        // One token of unknown length is enough to know nothing.
        sums.bytes += target < bytes.length ? (double) weight * bytes[target] : Double.NaN;
      }
    }
  }

  private List<Evaluation.Sample> samples() {
    List<Evaluation.Sample> samples = new ArrayList<>();
    if (tokenizer == null || plan.prompts().isEmpty()) {
      return samples;
    }
    GenerationOptions.Builder options =
        GenerationOptions.builder().maxNewTokens(plan.sampleTokens()).seed(seed);
    if (plan.temperature() == 0) {
      options.greedy();
    } else {
      options.temperature(plan.temperature());
    }
    int slots = Math.min(8, plan.prompts().size());
    try (DecodingSession session = DecodingSession.open(decoder, slots)) {
      TextGenerator generator = TextGenerator.builder(session, tokenizer).build();
      List<Generation> texts = generator.generateAll(plan.prompts(), options.build());
      for (int i = 0; i < texts.size(); i++) {
        samples.add(new Evaluation.Sample(plan.prompts().get(i), texts.get(i).text()));
      }
      return samples;
    }
  }

  @Override
  public void close() {
    manager.close();
  }

  /** What batches add up. */
  private static final class Sums {
    private final Map<String, Double> metrics = new TreeMap<>();
    private double loss;
    private double weight;
    private double bytes;
    private long tokens;

    void add(NDArray more, Map<String, NDArray> moreMetrics) {
      loss += number(more);
      moreMetrics.forEach((name, sum) -> metrics.merge(name, number(sum), Double::sum));
    }

    private static double number(NDArray array) {
      return array.toType(DataType.FLOAT64, false).toDoubleArray()[0];
    }

    Map<String, Double> means() {
      Map<String, Double> means = new TreeMap<>();
      metrics.forEach((name, sum) -> means.put(name, sum / weight));
      return means;
    }
  }
}

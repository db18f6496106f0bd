package io.github.maque.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
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
import io.github.maque.train.objective.MicroBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** The mean cross-entropy of text that is not trained on, and texts of the model's own. */
final class Evaluator {
  private static final KernelSource SOURCE =
      KernelSource.of(
          "evaluation",
          """
          # What has no weight may hold anything.
          def add_cross_entropy(self, sums: Tensor, chosen: Tensor, weights: Tensor) -> Tensor:
            w = torch.to(weights, 7)
            loss = torch.where(torch.eq(w, 0.0), torch.zeros_like(w), torch.to(chosen, 7) * w)
            sums[0].sub_(loss.sum())
            sums[1].add_(w.sum())
            sums[2].add_(torch.ne(w, 0.0).sum())
            return sums
          """);

  private final Decoder decoder;
  private final @Nullable Sequences data;
  private final @Nullable Tokenizer tokenizer;
  private final OptionalDouble bytesPerToken;
  private final EvaluationPlan plan;
  private final long seed;

  Evaluator(
      Decoder decoder,
      @Nullable Sequences data,
      @Nullable Tokenizer tokenizer,
      OptionalDouble bytesPerToken,
      EvaluationPlan plan,
      long seed) {
    this.decoder = decoder;
    this.data = data;
    this.tokenizer = tokenizer;
    this.bytesPerToken = bytesPerToken;
    this.plan = plan;
    this.seed = seed;
  }

  /** Returns whether there is anything to evaluate. */
  boolean wanted() {
    return plan.every() > 0 && (data != null || !plan.prompts().isEmpty());
  }

  /**
   * Evaluates the model as it is.
   *
   * @param rows how many sequences are computed at once
   * @param bestBefore the lowest loss of the run so far
   */
  Evaluation evaluate(long step, int rows, OptionalDouble bestBefore) {
    long start = System.nanoTime();
    double[] sums = data == null ? new double[3] : crossEntropy(data, rows);
    double loss = sums[0] / sums[1]; // NaN, if nothing has weight
    OptionalDouble bits =
        bytesPerToken.isPresent()
            ? OptionalDouble.of(loss / Math.log(2) / bytesPerToken.getAsDouble())
            : OptionalDouble.empty();
    List<Evaluation.Sample> samples = samples();
    return new Evaluation(
        step,
        loss,
        bits,
        (long) sums[2],
        loss < bestBefore.orElse(Double.POSITIVE_INFINITY),
        (System.nanoTime() - start) / 1e9,
        samples);
  }

  /** Returns the sums of weighted losses and of weights, and the number of tokens that count. */
  private double[] crossEntropy(Sequences sequences, int rows) {
    long left = plan.sequences() == 0 ? sequences.size() : plan.sequences();
    try (NDManager manager = decoder.manager().newSubManager();
        BatchStream batches =
            BatchStream.of(sequences).batchSize(rows).sequential().epochs(1).open()) {
      Kernel add = Kernels.compile(manager, SOURCE).get("add_cross_entropy");
      MicroBatch.Loader loader = new MicroBatch.Loader(manager);
      NDArray sums = manager.zeros(new Shape(3), DataType.FLOAT64);
      while (left > 0) {
        try (Batch batch = batches.next();
            NDManager scope = manager.newSubManager()) {
          if (batch == null) {
            break;
          }
          int taken = (int) Math.min(left, batch.rows());
          MicroBatch micro = loader.load(scope, batch, 0, taken);
          NDArray hidden = decoder.hiddenStates(scope, micro.input());
          NDList found =
              decoder
                  .head()
                  .logProbabilities(scope, hidden, decoder.headTable().getArray(), micro.targets());
          add.infer(scope, sums, found.get(0), micro.lossWeights());
          left -= taken;
        }
      }
      return sums.toDoubleArray();
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
}

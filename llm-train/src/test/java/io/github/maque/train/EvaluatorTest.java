package io.github.maque.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.maque.data.pack.Batch;
import io.github.maque.data.pack.Row;
import io.github.maque.data.pack.Sequences;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderInput;
import io.github.maque.model.kernel.Precision;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.bpe.BpeTrainer;
import io.github.maque.tokenizer.bpe.TextSource;
import io.github.maque.train.metric.Evaluation;
import io.github.maque.train.objective.MicroBatch;
import io.github.maque.train.objective.TokenLoss;
import io.github.maque.train.objective.TokenObjective;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Losses of text that is not trained on, beside the same in doubles, and samples. */
class EvaluatorTest {
  private static final int SIZE = 11;

  private final NDManager manager = NDManager.newBaseManager("PyTorch");
  private final Decoder decoder = TestDecoders.create(manager);
  private final Sequences data =
      new RaggedSequences(TestDecoders.TOKENS, TestDecoders.LENGTH, SIZE);

  @AfterEach
  void close() {
    manager.close();
  }

  private Evaluation evaluate(Sequences sequences, long count, int rows, OptionalDouble best) {
    EvaluationPlan plan = new EvaluationPlan(1, count, List.of(), 1, 0);
    return evaluator(Trainer.on(decoder).validation(sequences).evaluation(plan))
        .evaluate(7, rows, best, () -> false)
        .orElseThrow();
  }

  private static Evaluator evaluator(TrainerBuilder settings) {
    return new Evaluator(settings, 16 * TestDecoders.LENGTH);
  }

  @Test
  void lossIsTheWeightedMeanOverTokens() {
    for (long count : new long[] {0, 1, 6, 20}) {
      int sequences = count == 0 ? SIZE : (int) Math.min(count, SIZE);
      double[] naive = naive(sequences);
      for (int rows : new int[] {1, 4, 16}) {
        Evaluation evaluation = evaluate(data, count, rows, OptionalDouble.empty());
        assertThat(evaluation.loss()).isCloseTo(naive[0], within(1e-5));
        assertThat(evaluation.bitsPerByte()).isEmpty();
        assertThat(evaluation.perplexity().orElseThrow())
            .isCloseTo(Math.exp(naive[0]), within(1e-3));
        assertThat(evaluation.tokens()).isEqualTo((long) naive[1]);
        assertThat(evaluation.step()).isEqualTo(7);
      }
    }
  }

  /** Returns the loss and how many tokens count. */
  private double[] naive(int sequences) {
    double loss = 0;
    double weights = 0;
    long tokens = 0;
    Row row = new Row(TestDecoders.LENGTH);
    for (int sequence = 0; sequence < sequences; sequence++) {
      data.read(sequence, row);
      float[] logits;
      try (NDManager scope = manager.newSubManager()) {
        DecoderInput input =
            DecoderInput.of(
                scope.create(row.ids).reshape(1, row.length()),
                scope.create(row.positions).reshape(1, row.length()),
                scope.create(row.segments).reshape(1, row.length()));
        logits = decoder.logits(scope, input).toFloatArray();
      }
      for (int place = 0; place < row.length(); place++) {
        double sum = 0;
        for (int token = 0; token < TestDecoders.TOKENS; token++) {
          sum += Math.exp(logits[place * TestDecoders.TOKENS + token]);
        }
        double chosen = logits[place * TestDecoders.TOKENS + row.targets[place]];
        loss += row.lossWeights[place] * (Math.log(sum) - chosen);
        weights += row.lossWeights[place];
        tokens += row.lossWeights[place] > 0 ? 1 : 0;
      }
    }
    return new double[] {loss / weights, tokens};
  }

  @Test
  void smallWeightsAreStillAMean() {
    Evaluation whole = evaluate(data, 1, 1, OptionalDouble.empty());
    Evaluation small = evaluate(new WeightedSequences(data, 1e-3f), 1, 1, OptionalDouble.empty());
    assertThat(small.loss()).isCloseTo(whole.loss(), within(1e-5));
  }

  @Test
  void withoutWeightsThereIsNoLoss() {
    Evaluation evaluation = evaluate(new WeightedSequences(data, 0), 0, 4, OptionalDouble.empty());
    assertThat(evaluation.loss()).isNaN();
    assertThat(evaluation.perplexity()).isEmpty();
    assertThat(evaluation.tokens()).isZero();
    assertThat(evaluation.best()).isFalse();
  }

  @Test
  void bestIsWhatIsLowerThanAllBefore() {
    double loss = evaluate(data, 0, 4, OptionalDouble.empty()).loss();
    assertThat(evaluate(data, 0, 4, OptionalDouble.empty()).best()).isTrue();
    assertThat(evaluate(data, 0, 4, OptionalDouble.of(loss + 1e-3)).best()).isTrue();
    assertThat(evaluate(data, 0, 4, OptionalDouble.of(loss)).best()).isFalse();
  }

  @Test
  void samplesAreTheSameForTheSameSeed() throws IOException {
    Tokenizer tokenizer = tokenizer(260);
    Decoder writer =
        Decoder.create(
            manager, TestDecoders.config().vocabularySize(260).build(), Precision.FLOAT32);
    List<String> prompts = List.of("a", "sparrow", "small is a");
    List<Evaluation.Sample> samples = samples(writer, tokenizer, prompts, 0.8, 3);
    assertThat(samples).extracting(Evaluation.Sample::prompt).containsExactlyElementsOf(prompts);
    assertThat(samples).allSatisfy(sample -> assertThat(sample.text()).isNotEmpty());
    assertThat(samples(writer, tokenizer, prompts, 0.8, 3)).isEqualTo(samples);
    assertThat(samples(writer, tokenizer, prompts, 0.8, 4)).isNotEqualTo(samples);
    assertThat(samples(writer, tokenizer, prompts, 0, 3))
        .isEqualTo(samples(writer, tokenizer, prompts, 0, 4));
  }

  /** More tokens are asked for than the context has. */
  private static List<Evaluation.Sample> samples(
      Decoder writer, Tokenizer tokenizer, List<String> prompts, double temperature, long seed) {
    EvaluationPlan plan = new EvaluationPlan(1, 0, prompts, 100, temperature);
    Evaluator evaluator =
        evaluator(Trainer.on(writer).tokenizer(tokenizer).evaluation(plan).seed(seed));
    assertThat(evaluator.wanted()).isTrue();
    Evaluation evaluation =
        evaluator.evaluate(1, 4, OptionalDouble.empty(), () -> false).orElseThrow();
    assertThat(evaluation.loss()).isNaN();
    return evaluation.samples();
  }

  @Test
  void anObjectivesOwnLossAndFiguresAreMeansOverItsWeights() {
    TokenObjective objective =
        new TokenObjective() {
          @Override
          public double weight(Batch batch, int row) {
            return 1;
          }

          @Override
          public TokenLoss loss(MicroBatch batch, NDArray logProbabilities) {
            NDArray rows = batch.manager().create((float) batch.rows());
            return new TokenLoss(
                rows.mul(3), logProbabilities.zerosLike(), Map.of("rows", rows.mul(0.5f)));
          }
        };
    EvaluationPlan plan = new EvaluationPlan(1, 6, List.of(), 1, 0);
    Evaluation evaluation =
        evaluator(Trainer.on(decoder).validation(data, objective).evaluation(plan))
            .evaluate(7, 4, OptionalDouble.empty(), () -> false)
            .orElseThrow();
    assertThat(evaluation.loss()).isEqualTo(3);
    assertThat(evaluation.figures()).containsExactly(Map.entry("rows", 0.5));
    assertThat(evaluation.perplexity()).isEmpty();
    assertThat(evaluation.bitsPerByte()).isEmpty();
  }

  @Test
  void perplexityIsToldOfObjectivesThatSayTheyAreALikelihood() {
    TokenObjective objective =
        new TokenObjective() {
          @Override
          public boolean isNegativeLogLikelihood() {
            return true;
          }

          @Override
          public TokenLoss loss(MicroBatch batch, NDArray logProbabilities) {
            NDArray loss = logProbabilities.mul(batch.lossWeights()).sum().neg();
            return new TokenLoss(loss, batch.lossWeights().neg());
          }
        };
    EvaluationPlan plan = new EvaluationPlan(1, 6, List.of(), 1, 0);
    Evaluation own =
        evaluator(Trainer.on(decoder).validation(data, objective).evaluation(plan))
            .evaluate(7, 4, OptionalDouble.empty(), () -> false)
            .orElseThrow();
    Evaluation nextToken = evaluate(data, 6, 4, OptionalDouble.empty());
    assertThat(own.perplexity().orElseThrow())
        .isCloseTo(nextToken.perplexity().orElseThrow(), within(1e-3));
  }

  @Test
  void bitsPerByteAreOfTheVeryTokensThatAreEvaluated() throws IOException {
    Tokenizer tokenizer = tokenizer(266);
    int sequences = SIZE - 2;
    double weights = 0;
    double bytes = 0;
    Sequences text = new LastTokens(data, 266 - TestDecoders.TOKENS);
    Row row = new Row(TestDecoders.LENGTH);
    for (int sequence = 0; sequence < sequences; sequence++) {
      text.read(sequence, row);
      for (int place = 0; place < row.length(); place++) {
        int target = row.targets[place];
        int size = tokenizer.decodeBytes(new int[] {target}).length;
        weights += row.lossWeights[place];
        bytes += tokenizer.specialTokens().contains(target) ? 0 : row.lossWeights[place] * size;
      }
    }
    Evaluation evaluation = evaluate(text, tokenizer, sequences);
    assertThat(evaluation.bitsPerByte().orElseThrow())
        .isCloseTo(evaluation.loss() * weights / Math.log(2) / bytes, within(1e-6));
    assertThat(bytes).isGreaterThan(weights);
    assertThat(evaluate(text, tokenizer(257), sequences).bitsPerByte()).isEmpty();
  }

  /** Sequences of the last tokens of a vocabulary, those of more than a byte. */
  private record LastTokens(Sequences of, int first) implements Sequences {
    @Override
    public long size() {
      return of.size();
    }

    @Override
    public int length() {
      return of.length();
    }

    @Override
    public void read(long index, Row row) {
      of.read(index, row);
      for (int place = 0; place < row.length(); place++) {
        row.ids[place] += first;
        row.targets[place] += first;
      }
    }
  }

  private Evaluation evaluate(Sequences text, Tokenizer tokenizer, int sequences) {
    Decoder reader =
        Decoder.create(
            manager, TestDecoders.config().vocabularySize(266).build(), Precision.FLOAT32);
    EvaluationPlan plan = new EvaluationPlan(1, sequences, List.of(), 1, 0);
    return evaluator(Trainer.on(reader).tokenizer(tokenizer).validation(text).evaluation(plan))
        .evaluate(1, 4, OptionalDouble.empty(), () -> false)
        .orElseThrow();
  }

  private static Tokenizer tokenizer(int vocabularySize) throws IOException {
    return BpeTrainer.byteLevel()
        .vocabularySize(vocabularySize)
        .train(TextSource.of(List.of("a sparrow is small, and all that is small is a sparrow")))
        .tokenizer();
  }

  @Test
  void probesAddFigures() {
    EvaluationPlan plan = new EvaluationPlan(1, 0, List.of(), 1, 0);
    Evaluator evaluator =
        evaluator(
            Trainer.on(decoder).evaluation(plan).probe(step -> Map.of("doubled", 2.0 * step)));
    assertThat(evaluator.wanted()).isTrue();
    assertThat(evaluator.hasLoss()).isFalse();
    assertThat(
            evaluator.evaluate(7, 4, OptionalDouble.empty(), () -> false).orElseThrow().figures())
        .containsExactly(Map.entry("doubled", 14.0));
  }

  @Test
  void noMoreRowsAreComputedAtOnceThanInAStep() {
    List<Integer> rows = new ArrayList<>();
    TokenObjective objective =
        (batch, logProbabilities) -> {
          rows.add(batch.rows());
          return new TokenLoss(batch.manager().zeros(new Shape(1)), logProbabilities.zerosLike());
        };
    EvaluationPlan plan = new EvaluationPlan(1, 0, List.of(), 1, 0);
    new Evaluator(
            Trainer.on(decoder).validation(data, objective).evaluation(plan),
            3 * TestDecoders.LENGTH)
        .evaluate(7, 1000, OptionalDouble.empty(), () -> false);
    assertThat(rows).isNotEmpty().allSatisfy(each -> assertThat(each).isLessThanOrEqualTo(3));
  }

  @Test
  void anEvaluationThatIsStoppedIsNone() {
    EvaluationPlan plan = new EvaluationPlan(1, 0, List.of(), 1, 0);
    int[] asked = {0};
    assertThat(
            evaluator(Trainer.on(decoder).validation(data).evaluation(plan))
                .evaluate(7, 1, OptionalDouble.empty(), () -> ++asked[0] > 2))
        .isEmpty();
    assertThat(asked[0]).isLessThan(6);
  }
}

package io.github.maque.examples.starters;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.maque.data.pack.Sequences;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.kernel.Precision;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.train.EvaluationPlan;
import io.github.maque.train.Trainer;
import io.github.maque.train.TrainingResult;
import io.github.maque.train.metric.Evaluation;
import io.github.maque.train.objective.MicroBatch;
import io.github.maque.train.objective.NextToken;
import io.github.maque.train.objective.Objective;
import io.github.maque.train.objective.TokenLoss;
import io.github.maque.train.objective.TokenObjective;
import io.github.maque.train.optimizer.Muon;
import io.github.maque.train.schedule.Amount;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Trains with an objective of one's own, focal loss, beside plain cross-entropy: two decoders with
 * the same first weights, on the same batches, judged on the same held-out texts by the same
 * measure.
 *
 * <pre>{@code
 * java -cp llm-examples/target/llm-examples.jar \
 *     io.github.maque.examples.starters.CustomObjective [GAMMA]
 * }</pre>
 */
public final class CustomObjective {
  private CustomObjective() {}

  /** Takes the exponent of focal loss. */
  public static void main(String[] arguments) throws IOException {
    double gamma = arguments.length > 0 ? Double.parseDouble(arguments[0]) : 2;
    List<String> stories = MadeUpData.stories(300);
    Tokenizer tokenizer = MadeUpData.tokenizer(stories, 1000);
    Sequences training = PretrainInTwentyLines.inMemory(stories, tokenizer, 128);
    Sequences heldOut =
        PretrainInTwentyLines.inMemory(MadeUpData.heldOutStories(30), tokenizer, 128);
    for (Objective objective : List.of(new NextToken(), new FocalLoss(gamma))) {
      System.out.println(objective);
      for (Evaluation found :
          train(objective, tokenizer, training, heldOut, 80).history().evaluations()) {
        System.out.printf("  step %3d  cross-entropy %.4f%n", found.step(), found.loss());
      }
    }
  }

  /**
   * Focal loss (Lin et al., 2017): {@code −(1 − p)^γ · log p}. What the model is sure of counts
   * less.
   *
   * @param gamma γ, at least 1; with 0 it would be cross-entropy, which {@link NextToken} is
   */
  record FocalLoss(double gamma) implements TokenObjective {
    FocalLoss {
      if (!(gamma >= 1 && gamma < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("gamma must be at least 1 and finite, got " + gamma);
      }
    }

    /**
     * Returns the sum over the tokens, which the trainer divides by the sum of their weights, and
     * its derivative by each log-probability l, of which p is the exponential: {@code γ · (1 −
     * p)^(γ−1) · p · l − (1 − p)^γ}. The rest of the way back is the trainer's.
     */
    @Override
    public TokenLoss loss(MicroBatch batch, NDArray logProbabilities) {
      NDArray w = batch.lossWeights();
      NDArray p = logProbabilities.exp();
      NDArray doubt = p.neg().add(1);
      NDArray loss = doubt.pow(gamma).mul(logProbabilities).mul(w).sum().neg();
      NDArray ofDoubt = doubt.pow(gamma - 1).mul(gamma).mul(p).mul(logProbabilities);
      NDArray derivatives = ofDoubt.sub(doubt.pow(gamma)).mul(w);
      // Told with the loss, as means over the tokens too.
      Map<String, NDArray> figures = Map.of("probability", p.mul(w).sum());
      return new TokenLoss(loss, derivatives, figures);
    }
  }

  /** Trains a small decoder, the same at first for each objective. */
  static TrainingResult train(
      Objective objective, Tokenizer tokenizer, Sequences training, Sequences heldOut, int steps)
      throws IOException {
    DecoderConfig config = DecoderConfig.scaled(1, tokenizer.vocabularySize());
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      return Trainer.on(Decoder.create(manager, config, Precision.FLOAT32))
          .objective(objective)
          .data(training)
          .validation(heldOut, new NextToken()) // without it focal loss would be judged by itself
          .evaluation(EvaluationPlan.defaults().withEvery(Amount.ofFraction(0.25)))
          .duration(Amount.ofSteps(steps))
          .tokensPerStep(8L * training.length())
          .optimizer(Muon.defaults().withLearningRate(0.02))
          .build()
          .train();
    }
  }
}

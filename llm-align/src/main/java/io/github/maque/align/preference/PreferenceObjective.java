package io.github.maque.align.preference;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.github.maque.data.pack.Batch;
import io.github.maque.model.kernel.GradientMode;
import io.github.maque.train.objective.MicroBatch;
import io.github.maque.train.objective.TokenLoss;
import io.github.maque.train.objective.TokenObjective;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes the loss of preferences smaller: a mean over pairs.
 *
 * <pre>{@code
 * PreferenceSequences rows = PreferenceSequences.bestFit(pairs, 1024, padId);
 * Reference reference = ReferenceLogProbabilities.cached(file, decoder, rows);
 * PreferenceObjective objective =
 *     PreferenceObjective.builder(manager, rows, Dpo.defaults()).reference(reference).build();
 * Trainer.on(decoder).data(rows).objective(objective).build().train();
 * }</pre>
 *
 * <p>The log-probabilities of answers' tokens are summed up in float64. The loss is a function of
 * the few sums, which the engine differentiates, and from there the derivatives go back to the
 * tokens: the logits of a batch never exist.
 *
 * <p>Figures told beside the loss are means over pairs, under TRL's names where it has them: {@code
 * rewards/chosen}, {@code rewards/rejected}, {@code rewards/margins}, {@code rewards/accuracies} of
 * rewards as the loss sees them, log-ratios to the reference times {@link
 * PreferenceLoss#rewardScale}; {@code logps/chosen}, {@code logps/rejected}, sums of
 * log-probabilities; {@code lengths/chosen}, {@code lengths/rejected}, tokens of answers; with a
 * reference {@code log_ratios/chosen}, {@code log_ratios/rejected}, log-probability less that of
 * the reference, a token, which on answers that the reference wrote estimates the negative of its
 * divergence from the policy.
 *
 * <p>An objective knows the pairs of its own rows alone; {@link #over} makes the like for held-out
 * ones. It lives as long as its manager, and is used by one thread at a time.
 */
public final class PreferenceObjective implements TokenObjective {
  /** The figure of by how much a token of chosen answers became more likely, in nats. */
  public static final String CHOSEN_LOG_RATIO = "log_ratios/chosen";

  private static final List<String> FIGURES =
      List.of(
          "rewards/chosen",
          "rewards/rejected",
          "rewards/margins",
          "rewards/accuracies",
          "logps/chosen",
          "logps/rejected",
          "lengths/chosen",
          "lengths/rejected",
          CHOSEN_LOG_RATIO,
          "log_ratios/rejected");

  private final Builder settings;
  private final PairKernels kernels;

  private PreferenceObjective(Builder settings, PairKernels kernels) {
    this.settings = settings;
    this.kernels = kernels;
  }

  /**
   * Returns a builder of an objective without a reference.
   *
   * @param manager what the objective lives with, on the device of the model: the model's own will
   *     do
   * @param sequences the rows that are trained on
   */
  public static Builder builder(
      NDManager manager, PreferenceSequences sequences, PreferenceLoss loss) {
    return new Builder(manager, sequences, loss);
  }

  /**
   * Returns the same objective for other rows, such as held-out ones, which are the only source of
   * their batches.
   *
   * @param reference what it is compared with there
   * @throws IllegalArgumentException as {@link Builder#build} does
   */
  public PreferenceObjective over(PreferenceSequences sequences, Reference reference) {
    Builder other = new Builder(settings.manager, sequences, settings.loss);
    other.lengthNormalized = settings.lengthNormalized;
    other.sftWeight = settings.sftWeight;
    return other.reference(reference).build();
  }

  /** Returns how many pairs there are in a row. */
  @Override
  public double weight(Batch batch, int row) {
    if (batch.source(row) != settings.source) {
      throw new IllegalArgumentException(
          String.format(
              "row %d is from source %d of the mixture, but the pairs of this objective are source"
                  + " %d, and it knows of no other",
              row, batch.source(row), settings.source));
    }
    return settings.sequences.pairCount(batch.sequence(row));
  }

  @Override
  public TokenLoss loss(MicroBatch batch, NDArray logProbabilities) {
    PairRows rows = PairRows.of(settings.sequences, batch);
    try (NDManager scope = batch.manager().newSubManager()) {
      PairKernels.Sums policy = kernels.sums(scope, batch, rows, logProbabilities);
      NDArray reference = settings.reference.sums(scope, batch, rows, kernels);
      Differentiated loss = differentiate(scope, policy, reference);
      NDArray derivatives =
          kernels.derivatives(batch, loss.byChosen(), loss.byRejected(), policy.sides());
      NDList figures =
          kernels.figures(
              batch.manager(),
              loss.losses(),
              policy,
              reference,
              settings.loss.rewardScale(),
              settings.lengthNormalized || settings.loss.normalizesLength(),
              settings.refers());
      Map<String, NDArray> metrics = new LinkedHashMap<>();
      for (int i = 1; i < figures.size(); i++) {
        metrics.put(FIGURES.get(i - 1), figures.get(i));
      }
      return new TokenLoss(figures.get(0), derivatives, metrics);
    }
  }

  /**
   * The losses of pairs, and their derivatives by sums of log-probabilities, all float64 {@code
   * [pairs]}.
   */
  private record Differentiated(NDArray losses, NDArray byChosen, NDArray byRejected) {}

  @SuppressWarnings("try") // what a mode is there for is to end
  private Differentiated differentiate(
      NDManager scope, PairKernels.Sums policy, NDArray reference) {
    try (GradientMode on = GradientMode.recording()) {
      NDArray chosen = side(scope, policy.logProbabilities(), 0).stopGradient();
      NDArray rejected = side(scope, policy.logProbabilities(), 1).stopGradient();
      chosen.attach(scope);
      rejected.attach(scope);
      chosen.setRequiresGradient(true);
      rejected.setRequiresGradient(true);
      PairLogProbabilities pairs =
          new PairLogProbabilities(
              chosen,
              rejected,
              side(scope, reference, 0),
              side(scope, reference, 1),
              side(scope, policy.tokens(), 0),
              side(scope, policy.tokens(), 1));
      NDArray losses = losses(pairs);
      // A loss may do without one of the two: then its derivative is 0, and not missing.
      NDArray total = losses.sum().add(chosen.mul(0).sum()).add(rejected.mul(0).sum());
      JniUtils.backward((PtNDArray) total, (PtNDArray) total.onesLike(), false, false);
      return new Differentiated(losses, gradient(scope, chosen), gradient(scope, rejected));
    }
  }

  private NDArray losses(PairLogProbabilities pairs) {
    PreferenceLoss loss = settings.loss;
    NDArray losses = loss.losses(settings.lengthNormalized ? pairs.perToken() : pairs);
    Shape shape = pairs.policyChosen().getShape();
    if (losses.getDataType() != DataType.FLOAT64 || !losses.getShape().equals(shape)) {
      throw new IllegalStateException(
          String.format(
              "the preference loss must return float64 %s, one number a pair, but returned %s %s",
              shape, losses.getDataType(), losses.getShape()));
    }
    if (settings.sftWeight == 0) {
      return losses;
    }
    return losses.sub(pairs.policyChosen().div(pairs.chosenTokens()).mul(settings.sftWeight));
  }

  private static NDArray side(NDManager scope, NDArray both, int side) {
    NDArray one = both.get(":, {}", side);
    one.attach(scope);
    return one;
  }

  private static NDArray gradient(NDManager scope, NDArray leaf) {
    NDArray gradient = leaf.getGradient();
    gradient.attach(scope);
    return gradient;
  }

  @Override
  public String toString() {
    return String.format(
        "PreferenceObjective[loss=%s, pairs=%s, reference=%s, lengthNormalized=%s, sftWeight=%s]",
        settings.loss,
        settings.sequences.pairs().fingerprint(),
        settings.reference,
        settings.lengthNormalized,
        settings.sftWeight);
  }

  /** Says what the objective is. */
  public static final class Builder {
    private final NDManager manager;
    private final PreferenceSequences sequences;
    private final PreferenceLoss loss;
    private Reference reference = Reference.none();
    private boolean lengthNormalized;
    private double sftWeight;
    private int source;

    private Builder(NDManager manager, PreferenceSequences sequences, PreferenceLoss loss) {
      this.manager = manager;
      this.sequences = sequences;
      this.loss = loss;
    }

    private Builder(Builder other) {
      this(other.manager, other.sequences, other.loss);
      reference = other.reference;
      lengthNormalized = other.lengthNormalized;
      sftWeight = other.sftWeight;
      source = other.source;
    }

    /** Sets what the policy is compared with; nothing if not set. */
    public Builder reference(Reference comparedWith) {
      reference = comparedWith;
      return this;
    }

    /**
     * Sets whether the loss is given means over the tokens of answers in the place of sums, so that
     * long answers count no more than short ones; not if not set.
     */
    public Builder lengthNormalized(boolean normalized) {
      lengthNormalized = normalized;
      return this;
    }

    /**
     * Sets by how much the mean negative log-probability of a token of the chosen answer is added
     * to a pair's loss, which keeps chosen answers likely (Pang et al., "Iterative reasoning
     * preference optimization", 2024, where it is 1); 0 if not set.
     */
    public Builder sftWeight(double weight) {
      Ranges.requireNotNegative("sftWeight", weight);
      sftWeight = weight;
      return this;
    }

    /** Sets which source of the mixture that is trained on the pairs are; 0 if not set. */
    public Builder source(int number) {
      if (number < 0) {
        throw new IllegalArgumentException("source must be at least 0, got " + number);
      }
      source = number;
      return this;
    }

    /**
     * Returns the objective.
     *
     * @throws IllegalArgumentException if the loss needs a reference and there is none, the
     *     reference is of other pairs or they are longer than its context, or log-probabilities
     *     would be divided by lengths twice
     */
    public PreferenceObjective build() {
      if (loss.needsReference() && !refers()) {
        throw new IllegalArgumentException("reference must be given, which " + loss + " needs");
      }
      if (lengthNormalized && loss.normalizesLength()) {
        throw new IllegalArgumentException(
            "lengthNormalized must be false, since " + loss + " divides by lengths by itself");
      }
      reference.requireKnows(sequences.pairs());
      return new PreferenceObjective(new Builder(this), new PairKernels(manager));
    }

    private boolean refers() {
      return !(reference instanceof Reference.None);
    }
  }
}

package io.github.maque.align.preference;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.maque.align.evaluation.AnswerLikelihood;
import io.github.maque.align.internal.ModelFingerprint;
import io.github.maque.data.dialogue.EncodedDialogue;
import io.github.maque.model.Decoder;
import io.github.maque.train.objective.MicroBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a model thought of all pairs before it learnt: computed once, so that a step needs neither a
 * second model nor a second forward pass. Sixteen bytes a pair.
 */
public final class ReferenceLogProbabilities extends Reference {
  private static final Logger LOG = LoggerFactory.getLogger(ReferenceLogProbabilities.class);

  private final String data;

  /** Of pair i the chosen side at 2i, the rejected one at 2i + 1. */
  private final double[] sums;

  private ReferenceLogProbabilities(String data, double[] sums) {
    this.data = data;
    this.sums = sums;
  }

  /**
   * Returns log-probabilities that were computed elsewhere.
   *
   * @param chosen for each pair the sum over the tokens of the chosen answer, in nats
   * @param rejected the same of the rejected answer
   */
  public static ReferenceLogProbabilities of(
      PreferencePairs pairs, double[] chosen, double[] rejected) {
    if (chosen.length != pairs.size() || rejected.length != pairs.size()) {
      throw new IllegalArgumentException(
          String.format(
              "chosen and rejected must have a number for each of %d pairs, got %d and %d",
              pairs.size(), chosen.length, rejected.length));
    }
    double[] sums = new double[2 * chosen.length];
    for (int pair = 0; pair < chosen.length; pair++) {
      sums[2 * pair] = requireFinite(chosen[pair], "chosen", pair);
      sums[2 * pair + 1] = requireFinite(rejected[pair], "rejected", pair);
    }
    return new ReferenceLogProbabilities(pairs.fingerprint(), sums);
  }

  private static double requireFinite(double sum, String side, int pair) {
    if (!Double.isFinite(sum)) {
      throw new IllegalArgumentException(
          String.format("%s[%d] must be finite, got %s", side, pair, sum));
    }
    return sum;
  }

  /**
   * Computes the log-probabilities of all pairs.
   *
   * @param decoder the reference, as it is now: the model that is to learn, before it does
   * @param sequences rows with the pairs
   * @throws IllegalArgumentException if an answer with its prompt is longer than the decoder's
   *     context
   * @throws IllegalStateException if an answer's log-probability is not finite
   */
  public static ReferenceLogProbabilities compute(Decoder decoder, PreferenceSequences sequences) {
    PreferencePairs pairs = sequences.pairs();
    requireFits(decoder, pairs);
    List<EncodedDialogue> sides = new ArrayList<>();
    for (int pair = 0; pair < pairs.size(); pair++) {
      sides.add(pairs.chosen(pair));
      sides.add(pairs.rejected(pair));
    }
    List<AnswerLikelihood> found = AnswerLikelihood.of(decoder, sides);
    double[] sums = found.stream().mapToDouble(AnswerLikelihood::logProbability).toArray();
    for (int side = 0; side < sums.length; side++) {
      if (!Double.isFinite(sums[side])) {
        throw new IllegalStateException(
            String.format(
                "the reference gives the %s answer of pair %d the log-probability %s",
                side % 2 == 0 ? "chosen" : "rejected", side / 2, sums[side]));
      }
    }
    return new ReferenceLogProbabilities(pairs.fingerprint(), sums);
  }

  /**
   * Returns the log-probabilities of all pairs: those in a file, if it has them of this very model
   * and these very pairs, or else computed and put there, whole or not at all. Whether the template
   * or the tokenizer is another shows in the ids of the pairs. A file that is damaged, or that is
   * of another model or other pairs, is replaced with a note in the log.
   *
   * @param file need not exist; its directory must
   * @throws IOException if the file cannot be read or written
   * @throws IllegalArgumentException as {@link #compute} does, and if the decoder has blocks of a
   *     user's, whose arithmetic is not known
   * @throws IllegalStateException as {@link #compute} does
   */
  public static ReferenceLogProbabilities cached(
      Path file, Decoder decoder, PreferenceSequences sequences) throws IOException {
    requireFits(decoder, sequences.pairs());
    String data = sequences.pairs().fingerprint();
    int pairs = sequences.pairs().size();
    ReferenceFile cache = new ReferenceFile(file, data, ModelFingerprint.of(decoder));
    Optional<double[]> found = cache.read(pairs);
    if (found.isPresent()) {
      LOG.info("{}: reference log-probabilities of {} pairs", file, pairs);
      return new ReferenceLogProbabilities(data, found.get());
    }
    ReferenceLogProbabilities computed = compute(decoder, sequences);
    cache.write(computed.sums);
    return computed;
  }

  /** Returns the sum of the log-probabilities of the chosen answer of a pair, in nats. */
  public double chosen(int pair) {
    return sums[2 * pair];
  }

  /** Returns the sum of the log-probabilities of the rejected answer of a pair, in nats. */
  public double rejected(int pair) {
    return sums[2 * pair + 1];
  }

  @Override
  void requireKnows(PreferencePairs pairs) {
    if (!pairs.fingerprint().equals(data)) {
      throw new IllegalArgumentException(
          String.format(
              "reference must be of the pairs with the fingerprint %s, but is of %s",
              pairs.fingerprint(), data));
    }
  }

  @Override
  NDArray sums(NDManager scope, MicroBatch batch, PairRows rows, PairKernels kernels) {
    int[] pairs = rows.pairs();
    double[] values = new double[2 * pairs.length];
    for (int i = 0; i < pairs.length; i++) {
      values[2 * i] = chosen(pairs[i]);
      values[2 * i + 1] = rejected(pairs[i]);
    }
    return kernels.place(scope, values, batch.lossWeights());
  }

  @Override
  public String toString() {
    return "log-probabilities of " + sums.length / 2 + " pairs";
  }
}

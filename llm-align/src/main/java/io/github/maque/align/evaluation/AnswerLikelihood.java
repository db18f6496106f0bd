package io.github.maque.align.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.maque.align.internal.TokenLogProbabilities;
import io.github.maque.data.dialogue.EncodedDialogue;
import io.github.maque.data.pack.Batch;
import io.github.maque.data.pack.BatchStream;
import io.github.maque.data.pack.OverlongPolicy;
import io.github.maque.data.pack.PackedSequences;
import io.github.maque.data.pack.SampleList;
import io.github.maque.model.Decoder;
import io.github.maque.train.objective.MicroBatch;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * How likely a decoder finds the answers of dialogues. Dialogues are packed, several in a row, and
 * no logits of a whole batch exist.
 *
 * @param logProbability the natural log-probability of all tokens that are to be learnt together
 * @param tokens how many these are
 */
public record AnswerLikelihood(double logProbability, int tokens) {
  /** Rows are this long where the context and the dialogues allow it. */
  private static final int ROW = 512;

  /** How many tokens are computed at once, padding included. */
  private static final int TOKENS = 2048;

  /**
   * Returns the likelihood of each dialogue, in their order.
   *
   * @param dialogues each of at least one token, and no more than the decoder's context
   * @throws IllegalArgumentException if one is empty or too long; names its number
   */
  public static List<AnswerLikelihood> of(Decoder decoder, List<EncodedDialogue> dialogues) {
    if (dialogues.isEmpty()) {
      return List.of();
    }
    int most = decoder.config().contextLength();
    int longest = 0;
    SampleList.Builder samples = SampleList.builder();
    for (int i = 0; i < dialogues.size(); i++) {
      EncodedDialogue dialogue = dialogues.get(i);
      if (dialogue.size() > most) {
        throw new IllegalArgumentException(
            "dialogue "
                + i
                + " must have at most "
                + most
                + " tokens, the context length, got "
                + dialogue.size());
      }
      longest = Math.max(longest, dialogue.size());
      samples.add(dialogue.ids(), dialogue.learned());
    }
    int length = Math.max(longest, Math.min(most, ROW));
    double[] sums = new double[dialogues.size()];
    int[] counts = new int[dialogues.size()];
    PackedSequences rows =
        PackedSequences.bestFit(samples.build(), length, OverlongPolicy.REJECT, 0);
    add(decoder, rows, sums, counts);
    List<AnswerLikelihood> likelihoods = new ArrayList<>();
    for (int i = 0; i < sums.length; i++) {
      likelihoods.add(new AnswerLikelihood(sums[i], counts[i]));
    }
    return likelihoods;
  }

  private static void add(Decoder decoder, PackedSequences rows, double[] sums, int[] counts) {
    int batchSize = Math.max(1, TOKENS / rows.length());
    try (NDManager manager = decoder.manager().newSubManager();
        BatchStream batches =
            BatchStream.of(rows).batchSize(batchSize).sequential().epochs(1).open()) {
      MicroBatch.Loader loader = new MicroBatch.Loader(manager);
      for (Batch batch = batches.next(); batch != null; batch = batches.next()) {
        try (NDManager scope = manager.newSubManager()) {
          MicroBatch micro = loader.load(scope, batch, 0, batch.rows());
          NDArray found = TokenLogProbabilities.of(decoder, micro);
          add(found.toFloatArray(), batch, rows, sums, counts);
        } finally {
          batch.close();
        }
      }
    }
  }

  private static void add(
      float[] logProbabilities, Batch batch, PackedSequences rows, double[] sums, int[] counts) {
    FloatBuffer weights = batch.lossWeights().asFloatBuffer();
    IntBuffer segments = batch.segments().asIntBuffer();
    for (int i = 0; i < logProbabilities.length; i++) {
      if (weights.get(i) != 0) {
        int sample = rows.sample(batch.sequence(i / batch.length()), segments.get(i));
        sums[sample] += logProbabilities[i];
        counts[sample]++;
      }
    }
  }
}

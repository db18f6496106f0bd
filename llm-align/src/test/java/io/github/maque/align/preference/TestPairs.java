package io.github.maque.align.preference;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.maque.data.dialogue.EncodedDialogue;
import io.github.maque.data.dialogue.EncodedPreference;
import io.github.maque.data.pack.Batch;
import io.github.maque.data.pack.BatchStream;
import io.github.maque.data.pack.Sequences;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.kernel.KernelSource;
import io.github.maque.model.kernel.Kernels;
import io.github.maque.model.kernel.Precision;
import io.github.maque.train.objective.MicroBatch;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;

/** Pairs of a few tokens, and decoders that take a few milliseconds a step. */
final class TestPairs {
  static final int TOKENS = 16;
  static final int LONGEST = 12;

  private static final KernelSource ASSIGN =
      KernelSource.of(
          "assign",
          """
          def assign(self, to: Tensor, values: Tensor) -> Tensor:
            return to.copy_(values)
          """);

  private TestPairs() {}

  static Decoder decoder(NDManager manager) {
    return decoder(manager, TOKENS, 32);
  }

  static Decoder decoder(NDManager manager, int tokens, int context) {
    DecoderConfig config =
        DecoderConfig.builder()
            .vocabularySize(tokens)
            .vocabularyMultiple(16)
            .contextLength(context)
            .layers(2)
            .width(16)
            .heads(2)
            .feedForwardWidth(32)
            .build();
    return Decoder.create(manager, config, Precision.FLOAT32);
  }

  /** Writes values into an array that exists. */
  static void assign(NDArray array, float[] values) {
    try (NDManager scope = array.getManager().newSubManager()) {
      NDArray from = scope.create(values, array.getShape());
      Kernels.compile(scope, ASSIGN).get("assign").infer(scope, array, from);
    }
  }

  /** Returns a side: a prompt that is not learnt, and an answer that is. */
  static EncodedDialogue side(int prompt, int... ids) {
    boolean[] learned = new boolean[ids.length];
    Arrays.fill(learned, Math.min(prompt, ids.length), ids.length, true);
    return new EncodedDialogue(ids, learned);
  }

  static EncodedPreference pair(EncodedDialogue chosen, EncodedDialogue rejected) {
    return new EncodedPreference(chosen, rejected, 0);
  }

  /** Returns pairs with prompts of 1 to 4 tokens and answers of 1 to 8, all at random. */
  static PreferencePairs random(int count, long seed) {
    Random random = new Random(seed);
    PreferencePairs.Builder pairs =
        PreferencePairs.builder(LONGEST, PreferencePairs.Overlong.REJECT);
    for (int i = 0; i < count; i++) {
      int prompt = 1 + random.nextInt(4);
      int[] chosen = random.ints(prompt + 1 + random.nextInt(8), 0, TOKENS).toArray();
      int[] rejected = random.ints(prompt + 1 + random.nextInt(8), 0, TOKENS).toArray();
      System.arraycopy(chosen, 0, rejected, 0, prompt);
      chosen[prompt] = 1;
      rejected[prompt] = 2;
      pairs.add(pair(side(prompt, chosen), side(prompt, rejected)));
    }
    return pairs.build();
  }

  /** Loads all rows at once. */
  static void withRows(NDManager manager, Sequences sequences, Consumer<MicroBatch> task) {
    int rows = Math.toIntExact(sequences.size());
    try (NDManager scope = manager.newSubManager();
        BatchStream stream =
            BatchStream.of(sequences).batchSize(rows).sequential().prefetch(0).open();
        Batch batch = stream.next()) {
      task.accept(new MicroBatch.Loader(scope).load(scope, batch, 0, rows));
    }
  }
}

package io.github.maque.model.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderInput;
import io.github.maque.model.kernel.GradientMode;
import java.util.Arrays;

/**
 * Decodes without a cache, each sequence by itself and from its beginning each time: what remains
 * where layers are users' own, which know nothing of caches. A text of n tokens takes n forward
 * passes.
 */
@SuppressWarnings("try") // what a mode is there for is to end
final class RecomputingSession implements DecodingSession {
  private final Decoder decoder;
  private final int contextLength;
  private final int[][] sequences;
  private final int[] lengths;

  RecomputingSession(Decoder decoder, int slots, int contextLength) {
    this.decoder = decoder;
    this.contextLength = contextLength;
    sequences = new int[slots][0];
    lengths = new int[slots];
  }

  @Override
  public int slots() {
    return sequences.length;
  }

  @Override
  public int contextLength() {
    return contextLength;
  }

  @Override
  public int vocabularySize() {
    return decoder.config().vocabularySize();
  }

  @Override
  public int length(int slot) {
    return lengths[slot];
  }

  @Override
  public void clear(int slot) {
    SessionRules.requireSlot(this, slot);
    sequences[slot] = new int[0];
    lengths[slot] = 0;
  }

  @Override
  public void prefill(int[] slots, int[][] prompts, float[][] logits) {
    SessionRules.requirePrompts(this, slots, prompts, logits);
    for (int i = 0; i < slots.length; i++) {
      int slot = slots[i];
      sequences[slot] = Arrays.copyOf(prompts[i], contextLength);
      lengths[slot] = prompts[i].length;
      compute(slot, logits[i]);
    }
  }

  @Override
  public void step(int[] slots, int[] tokens, float[][] logits) {
    SessionRules.requireTokens(this, slots, tokens, logits);
    for (int i = 0; i < slots.length; i++) {
      int slot = slots[i];
      sequences[slot][lengths[slot]++] = tokens[i];
      compute(slot, logits[i]);
    }
  }

  private void compute(int slot, float[] logits) {
    int length = lengths[slot];
    try (GradientMode off = GradientMode.notRecording();
        NDManager scope = decoder.manager().newSubManager()) {
      int[][] ids = {Arrays.copyOf(sequences[slot], length)};
      NDArray hidden = decoder.hiddenStates(scope, DecoderInput.of(scope, ids));
      NDArray last = hidden.get(new NDIndex(":, {}:", length - 1));
      NDArray next = decoder.head().logits(scope, last, decoder.headTable().getArray());
      System.arraycopy(next.toFloatArray(), 0, logits, 0, logits.length);
    }
  }

  /** Does nothing: the decoder is the caller's. */
  @Override
  public void close() {}
}

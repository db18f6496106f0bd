package io.github.maque.model.generate;

import io.github.maque.tokenizer.IdBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;

/**
 * A decoder without weights: its logits are a function of the tokens in a slot alone. It fails
 * where a call breaks the rules of {@link DecodingSession}, and keeps count of the calls.
 */
final class FakeSession implements DecodingSession {
  private final IdBuffer[] held;
  private final int contextLength;
  private final int vocabularySize;
  private final Function<int[], float[]> model;
  private boolean closed;
  int prefills;
  int steps;
  int tokensRead;
  int mostInStep;
  Runnable beforeStep = () -> {};

  FakeSession(int slots, int contextLength, int vocabularySize, Function<int[], float[]> model) {
    held = new IdBuffer[slots];
    this.contextLength = contextLength;
    this.vocabularySize = vocabularySize;
    this.model = model;
  }

  /** A language model in which every token matters for all that follow. */
  static FakeSession hashing(int slots, int contextLength, int vocabularySize) {
    return new FakeSession(
        slots, contextLength, vocabularySize, tokens -> hashed(tokens, vocabularySize));
  }

  /** Writes {@code script} behind a prompt of one token, with certainty. */
  static FakeSession scripted(int slots, int contextLength, int vocabularySize, int... script) {
    return new FakeSession(
        slots,
        contextLength,
        vocabularySize,
        tokens -> {
          float[] logits = new float[vocabularySize];
          logits[script[Math.min(tokens.length, script.length) - 1]] = 50;
          return logits;
        });
  }

  static float[] hashed(int[] tokens, int vocabularySize) {
    long hash = 1;
    for (int token : tokens) {
      hash = (hash ^ token) * 0x100000001B3L + 0x9E3779B97F4A7C15L;
    }
    Random random = new Random(hash);
    float[] logits = new float[vocabularySize];
    for (int id = 0; id < vocabularySize; id++) {
      // Rounded as a decoder in bf16 would: equal logits occur.
      logits[id] = Math.round(random.nextGaussian() * 24) / 8f;
    }
    return logits;
  }

  @Override
  public int slots() {
    return held.length;
  }

  @Override
  public int contextLength() {
    return contextLength;
  }

  @Override
  public int vocabularySize() {
    return vocabularySize;
  }

  @Override
  public void clear(int slot) {
    require(!closed, "closed");
    held[slot] = null;
  }

  @Override
  public void prefill(int[] slots, int[][] prompts, float[][] logits) {
    check(slots, prompts.length, logits);
    prefills++;
    for (int i = 0; i < slots.length; i++) {
      require(prompts[i].length > 0, "empty prompt");
      require(prompts[i].length <= contextLength, "prompt of " + prompts[i].length);
      held[slots[i]] = new IdBuffer(contextLength);
      for (int id : prompts[i]) {
        read(slots[i], id);
      }
      answer(slots[i], logits[i]);
    }
  }

  @Override
  public void step(int[] slots, int[] tokens, float[][] logits) {
    beforeStep.run();
    check(slots, tokens.length, logits);
    steps++;
    mostInStep = Math.max(mostInStep, slots.length);
    for (int i = 0; i < slots.length; i++) {
      require(held[slots[i]] != null, "slot " + slots[i] + " holds no prompt");
      require(held[slots[i]].size() < contextLength, "slot " + slots[i] + " is full");
      read(slots[i], tokens[i]);
      answer(slots[i], logits[i]);
    }
  }

  @Override
  public int length(int slot) {
    return held[slot] == null ? 0 : held[slot].size();
  }

  @Override
  public void close() {
    closed = true;
  }

  private void check(int[] slots, int inputs, float[][] logits) {
    require(!closed, "closed");
    require(slots.length > 0, "no slots");
    require(slots.length == inputs && slots.length == logits.length, "lengths differ");
    Set<Integer> seen = new HashSet<>();
    Set<float[]> arrays = new HashSet<>(Arrays.asList(logits));
    require(arrays.size() == slots.length, "one array for two slots");
    for (int i = 0; i < slots.length; i++) {
      require(slots[i] >= 0 && slots[i] < held.length, "slot " + slots[i]);
      require(seen.add(slots[i]), "slot " + slots[i] + " twice");
      require(logits[i].length == vocabularySize, "room for " + logits[i].length + " logits");
    }
  }

  private void read(int slot, int id) {
    require(id >= 0 && id < vocabularySize, "id " + id);
    held[slot].add(id);
    tokensRead++;
  }

  private void answer(int slot, float[] logits) {
    System.arraycopy(model.apply(held[slot].toArray()), 0, logits, 0, vocabularySize);
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError("illegal use of the session: " + what);
    }
  }
}

package io.github.maque.model.generate;

/** Chooses the next token of one sequence as its {@link GenerationOptions} say. */
final class Sampler {
  private final GenerationOptions options;
  private final int[] biasIds;
  private final double[] biases;

  /**
   * Creates one.
   *
   * @param options how to choose; ids of a bias must be in the vocabulary
   */
  Sampler(GenerationOptions options) {
    this.options = options;
    biasIds = options.logitBias().keySet().stream().mapToInt(id -> id).toArray();
    biases = options.logitBias().values().stream().mapToDouble(bias -> bias).toArray();
  }

  /**
   * Returns the token to follow {@code history}.
   *
   * @param logits what the decoder says, changed in place
   * @param candidates workspace, which samplers can use in turn
   * @throws IllegalStateException if a logit is NaN or positive infinity, or no token is left
   */
  int next(float[] logits, TokenHistory history, Candidates candidates) {
    process(logits, history);
    if (options.temperature() == 0) {
      return candidates.mostLikely(logits);
    }
    candidates.select(logits, options);
    return candidates.draw(RandomDraw.uniform(options.seed(), history.newTokens()));
  }

  private void process(float[] logits, TokenHistory history) {
    for (int i = 0; i < biasIds.length; i++) {
      logits[biasIds[i]] = (float) (logits[biasIds[i]] + biases[i]);
    }
    if (options.repetitionPenalty() != 1) {
      history.penalizeRepetition(logits, (float) options.repetitionPenalty());
    }
    if (options.presencePenalty() != 0 || options.frequencyPenalty() != 0) {
      history.penalizeNewTokens(logits, options.presencePenalty(), options.frequencyPenalty());
    }
    if (options.noRepeatNgram() > 0) {
      history.forbidRepeatedNgrams(logits, options.noRepeatNgram());
    }
  }
}

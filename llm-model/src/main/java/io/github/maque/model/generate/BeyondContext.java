package io.github.maque.model.generate;

/** What happens to a sequence that has filled the context of its decoder. */
public sealed interface BeyondContext {

  /**
   * The sequence ends with {@link FinishReason#CONTEXT}; a prompt longer than the context is
   * refused.
   */
  record Stop() implements BeyondContext {}

  /**
   * The decoder forgets the older half: it keeps the first {@code keptTokens} tokens of the prompt
   * (all of a shorter one) and the later half, rounded down, of the places behind them, reads these
   * anew and goes on. So every {@code (contextLength - keptTokens) / 2} tokens cost one prefill. A
   * prompt longer than the context is cut in the same way. Penalties, n-gram blocking and the
   * result still see all tokens.
   *
   * @param keptTokens how many tokens at the start of the prompt are never forgotten: 0 or more,
   *     and at most the context length less 2. Decoders answer better when the first few stay (Xiao
   *     et al., "Efficient Streaming Language Models with Attention Sinks", 2023).
   */
  record Slide(int keptTokens) implements BeyondContext {

    /** Checks the number. */
    public Slide {
      if (keptTokens < 0) {
        throw new IllegalArgumentException("keptTokens must be 0 or more, got " + keptTokens);
      }
    }
  }
}

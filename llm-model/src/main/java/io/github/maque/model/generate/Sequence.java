package io.github.maque.model.generate;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One request under way: its tokens and text, and how many of its tokens a slot holds. */
final class Sequence {
  private final int request;
  private final GenerationOptions options;
  private final TokenHistory history;
  private final Sampler sampler;
  private final @Nullable TextStream text;
  private double[] logProbabilities = {};

  /** What the decoder said before it was processed, where log-probabilities are asked for. */
  private float[] unchanged = {};

  private int drawn;
  private @Nullable IllegalStateException failure;
  private int inSlot;

  Sequence(int request, GenerationRequest asked, @Nullable TextStream text) {
    this.request = request;
    this.text = text;
    options = asked.options();
    history = new TokenHistory(asked.prompt());
    sampler = new Sampler(options);
  }

  /** Returns the place among the requests. */
  int request() {
    return request;
  }

  /** Returns whether the slot must read a prompt next, rather than one token. */
  boolean needsPrefill(int contextLength) {
    return inSlot == 0 || inSlot == contextLength;
  }

  /** Returns the tokens the slot is to read next: all of them if they fit, else what is kept. */
  int[] prefill(int contextLength) {
    int size = history.size();
    int[] tokens;
    if (size <= contextLength) {
      tokens = history.range(0, size);
    } else if (options.beyondContext() instanceof BeyondContext.Slide slide) {
      int kept = Math.min(slide.keptTokens(), history.promptLength());
      int recent = (contextLength - kept) / 2;
      tokens = Arrays.copyOf(history.range(0, kept), kept + recent);
      System.arraycopy(history.range(size - recent, size), 0, tokens, kept, recent);
    } else {
      throw new IllegalStateException(size + " tokens in a context of " + contextLength);
    }
    inSlot = tokens.length;
    return tokens;
  }

  /** Returns the one token the slot is to read next. */
  int step() {
    inSlot++;
    return history.last();
  }

  /**
   * Draws a token for {@link #choose}, which also throws what went wrong: other sequences may draw
   * at the same time, and this one may be cancelled before it is its turn.
   *
   * @param logits what the decoder says, changed in place
   * @param candidates workspace
   */
  void draw(float[] logits, Candidates candidates) {
    failure = null;
    if (options.logProbabilities()) {
      unchanged = unchanged.length == 0 ? new float[logits.length] : unchanged;
      System.arraycopy(logits, 0, unchanged, 0, logits.length);
    }
    try {
      drawn = sampler.next(logits, history, candidates);
      if (options.logProbabilities()) {
        keepLogProbability(Softmax.logProbability(unchanged, drawn));
      }
    } catch (IllegalStateException e) {
      failure = e;
    }
  }

  private void keepLogProbability(double logProbability) {
    int place = history.newTokens();
    if (place == logProbabilities.length) {
      logProbabilities = Arrays.copyOf(logProbabilities, 2 * place + 16);
    }
    logProbabilities[place] = logProbability;
  }

  /** Appends the token that was drawn and returns it. */
  int choose() {
    if (failure != null) {
      throw new IllegalStateException(
          "request " + request + ", new token " + history.newTokens() + ": " + failure.getMessage(),
          failure);
    }
    history.add(drawn);
    return drawn;
  }

  /** Takes the chosen token into the text and returns whether and why the sequence ends with it. */
  @Nullable FinishReason accept(int id, int contextLength) {
    if (options.stopIds().contains(id)) {
      return FinishReason.STOP_ID;
    }
    if (text != null && text.add(id)) {
      return FinishReason.STOP_STRING;
    }
    if (history.newTokens() == options.maxNewTokens()) {
      return FinishReason.LENGTH;
    }
    if (inSlot == contextLength && options.beyondContext() instanceof BeyondContext.Stop) {
      return FinishReason.CONTEXT;
    }
    return null;
  }

  /** Returns the text that can be shown and has not been returned yet, often empty. */
  String unshownText() {
    return text == null ? "" : text.unshown();
  }

  /** Ends the text. */
  void finishText() {
    if (text != null) {
      text.finish();
    }
  }

  Generation result(FinishReason reason) {
    int[] ids = history.range(history.promptLength(), history.size());
    return new Generation(
        ids,
        text == null ? "" : text.text(),
        reason,
        Arrays.copyOf(logProbabilities, options.logProbabilities() ? ids.length : 0));
  }
}

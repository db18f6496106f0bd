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
  private int inSlot;

  Sequence(int request, GenerationRequest asked, Candidates candidates, @Nullable TextStream text) {
    this.request = request;
    this.text = text;
    options = asked.options();
    history = new TokenHistory(asked.prompt());
    sampler = new Sampler(options, candidates);
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
   * Chooses and appends a token.
   *
   * @param logits what the decoder says, changed in place
   * @param unchanged room for a copy
   */
  int choose(float[] logits, float[] unchanged) {
    if (options.logProbabilities()) {
      System.arraycopy(logits, 0, unchanged, 0, logits.length);
    }
    int place = history.newTokens();
    int id;
    try {
      id = sampler.next(logits, history);
      if (options.logProbabilities()) {
        if (place == logProbabilities.length) {
          logProbabilities = Arrays.copyOf(logProbabilities, 2 * place + 16);
        }
        logProbabilities[place] = Softmax.logProbability(unchanged, id);
      }
    } catch (IllegalStateException e) {
      throw new IllegalStateException(
          "request " + request + ", new token " + place + ": " + e.getMessage(), e);
    }
    history.add(id);
    return id;
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

package io.github.maque.model.generate;

import io.github.maque.tokenizer.DecodeOptions;
import io.github.maque.tokenizer.StreamingDecoder;
import io.github.maque.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets a decoder write behind any number of prompts, as many at once as its session has slots. A
 * slot whose sequence has ended takes up the next request at once, while the others go on
 * (continuous batching: Yu et al., "Orca", 2022).
 *
 * <pre>{@code
 * Generator generator = new Generator(session);
 * GenerationOptions options = GenerationOptions.builder().maxNewTokens(100).stopIds(eos).build();
 * int[] story = generator.generate(prompt, options).ids();
 * }</pre>
 *
 * <p>What is written behind a prompt depends on the prompt and its options alone, not on the other
 * requests, their order or the number of slots.
 *
 * <p>A request that does not fit the decoder is refused with an {@link IllegalArgumentException}
 * that names it: a prompt or {@link BeyondContext.Slide#keptTokens} too long for the context, ids
 * in the prompt, the stop ids or the logit bias outside the vocabulary, stop strings without a
 * tokenizer. Logits that are no numbers, or options that leave no token to choose, end the call
 * with an {@link IllegalStateException} that names the request and the token.
 *
 * <p>A generator serves one call at a time and refuses another with an {@link
 * IllegalStateException}, also one from inside a listener. The session stays the caller's to close,
 * and both can be used again after an exception that did not come from the session.
 */
public final class Generator {
  private static final GenerationListener SILENT = new GenerationListener() {};

  private final DecodingSession session;
  private final @Nullable Supplier<StreamingDecoder> decoders;
  private final int vocabularySize;
  private final Draws draws;
  private final AtomicBoolean busy = new AtomicBoolean();

  /** For every slot what follows in it; made when the slot is first used. */
  private final float[][] logits;

  /**
   * Creates a generator of ids: it gives no text and takes no stop strings.
   *
   * @param session the decoder; what its slots hold is lost
   */
  public Generator(DecodingSession session) {
    this(session, null, session.vocabularySize());
  }

  /**
   * Creates a generator of ids and text. Ids that the tokenizer does not know, where the decoder's
   * vocabulary is larger, are never chosen.
   *
   * @param session the decoder; what its slots hold is lost
   * @param tokenizer the tokenizer the ids belong to
   * @param decodeOptions how special tokens are written
   * @throws IllegalArgumentException if the tokenizer has more ids than the decoder
   */
  public Generator(DecodingSession session, Tokenizer tokenizer, DecodeOptions decodeOptions) {
    this(session, () -> tokenizer.streamingDecoder(decodeOptions), tokenizer.vocabularySize());
  }

  private Generator(
      DecodingSession session, @Nullable Supplier<StreamingDecoder> decoders, int vocabularySize) {
    if (vocabularySize > session.vocabularySize()) {
      throw new IllegalArgumentException(
          "tokenizer must have at most the decoder's "
              + session.vocabularySize()
              + " ids, got "
              + vocabularySize);
    }
    this.session = session;
    this.decoders = decoders;
    this.vocabularySize = vocabularySize;
    draws = new Draws(session.slots(), vocabularySize);
    logits = new float[session.slots()][];
  }

  /** Goes on from one prompt. */
  public Generation generate(int[] prompt, GenerationOptions options) {
    return generateAll(List.of(new GenerationRequest(prompt, options))).get(0);
  }

  /** Serves all requests and returns their results in the same order. */
  public List<Generation> generateAll(List<GenerationRequest> requests) {
    return generateAll(requests, SILENT, new Cancellation());
  }

  /**
   * Serves all requests and returns their results in the same order. All requests are checked
   * before the first is served.
   *
   * @param listener hears of everything; of requests that were cancelled before they were taken up,
   *     that they are finished
   * @param cancellation ends requests early
   */
  public List<Generation> generateAll(
      List<GenerationRequest> requests, GenerationListener listener, Cancellation cancellation) {
    for (int i = 0; i < requests.size(); i++) {
      check(i, requests.get(i));
    }
    List<Generation> results = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      results.add(new Generation(new int[0], "", FinishReason.CANCELLED, new double[0]));
    }
    int served =
        serve(
            requests.iterator(),
            new GenerationListener() {
              @Override
              public void token(int request, int id) {
                listener.token(request, id);
              }

              @Override
              public void text(int request, String text) {
                listener.text(request, text);
              }

              @Override
              public void finished(int request, Generation generation) {
                results.set(request, generation);
                listener.finished(request, generation);
              }
            },
            cancellation);
    for (int i = served; i < requests.size(); i++) {
      listener.finished(i, results.get(i));
    }
    return results;
  }

  /**
   * Serves requests as they are pulled, each only when a slot is free for it, and keeps no results:
   * for more requests than fit in memory. While {@code requests} makes the caller wait, no sequence
   * goes on. Once everything is cancelled, no more requests are pulled.
   *
   * @param listener hears of everything, numbering the requests from 0
   * @param cancellation ends requests early
   * @return how many requests were pulled
   */
  public int generateAll(
      Iterator<GenerationRequest> requests,
      GenerationListener listener,
      Cancellation cancellation) {
    return serve(requests, listener, cancellation);
  }

  private int serve(
      Iterator<GenerationRequest> requests,
      GenerationListener listener,
      Cancellation cancellation) {
    if (!busy.compareAndSet(false, true)) {
      throw new IllegalStateException("the generator is generating already");
    }
    try {
      return new ContinuousBatch(session, this::begin, logits, draws, listener, cancellation)
          .serve(requests);
    } finally {
      busy.set(false);
    }
  }

  private Sequence begin(int index, GenerationRequest request) {
    check(index, request);
    TextStream text =
        decoders == null
            ? null
            : new TextStream(decoders.get(), request.options().stopStrings(), request.prompt());
    return new Sequence(index, request, text);
  }

  private void check(int index, GenerationRequest request) {
    GenerationOptions options = request.options();
    int contextLength = session.contextLength();
    if (options.beyondContext() instanceof BeyondContext.Slide slide) {
      require(
          slide.keptTokens() <= contextLength - 2,
          index,
          "keptTokens must be at most the context length less 2, " + (contextLength - 2),
          slide.keptTokens());
    } else {
      require(
          request.prompt().length <= contextLength,
          index,
          "prompt must have at most " + contextLength + " tokens, the context length",
          request.prompt().length);
    }
    for (int id : request.prompt()) {
      requireKnown(id, index, "ids of the prompt");
    }
    for (int id : options.stopIds()) {
      requireKnown(id, index, "stopIds");
    }
    for (int id : options.logitBias().keySet()) {
      requireKnown(id, index, "ids of logitBias");
    }
    require(
        decoders != null || options.stopStrings().isEmpty(),
        index,
        "stopStrings must be empty where there is no tokenizer",
        options.stopStrings());
  }

  private void requireKnown(int id, int index, String name) {
    if (id < 0 || id >= vocabularySize) {
      throw new IllegalArgumentException(
          "request "
              + index
              + ": "
              + name
              + " must be 0 or more and below the vocabulary size "
              + vocabularySize
              + ", got "
              + id);
    }
  }

  private static void require(boolean holds, int index, String rule, Object value) {
    if (!holds) {
      throw new IllegalArgumentException("request " + index + ": " + rule + ", got " + value);
    }
  }
}

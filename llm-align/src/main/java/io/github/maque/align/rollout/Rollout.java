package io.github.maque.align.rollout;

import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.model.generate.GenerationRequest;
import io.github.maque.tokenizer.ChatMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How models answer many prompts: how tokens are chosen, how many answers there are and how many
 * are written at once, and where they are kept.
 *
 * <pre>{@code
 * ChatModel model = new ChatModel(decoder, tokenizer, ChatTemplate.story("<|endoftext|>"));
 * GenerationOptions options = GenerationOptions.builder().temperature(0.8).seed(7).build();
 * Rollout rollout = Rollout.builder(options).samples(4).cache(file).build();
 * RolloutAnswers answers = rollout.answers(model, prompts);
 * }</pre>
 *
 * <p>Each answer has a {@linkplain ChatModel#requests seed of its own}, so that neither the order
 * of the prompts nor what else is asked changes an answer, and different models are asked with the
 * same chances. Prompts that are equal get equal answers.
 *
 * <p>Prompts are answered in groups. With a cache, the answers of a group are on the disk before
 * the next one begins: a rollout that was killed and is made again takes what is there and goes on,
 * with the very answers that it would have had. Answers of other models, options or seeds may be in
 * the same file; they are never taken. The number of slots is no part of what answers are known by:
 * with another one the last bits of logits may differ, and now and then a draw.
 */
public final class Rollout {
  /** How many answers are generated at once if nothing is said: more are hardly faster. */
  public static final int DEFAULT_SLOTS = 128;

  private final GenerationOptions options;
  private final int samples;
  private final int slots;
  private final int group;
  private final @Nullable Path cache;
  private final Consumer<RolloutProgress> listener;

  private Rollout(Builder builder) {
    options = builder.options;
    samples = builder.samples;
    slots = builder.slots;
    group = builder.group;
    cache = builder.cache;
    listener = builder.listener;
  }

  /**
   * Returns a builder.
   *
   * @param options how to generate; its seed is what all chance depends on. The template's stop ids
   *     are added.
   */
  public static Builder builder(GenerationOptions options) {
    return new Builder(options);
  }

  /** Returns how tokens are chosen. */
  public GenerationOptions options() {
    return options;
  }

  /** Returns how many answers a prompt gets. */
  public int samples() {
    return samples;
  }

  /** One answer that is asked for: what it is cached under, and the request for it. */
  private record Asked(String key, GenerationRequest request) {}

  /**
   * Lets a model answer prompts.
   *
   * @param prompts conversations that end with a message of the user's
   * @throws IllegalArgumentException if the template does not take a prompt, or it has more tokens
   *     than the decoder's context; names its number
   * @throws IOException if the cache cannot be read or written
   */
  public RolloutAnswers answers(ChatModel model, List<List<ChatMessage>> prompts)
      throws IOException {
    List<List<Asked>> asked = ask(model, prompts);
    Tally tally = new Tally((long) samples * prompts.size());
    // Not of what is missing: an answer has the same bits, whatever was cached.
    int places = (int) Math.min(slots, Math.max(1, (long) samples * Math.min(group, asked.size())));
    try (AnswerCache answers = open(asked);
        AnswerGenerator generator = new AnswerGenerator(model, places)) {
      List<List<Answer>> found = new ArrayList<>();
      for (int from = 0; from < asked.size(); from += group) {
        List<List<Asked>> part = asked.subList(from, Math.min(asked.size(), from + group));
        generateMissing(part, answers, generator, tally);
        for (List<Asked> prompt : part) {
          found.add(
              prompt.stream().map(one -> Objects.requireNonNull(answers.get(one.key()))).toList());
        }
      }
      return new RolloutAnswers(found, tally.cached, tally.tokens, tally.seconds);
    }
  }

  private List<List<Asked>> ask(ChatModel model, List<List<ChatMessage>> prompts) {
    // Without a cache nobody else's answers can be met, and reading all weights is saved.
    String identity = cache == null ? "" : model.fingerprint();
    List<List<Asked>> asked = new ArrayList<>();
    List<List<GenerationRequest>> requests = model.requests(prompts, options, samples);
    for (int i = 0; i < prompts.size(); i++) {
      List<ChatMessage> messages = prompts.get(i);
      asked.add(
          requests.get(i).stream()
              .map(request -> new Asked(key(identity, request, messages), request))
              .toList());
    }
    return asked;
  }

  private static String key(
      String identity, GenerationRequest request, List<ChatMessage> messages) {
    return new Fingerprint("maque rollout answer 1")
        .add(identity)
        .add(request.options().toString())
        .add(messages)
        .hex();
  }

  private AnswerCache open(List<List<Asked>> asked) throws IOException {
    if (cache == null) {
      return AnswerCache.inMemory();
    }
    Set<String> keys = new LinkedHashSet<>();
    asked.forEach(prompt -> prompt.forEach(one -> keys.add(one.key())));
    return AnswerCache.open(cache, keys);
  }

  private void generateMissing(
      List<List<Asked>> part, AnswerCache answers, AnswerGenerator generator, Tally tally)
      throws IOException {
    Map<String, GenerationRequest> missing = new LinkedHashMap<>();
    for (List<Asked> prompt : part) {
      for (Asked one : prompt) {
        if (answers.get(one.key()) != null || missing.containsKey(one.key())) {
          tally.cached++;
        } else {
          missing.put(one.key(), one.request());
        }
      }
    }
    if (missing.isEmpty()) {
      listener.accept(tally.progress());
      return;
    }
    long start = System.nanoTime();
    double before = tally.seconds;
    answers.add(
        generator.generate(
            missing,
            generation -> {
              tally.generated++;
              tally.tokens += generation.ids().length;
              tally.seconds = before + (System.nanoTime() - start) / 1e9;
              listener.accept(tally.progress());
            }));
  }

  /** What a rollout has done so far. */
  private static final class Tally {
    private final long wanted;
    private long generated;
    private long cached;
    private long tokens;
    private double seconds;

    Tally(long wanted) {
      this.wanted = wanted;
    }

    RolloutProgress progress() {
      return new RolloutProgress(generated + cached, wanted, cached, tokens, seconds);
    }
  }

  /** Puts a rollout together. */
  public static final class Builder {
    private final GenerationOptions options;
    private int samples = 1;
    private int slots = DEFAULT_SLOTS;
    private int group = 256;
    private @Nullable Path cache;
    private Consumer<RolloutProgress> listener = progress -> {};

    private Builder(GenerationOptions options) {
      this.options = options;
    }

    /** Sets how many answers each prompt gets; 1 if not set. */
    public Builder samples(int count) {
      samples = count;
      return this;
    }

    /**
     * Sets how many answers are generated at once; {@link #DEFAULT_SLOTS} if not set. For each of
     * them keys and values are kept, as far as the longest one has come.
     */
    public Builder slots(int count) {
      slots = count;
      return this;
    }

    /**
     * Sets how many prompts make a group, whose answers are written to the cache together; 256 if
     * not set.
     */
    public Builder group(int prompts) {
      group = prompts;
      return this;
    }

    /** Sets a file in which answers are kept and found; it may not exist yet. */
    public Builder cache(Path file) {
      cache = file;
      return this;
    }

    /** Sets what hears of each new answer, on the thread that generates. */
    public Builder listener(Consumer<RolloutProgress> progress) {
      listener = progress;
      return this;
    }

    /**
     * Returns the rollout.
     *
     * @throws IllegalArgumentException if a number is not positive, if several answers are wanted
     *     at temperature 0, which are all the same, or if log-probabilities are, which answers do
     *     not have
     */
    public Rollout build() {
      requirePositive("samples", samples);
      requirePositive("slots", slots);
      requirePositive("group", group);
      if (samples > 1 && options.temperature() == 0) {
        throw new IllegalArgumentException(
            "samples must be 1 at temperature 0, where all are the same, got " + samples);
      }
      if (options.logProbabilities()) {
        throw new IllegalArgumentException(
            "logProbabilities must be off, got true: answers do not have them");
      }
      return new Rollout(this);
    }

    private static void requirePositive(String name, int value) {
      if (value < 1) {
        throw new IllegalArgumentException(name + " must be at least 1, got " + value);
      }
    }
  }
}

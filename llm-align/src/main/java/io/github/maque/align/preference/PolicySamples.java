package io.github.maque.align.preference;

import io.github.maque.align.evaluation.AnswerLikelihood;
import io.github.maque.align.evaluation.Ngrams;
import io.github.maque.align.rollout.ChatModel;
import io.github.maque.data.dialogue.EncodedDialogue;
import io.github.maque.model.Decoder;
import io.github.maque.model.generate.BeyondContext;
import io.github.maque.model.generate.DecodingSession;
import io.github.maque.model.generate.Generation;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.model.generate.GenerationRequest;
import io.github.maque.model.generate.TextGenerator;
import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.train.Probe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Lets the policy answer held-out prompts at each evaluation, and measures its answers: what
 * preferences do to a model is seen in what it writes, not in what it is shown.
 *
 * <pre>{@code
 * PolicySamples samples =
 *     PolicySamples.builder(decoder, tokenizer, template, prompts)
 *         .reference(ReferenceModel.of(before))
 *         .build();
 * }</pre>
 *
 * <p>Told are, of the tokens of answers, the end of turn included: {@link #DIVERGENCE}, with a
 * reference, the mean of log π − log π_ref, which estimates the policy's Kullback–Leibler
 * divergence from the reference in nats a token, without bias if temperature is 1 and nothing else
 * changes the distribution; {@link #LENGTH}, {@link #REPETITION} and {@link #DISTINCT}. A figure
 * that no answer is long enough for is left out. Of an answer that fills the context the last token
 * has no part in the divergence.
 */
public final class PolicySamples implements Probe {
  /** The figure of the divergence from the reference, in nats a token. */
  public static final String DIVERGENCE = "samples/kl";

  /** The figure of the mean length of answers, in tokens. */
  public static final String LENGTH = "samples/length";

  /** The figure of the mean share of an answer's 4-grams of tokens that it had before. */
  public static final String REPETITION = "samples/repetition";

  /** The figure of different 4-grams of tokens in all answers together, as a share of all. */
  public static final String DISTINCT = "samples/distinct_4";

  private static final int GRAM = 4;

  private final Builder settings;
  private final List<GenerationRequest> requests;

  private PolicySamples(Builder settings) {
    this.settings = settings;
    requests =
        settings.model.requests(settings.prompts, settings.options, 1).stream()
            .map(answers -> answers.get(0))
            .toList();
  }

  /**
   * Returns a builder of samples without a reference.
   *
   * @param decoder the policy
   * @param tokenizer the tokenizer that it was trained with
   * @param template how conversations are laid out for it
   * @param prompts conversations that end with a message of the user's, at least one
   * @throws IllegalArgumentException if the model, the tokenizer and the template do not go
   *     together, or there is no prompt
   */
  public static Builder builder(
      Decoder decoder,
      Tokenizer tokenizer,
      ChatTemplate template,
      List<List<ChatMessage>> prompts) {
    return new Builder(new ChatModel(decoder, tokenizer, template), prompts);
  }

  @Override
  public Map<String, Double> measure(long step) {
    List<int[]> answers = answers();
    Map<String, Double> figures = new LinkedHashMap<>();
    if (settings.reference != null) {
      divergence(settings.reference, answers).ifPresent(nats -> figures.put(DIVERGENCE, nats));
    }
    figures.put(LENGTH, answers.stream().mapToInt(ids -> ids.length).average().orElseThrow());
    Ngrams pooled = new Ngrams(GRAM);
    answers.forEach(pooled::add);
    if (pooled.total() > 0) {
      figures.put(REPETITION, repetition(answers));
      figures.put(DISTINCT, pooled.distinct());
    }
    return figures;
  }

  private List<int[]> answers() {
    int slots = Math.min(settings.slots, requests.size());
    try (DecodingSession session = DecodingSession.open(settings.model.decoder(), slots)) {
      return TextGenerator.builder(session, settings.model.tokenizer())
          .chatTemplate(settings.model.template())
          .build()
          .generator()
          .generateAll(requests)
          .stream()
          .map(Generation::ids)
          .toList();
    }
  }

  /** Returns the mean over all tokens of answers, if there are any. */
  private OptionalDouble divergence(ReferenceModel reference, List<int[]> answers) {
    List<EncodedDialogue> dialogues = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      dialogues.add(dialogue(requests.get(i).prompt(), answers.get(i)));
    }
    List<AnswerLikelihood> policy = AnswerLikelihood.of(settings.model.decoder(), dialogues);
    List<AnswerLikelihood> before = reference.likelihoods(dialogues);
    long tokens = policy.stream().mapToLong(AnswerLikelihood::tokens).sum();
    double ratio = sum(policy) - sum(before);
    return tokens == 0 ? OptionalDouble.empty() : OptionalDouble.of(ratio / tokens);
  }

  private static double sum(List<AnswerLikelihood> likelihoods) {
    return likelihoods.stream().mapToDouble(AnswerLikelihood::logProbability).sum();
  }

  /** Returns a prompt with its answer, of which the answer is learnt. */
  private EncodedDialogue dialogue(int[] prompt, int[] answer) {
    int most = settings.model.decoder().config().contextLength();
    // What is written last needs no place in the context, but has none where it is to be scored.
    int[] ids = Arrays.copyOf(prompt, Math.min(most, prompt.length + answer.length));
    System.arraycopy(answer, 0, ids, prompt.length, ids.length - prompt.length);
    boolean[] learned = new boolean[ids.length];
    Arrays.fill(learned, prompt.length, ids.length, true);
    return new EncodedDialogue(ids, learned);
  }

  private static double repetition(List<int[]> answers) {
    return answers.stream()
        .map(ids -> new Ngrams(GRAM).add(ids))
        .filter(grams -> grams.total() > 0)
        .mapToDouble(Ngrams::repeated)
        .average()
        .orElseThrow();
  }

  /** Says what is sampled. */
  public static final class Builder {
    private final ChatModel model;
    private final List<List<ChatMessage>> prompts;
    private @Nullable ReferenceModel reference;
    private GenerationOptions options = GenerationOptions.builder().maxNewTokens(128).build();
    private int slots = 16;

    private Builder(ChatModel model, List<List<ChatMessage>> prompts) {
      if (prompts.isEmpty()) {
        throw new IllegalArgumentException("prompts must have at least one conversation, got none");
      }
      this.model = model;
      this.prompts = prompts.stream().map(List::copyOf).toList();
    }

    private Builder(Builder other) {
      this(other.model, other.prompts);
      reference = other.reference;
      options = other.options;
      slots = other.slots;
    }

    /** Sets what the policy is compared with; nothing if not set. */
    public Builder reference(ReferenceModel model) {
      reference = model;
      return this;
    }

    /**
     * Sets how answers are sampled, the same way each time; if not set, at most 128 tokens at
     * temperature 1 from the whole distribution with seed 0. Each prompt has a {@linkplain
     * ChatModel#requests seed of its own}. The context must have room for answers behind each
     * prompt, or else they end there.
     */
    public Builder options(GenerationOptions generation) {
      if (!(generation.beyondContext() instanceof BeyondContext.Stop)) {
        throw new IllegalArgumentException(
            "options must stop at the end of the context, or else answers cannot be scored, got "
                + generation.beyondContext());
      }
      options = generation;
      return this;
    }

    /** Sets how many answers are written at once; 16 if not set. */
    public Builder slots(int count) {
      if (count < 1) {
        throw new IllegalArgumentException("slots must be at least 1, got " + count);
      }
      slots = count;
      return this;
    }

    /**
     * Returns the probe.
     *
     * @throws IllegalArgumentException if the template does not take a prompt, or it has more
     *     tokens than the decoder's context; names its number. Also if the reference's context is
     *     shorter than the decoder's.
     */
    public PolicySamples build() {
      int context = model.decoder().config().contextLength();
      if (reference != null && reference.contextLength() < context) {
        throw new IllegalArgumentException(
            String.format(
                "reference must have a context of at least %d tokens, as the policy has, got %d",
                context, reference.contextLength()));
      }
      return new PolicySamples(new Builder(this));
    }
  }
}

package io.github.maque.align.preference;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.maque.data.pack.Batch;
import io.github.maque.data.pack.BatchStream;
import io.github.maque.data.pack.OverlongPolicy;
import io.github.maque.data.pack.PackedSequences;
import io.github.maque.data.pack.SampleList;
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
import io.github.maque.train.objective.MicroBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
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
 * changes the distribution; {@link #LENGTH}, {@link #REPETITION} and {@link #DISTINCT}.
 */
public final class PolicySamples implements Probe {
  /** The figure of the divergence from the reference, in nats a token. */
  public static final String DIVERGENCE = "samples/kl";

  /** The figure of the mean length of answers, in tokens. */
  public static final String LENGTH = "samples/length";

  /** The figure of the share of 4-grams that an answer had before, of all 4-grams in answers. */
  public static final String REPETITION = "samples/repetition";

  /** The figure of different 4-grams in all answers together, as a share of all. */
  public static final String DISTINCT = "samples/distinct_4";

  private static final int GRAM = 4;
  private static final int TOKENS_AT_ONCE = 4096;

  private final Builder settings;

  private PolicySamples(Builder settings) {
    this.settings = settings;
  }

  /**
   * Returns a builder of samples without a reference.
   *
   * @param decoder the policy
   * @param tokenizer the tokenizer that it was trained with
   * @param template how conversations are laid out for it
   * @param prompts conversations that end with a message of the user's, at least one
   */
  public static Builder builder(
      Decoder decoder,
      Tokenizer tokenizer,
      ChatTemplate template,
      List<List<ChatMessage>> prompts) {
    return new Builder(decoder, tokenizer, template, prompts);
  }

  @Override
  public Map<String, Double> measure(long step) {
    List<GenerationRequest> requests = new ArrayList<>();
    List<int[]> answers = new ArrayList<>();
    int slots = Math.min(settings.slots, settings.prompts.size());
    try (DecodingSession session = DecodingSession.open(settings.decoder, slots)) {
      TextGenerator generator =
          TextGenerator.builder(session, settings.tokenizer)
              .chatTemplate(settings.template)
              .build();
      settings.prompts.forEach(
          prompt -> requests.add(generator.chatRequest(prompt, settings.options)));
      for (Generation answer : generator.generator().generateAll(requests)) {
        answers.add(answer.ids());
      }
    }
    Map<String, Double> figures = new LinkedHashMap<>();
    if (settings.reference != null) {
      figures.put(DIVERGENCE, divergence(settings.reference, requests, answers));
    }
    figures.put(LENGTH, answers.stream().mapToInt(ids -> ids.length).average().orElse(0));
    figures.putAll(gramFigures(answers));
    return figures;
  }

  /** Returns the mean over all tokens of answers. */
  private double divergence(
      ReferenceModel reference, List<GenerationRequest> requests, List<int[]> answers) {
    PackedSequences sequences = sequences(requests, answers);
    int rows = Math.max(1, TOKENS_AT_ONCE / sequences.length());
    try (NDManager manager = settings.decoder.manager().newSubManager();
        BatchStream batches =
            BatchStream.of(sequences).batchSize(rows).sequential().epochs(1).open()) {
      PairKernels kernels = new PairKernels(manager);
      MicroBatch.Loader loader = new MicroBatch.Loader(manager);
      NDArray sums = manager.zeros(new Shape(2), DataType.FLOAT64);
      for (Batch next = batches.next(); next != null; next = batches.next()) {
        try (Batch batch = next;
            NDManager scope = manager.newSubManager()) {
          MicroBatch micro = loader.load(scope, batch, 0, batch.rows());
          NDArray policy =
              ReferenceModel.logProbabilities(
                  settings.decoder, scope, micro.input(), micro.targets());
          NDArray before = reference.logProbabilities(scope, micro.input(), micro.targets());
          kernels.addLogRatios(scope, sums, policy, before, micro.lossWeights());
        }
      }
      double[] values = sums.toDoubleArray();
      return values[0] / values[1];
    }
  }

  /** Returns prompts with answers, of which the answers have weight. */
  private PackedSequences sequences(List<GenerationRequest> requests, List<int[]> answers) {
    SampleList.Builder samples = SampleList.builder();
    int longest = 1;
    for (int i = 0; i < answers.size(); i++) {
      int[] prompt = requests.get(i).prompt();
      int[] answer = answers.get(i);
      int[] ids = Arrays.copyOf(prompt, prompt.length + answer.length);
      System.arraycopy(answer, 0, ids, prompt.length, answer.length);
      boolean[] learned = new boolean[ids.length];
      Arrays.fill(learned, prompt.length, ids.length, true);
      samples.add(ids, learned);
      longest = Math.max(longest, ids.length);
    }
    return PackedSequences.bestFit(samples.build(), longest, OverlongPolicy.REJECT, 0);
  }

  /** Returns repetition and distinctness; NaN if all answers are too short for a 4-gram. */
  private static Map<String, Double> gramFigures(List<int[]> answers) {
    long all = 0;
    long different = 0;
    List<List<Integer>> pooled = new ArrayList<>();
    for (int[] ids : answers) {
      List<List<Integer>> grams =
          IntStream.rangeClosed(0, ids.length - GRAM)
              .mapToObj(at -> Arrays.stream(ids, at, at + GRAM).boxed().toList())
              .toList();
      all += grams.size();
      different += grams.stream().distinct().count();
      pooled.addAll(grams);
    }
    return Map.of(
        REPETITION,
        1 - different / (double) all,
        DISTINCT,
        pooled.stream().distinct().count() / (double) all);
  }

  /** Says what is sampled. */
  public static final class Builder {
    private final Decoder decoder;
    private final Tokenizer tokenizer;
    private final ChatTemplate template;
    private final List<List<ChatMessage>> prompts;
    private @Nullable ReferenceModel reference;
    private GenerationOptions options = GenerationOptions.builder().maxNewTokens(128).build();
    private int slots = 16;

    private Builder(
        Decoder decoder,
        Tokenizer tokenizer,
        ChatTemplate template,
        List<List<ChatMessage>> prompts) {
      template.checkVocabulary(tokenizer);
      if (prompts.isEmpty()) {
        throw new IllegalArgumentException("prompts must have at least one conversation, got none");
      }
      this.decoder = decoder;
      this.tokenizer = tokenizer;
      this.template = template;
      this.prompts = prompts.stream().map(List::copyOf).toList();
    }

    private Builder(Builder other) {
      this(other.decoder, other.tokenizer, other.template, other.prompts);
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
     * temperature 1 from the whole distribution with seed 0. The context must have room for them
     * behind each prompt, or else they end there.
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

    /** Returns the probe. */
    public PolicySamples build() {
      return new PolicySamples(new Builder(this));
    }
  }
}

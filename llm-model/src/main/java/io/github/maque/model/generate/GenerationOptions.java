package io.github.maque.model.generate;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How new tokens are chosen and when to stop. Immutable.
 *
 * <pre>{@code
 * GenerationOptions options =
 *     GenerationOptions.builder().maxNewTokens(200).temperature(0.8).topP(0.95).seed(7).build();
 * }</pre>
 *
 * <p>The logits pass through, in this order, which is that of Hugging Face's transformers: {@code
 * logitBias}, {@code repetitionPenalty}, {@code presencePenalty} and {@code frequencyPenalty},
 * {@code noRepeatNgram}, {@code temperature}, {@code topK}, {@code topP}, {@code minP}. What is
 * left is drawn from in proportion to its probability. At temperature 0 the largest logit after
 * {@code noRepeatNgram} wins, the one of the smallest id among equals; truncation changes nothing
 * there.
 *
 * <p>A draw depends on the logits, the seed and the number of new tokens so far, on nothing else:
 * the same seed behind the same prompt gives the same tokens, whatever else is generated.
 *
 * @param maxNewTokens how many tokens at most, 1 or more
 * @param temperature what logits are divided by: 0 for greedy decoding, else 10<sup>-6</sup> or
 *     more
 * @param topK keeps tokens at least as likely as the {@code topK}-th most likely, so more of them
 *     where several are equal to it; 0 keeps all
 * @param topP keeps the fewest most likely tokens that have this probability together, smaller ids
 *     first among equals: above 0, up to 1, which keeps all (Holtzman et al., "The Curious Case of
 *     Neural Text Degeneration", 2020)
 * @param minP keeps tokens with at least this share of the most likely one's probability: 0, which
 *     keeps all, to 1 (Nguyen et al., "Turning Up the Heat", 2024)
 * @param repetitionPenalty what the logits of all tokens in the prompt and the new text are divided
 *     by, or multiplied with if negative: above 0; 1 changes nothing (Keskar et al., "CTRL", 2019,
 *     as transformers has it)
 * @param presencePenalty what is taken from the logit of every token in the new text, the prompt
 *     not counted; negative values invite repetition (OpenAI's parameter)
 * @param frequencyPenalty what is taken from the logit of a token for each of its occurrences in
 *     the new text, the prompt not counted (OpenAI's parameter)
 * @param noRepeatNgram forbids every run of this many tokens to occur twice in prompt and new text;
 *     0 allows it. A stop id is a token like any other here.
 * @param stopIds tokens that end the text and are not part of it
 * @param stopStrings strings, none empty, that end the text and are not part of it, wherever tokens
 *     begin and end; the one that is complete first counts, the longest of those complete together
 * @param logitBias what is added to the logits of tokens; negative infinity forbids one
 * @param seed what draws depend on, any value
 * @param beyondContext what happens when the context is full
 * @param logProbabilities whether {@link Generation#logProbabilities} are wanted
 */
public record GenerationOptions(
    int maxNewTokens,
    double temperature,
    int topK,
    double topP,
    double minP,
    double repetitionPenalty,
    double presencePenalty,
    double frequencyPenalty,
    int noRepeatNgram,
    Set<Integer> stopIds,
    List<String> stopStrings,
    Map<Integer, Double> logitBias,
    long seed,
    BeyondContext beyondContext,
    boolean logProbabilities) {

  private static final double MIN_TEMPERATURE = 1e-6;

  /** Checks every value and copies the collections. */
  public GenerationOptions {
    require(maxNewTokens >= 1, "maxNewTokens", "1 or more", maxNewTokens);
    require(
        temperature == 0 || (temperature >= MIN_TEMPERATURE && Double.isFinite(temperature)),
        "temperature",
        "0 or from 1e-6 up and finite",
        temperature);
    require(topK >= 0, "topK", "0 or more", topK);
    require(topP > 0 && topP <= 1, "topP", "above 0 and at most 1", topP);
    require(minP >= 0 && minP <= 1, "minP", "from 0 to 1", minP);
    require(
        repetitionPenalty > 0 && Double.isFinite(repetitionPenalty),
        "repetitionPenalty",
        "above 0 and finite",
        repetitionPenalty);
    require(Double.isFinite(presencePenalty), "presencePenalty", "finite", presencePenalty);
    require(Double.isFinite(frequencyPenalty), "frequencyPenalty", "finite", frequencyPenalty);
    require(noRepeatNgram >= 0, "noRepeatNgram", "0 or more", noRepeatNgram);
    stopIds = Collections.unmodifiableSet(new LinkedHashSet<>(stopIds));
    for (int id : stopIds) {
      require(id >= 0, "stopIds", "0 or more each", id);
    }
    stopStrings = List.copyOf(stopStrings);
    require(!stopStrings.contains(""), "stopStrings", "not empty each", stopStrings);
    logitBias = Collections.unmodifiableMap(new LinkedHashMap<>(logitBias));
    logitBias.forEach(
        (id, bias) -> {
          require(id >= 0, "logitBias", "for ids of 0 or more", id);
          require(
              bias < Double.POSITIVE_INFINITY,
              "logitBias",
              "finite or negative infinity for id " + id,
              bias);
        });
  }

  private static void require(boolean holds, String name, String expected, Object value) {
    if (!holds) {
      throw new IllegalArgumentException(name + " must be " + expected + ", got " + value);
    }
  }

  /**
   * Returns a builder: 256 new tokens at most, drawn at temperature 1 from the whole distribution
   * with seed 0, and no stop but the end of the context.
   */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns a builder that starts with these options. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** Returns these options with another seed: for several samples from one prompt. */
  public GenerationOptions withSeed(long newSeed) {
    return toBuilder().seed(newSeed).build();
  }

  /** Collects options; {@link #build} checks them. */
  public static final class Builder {
    private int maxNewTokens = 256;
    private double temperature = 1;
    private int topK;
    private double topP = 1;
    private double minP;
    private double repetitionPenalty = 1;
    private double presencePenalty;
    private double frequencyPenalty;
    private int noRepeatNgram;
    private final Set<Integer> stopIds = new LinkedHashSet<>();
    private List<String> stopStrings = List.of();
    private final Map<Integer, Double> logitBias = new LinkedHashMap<>();
    private long seed;
    private BeyondContext beyondContext = new BeyondContext.Stop();
    private boolean logProbabilities;

    private Builder() {}

    private Builder(GenerationOptions from) {
      maxNewTokens = from.maxNewTokens;
      temperature = from.temperature;
      topK = from.topK;
      topP = from.topP;
      minP = from.minP;
      repetitionPenalty = from.repetitionPenalty;
      presencePenalty = from.presencePenalty;
      frequencyPenalty = from.frequencyPenalty;
      noRepeatNgram = from.noRepeatNgram;
      stopIds.addAll(from.stopIds);
      stopStrings = from.stopStrings;
      logitBias.putAll(from.logitBias);
      seed = from.seed;
      beyondContext = from.beyondContext;
      logProbabilities = from.logProbabilities;
    }

    /** Sets how many tokens at most. */
    public Builder maxNewTokens(int count) {
      maxNewTokens = count;
      return this;
    }

    /** Takes the most likely token always: temperature 0. */
    public Builder greedy() {
      return temperature(0);
    }

    /** Sets what logits are divided by, 0 for greedy decoding. */
    public Builder temperature(double value) {
      temperature = value;
      return this;
    }

    /** Keeps the {@code count} most likely tokens; 0 keeps all. */
    public Builder topK(int count) {
      topK = count;
      return this;
    }

    /** Keeps the most likely tokens up to this probability together; 1 keeps all. */
    public Builder topP(double probability) {
      topP = probability;
      return this;
    }

    /** Keeps tokens with this share of the largest probability; 0 keeps all. */
    public Builder minP(double share) {
      minP = share;
      return this;
    }

    /** Divides the logits of tokens that occurred, also in the prompt; 1 changes nothing. */
    public Builder repetitionPenalty(double factor) {
      repetitionPenalty = factor;
      return this;
    }

    /** Lowers the logits of tokens that occurred in the new text. */
    public Builder presencePenalty(double value) {
      presencePenalty = value;
      return this;
    }

    /** Lowers the logits of tokens for each occurrence in the new text. */
    public Builder frequencyPenalty(double value) {
      frequencyPenalty = value;
      return this;
    }

    /** Forbids runs of this many tokens to occur again; 0 allows all. */
    public Builder noRepeatNgram(int size) {
      noRepeatNgram = size;
      return this;
    }

    /** Adds tokens that end the text. */
    public Builder stopIds(int... ids) {
      for (int id : ids) {
        stopIds.add(id);
      }
      return this;
    }

    /** Sets the strings that end the text, in place of those set before. */
    public Builder stopStrings(List<String> strings) {
      stopStrings = strings;
      return this;
    }

    /** Sets what is added to the logit of one token; negative infinity forbids it. */
    public Builder logitBias(int id, double bias) {
      logitBias.put(id, bias);
      return this;
    }

    /** Sets what draws depend on. */
    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /** Sets what happens when the context is full. */
    public Builder beyondContext(BeyondContext behavior) {
      beyondContext = behavior;
      return this;
    }

    /** Sets whether log-probabilities are wanted. */
    public Builder logProbabilities(boolean wanted) {
      logProbabilities = wanted;
      return this;
    }

    /**
     * Returns the options.
     *
     * @throws IllegalArgumentException if a value is out of its range, naming it
     */
    public GenerationOptions build() {
      return new GenerationOptions(
          maxNewTokens,
          temperature,
          topK,
          topP,
          minP,
          repetitionPenalty,
          presencePenalty,
          frequencyPenalty,
          noRepeatNgram,
          stopIds,
          stopStrings,
          logitBias,
          seed,
          beyondContext,
          logProbabilities);
    }
  }
}

package io.github.maque.align.evaluation;

import io.github.maque.align.rollout.Answer;
import io.github.maque.align.rollout.ChatModel;
import io.github.maque.align.rollout.Rollout;
import io.github.maque.align.rollout.RolloutAnswers;
import io.github.maque.data.dialogue.DialogueEncoder;
import io.github.maque.data.dialogue.EncodedDialogue;
import io.github.maque.data.dialogue.StoryConstraint;
import io.github.maque.data.dialogue.StoryField;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Measures models on the same examples: they answer the same prompts with the same chances, and are
 * asked how likely they find the same held-out answers.
 *
 * <pre>{@code
 * ModelEvaluation evaluation =
 *     ModelEvaluation.builder(Rollout.builder(options).build())
 *         .prompts(prompts)
 *         .heldOut(stories)
 *         .build();
 * ModelResult before = evaluation.evaluate("pre-trained", model);
 * ModelResult after = evaluation.evaluate("fine-tuned", tuned);
 * evaluation.report(List.of(evaluation.data(), before, after)).write(directory);
 * }</pre>
 *
 * <p>Models are measured one after the other, so that each may be closed, or be another state of
 * the same decoder, before the next one comes.
 */
public final class ModelEvaluation {
  private final Rollout rollout;
  private final List<EvaluationExample> prompts;
  private final List<EvaluationExample> heldOut;
  private final @Nullable Iterable<String> trainingTexts;

  private ModelEvaluation(Builder builder) {
    rollout = builder.rollout;
    prompts = builder.prompts;
    heldOut = builder.heldOut;
    trainingTexts = builder.trainingTexts;
  }

  /**
   * Returns a builder.
   *
   * @param rollout how models answer, each prompt once
   * @throws IllegalArgumentException if it has several answers to a prompt
   */
  public static Builder builder(Rollout rollout) {
    return new Builder(rollout);
  }

  /**
   * Lets a model answer the prompts and measures the answers, and its loss on the held-out ones.
   *
   * @param name what the reader knows the model by
   * @throws IllegalArgumentException if the template does not take a prompt, or it has more tokens
   *     than the decoder's context; names its number
   * @throws IOException if the cache cannot be read or written
   */
  public ModelResult evaluate(String name, ChatModel model) throws IOException {
    RolloutAnswers rolled =
        rollout.answers(model, prompts.stream().map(EvaluationExample::prompt).toList());
    List<Answer> answers = rolled.answers().stream().map(samples -> samples.get(0)).toList();
    List<String> texts = answers.stream().map(Answer::text).toList();
    List<Map<Figure, Double>> checks = check(texts);
    for (int i = 0; i < answers.size(); i++) {
      checks.get(i).put(Figure.FINISHED, answers.get(i).finished() ? 1.0 : 0);
      checks.get(i).put(Figure.TOKENS, (double) answers.get(i).tokens());
    }
    Map<String, FigureSums> sums = sums(texts, checks);
    int leftOut = addLikelihoods(model, sums);
    return new ModelResult(
        name,
        model.decoder().config().parameters(),
        figures(sums),
        texts,
        checks,
        leftOut,
        rolled.tokensPerSecond());
  }

  /**
   * Measures the answers that the data has for the prompts, as if a model called "data" had them.
   */
  public ModelResult data() {
    List<String> texts = prompts.stream().map(EvaluationExample::answer).toList();
    List<Map<Figure, Double>> checks = check(texts);
    return new ModelResult("data", 0, figures(sums(texts, checks)), texts, checks, 0, Double.NaN);
  }

  /**
   * Puts the results of several models beside each other.
   *
   * @param results of this evaluation, each with another name
   */
  public EvaluationReport report(List<ModelResult> results) {
    Map<String, Integer> notCheckable = new TreeMap<>();
    for (EvaluationExample prompt : prompts) {
      for (StoryConstraint constraint : prompt.constraints()) {
        if (constraint.field() == StoryField.FEATURES) {
          constraint.values().stream()
              .filter(feature -> !StoryChecks.isCheckable(feature))
              .forEach(feature -> notCheckable.merge(feature, 1, Integer::sum));
        }
      }
    }
    return new EvaluationReport(
        rollout.options().toString(), prompts, heldOut.size(), notCheckable, results);
  }

  private List<Map<Figure, Double>> check(List<String> answers) {
    List<Map<Figure, Double>> checks = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      String answer = answers.get(i);
      Map<Figure, Double> check = new EnumMap<>(Figure.class);
      check.putAll(StoryChecks.check(prompts.get(i).constraints(), answer));
      check.put(Figure.CHARACTERS, (double) answer.codePointCount(0, answer.length()));
      Ngrams ngrams = new Ngrams(4).add(answer);
      if (ngrams.total() > 0) {
        check.put(Figure.REPETITION, ngrams.repeated());
      }
      checks.add(check);
    }
    if (trainingTexts != null) {
      LongestCopy copies = new LongestCopy(answers);
      trainingTexts.forEach(copies);
      List<String> longest = copies.longest();
      for (int i = 0; i < longest.size(); i++) {
        String copy = longest.get(i);
        checks.get(i).put(Figure.LONGEST_COPY, (double) copy.codePointCount(0, copy.length()));
      }
    }
    return checks;
  }

  private Map<String, FigureSums> sums(List<String> answers, List<Map<Figure, Double>> checks) {
    Map<String, FigureSums> sums = new TreeMap<>();
    for (int i = 0; i < answers.size(); i++) {
      for (FigureSums group : groups(sums, prompts.get(i))) {
        group.add(answers.get(i), checks.get(i));
      }
    }
    return sums;
  }

  private static List<FigureSums> groups(Map<String, FigureSums> sums, EvaluationExample example) {
    return List.of(
        sums.computeIfAbsent(ModelResult.ALL, any -> new FigureSums()),
        sums.computeIfAbsent(example.combination(), any -> new FigureSums()));
  }

  /** Adds the held-out answers and returns how many had to be left out. */
  private int addLikelihoods(ChatModel model, Map<String, FigureSums> sums) {
    DialogueEncoder encoder = new DialogueEncoder(model.template(), model.tokenizer());
    List<EncodedDialogue> encoded = new ArrayList<>();
    List<EvaluationExample> taken = new ArrayList<>();
    for (EvaluationExample example : heldOut) {
      EncodedDialogue dialogue =
          encoder.encode(example.dialogue(), DialogueEncoder.Loss.LAST_ANSWER);
      if (dialogue.size() <= model.decoder().config().contextLength()) {
        encoded.add(dialogue);
        taken.add(example);
      }
    }
    List<AnswerLikelihood> likelihoods = AnswerLikelihood.of(model.decoder(), encoded);
    for (int i = 0; i < likelihoods.size(); i++) {
      int bytes = taken.get(i).answer().getBytes(StandardCharsets.UTF_8).length;
      for (FigureSums group : groups(sums, taken.get(i))) {
        group.add(likelihoods.get(i), bytes);
      }
    }
    return heldOut.size() - taken.size();
  }

  private static Map<String, Map<Figure, Double>> figures(Map<String, FigureSums> sums) {
    Map<String, Map<Figure, Double>> figures = new LinkedHashMap<>();
    FigureSums all = sums.get(ModelResult.ALL);
    if (all != null) {
      figures.put(ModelResult.ALL, all.figures());
    }
    sums.forEach((combination, group) -> figures.putIfAbsent(combination, group.figures()));
    return figures;
  }

  /** Puts an evaluation together. */
  public static final class Builder {
    private final Rollout rollout;
    private List<EvaluationExample> prompts = List.of();
    private List<EvaluationExample> heldOut = List.of();
    private @Nullable Iterable<String> trainingTexts;

    private Builder(Rollout rollout) {
      if (rollout.samples() != 1) {
        throw new IllegalArgumentException(
            "samples of the rollout must be 1, got " + rollout.samples());
      }
      this.rollout = rollout;
    }

    /** Sets what models are to answer; what the data has for answers is not shown to them. */
    public Builder prompts(List<EvaluationExample> examples) {
      prompts = List.copyOf(examples);
      return this;
    }

    /** Sets whose answers models are to find likely; of several answers the last. */
    public Builder heldOut(List<EvaluationExample> examples) {
      heldOut = List.copyOf(examples);
      return this;
    }

    /**
     * Sets where to look for stretches of the answers that were learnt by heart. Iterated over once
     * for each model.
     */
    public Builder trainingTexts(Iterable<String> texts) {
      trainingTexts = texts;
      return this;
    }

    /**
     * Returns the evaluation.
     *
     * @throws IllegalArgumentException if there are neither prompts nor held-out examples
     */
    public ModelEvaluation build() {
      if (prompts.isEmpty() && heldOut.isEmpty()) {
        throw new IllegalArgumentException("prompts or heldOut must be given, both are empty");
      }
      return new ModelEvaluation(this);
    }
  }
}

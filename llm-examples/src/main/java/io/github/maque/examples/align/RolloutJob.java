package io.github.maque.examples.align;

import io.github.maque.align.evaluation.EvaluationExample;
import io.github.maque.align.rollout.PreferenceRollout;
import io.github.maque.align.rollout.Rollout;
import io.github.maque.align.rollout.RolloutPreferences;
import io.github.maque.examples.WorkListener;
import io.github.maque.examples.model.ModelDirectory;
import io.github.maque.examples.model.OpenedModel;
import io.github.maque.model.generate.BeyondContext;
import io.github.maque.model.kernel.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Makes preferences of a model's own answers. The answers that the cache of the rollout has are not
 * generated again, so that it goes on where it was killed.
 *
 * @param model that answers
 * @param precision in what to compute
 * @param questions what it is asked
 * @param limit how many questions at most, the first of the data
 * @param choice what is chosen
 * @param score what is best, where the model's answers are chosen from
 * @param margin how much better the best answer must be than the worst, 0 or more
 * @param unfinished whether answers that were cut short are taken
 * @param out the file of the preferences
 */
public record RolloutJob(
    ModelDirectory model,
    Precision precision,
    Questions questions,
    int limit,
    Choice choice,
    RolloutScore score,
    double margin,
    boolean unfinished,
    Path out) {

  /** What is chosen over what. */
  public enum Choice {
    /** The data's answer over each of the model's. */
    DATA,
    /** The best of the model's answers over the worst. */
    BEST
  }

  /**
   * What came of it.
   *
   * @param preferences what was written
   * @param tooLong how many questions were not asked, because they fill the model's context
   */
  public record Result(RolloutPreferences preferences, int tooLong) {
    /** Returns why there are no more pairs, and how many each reason has left out. */
    public Map<String, Integer> leftOut() {
      Map<String, Integer> reasons = new LinkedHashMap<>();
      reasons.put("too_long", tooLong);
      preferences
          .leftOut()
          .forEach((reason, count) -> reasons.put(reason.name().toLowerCase(Locale.ROOT), count));
      return reasons;
    }

    /** Returns the same for people: {@code 3 unfinished, 1 identical}. */
    public String leftOutText() {
      String counts =
          leftOut().entrySet().stream()
              .filter(reason -> reason.getValue() > 0)
              .map(
                  reason ->
                      String.format(
                          Locale.ROOT,
                          "%,d %s",
                          reason.getValue(),
                          reason.getKey().replace('_', ' ')))
              .collect(Collectors.joining(", "));
      return counts.isEmpty() ? "nothing" : counts;
    }
  }

  /** Checks the number. */
  public RolloutJob {
    if (limit < 1) {
      throw new IllegalArgumentException("limit must be at least 1, got " + limit);
    }
  }

  /**
   * Answers the questions and writes the preferences.
   *
   * @param rollout how the model answers
   * @param loading hears of its weights
   * @throws IOException if a file cannot be read or written
   * @throws IllegalArgumentException if no pair came of it, or things do not go together
   */
  public Result run(Rollout rollout, WorkListener loading) throws IOException {
    List<EvaluationExample> examples = questions.read(limit);
    requireConstraints(examples);
    model.chatTemplate();
    boolean slides = rollout.options().beyondContext() instanceof BeyondContext.Slide;
    List<EvaluationExample> asked = slides ? examples : Questions.fitting(model, examples);
    if (asked.isEmpty()) {
      throw new IllegalArgumentException(
          "no question leaves room for an answer in the model's context of "
              + model.source().config().contextLength()
              + " tokens");
    }
    Result result = new Result(answer(rollout, asked, loading), examples.size() - asked.size());
    if (result.preferences().preferences().isEmpty()) {
      throw new IllegalArgumentException("no pair came of it: " + result.leftOutText());
    }
    result.preferences().write(out);
    return result;
  }

  private void requireConstraints(List<EvaluationExample> examples) {
    boolean needed = choice == Choice.BEST && score == RolloutScore.CONSTRAINTS;
    if (needed && examples.stream().allMatch(example -> example.constraints().isEmpty())) {
      throw new IllegalArgumentException(
          "--score constraints needs data that says what is asked for, as stories do, and this does"
              + " not; --score length takes any");
    }
  }

  private RolloutPreferences answer(
      Rollout rollout, List<EvaluationExample> examples, WorkListener loading) throws IOException {
    try (OpenedModel opened = model.open(precision, loading)) {
      PreferenceRollout preferences =
          PreferenceRollout.of(opened.chat(), rollout)
              .withUnfinished(unfinished)
              .withMargin(margin);
      return choice == Choice.DATA
          ? preferences.againstData(examples.stream().map(EvaluationExample::dialogue).toList())
          : preferences.bestAgainstWorst(
              examples.stream().map(EvaluationExample::prompt).toList(), score.over(examples));
    }
  }
}

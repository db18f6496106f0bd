package io.github.maque.examples.cli;

import io.github.maque.align.rollout.RolloutAnswers;
import io.github.maque.align.rollout.RolloutPreferences;
import io.github.maque.data.dialogue.Preference;
import io.github.maque.tokenizer.ChatMessage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What came of a rollout, in figures and with an example.
 *
 * @param data the preferences
 * @param tooLong how many questions were not asked, because they fill the model's context
 */
record RolloutFigures(RolloutPreferences data, int tooLong) {
  /** How many characters of a text are shown. */
  private static final int SHOWN = 70;

  /** Adds all there is. */
  void addTo(Summary summary) {
    summary.count("pairs", data.preferences().size());
    summary.count("questions", data.prompts());
    summary.data("left_out", reasons());
    summary.print("left out", leftOut());
    summary.number("chosen_characters", data.meanChosenCharacters(), "on average");
    summary.number("rejected_characters", data.meanRejectedCharacters(), "on average");
    addAnswers(summary);
    addFirst(summary);
  }

  /** Returns why there are no more pairs, for people: {@code 3 unfinished, 1 identical}. */
  String leftOut() {
    String counts =
        reasons().entrySet().stream()
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

  private Map<String, Integer> reasons() {
    Map<String, Integer> reasons = new LinkedHashMap<>();
    reasons.put("too_long", tooLong);
    data.leftOut()
        .forEach((reason, count) -> reasons.put(reason.name().toLowerCase(Locale.ROOT), count));
    return reasons;
  }

  private void addAnswers(Summary summary) {
    RolloutAnswers answers = data.rollout();
    long all = answers.answers().stream().mapToLong(List::size).sum();
    long generated = all - answers.cached();
    summary.number("answer_tokens", answers.meanTokens(), "on average");
    summary.data("generated_answers", generated);
    summary.data("cached_answers", answers.cached());
    summary.data("generated_tokens", answers.generatedTokens());
    summary.data("tokens_per_second", answers.tokensPerSecond());
    summary.print(
        "answers",
        generated == 0
            ? String.format(Locale.ROOT, "all %,d were known already", all)
            : String.format(
                Locale.ROOT,
                "%,d generated, %,.0f tokens/s; %,d known already",
                generated,
                answers.tokensPerSecond(),
                answers.cached()));
  }

  private void addFirst(Summary summary) {
    Preference first = data.preferences().get(0);
    Map<String, String> shown = new LinkedHashMap<>();
    shown.put("prompt", last(first.prompt()));
    shown.put("chosen", last(first.chosen()));
    shown.put("rejected", last(first.rejected()));
    summary.data("first_pair", shown);
    shown.forEach((name, text) -> summary.print("first " + name, text));
  }

  private static String last(List<ChatMessage> messages) {
    String text = messages.get(messages.size() - 1).content().strip().replaceAll("\\s+", " ");
    return text.codePointCount(0, text.length()) <= SHOWN
        ? text
        : text.substring(0, text.offsetByCodePoints(0, SHOWN)) + "…";
  }
}

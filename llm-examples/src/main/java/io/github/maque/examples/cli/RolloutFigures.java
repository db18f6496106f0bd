package io.github.maque.examples.cli;

import io.github.maque.align.rollout.RolloutAnswers;
import io.github.maque.align.rollout.RolloutPreferences;
import io.github.maque.data.dialogue.Preference;
import io.github.maque.examples.align.RolloutJob;
import io.github.maque.tokenizer.ChatMessage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What came of a rollout, in figures and with an example.
 *
 * @param result the preferences, and what was left out
 */
record RolloutFigures(RolloutJob.Result result) {
  /** How many characters of a text are shown. */
  private static final int SHOWN = 70;

  /** Adds all there is. */
  void addTo(Summary summary) {
    RolloutPreferences data = result.preferences();
    summary.count("pairs", data.preferences().size());
    summary.count("questions", data.prompts());
    summary.data("left_out", result.leftOut());
    summary.print("left out", result.leftOutText());
    summary.number("chosen_characters", data.meanChosenCharacters(), "on average");
    summary.number("rejected_characters", data.meanRejectedCharacters(), "on average");
    addAnswers(summary);
    addFirst(summary);
  }

  private void addAnswers(Summary summary) {
    RolloutAnswers answers = result.preferences().rollout();
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
    Preference first = result.preferences().preferences().get(0);
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

package io.github.maque.align.rollout;

import io.github.maque.align.rollout.RolloutPreferences.LeftOut;
import io.github.maque.data.dialogue.Dialogue;
import io.github.maque.data.dialogue.Preference;
import io.github.maque.tokenizer.ChatMessage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Preference data out of a model's own answers: the answer of the data against the model's, or the
 * best of several answers of the model against the worst.
 *
 * <pre>{@code
 * RolloutPreferences data = PreferenceRollout.of(model, rollout).againstData(dialogues);
 * data.write(Path.of("preferences.jsonl"));
 * }</pre>
 */
public final class PreferenceRollout {
  private final ChatModel model;
  private final Rollout rollout;
  private final boolean unfinished;
  private final double margin;

  private PreferenceRollout(ChatModel model, Rollout rollout, boolean unfinished, double margin) {
    this.model = model;
    this.rollout = rollout;
    this.unfinished = unfinished;
    this.margin = margin;
  }

  /**
   * Returns one that leaves out answers that were cut short, for lack of tokens or of context.
   *
   * @param model that answers
   * @param rollout how it does
   */
  public static PreferenceRollout of(ChatModel model, Rollout rollout) {
    return new PreferenceRollout(model, rollout, false, 0);
  }

  /**
   * Returns the same with or without answers that were cut short. A model that is shown many of
   * them as rejected learns to stop, and little else.
   */
  public PreferenceRollout withUnfinished(boolean taken) {
    return new PreferenceRollout(model, rollout, taken, margin);
  }

  /**
   * Returns the same that takes scores for equal which differ by less. Pairs that hardly differ
   * teach what happens to be different about them.
   *
   * @param least how much better the best answer must be than the worst, 0 or more
   */
  public PreferenceRollout withMargin(double least) {
    if (!(least >= 0)) {
      throw new IllegalArgumentException("margin must be at least 0, got " + least);
    }
    return new PreferenceRollout(model, rollout, unfinished, least);
  }

  /**
   * Chooses the last answer of each dialogue over each different answer that the model has for its
   * place.
   *
   * @throws IllegalArgumentException as {@link Rollout#answers} does
   * @throws IOException if the cache cannot be read or written
   */
  public RolloutPreferences againstData(List<Dialogue> dialogues) throws IOException {
    List<List<ChatMessage>> prompts = dialogues.stream().map(PreferenceRollout::prompt).toList();
    RolloutAnswers answers = rollout.answers(model, prompts);
    Pairs pairs = new Pairs();
    for (int i = 0; i < prompts.size(); i++) {
      List<ChatMessage> messages = dialogues.get(i).messages();
      String chosen = messages.get(messages.size() - 1).content();
      Set<String> rejected = new HashSet<>();
      for (Answer answer : answers.answers().get(i)) {
        if (!unfinished && !answer.finished()) {
          pairs.leaveOut(LeftOut.UNFINISHED);
        } else if (!rejected.add(answer.text().strip())) {
          pairs.leaveOut(LeftOut.DUPLICATE);
        } else {
          pairs.add(prompts.get(i), chosen, answer.text());
        }
      }
    }
    return new RolloutPreferences(pairs.preferences, prompts.size(), pairs.leftOut, answers);
  }

  /**
   * Chooses the answer with the highest score for each prompt over the one with the lowest, the
   * first of equals.
   *
   * @param prompts conversations that end with a message of the user's
   * @throws IllegalArgumentException as {@link Rollout#answers} does, if a prompt has a blank
   *     message, if the rollout has but one answer for each, or if a score is NaN
   * @throws IOException if the cache cannot be read or written
   */
  public RolloutPreferences bestAgainstWorst(List<List<ChatMessage>> prompts, Scorer scorer)
      throws IOException {
    if (rollout.samples() < 2) {
      throw new IllegalArgumentException(
          "samples of the rollout must be at least 2 for a best and a worst, got "
              + rollout.samples());
    }
    for (int i = 0; i < prompts.size(); i++) {
      requireMessages(i, prompts.get(i));
    }
    RolloutAnswers answers = rollout.answers(model, prompts);
    Pairs pairs = new Pairs();
    for (int i = 0; i < prompts.size(); i++) {
      addExtremes(i, prompts.get(i), answers.answers().get(i), scorer, pairs);
    }
    return new RolloutPreferences(pairs.preferences, prompts.size(), pairs.leftOut, answers);
  }

  /** Finds out before any answer is generated what no preference could be made of. */
  private static void requireMessages(int index, List<ChatMessage> prompt) {
    List<ChatMessage> messages = new ArrayList<>(prompt);
    messages.add(ChatMessage.assistant("any"));
    try {
      new Dialogue(messages);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("prompt " + index + ": " + e.getMessage(), e);
    }
  }

  private void addExtremes(
      int index, List<ChatMessage> prompt, List<Answer> answers, Scorer scorer, Pairs pairs) {
    @Nullable String best = null;
    @Nullable String worst = null;
    double highest = Double.NaN;
    double lowest = Double.NaN;
    for (Answer answer : answers) {
      if (!unfinished && !answer.finished()) {
        continue;
      }
      double score = scorer.score(prompt, answer.text());
      if (Double.isNaN(score)) {
        throw new IllegalArgumentException(
            "the scorer must return a number, got NaN for an answer to prompt " + index);
      }
      if (best == null || score > highest) {
        best = answer.text();
        highest = score;
      }
      if (worst == null || score < lowest) {
        worst = answer.text();
        lowest = score;
      }
    }
    if (best == null || worst == null) {
      pairs.leaveOut(LeftOut.UNFINISHED);
    } else if (highest == lowest || highest - lowest < margin) {
      pairs.leaveOut(LeftOut.TIED);
    } else {
      pairs.add(prompt, best, worst);
    }
  }

  private static List<ChatMessage> prompt(Dialogue dialogue) {
    return dialogue.messages().subList(0, dialogue.messages().size() - 1);
  }

  /** The pairs so far. */
  private static final class Pairs {
    private final List<Preference> preferences = new ArrayList<>();
    private final Map<LeftOut, Integer> leftOut = new EnumMap<>(LeftOut.class);

    void leaveOut(LeftOut reason) {
      leftOut.merge(reason, 1, Integer::sum);
    }

    void add(List<ChatMessage> prompt, String chosen, String rejected) {
      if (chosen.isBlank()) {
        leaveOut(LeftOut.BLANK);
      } else if (chosen.strip().equals(rejected.strip())) {
        leaveOut(LeftOut.IDENTICAL);
      } else {
        preferences.add(
            new Preference(
                prompt,
                List.of(ChatMessage.assistant(chosen)),
                List.of(ChatMessage.assistant(rejected))));
      }
    }
  }
}

package io.github.maque.examples.align;

import io.github.maque.align.evaluation.EvaluationExample;
import io.github.maque.align.evaluation.Figure;
import io.github.maque.align.evaluation.Ngrams;
import io.github.maque.align.evaluation.StoryChecks;
import io.github.maque.align.rollout.Scorer;
import io.github.maque.data.dialogue.StoryConstraint;
import io.github.maque.tokenizer.ChatMessage;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** How good an answer is. */
public enum RolloutScore {
  /**
   * The mean share to which the answer keeps to each checkable constraint of its prompt, from 0 to
   * 1, less the share of it that only repeats.
   */
  CONSTRAINTS {
    @Override
    public Scorer over(List<EvaluationExample> examples) {
      Map<List<ChatMessage>, List<StoryConstraint>> constraints = new HashMap<>();
      examples.forEach(example -> constraints.put(example.prompt(), example.constraints()));
      return (prompt, answer) ->
          kept(constraints.getOrDefault(prompt, List.of()), answer) - repeated(answer);
    }
  },

  /** The number of characters. */
  LENGTH {
    @Override
    public Scorer over(List<EvaluationExample> examples) {
      return (prompt, answer) -> answer.codePointCount(0, answer.length());
    }
  };

  /** One figure for each kind of constraint. */
  private static final Set<Figure> KEPT =
      Set.of(Figure.WORDS, Figure.SENTENCE, Figure.DIALOGUE, Figure.SUMMARY_RECALL);

  /**
   * Stretches of so many characters hardly ever stand in a story twice, whatever its language,
   * unless the model goes round in circles.
   */
  private static final int STRETCH = 16;

  /** Returns the score of answers to the prompts of some examples. */
  public abstract Scorer over(List<EvaluationExample> examples);

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static double kept(List<StoryConstraint> constraints, String answer) {
    return StoryChecks.check(constraints, answer).entrySet().stream()
        .filter(check -> KEPT.contains(check.getKey()))
        .mapToDouble(Map.Entry::getValue)
        .average()
        .orElse(0);
  }

  private static double repeated(String answer) {
    Ngrams stretches = new Ngrams(STRETCH).add(answer);
    return stretches.total() == 0 ? 0 : stretches.repeated();
  }
}

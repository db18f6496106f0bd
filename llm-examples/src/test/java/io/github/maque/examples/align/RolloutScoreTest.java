package io.github.maque.examples.align;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.maque.align.evaluation.EvaluationExample;
import io.github.maque.align.rollout.Scorer;
import io.github.maque.data.dialogue.StoryConstraint;
import io.github.maque.data.dialogue.StoryField;
import io.github.maque.data.dialogue.StoryInstruction;
import java.util.List;
import org.junit.jupiter.api.Test;

class RolloutScoreTest {
  private static final EvaluationExample EXAMPLE =
      EvaluationExample.of(
          new StoryInstruction(
              List.of(
                  new StoryConstraint(StoryField.WORDS, List.of("鸟", "船")),
                  new StoryConstraint(StoryField.FEATURES, List.of("对话", "转折")),
                  new StoryConstraint(StoryField.SUMMARY, List.of("鸟飞走"))),
              "any"));

  private static double score(RolloutScore score, String answer) {
    Scorer scorer = score.over(List.of(EXAMPLE));
    return scorer.score(EXAMPLE.prompt(), answer);
  }

  @Test
  void constraintsCountAlikeAsFarAsTheyAreKept() {
    assertThat(score(RolloutScore.CONSTRAINTS, "鸟飞走了，坐船。“好”。")).isEqualTo(1);
    assertThat(score(RolloutScore.CONSTRAINTS, "鸟")).isEqualTo(0.5 / 3);
    assertThat(score(RolloutScore.CONSTRAINTS, "鸟飞了。“好”。"))
        .isCloseTo((0.5 + 1 + 0.5) / 3, within(1e-12));
    assertThat(score(RolloutScore.CONSTRAINTS, "")).isZero();
  }

  /** 20 different characters three times over: 45 stretches of 16, of which 20 are different. */
  @Test
  void goingRoundInCirclesIsWorse() {
    String circle = "abcdefghijklmnopqrst";
    assertThat(score(RolloutScore.CONSTRAINTS, circle)).isZero();
    assertThat(score(RolloutScore.CONSTRAINTS, circle.repeat(3)))
        .isCloseTo(-25.0 / 45, within(1e-12));
  }

  @Test
  void lengthCountsCharacters() {
    assertThat(score(RolloutScore.LENGTH, "鸟𠀀a")).isEqualTo(3);
  }
}

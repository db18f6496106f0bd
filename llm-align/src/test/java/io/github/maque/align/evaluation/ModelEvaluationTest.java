package io.github.maque.align.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import io.github.maque.align.rollout.Answer;
import io.github.maque.align.rollout.ChatModel;
import io.github.maque.align.rollout.Rollout;
import io.github.maque.align.rollout.TinyChat;
import io.github.maque.data.dialogue.Dialogue;
import io.github.maque.data.dialogue.DialogueEncoder;
import io.github.maque.data.dialogue.EncodedDialogue;
import io.github.maque.data.dialogue.StoryConstraint;
import io.github.maque.data.dialogue.StoryField;
import io.github.maque.data.dialogue.StoryInstruction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelEvaluationTest {
  private static final StoryConstraint WORDS =
      new StoryConstraint(StoryField.WORDS, List.of("麻雀", "小"));
  private static final StoryConstraint FEATURES =
      new StoryConstraint(StoryField.FEATURES, List.of("转折", "对话"));

  private static final List<EvaluationExample> EXAMPLES =
      List.of(
          EvaluationExample.of(new StoryInstruction(List.of(WORDS), "小麻雀飞了，飞走了，飞走了。")),
          EvaluationExample.of(new StoryInstruction(List.of(WORDS, FEATURES), "麻雀说：“再见。”")),
          EvaluationExample.of(new StoryInstruction(List.of(FEATURES), "它飞走了。")),
          EvaluationExample.of(Dialogue.of("讲个故事。", "从前有一只鸟。")));

  private static NDManager manager;
  private static ChatModel model;
  private static ModelResult result;

  @BeforeAll
  static void evaluate() throws IOException {
    manager = NDManager.newBaseManager("PyTorch");
    model = TinyChat.model(manager, 1);
    result = evaluation().trainingTexts(List.of("小麻雀", "飞走了")).build().evaluate("tiny", model);
  }

  @AfterAll
  static void close() {
    manager.close();
  }

  private static Rollout.Builder rollout() {
    return Rollout.builder(TinyChat.options().build()).slots(4);
  }

  private static ModelEvaluation.Builder evaluation() {
    return evaluation(rollout().build());
  }

  private static ModelEvaluation.Builder evaluation(Rollout rollout) {
    return ModelEvaluation.builder(rollout).prompts(EXAMPLES).heldOut(EXAMPLES);
  }

  @Test
  void lossIsThatOfTheAnswersTokensInDoublePrecision() {
    DialogueEncoder encoder = new DialogueEncoder(model.template(), model.tokenizer());
    for (String combination : result.figures().keySet()) {
      double nats = 0;
      int tokens = 0;
      int bytes = 0;
      for (EvaluationExample example : EXAMPLES) {
        if (combination.equals("all") || combination.equals(example.combination())) {
          EncodedDialogue encoded =
              encoder.encode(example.dialogue(), DialogueEncoder.Loss.LAST_ANSWER);
          AnswerLikelihood likelihood = AnswerLikelihoodTest.naive(model.decoder(), encoded);
          nats -= likelihood.logProbability();
          tokens += likelihood.tokens();
          bytes += example.answer().getBytes(StandardCharsets.UTF_8).length;
        }
      }
      Map<Figure, Double> figures = result.figures().get(combination);
      assertThat(figures.get(Figure.LOSS)).isCloseTo(nats / tokens, within(1e-4));
      assertThat(figures.get(Figure.BITS_PER_BYTE))
          .isCloseTo(nats / Math.log(2) / bytes, within(1e-4));
    }
  }

  @Test
  void figuresAreGivenForEveryCombinationOfFields() {
    assertThat(result.figures())
        .containsOnlyKeys("all", "words", "words+features", "features", "no fields");
    assertThat(result.figures().keySet()).startsWith("all");
    assertThat(result.figures().get("words")).containsKeys(Figure.WORDS, Figure.ALL_WORDS);
    assertThat(result.figures().get("words")).doesNotContainKey(Figure.DIALOGUE);
    assertThat(result.figures().get("no fields")).doesNotContainKey(Figure.WORDS);
  }

  @Test
  void answersAreThoseOfARollout() throws IOException {
    List<Answer> answers =
        rollout()
            .build()
            .answers(model, EXAMPLES.stream().map(EvaluationExample::prompt).toList())
            .answers()
            .stream()
            .map(samples -> samples.get(0))
            .toList();
    assertThat(result.answers()).isEqualTo(answers.stream().map(Answer::text).toList());
    assertThat(result.figure(Figure.TOKENS))
        .isEqualTo(answers.stream().mapToInt(Answer::tokens).average().orElseThrow());
    assertThat(result.figure(Figure.FINISHED))
        .isEqualTo(answers.stream().filter(Answer::finished).count() / 4.0);
    assertThat(result.figure(Figure.CHARACTERS))
        .isEqualTo(
            answers.stream()
                .mapToLong(answer -> answer.text().codePoints().count())
                .average()
                .orElseThrow());
    assertThat(result.parameters()).isEqualTo(model.decoder().config().parameters());
    assertThat(result.leftOut()).isZero();
    assertThat(result.name()).isEqualTo("tiny");
  }

  @Test
  void dataIsMeasuredLikeAModel() {
    ModelResult data = evaluation().trainingTexts(List.of("小麻雀", "了，飞走")).build().data();
    assertThat(data.figure(Figure.WORDS)).isEqualTo((1 + 0.5) / 2);
    assertThat(data.figure(Figure.ALL_WORDS)).isEqualTo(0.5);
    assertThat(data.figure(Figure.DIALOGUE)).isEqualTo(0.5);
    assertThat(data.figure(Figure.CHARACTERS)).isEqualTo((14 + 9 + 5 + 7) / 4.0);
    assertThat(data.figure(Figure.LONGEST_COPY)).isEqualTo((4 + 2 + 2 + 0) / 4.0);
    assertThat(data.figure(Figure.LONGEST_COPY_OF_ALL)).isEqualTo(4);
    assertThat(data.figure(Figure.FINISHED)).isNaN();
    assertThat(data.figure(Figure.LOSS)).isNaN();
    Set<String> bigrams = new HashSet<>();
    int all = 0;
    for (EvaluationExample example : EXAMPLES) {
      for (int i = 2; i <= example.answer().length(); i++) {
        bigrams.add(example.answer().substring(i - 2, i));
        all++;
      }
    }
    assertThat(data.figure(Figure.DISTINCT_2)).isEqualTo((double) bigrams.size() / all);
    // Of the 11, 6, 2 and 4 runs of four characters "了，飞走" and "，飞走了" occur twice.
    assertThat(data.figure(Figure.REPETITION)).isCloseTo(2.0 / 11 / 4, within(1e-12));
  }

  @Test
  void heldOutAnswersThatAreTooLongAreCounted() throws IOException {
    EvaluationExample tooLong = EvaluationExample.of(Dialogue.of("讲个故事。", "长".repeat(99)));
    ModelResult found =
        ModelEvaluation.builder(rollout().build())
            .heldOut(List.of(EXAMPLES.get(0), tooLong))
            .build()
            .evaluate("tiny", model);
    assertThat(found.leftOut()).isEqualTo(1);
    assertThat(found.figure(Figure.LOSS))
        .isCloseTo(result.figures().get("words").get(Figure.LOSS), within(1e-5));
    assertThat(found.answers()).isEmpty();
  }

  @Test
  void answersComeFromTheCache(@TempDir Path directory) throws IOException {
    ModelEvaluation cached =
        evaluation(rollout().cache(directory.resolve("answers.jsonl")).build()).build();
    ModelResult first = cached.evaluate("tiny", model);
    ModelResult second = cached.evaluate("tiny", model);
    assertThat(first.answers()).isEqualTo(result.answers());
    assertThat(first.tokensPerSecond()).isPositive();
    assertThat(second.answers()).isEqualTo(first.answers());
    assertThat(second.figures()).isEqualTo(first.figures());
    assertThat(second.tokensPerSecond()).isNaN();
  }

  @Test
  void featuresThatNoProgramCanCheckAreReported() {
    EvaluationReport report = evaluation().build().report(List.of(result));
    assertThat(report.notCheckable()).containsOnly(Map.entry("转折", 2));
    assertThat(report.heldOut()).isEqualTo(4);
  }

  @Test
  void evaluationOfNothingIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ModelEvaluation.builder(rollout().build()).build())
        .withMessage("prompts or heldOut must be given, both are empty");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> evaluation(rollout().samples(2).build()))
        .withMessage("samples of the rollout must be 1, got 2");
  }
}

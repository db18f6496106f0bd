package io.github.maque.align.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import io.github.maque.align.rollout.RolloutPreferences.LeftOut;
import io.github.maque.data.dialogue.Dialogue;
import io.github.maque.data.dialogue.DialogueFormats;
import io.github.maque.data.dialogue.Preference;
import io.github.maque.data.source.RecordSource;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.tokenizer.ChatMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreferenceRolloutTest {
  private static final Scorer LONGER = (prompt, answer) -> answer.strip().length();

  /** Answers are generated once for all tests. */
  @TempDir private static Path shared;

  private static NDManager manager;
  private static ChatModel model;

  private final List<List<ChatMessage>> prompts = TinyChat.prompts(12);

  @BeforeAll
  static void createModel() {
    manager = NDManager.newBaseManager("PyTorch");
    model = TinyChat.model(manager, 1);
  }

  @AfterAll
  static void close() {
    manager.close();
  }

  private static Rollout rollout(int samples) {
    return Rollout.builder(TinyChat.options().build())
        .samples(samples)
        .slots(8)
        .cache(shared.resolve("answers.jsonl"))
        .build();
  }

  private List<Dialogue> dialogues() {
    List<Dialogue> dialogues = new ArrayList<>();
    for (List<ChatMessage> prompt : prompts) {
      dialogues.add(new Dialogue(List.of(prompt.get(0), ChatMessage.assistant("从前有一只麻雀。"))));
    }
    return dialogues;
  }

  @Test
  void dataIsChosenOverWhatTheModelSays() throws IOException {
    RolloutPreferences data =
        PreferenceRollout.of(model, rollout(2)).withUnfinished(true).againstData(dialogues());
    List<Preference> expected = new ArrayList<>();
    List<List<Answer>> answers = rollout(2).answers(model, prompts).answers();
    for (int i = 0; i < prompts.size(); i++) {
      for (Answer answer : answers.get(i)) {
        expected.add(Preference.of(prompts.get(i).get(0).content(), "从前有一只麻雀。", answer.text()));
      }
    }
    assertThat(data.preferences()).isEqualTo(expected);
    assertThat(data.leftOut().values()).containsOnly(0);
    assertThat(data.prompts()).isEqualTo(12);
    assertThat(data.meanChosenCharacters()).isEqualTo(8);
    assertThat(data.meanRejectedCharacters())
        .isEqualTo(
            answers.stream()
                .flatMap(List::stream)
                .mapToLong(answer -> answer.text().codePoints().count())
                .average()
                .orElseThrow());
  }

  @Test
  void answersThatWereCutShortAreLeftOutIfNotWanted() throws IOException {
    RolloutPreferences data = PreferenceRollout.of(model, rollout(2)).againstData(dialogues());
    long finished =
        rollout(2).answers(model, prompts).answers().stream()
            .flatMap(List::stream)
            .filter(Answer::finished)
            .count();
    assertThat(finished).isBetween(1L, 23L);
    assertThat(data.preferences()).hasSize((int) finished);
    assertThat(data.leftOut()).containsEntry(LeftOut.UNFINISHED, 24 - (int) finished);
  }

  @Test
  void answersThatSayWhatTheDataSaysAreLeftOut() throws IOException {
    List<List<Answer>> answers = rollout(1).answers(model, prompts).answers();
    List<Dialogue> dialogues = dialogues();
    String same = answers.get(4).get(0).text();
    assertThat(same).isNotBlank();
    dialogues.set(
        4, new Dialogue(List.of(prompts.get(4).get(0), ChatMessage.assistant(" " + same + "\n"))));
    RolloutPreferences data =
        PreferenceRollout.of(model, rollout(1)).withUnfinished(true).againstData(dialogues);
    assertThat(data.preferences()).hasSize(11);
    assertThat(data.leftOut()).containsEntry(LeftOut.IDENTICAL, 1);
  }

  @Test
  void bestOfSeveralIsChosenOverTheWorst() throws IOException {
    RolloutPreferences data =
        PreferenceRollout.of(model, rollout(4))
            .withUnfinished(true)
            .bestAgainstWorst(prompts, LONGER);
    List<List<Answer>> answers = rollout(4).answers(model, prompts).answers();
    assertThat(data.preferences()).hasSize(12);
    for (int i = 0; i < prompts.size(); i++) {
      List<Integer> lengths =
          answers.get(i).stream().map(answer -> answer.text().strip().length()).sorted().toList();
      Preference pair = data.preferences().get(i);
      assertThat(pair.prompt()).isEqualTo(prompts.get(i));
      assertThat(pair.chosen().get(0).content().strip()).hasSize(lengths.get(3));
      assertThat(pair.rejected().get(0).content().strip()).hasSize(lengths.get(0));
    }
  }

  @Test
  void onlyAnswersThatAreWantedCompete() throws IOException {
    RolloutPreferences data =
        PreferenceRollout.of(model, rollout(4)).bestAgainstWorst(prompts, LONGER);
    List<String> finished =
        rollout(4).answers(model, prompts).answers().stream()
            .flatMap(List::stream)
            .filter(Answer::finished)
            .map(Answer::text)
            .toList();
    assertThat(data.preferences()).isNotEmpty();
    assertThat(data.preferences())
        .allSatisfy(
            pair -> {
              assertThat(finished).contains(pair.chosen().get(0).content());
              assertThat(finished).contains(pair.rejected().get(0).content());
            });
    assertThat(
            data.preferences().size()
                + data.leftOut().values().stream().mapToInt(count -> count).sum())
        .isEqualTo(12);
  }

  @Test
  void tiesAreLeftOut() throws IOException {
    RolloutPreferences data =
        PreferenceRollout.of(model, rollout(3))
            .withUnfinished(true)
            .bestAgainstWorst(prompts, (prompt, answer) -> 7);
    assertThat(data.preferences()).isEmpty();
    assertThat(data.leftOut()).containsEntry(LeftOut.TIED, 12);
  }

  @Test
  void pairsThatDifferByLessThanTheMarginAreTies() throws IOException {
    Scorer byLength = (prompt, answer) -> answer.length();
    PreferenceRollout all = PreferenceRollout.of(model, rollout(3)).withUnfinished(true);
    List<Integer> gaps =
        all.bestAgainstWorst(prompts, byLength).preferences().stream()
            .map(
                pair ->
                    pair.chosen().get(0).content().length()
                        - pair.rejected().get(0).content().length())
            .sorted()
            .toList();
    int median = gaps.get(gaps.size() / 2);
    RolloutPreferences data = all.withMargin(median).bestAgainstWorst(prompts, byLength);
    assertThat(data.preferences())
        .hasSize((int) gaps.stream().filter(gap -> gap >= median).count());
    assertThat(data.leftOut().get(LeftOut.TIED)).isPositive();
    assertThatThrownBy(() -> all.withMargin(Double.NaN)).hasMessageContaining("margin");
  }

  @Test
  void answersThatSayNothingAreNeverChosen() throws IOException {
    int end = model.template().stopIds(model.tokenizer())[0];
    GenerationOptions options = TinyChat.options().maxNewTokens(2).logitBias(end, 5.5).build();
    Rollout rollout = Rollout.builder(options).samples(3).build();
    RolloutPreferences data =
        PreferenceRollout.of(model, rollout)
            .withUnfinished(true)
            .bestAgainstWorst(prompts, (prompt, answer) -> -answer.strip().length());
    assertThat(data.leftOut().get(LeftOut.BLANK)).isPositive();
    assertThat(data.preferences())
        .allSatisfy(pair -> assertThat(pair.chosen().get(0).content()).isNotBlank());
  }

  @Test
  void repeatedAnswersMakeOnePair() throws IOException {
    int end = model.template().stopIds(model.tokenizer())[0];
    GenerationOptions options = TinyChat.options().logitBias(end, 100.0).build();
    Rollout rollout = Rollout.builder(options).samples(3).build();
    RolloutPreferences data = PreferenceRollout.of(model, rollout).againstData(dialogues());
    assertThat(data.preferences()).hasSize(12);
    assertThat(data.preferences())
        .allSatisfy(pair -> assertThat(pair.rejected().get(0).content()).isEmpty());
    assertThat(data.leftOut()).containsEntry(LeftOut.DUPLICATE, 24);
  }

  @Test
  void writtenPairsAreReadBack(@TempDir Path directory) throws IOException {
    RolloutPreferences data =
        PreferenceRollout.of(model, rollout(2)).withUnfinished(true).againstData(dialogues());
    Path file = directory.resolve("preferences.jsonl");
    data.write(file);
    List<Preference> read = new ArrayList<>();
    RecordSource.of(DialogueFormats.preferences(), file).forEach(read::add);
    assertThat(read).isEqualTo(data.preferences());
    assertThat(directory).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void whatCannotWorkIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                PreferenceRollout.of(model, rollout(1))
                    .withUnfinished(true)
                    .bestAgainstWorst(prompts, LONGER))
        .withMessageContaining("samples of the rollout must be at least 2");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                PreferenceRollout.of(model, rollout(2))
                    .withUnfinished(true)
                    .bestAgainstWorst(prompts, (prompt, answer) -> Double.NaN))
        .withMessage("the scorer must return a number, got NaN for an answer to prompt 0");
    List<List<ChatMessage>> blank = List.of(prompts.get(0), List.of(ChatMessage.user(" ")));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                PreferenceRollout.of(model, rollout(2))
                    .withUnfinished(true)
                    .bestAgainstWorst(blank, LONGER))
        .withMessageStartingWith("prompt 1: ");
  }
}

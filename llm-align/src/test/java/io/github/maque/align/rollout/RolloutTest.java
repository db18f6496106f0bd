package io.github.maque.align.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.ndarray.NDManager;
import io.github.maque.data.MalformedDataException;
import io.github.maque.model.generate.DecodingSession;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.model.generate.TextGenerator;
import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.ChatTemplate;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RolloutTest {
  private static NDManager manager;
  private static ChatModel model;
  private static List<List<Answer>> answers;
  private static byte[] lines;

  private static final List<List<ChatMessage>> PROMPTS = TinyChat.prompts(7);

  @TempDir private Path directory;

  @BeforeAll
  static void answer(@TempDir Path first) throws IOException {
    manager = NDManager.newBaseManager("PyTorch");
    model = TinyChat.model(manager, 1);
    Path cache = first.resolve("new/answers.jsonl");
    answers = rollout().cache(cache).build().answers(model, PROMPTS).answers();
    lines = Files.readAllBytes(cache);
  }

  @AfterAll
  static void close() {
    manager.close();
  }

  private static Rollout.Builder rollout() {
    return Rollout.builder(TinyChat.options().build()).samples(3).slots(4).group(2);
  }

  @Test
  void answersAreThoseOfASeedMadeOfTheSeedThePromptAndTheNumber() throws Exception {
    try (DecodingSession session = DecodingSession.open(model.decoder(), 1)) {
      TextGenerator generator =
          TextGenerator.builder(session, model.tokenizer()).chatTemplate(model.template()).build();
      for (int i = 0; i < PROMPTS.size(); i++) {
        for (int number = 0; number < 3; number++) {
          GenerationOptions options =
              TinyChat.options().build().withSeed(seed(5, PROMPTS.get(i), number));
          assertThat(answers.get(i).get(number))
              .isEqualTo(Answer.of(generator.chat(PROMPTS.get(i), options)));
        }
      }
    }
    assertThat(answers.stream().flatMap(List::stream).map(Answer::finished).distinct()).hasSize(2);
  }

  /** The first bits of the SHA-256 of what a seed is made of, each text with its length. */
  private static long seed(long seed, List<ChatMessage> prompt, int number) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    List<String> texts = new ArrayList<>(List.of("maque rollout seed 1"));
    for (ChatMessage message : prompt) {
      texts.addAll(List.of(message.role().label(), message.content()));
    }
    for (int i = 0; i < texts.size(); i++) {
      if (i == 1) {
        out.writeLong(seed);
        out.writeLong(prompt.size());
      }
      byte[] utf8 = texts.get(i).getBytes(StandardCharsets.UTF_8);
      out.writeLong(utf8.length);
      out.write(utf8);
    }
    out.writeLong(number);
    return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray()))
        .getLong();
  }

  @Test
  void neitherOrderNorGroupsNorSlotsChangeAnswers() throws IOException {
    List<List<Answer>> backwards = new ArrayList<>(answers);
    assertThat(rollout().group(100).slots(9).build().answers(model, PROMPTS).answers())
        .isEqualTo(answers);
    List<List<ChatMessage>> reversed = new ArrayList<>(PROMPTS);
    Collections.reverse(reversed);
    Collections.reverse(backwards);
    assertThat(rollout().build().answers(model, reversed).answers()).isEqualTo(backwards);
  }

  @Test
  void samplesOfAPromptDiffer() throws IOException {
    assertThat(answers).allSatisfy(samples -> assertThat(samples).doesNotHaveDuplicates());
  }

  @Test
  void anotherSeedGivesOtherAnswers() throws IOException {
    List<List<Answer>> others =
        Rollout.builder(TinyChat.options().seed(6).build())
            .samples(3)
            .slots(4)
            .build()
            .answers(model, PROMPTS.subList(0, 2))
            .answers();
    assertThat(others).doesNotContainAnyElementsOf(answers);
  }

  @Test
  void equalPromptsAreAnsweredOnce() throws IOException {
    RolloutAnswers twice =
        rollout().build().answers(model, List.of(PROMPTS.get(3), PROMPTS.get(3)));
    assertThat(twice.answers()).containsExactly(answers.get(3), answers.get(3));
    assertThat(twice.cached()).isEqualTo(3);
  }

  @Test
  void cachedAnswersAreNotGeneratedAgain() throws IOException {
    Path cache = directory.resolve("new/answers.jsonl");
    RolloutAnswers first = rollout().cache(cache).build().answers(model, PROMPTS);
    assertThat(first.cached()).isZero();
    assertThat(first.answers()).isEqualTo(answers);
    assertThat(first.generatedTokens())
        .isEqualTo(first.answers().stream().flatMap(List::stream).mapToInt(Answer::tokens).sum());
    assertThat(cache).hasBinaryContent(lines);
    RolloutAnswers second = rollout().cache(cache).build().answers(model, PROMPTS);
    assertThat(second.answers()).isEqualTo(first.answers());
    assertThat(second.cached()).isEqualTo(21);
    assertThat(second.generatedTokens()).isZero();
    assertThat(second.tokensPerSecond()).isNaN();
    assertThat(cache).hasBinaryContent(lines);
  }

  @Test
  void furtherPromptsAndSamplesGoOnFromTheCache() throws IOException {
    Path cache = directory.resolve("answers.jsonl");
    rollout().samples(2).cache(cache).build().answers(model, PROMPTS.subList(2, 5));
    RolloutAnswers all = rollout().cache(cache).build().answers(model, PROMPTS);
    assertThat(all.cached()).isEqualTo(6);
    assertThat(all.answers()).isEqualTo(answers);
  }

  @Test
  void cacheIsForTheSameModelTemplateAndOptionsOnly() throws IOException {
    Path cache = directory.resolve("answers.jsonl");
    Files.write(cache, lines);
    List<ChatModel> models =
        List.of(
            TinyChat.model(manager, 2),
            new ChatModel(
                model.decoder(), model.tokenizer(), ChatTemplate.instruction(TinyChat.END)));
    for (ChatModel other : models) {
      assertThat(cached(other, TinyChat.options(), cache)).isZero();
    }
    assertThat(cached(model, TinyChat.options().topK(5), cache)).isZero();
    assertThat(cached(model, TinyChat.options().seed(6), cache)).isZero();
    assertThat(rollout().cache(cache).build().answers(model, PROMPTS).cached()).isEqualTo(21);
  }

  private static long cached(ChatModel asked, GenerationOptions.Builder options, Path cache)
      throws IOException {
    Rollout rollout = Rollout.builder(options.build()).slots(1).cache(cache).build();
    return rollout.answers(asked, PROMPTS.subList(0, 1)).cached();
  }

  @Test
  void halfALastLineIsCutOffAndItsAnswerGeneratedAgain() throws IOException {
    Path cache = directory.resolve("answers.jsonl");
    for (int lost : new int[] {1, 150}) {
      Files.write(cache, Arrays.copyOf(lines, lines.length - lost));
      RolloutAnswers found = rollout().cache(cache).build().answers(model, PROMPTS);
      assertThat(found.answers()).isEqualTo(answers);
      assertThat(found.cached()).isLessThan(21).isGreaterThan(15);
      assertThat(cache).hasBinaryContent(lines);
    }
  }

  @Test
  void damagedLinesAreNamed() throws IOException {
    Path cache = directory.resolve("answers.jsonl");
    Files.write(cache, lines);
    List<String> good = Files.readAllLines(cache);
    for (String bad :
        List.of("", "{", "[]", "{\"key\":\"a\"}", good.get(1).replace("\"tokens\"", "\"token\""))) {
      List<String> damaged = new ArrayList<>(good);
      damaged.set(1, bad);
      Files.write(cache, damaged);
      assertThatExceptionOfType(MalformedDataException.class)
          .isThrownBy(() -> rollout().cache(cache).build().answers(model, PROMPTS))
          .withMessageContaining(cache + ": line 2: ")
          .withMessageContaining("expected a cached answer");
      assertThat(cache).hasContent(String.join("\n", damaged));
    }
  }

  @Test
  void cacheHasOneWriterAtATime() throws IOException {
    Path cache = directory.resolve("answers.jsonl");
    Rollout second = rollout().cache(cache).build();
    Rollout first =
        rollout()
            .cache(cache)
            .listener(
                progress -> {
                  try {
                    second.answers(model, PROMPTS);
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                })
            .build();
    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(() -> first.answers(model, PROMPTS))
        .withMessageContaining("another rollout of this process uses it");
    assertThat(second.answers(model, PROMPTS).answers()).isEqualTo(answers);
  }

  @Test
  void unwritableCacheIsNamed() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    assertThatIOException()
        .isThrownBy(() -> rollout().cache(file.resolve("cache")).build().answers(model, PROMPTS))
        .withMessageContaining("file");
  }

  @Test
  void progressCountsEveryAnswer() throws IOException {
    Path cache = directory.resolve("answers.jsonl");
    List<String> firstGroup = new String(lines, StandardCharsets.UTF_8).lines().limit(6).toList();
    Files.write(cache, firstGroup);
    List<RolloutProgress> heard = new ArrayList<>();
    rollout().cache(cache).listener(heard::add).build().answers(model, PROMPTS);
    assertThat(heard).extracting(RolloutProgress::wanted).containsOnly(21L);
    assertThat(heard.get(0).answers()).isEqualTo(6);
    assertThat(heard).extracting(RolloutProgress::answers).isSorted().doesNotHaveDuplicates();
    assertThat(heard.get(heard.size() - 1).answers()).isEqualTo(21);
    assertThat(heard.get(heard.size() - 1).cached()).isEqualTo(6);
  }

  @Test
  void promptsThatDoNotFitAreNamedBeforeAnyIsAnswered() {
    List<RolloutProgress> heard = new ArrayList<>();
    Rollout rollout = rollout().listener(heard::add).build();
    List<List<ChatMessage>> bad = new ArrayList<>(PROMPTS);
    bad.set(5, List.of(ChatMessage.user("长".repeat(200))));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> rollout.answers(model, bad))
        .withMessageContaining("prompt 5 must have from 1 to 96 tokens");
    bad.set(5, List.of(ChatMessage.assistant("好")));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> rollout.answers(model, bad))
        .withMessageContaining("prompt 5: ");
    assertThat(heard).isEmpty();
  }

  @Test
  void settingsThatCannotWorkAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> rollout().samples(0).build())
        .withMessage("samples must be at least 1, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> rollout().slots(0).build())
        .withMessage("slots must be at least 1, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> rollout().group(-1).build())
        .withMessage("group must be at least 1, got -1");
    GenerationOptions greedy = TinyChat.options().greedy().build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Rollout.builder(greedy).samples(2).build())
        .withMessageContaining("samples must be 1 at temperature 0");
    GenerationOptions logs = TinyChat.options().logProbabilities(true).build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Rollout.builder(logs).build())
        .withMessageContaining("logProbabilities must be off");
  }
}

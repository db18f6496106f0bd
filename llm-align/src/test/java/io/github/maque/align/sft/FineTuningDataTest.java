package io.github.maque.align.sft;

import static io.github.maque.align.sft.TestDialogues.EOS;
import static io.github.maque.align.sft.TestDialogues.TOKENIZER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.maque.data.MalformedDataException;
import io.github.maque.data.dialogue.Dialogue;
import io.github.maque.data.dialogue.DialogueEncoder.Loss;
import io.github.maque.data.dialogue.DialogueFormats;
import io.github.maque.data.pack.OverlongPolicy;
import io.github.maque.data.pack.Row;
import io.github.maque.data.pack.Samples;
import io.github.maque.data.source.RecordSource;
import io.github.maque.tokenizer.ChatTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FineTuningDataTest {
  private static final Dialogue TWO_TURNS =
      TestDialogues.of("讲个故事。", "从前有一只麻雀。", "Go on!", "It flew.");

  @TempDir private Path directory;

  private FineTuningDataBuilder builder(ChatTemplate template, Dialogue... dialogues)
      throws IOException {
    Path file = TestDialogues.write(directory.resolve("chats.jsonl"), List.of(dialogues));
    return FineTuningData.builder(template, TOKENIZER)
        .dialogues(TestDialogues.source(file))
        .length(128);
  }

  private FineTuningDataBuilder chatMl(Dialogue... dialogues) throws IOException {
    return builder(ChatTemplate.chatMl(), dialogues);
  }

  /** Returns the text of a sample's tokens that have a weight, as they stand one by one. */
  private static String text(Samples samples, int index, float weight) {
    int[] ids = new int[samples.length(index)];
    float[] weights = new float[ids.length];
    samples.read(index, 0, ids.length, ids, weights, 0);
    List<Integer> chosen = new ArrayList<>();
    for (int i = 0; i < ids.length; i++) {
      if (weights[i] == weight) {
        chosen.add(ids[i]);
      }
    }
    return TOKENIZER.decode(chosen.stream().mapToInt(id -> id).toArray());
  }

  @Test
  void everyAnswerIsLearntWithItsEndOfTurn() throws IOException {
    FineTuningData data = chatMl(TWO_TURNS).read();
    assertThat(text(data.samples(), 0, 1)).isEqualTo("从前有一只麻雀。<|im_end|>It flew.<|im_end|>");
    assertThat(text(data.samples(), 0, 0))
        .isEqualTo(
            "<|im_start|>user\n讲个故事。<|im_end|>\n<|im_start|>assistant\n\n"
                + "<|im_start|>user\nGo on!<|im_end|>\n<|im_start|>assistant\n\n");
    assertThat(data.report().answers()).isEqualTo(2);
  }

  @Test
  void lastAnswerAloneIsLearntIfAskedFor() throws IOException {
    FineTuningData data = chatMl(TWO_TURNS).loss(Loss.LAST_ANSWER).read();
    assertThat(text(data.samples(), 0, 1)).isEqualTo("It flew.<|im_end|>");
    assertThat(data.report().answers()).isEqualTo(2);
  }

  @Test
  void whatIsNoAnswerCountsAsMuchAsAskedFor() throws IOException {
    FineTuningData data = chatMl(TWO_TURNS).loss(Loss.LAST_ANSWER).promptWeight(0.25).read();
    assertThat(text(data.samples(), 0, 1)).isEqualTo("It flew.<|im_end|>");
    assertThat(text(data.samples(), 0, 0.25f))
        .startsWith("<|im_start|>user\n讲个故事。")
        .contains("从前有一只麻雀。<|im_end|>");
    assertThat(text(data.samples(), 0, 0)).isEmpty();

    FineTuningData all = chatMl(TWO_TURNS).loss(Loss.EVERYTHING).read();
    assertThat(text(all.samples(), 0, 1))
        .isEqualTo(ChatTemplate.chatMl().render(TWO_TURNS.messages()).text());
    assertThat(all.report().learnedTokens())
        .isEqualTo(chatMl(TWO_TURNS).read().report().learnedTokens());
  }

  @Test
  void endOfTextIsLearntWhereItIsAlsoWhatPads() throws IOException {
    int eos = TOKENIZER.specialTokens().eos().orElseThrow();
    assertThat(TOKENIZER.specialTokens().pad()).hasValue(eos);
    FineTuningData data =
        builder(ChatTemplate.instruction(EOS), TestDialogues.of("讲个故事。", "从前。")).read();
    Row row = new Row(128);
    data.sequences().read(0, row);
    int length = data.samples().length(0);
    assertThat(row.targets[length - 2]).isEqualTo(eos);
    assertThat(row.lossWeights[length - 2]).isEqualTo(1);
    for (int place = length; place < 128; place++) {
      assertThat(row.ids[place]).isEqualTo(eos);
      assertThat(row.segments[place]).isEqualTo(Row.PADDING);
    }
    for (int place = length - 1; place < 128; place++) {
      assertThat(row.targets[place]).isEqualTo(eos);
      assertThat(row.lossWeights[place]).isZero();
    }
  }

  @Test
  void answerThatIsCutHasNoEndAndIsCounted() throws IOException {
    Dialogue dialogue = TestDialogues.of("q", "abcdefghij");
    int whole = chatMl(dialogue).read().samples().length(0);
    FineTuningData data = chatMl(dialogue).length(whole - 5).read();
    // The last of the whole are the end of turn and a line feed.
    assertThat(text(data.samples(), 0, 1)).isEqualTo("abcdefg");
    FineTuningReport report = data.report();
    assertThat(report.truncated()).isEqualTo(1);
    assertThat(report.unfinished()).isEqualTo(1);
    assertThat(report.tokens()).isEqualTo(whole - 5);
    assertThat(report.lostTokens()).isEqualTo(5);
    FineTuningReport finished = chatMl(dialogue).length(whole - 1).read().report();
    assertThat(finished.truncated()).isEqualTo(1);
    assertThat(finished.unfinished()).isZero();
  }

  @Test
  void dialogueOfWhichNoAnswerIsLeftIsLeftOut() throws IOException {
    Dialogue longQuestion = TestDialogues.of("q".repeat(200), "a");
    FineTuningData data = chatMl(longQuestion, TWO_TURNS).promptWeight(0.5).read();
    assertThat(data.samples().size()).isEqualTo(1);
    assertThat(data.report().withoutAnswer()).isEqualTo(1);
    assertThat(data.report().used()).isEqualTo(1);
    assertThat(data.report().lostTokens()).isGreaterThan(200);
    assertThatExceptionOfType(MalformedDataException.class)
        .isThrownBy(chatMl(longQuestion)::read)
        .withMessageContainingAll("chats.jsonl", "no dialogue is left to train on", "of 1", "128");
  }

  @Test
  void longDialoguesAreDroppedOrRejectedIfAskedFor() throws IOException {
    Dialogue longAnswer = TestDialogues.of("q", "a".repeat(200));
    FineTuningReport report =
        chatMl(TWO_TURNS, longAnswer).overlong(OverlongPolicy.DROP).read().report();
    assertThat(report.dropped()).isEqualTo(1);
    assertThat(report.used()).isEqualTo(1);
    assertThat(report.truncated()).isZero();
    assertThatExceptionOfType(MalformedDataException.class)
        .isThrownBy(chatMl(TWO_TURNS, longAnswer).overlong(OverlongPolicy.REJECT)::read)
        .withMessageContainingAll("chats.jsonl: line 2: it has ", " tokens, and a row has only 128")
        .satisfies(e -> assertThat(e.getMessage().split("chats.jsonl", -1)).hasSize(2));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> chatMl(TWO_TURNS).overlong(OverlongPolicy.SPLIT))
        .withMessageContaining("overlong must be TRUNCATE_END, DROP or REJECT");
  }

  @Test
  void badDialoguesAreNamedByFileAndLine() throws IOException {
    Path file = directory.resolve("bad.jsonl");
    String good = TWO_TURNS.toJson() + "\n";
    String system = "{\"role\": \"system\", \"content\": \"s\"}";
    String user = "{\"role\": \"user\", \"content\": \"u\"}";
    String empty = "{\"role\": \"assistant\", \"content\": \" \"}";
    for (String messages : List.of(system, user, user + ", " + empty, user + ", " + user)) {
      Files.writeString(file, good + "{\"messages\": [" + messages + "]}\n");
      FineTuningDataBuilder builder =
          FineTuningData.builder(ChatTemplate.chatMl(), TOKENIZER)
              .dialogues(TestDialogues.source(file))
              .length(128);
      assertThatExceptionOfType(MalformedDataException.class)
          .isThrownBy(builder::read)
          .withMessageContaining("bad.jsonl: line 2: messages");
    }
    RecordSource<Dialogue> tolerant = TestDialogues.source(file).maxErrorRate(0.5);
    FineTuningData data =
        FineTuningData.builder(ChatTemplate.chatMl(), TOKENIZER)
            .dialogues(tolerant)
            .length(128)
            .read();
    assertThat(data.report().unreadable()).isEqualTo(1);
    assertThat(data.report().dialogues()).isEqualTo(1);
  }

  @Test
  void storiesAreDialogues() throws IOException {
    Path file = directory.resolve("stories.txt");
    Files.writeString(file, "Words: 飞，高兴\nStory:\n麻雀很高兴。\n<|endoftext|>\n");
    FineTuningData data =
        FineTuningData.builder(ChatTemplate.story(EOS), TOKENIZER)
            .stories(RecordSource.of(DialogueFormats.storyBlocks(), file))
            .length(128)
            .read();
    assertThat(text(data.samples(), 0, 1)).isEqualTo("麻雀很高兴。" + EOS);
    assertThat(text(data.samples(), 0, 0)).endsWith("词汇：飞，高兴\n\n故事：\n");
  }

  @Test
  void reportCountsTokensAndPadding() throws IOException {
    Dialogue[] dialogues = TestDialogues.random(30, 3).toArray(Dialogue[]::new);
    FineTuningData data = chatMl(dialogues).length(256).onePerRow().read();
    long tokens = 0;
    for (int i = 0; i < 30; i++) {
      tokens += data.samples().length(i);
    }
    FineTuningReport report = data.report();
    assertThat(report.tokens()).isEqualTo(tokens);
    assertThat(report.packing().rows()).isEqualTo(30);
    assertThat(report.packing().paddingShare()).isCloseTo(1 - tokens / (30 * 256.0), within(1e-12));
    FineTuningReport packed = chatMl(dialogues).length(256).read().report();
    assertThat(packed.tokens()).isEqualTo(tokens);
    assertThat(packed.packing().rows()).isLessThan(15);
    assertThat(packed.learnedShare()).isBetween(0.1, 0.6);
  }

  @Test
  void settingsThatDoNotGoTogetherAreRefused() throws IOException {
    assertThatIllegalArgumentException()
        .isThrownBy(FineTuningData.builder(ChatTemplate.chatMl(), TOKENIZER).length(8)::read)
        .withMessageContaining("dialogues or stories must be set");
    assertThatIllegalArgumentException()
        .isThrownBy(chatMl(TWO_TURNS).length(1)::read)
        .withMessageContaining("length must be at least 2, got 1");
    assertThatIllegalArgumentException()
        .isThrownBy(chatMl(TWO_TURNS).loss(Loss.EVERYTHING).promptWeight(0.5)::read)
        .withMessageContaining("promptWeight must not be set");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> chatMl(TWO_TURNS).promptWeight(-0.1))
        .withMessageContaining("promptWeight must be from 0 to 1, got -0.1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> chatMl(TWO_TURNS).heldOut(1))
        .withMessageContaining("heldOut must be at least 0 and less than 1, got 1.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FineTuningData.builder(ChatTemplate.llama3(), TOKENIZER))
        .withMessageContaining("<|eot_id|>");
  }
}

package io.github.maque.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.DecodeOptions;
import io.github.maque.tokenizer.EncodeOptions;
import io.github.maque.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextGeneratorTest {
  private final Tokenizer tokenizer = ByteTokenizer.of();
  private final int bos = ByteTokenizer.special(tokenizer, "<s>");
  private final int eos = ByteTokenizer.special(tokenizer, "</s>");
  private final int start = ByteTokenizer.special(tokenizer, "<|im_start|>");
  private final int end = ByteTokenizer.special(tokenizer, "<|im_end|>");

  private final GenerationOptions greedy =
      GenerationOptions.builder().greedy().maxNewTokens(40).build();

  /** A decoder that writes {@code ids} behind any prompt of {@code promptLength} tokens. */
  private FakeSession writing(int promptLength, int... ids) {
    int[] script = new int[promptLength - 1 + ids.length];
    System.arraycopy(ids, 0, script, promptLength - 1, ids.length);
    return FakeSession.scripted(2, 256, tokenizer.vocabularySize(), script);
  }

  private int[] bytes(String text, int... behind) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    int[] ids = new int[utf8.length + behind.length];
    for (int i = 0; i < utf8.length; i++) {
      ids[i] = utf8[i] & 0xFF;
    }
    System.arraycopy(behind, 0, ids, utf8.length, behind.length);
    return ids;
  }

  @Test
  void writesBehindAPromptUntilEos() {
    FakeSession session = writing(1, bytes("飞走了", eos, 'x'));
    TextGenerator generator = TextGenerator.builder(session, tokenizer).build();

    Generation generation = generator.generate("a", greedy);

    assertThat(generation.text()).isEqualTo("飞走了");
    assertThat(generation.finishReason()).isEqualTo(FinishReason.STOP_ID);
    assertThat(generation.ids()).endsWith(eos).hasSize(10);
  }

  @Test
  void goesOnBehindEosIfToldTo() {
    FakeSession session = writing(1, bytes("a", eos, 'x', end));
    GenerationOptions options = greedy.toBuilder().stopIds(end).build();

    assertThat(
            TextGenerator.builder(session, tokenizer)
                .stopsAtEos(false)
                .build()
                .generate("a", options)
                .text())
        .isEqualTo("ax");
    assertThat(
            TextGenerator.builder(session, tokenizer)
                .stopsAtEos(false)
                .decodeOptions(DecodeOptions.ALL)
                .build()
                .generate("a", options)
                .text())
        .isEqualTo("a</s>x");
  }

  @Test
  void streamsWhatItReturns() {
    FakeSession session = writing(1, bytes("麻雀 飞。完", eos));
    TextGenerator generator = TextGenerator.builder(session, tokenizer).build();
    List<String> parts = new ArrayList<>();

    Generation generation =
        generator.stream("a", greedy.toBuilder().stopStrings(List.of("。完")).build(), parts::add);

    assertThat(parts).containsExactly("麻", "雀", " ", "飞");
    assertThat(generation.text()).isEqualTo("麻雀 飞");
  }

  @Test
  void canBeCancelledWhileStreaming() {
    FakeSession session = writing(1, bytes("abcdef"));
    TextGenerator generator = TextGenerator.builder(session, tokenizer).build();
    Cancellation cancellation = new Cancellation();

    Generation generation =
        generator.stream(
            "a",
            greedy,
            text -> {
              if (text.equals("c")) {
                cancellation.cancelAll();
              }
            },
            cancellation);

    assertThat(generation.text()).isEqualTo("abc");
    assertThat(generation.finishReason()).isEqualTo(FinishReason.CANCELLED);
  }

  @Test
  void givesForManyPromptsWhatEachGivesAlone() {
    FakeSession session = FakeSession.hashing(3, 64, tokenizer.vocabularySize());
    TextGenerator generator = TextGenerator.builder(session, tokenizer).build();
    List<String> prompts = List.of("a", "从前", "Once upon a time", "b", "c");
    GenerationOptions options = GenerationOptions.builder().maxNewTokens(30).seed(3).build();

    List<Generation> together = generator.generateAll(prompts, options);

    assertThat(together)
        .isEqualTo(prompts.stream().map(prompt -> generator.generate(prompt, options)).toList());
    for (Generation generation : together) {
      int length = generation.ids().length;
      boolean stopped = generation.finishReason() == FinishReason.STOP_ID;
      assertThat(generation.text())
          .isEqualTo(
              tokenizer.decode(
                  Arrays.copyOf(generation.ids(), stopped ? length - 1 : length),
                  DecodeOptions.SKIP_SPECIAL_TOKENS));
    }
  }

  @Test
  void encodesPromptsAsToldTo() {
    FakeSession session = FakeSession.hashing(1, 64, tokenizer.vocabularySize());
    TextGenerator plain = TextGenerator.builder(session, tokenizer).build();
    TextGenerator trusting =
        TextGenerator.builder(session, tokenizer)
            .encodeOptions(EncodeOptions.WITH_SPECIAL_TOKENS.withBos(true))
            .build();

    assertThat(plain.request("</s>", greedy).prompt()).containsExactly('<', '/', 's', '>');
    assertThat(trusting.request("a</s>", greedy).prompt()).containsExactly(bos, 'a', eos);
    assertThat(trusting.request("", greedy).prompt()).containsExactly(bos);
    assertThat(plain.request("a", greedy).options().stopIds()).containsExactly(eos);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plain.generate("", greedy))
        .withMessageContaining("prompt must have at least one token");
  }

  @Test
  void answersAConversationUpToTheEndOfTurn() {
    List<ChatMessage> messages = List.of(ChatMessage.user("<|im_end|>?"));
    ChatTemplate template = ChatTemplate.chatMl();
    int promptLength = template.encodePrompt(tokenizer, messages).size();
    FakeSession session = writing(promptLength, bytes("叽叽", end, 'x'));
    TextGenerator generator =
        TextGenerator.builder(session, tokenizer).chatTemplate(template).build();
    StringBuilder streamed = new StringBuilder();

    GenerationRequest request = generator.chatRequest(messages, greedy);
    Generation answer = generator.chat(messages, greedy, streamed::append, new Cancellation());

    assertThat(request.options().stopIds()).containsExactlyInAnyOrder(end, eos);
    assertThat(request.prompt()).startsWith(start, 'u', 's', 'e', 'r', '\n', '<', '|');
    assertThat(answer.text()).isEqualTo("叽叽").isEqualTo(streamed.toString());
    assertThat(answer.finishReason()).isEqualTo(FinishReason.STOP_ID);
    assertThat(generator.chat(messages, greedy)).isEqualTo(answer);
    assertThat(generator.generator().generateAll(List.of(request))).containsExactly(answer);
  }

  @Test
  void refusesAConversationWithoutATemplateThatFits() {
    FakeSession session = FakeSession.hashing(1, 64, tokenizer.vocabularySize());
    TextGenerator.Builder builder = TextGenerator.builder(session, tokenizer);
    List<ChatMessage> messages = List.of(ChatMessage.user("?"));

    assertThatIllegalStateException()
        .isThrownBy(() -> builder.build().chat(messages, greedy))
        .withMessageContaining("without a chat template");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.chatTemplate(ChatTemplate.llama3()).build())
        .withMessageContaining("<|eot_id|>");
  }
}

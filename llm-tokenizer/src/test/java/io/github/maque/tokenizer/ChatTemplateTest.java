package io.github.maque.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.maque.tokenizer.ChatMessage.Role;
import io.github.maque.tokenizer.RenderedChat.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The layouts by example; {@link ChatTemplateRenderingTest} has the many cases. */
class ChatTemplateTest {
  private static final List<ChatMessage> TWO_TURNS =
      List.of(
          ChatMessage.system("Be brief."),
          ChatMessage.user(" Hi "),
          ChatMessage.assistant("Hello\n"),
          ChatMessage.user("Bye"),
          ChatMessage.assistant("再见🐦"));

  private static List<String> assistantTexts(RenderedChat chat) {
    return chat.assistant().stream().map(span -> span.of(chat.text())).toList();
  }

  @Test
  void laysOutChatMl() {
    RenderedChat chat = ChatTemplate.chatMl().render(TWO_TURNS);

    assertThat(chat.text())
        .isEqualTo(
            """
            <|im_start|>system
            Be brief.<|im_end|>
            <|im_start|>user
             Hi <|im_end|>
            <|im_start|>assistant
            Hello
            <|im_end|>
            <|im_start|>user
            Bye<|im_end|>
            <|im_start|>assistant
            再见🐦<|im_end|>
            """);
    assertThat(assistantTexts(chat)).containsExactly("Hello\n<|im_end|>", "再见🐦<|im_end|>");
  }

  @Test
  void putsTheDefaultSystemMessageWhereThereIsNone() {
    ChatTemplate template = ChatTemplate.chatMl("You are a helpful assistant.");

    assertThat(template.renderPrompt(List.of(ChatMessage.user("Hi"))).text())
        .isEqualTo(
            """
            <|im_start|>system
            You are a helpful assistant.<|im_end|>
            <|im_start|>user
            Hi<|im_end|>
            <|im_start|>assistant
            """);
    assertThat(template.render(TWO_TURNS)).isEqualTo(ChatTemplate.chatMl().render(TWO_TURNS));
  }

  @Test
  void laysOutLlama2() {
    RenderedChat chat = ChatTemplate.llama2().render(TWO_TURNS);

    assertThat(chat.text())
        .isEqualTo(
            "<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\n Hi [/INST] Hello </s>"
                + "<s>[INST] Bye [/INST] 再见🐦 </s>");
    assertThat(assistantTexts(chat)).containsExactly(" Hello </s>", " 再见🐦 </s>");
  }

  @Test
  void laysOutLlama3() {
    RenderedChat chat = ChatTemplate.llama3().render(TWO_TURNS);

    assertThat(chat.text())
        .isEqualTo(
            """
            <|begin_of_text|><|start_header_id|>system<|end_header_id|>

            Be brief.<|eot_id|><|start_header_id|>user<|end_header_id|>

            Hi<|eot_id|><|start_header_id|>assistant<|end_header_id|>

            Hello<|eot_id|><|start_header_id|>user<|end_header_id|>

            Bye<|eot_id|><|start_header_id|>assistant<|end_header_id|>

            再见🐦<|eot_id|>""");
    assertThat(assistantTexts(chat)).containsExactly("Hello<|eot_id|>", "再见🐦<|eot_id|>");
  }

  @Test
  void laysOutInstructionAndAnswer() {
    RenderedChat chat = ChatTemplate.instruction("</s>").render(TWO_TURNS);

    assertThat(chat.text())
        .isEqualTo(
            """
            Be brief.

            ### Instruction:
             Hi\s

            ### Response:
            Hello
            </s>### Instruction:
            Bye

            ### Response:
            再见🐦</s>""");
    assertThat(assistantTexts(chat)).containsExactly("Hello\n</s>", "再见🐦</s>");
  }

  @Test
  void laysOutAStory() {
    String text =
        """
        请按下面的要求写一个故事。
        词汇：悬挂，脚
        特征：对话

        故事：
        从前有一只麻雀。<|endoftext|>""";
    ChatTemplate template = ChatTemplate.story("<|endoftext|>");
    ChatMessage story = ChatMessage.assistant("\n从前有一只麻雀。\n\n");
    String instruction = "请按下面的要求写一个故事。";
    String input = "词汇：悬挂，脚\n特征：对话\n";

    RenderedChat asOne =
        template.render(List.of(ChatMessage.instruction(instruction, input), story));
    RenderedChat asTwo =
        template.render(List.of(ChatMessage.system(instruction), ChatMessage.user(input), story));

    assertThat(asOne.text()).isEqualTo(text);
    assertThat(assistantTexts(asOne)).containsExactly("从前有一只麻雀。<|endoftext|>");
    assertThat(asTwo.text()).isEqualTo(text);
    assertThat(asTwo.assistant()).isEqualTo(asOne.assistant());
  }

  @Test
  void anInstructionWithoutInputStandsAlone() {
    assertThat(ChatMessage.instruction("讲个故事。", " \n")).isEqualTo(ChatMessage.user("讲个故事。"));
  }

  @Test
  void learnsWhatFollowsThePromptThroughTheEndOfTurn() {
    Random random = new Random(3);
    for (ChatTemplate template : NamedTemplates.all().values()) {
      for (int round = 0; round < 200; round++) {
        List<ChatMessage> question = RandomChats.next(random, template);
        List<ChatMessage> answered = new ArrayList<>(question);
        answered.add(ChatMessage.assistant(RandomChats.content(random, template)));

        String prompt = template.renderPrompt(question).text();
        RenderedChat chat = template.render(answered);
        List<Span> spans = chat.assistant();
        Span last = spans.get(spans.size() - 1);

        assertThat(chat.text()).startsWith(prompt);
        assertThat(last.start()).isEqualTo(prompt.length());
        assertThat(last.of(chat.text())).endsWith(template.endOfTurn());
        assertThat(spans.size())
            .isEqualTo(answered.stream().filter(m -> m.role() == Role.ASSISTANT).count());
      }
    }
  }

  @Test
  void tellsContentsFromTemplateText() {
    Random random = new Random(4);
    for (ChatTemplate template : NamedTemplates.all().values()) {
      for (int round = 0; round < 200; round++) {
        // Every message has a character of its own that stands in no template.
        List<ChatMessage> messages = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (ChatMessage message : RandomChats.next(random, template)) {
          String own = String.valueOf((char) ('\uE000' + messages.size()));
          String content = " ".repeat(random.nextInt(2)) + own + "\n".repeat(random.nextInt(2));
          messages.add(new ChatMessage(message.role(), content));
          expected.add(template.trimsContents ? own : content);
        }
        RenderedChat chat = template.renderPrompt(messages);
        boolean defaults = template.defaultSystem != null && messages.get(0).role() == Role.USER;

        List<String> contents =
            chat.contents().stream()
                .skip(defaults ? 1 : 0)
                .map(span -> span.of(chat.text()))
                .map(content -> template.trimsContents ? content.strip() : content)
                .toList();
        assertThat(contents).isEqualTo(expected);
      }
    }
  }

  @Test
  void contentsLieInOrderAndApart() {
    Random random = new Random(7);
    for (ChatTemplate template : NamedTemplates.all().values()) {
      for (int round = 0; round < 500; round++) {
        RenderedChat chat = template.renderPrompt(RandomChats.next(random, template));
        int done = 0;
        for (Span span : chat.contents()) {
          assertThat(span.start()).isGreaterThanOrEqualTo(done);
          assertThat(span.end()).isGreaterThan(span.start());
          done = span.end();
        }
        assertThat(done).isLessThanOrEqualTo(chat.text().length());
      }
    }
  }

  @Test
  void trimsWhatPythonTrims() {
    // str.isspace of Python 3.11, all of it
    String python =
        "\t\n\u000b\f\r\u001c\u001d\u001e\u001f \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004"
            + "\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";
    String trimmed =
        IntStream.range(0, 0x10000)
            .filter(c -> !Character.isSurrogate((char) c))
            .mapToObj(c -> String.valueOf((char) c))
            .filter(
                c ->
                    ChatTemplate.story("</s>")
                        .render(List.of(ChatMessage.user("a" + c)))
                        .text()
                        .equals("a\n\n"))
            .collect(Collectors.joining());

    assertThat(trimmed).isEqualTo(python);
  }

  @Test
  void refusesConversationsOutOfOrder() {
    ChatTemplate template = ChatTemplate.chatMl();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> template.render(List.of()))
        .withMessage("the conversation has no messages");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> template.render(List.of(ChatMessage.system("a"))))
        .withMessage("message 0: a user message must follow the system message");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                template.render(
                    List.of(ChatMessage.system("a"), ChatMessage.user("b"), ChatMessage.user("c"))))
        .withMessage("message 2: role must be assistant, got user");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> template.renderPrompt(TWO_TURNS))
        .withMessage("message 4: role must be user for an answer to follow, got assistant");
  }

  @Test
  void namesTheTokensAVocabularyMustHold() {
    assertThat(ChatTemplate.llama2().specialTokens()).containsExactly("<s>", "</s>");
    assertThat(ChatTemplate.llama3().specialTokens())
        .containsExactly(
            "<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>");
    assertThat(ChatTemplate.chatMl().specialTokens()).containsExactly("<|im_start|>", "<|im_end|>");
    assertThat(ChatTemplate.story("</s>").specialTokens()).containsExactly("</s>");
  }

  @Test
  void stopsAtTheEndOfTurnAndAtEos() {
    ChatTemplate template = ChatTemplate.chatMl();
    GreedyTokenizer tokenizer =
        new GreedyTokenizer(
            GreedyTokenizer.Start.PLAIN, List.of(), List.of("</s>", "<|im_start|>", "<|im_end|>"));

    assertThat(template.stopIds(tokenizer))
        .containsExactly(tokenizer.special("<|im_end|>"), tokenizer.special("</s>"));
    assertThat(ChatTemplate.story("</s>").stopIds(tokenizer))
        .containsExactly(tokenizer.special("</s>"));
  }

  @Test
  void refusesAVocabularyWithoutItsTokens() {
    GreedyTokenizer tokenizer =
        new GreedyTokenizer(GreedyTokenizer.Start.PLAIN, List.of("<|im_end|>"), List.of("</s>"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ChatTemplate.chatMl().encode(tokenizer, TWO_TURNS))
        .withMessage(
            "the tokenizer lacks special tokens of the chat template: [<|im_start|>, <|im_end|>]");
  }

  @Test
  void refusesLayoutsThatCannotWork() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ChatTemplate.builder().endOfTurn("</s>").build())
        .withMessageContaining("system");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ChatTemplate.builder().system("", "").build())
        .withMessageContaining("endOfTurn");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                ChatTemplate.builder()
                    .system("", "")
                    .endOfTurn("</s>")
                    .specialTokens("<s>")
                    .build())
        .withMessageContaining("<s>");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Role.of("gpt"))
        .withMessageContaining("gpt");
  }
}

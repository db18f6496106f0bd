package io.github.maque.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChatEncodingTest {
  private static final String[] PIECES = {
    "\n\n", "\n", ":\n", "：\n", " hello", "hello", " [", " </", "麻雀", "。\n\n", "###", " ", "  ",
    "\n\n\n"
  };

  /** Returns the text of the tokens that the mask counts, a bar between stretches. */
  private static String counted(Tokenizer tokenizer, EncodedChat chat) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < chat.size(); i++) {
      if (chat.assistant()[i]) {
        text.append(i > 0 && !chat.assistant()[i - 1] ? "|" : "");
        text.append(tokenizer.decode(new int[] {chat.ids()[i]}));
      }
    }
    return text.toString();
  }

  @Test
  void countsTheAnswersAndTheirEndOfTurn() {
    ChatTemplate template = ChatTemplate.chatMl();
    GreedyTokenizer tokenizer = GreedyTokenizer.of(template);
    EncodedChat chat =
        template.encode(
            tokenizer,
            List.of(
                ChatMessage.user("a"),
                ChatMessage.assistant("bc"),
                ChatMessage.user("d"),
                ChatMessage.assistant("")));

    assertThat(counted(tokenizer, chat)).isEqualTo("|bc<|im_end|>|<|im_end|>");
    assertThat(chat.assistantTokens()).isEqualTo(4);
    assertThat(tokenizer.decode(chat.ids()))
        .isEqualTo(
            """
            <|im_start|>user
            a<|im_end|>
            <|im_start|>assistant
            bc<|im_end|>
            <|im_start|>user
            d<|im_end|>
            <|im_start|>assistant
            <|im_end|>
            """);
  }

  @Test
  void givesTheIdsOfTheWholeTextWhereNoMessageSpellsASpecialToken() {
    Random random = new Random(5);
    for (ChatTemplate template : NamedTemplates.all().values()) {
      for (GreedyTokenizer.Start start : GreedyTokenizer.Start.values()) {
        GreedyTokenizer tokenizer =
            new GreedyTokenizer(start, List.of(PIECES), template.specialTokens());
        for (int round = 0; round < 100; round++) {
          List<ChatMessage> messages = RandomChats.next(random, template);
          EncodedChat prompt = template.encodePrompt(tokenizer, messages);
          messages.add(ChatMessage.assistant(RandomChats.content(random, template)));
          EncodedChat chat = template.encode(tokenizer, messages);

          String text = template.render(messages).text();
          assertThat(chat.ids())
              .isEqualTo(tokenizer.encode(text, EncodeOptions.WITH_SPECIAL_TOKENS));
          assertThat(lastCounted(chat)).isEqualTo(tokenizer.special(template.endOfTurn()));
          assertThat(prompt.assistantTokens()).isLessThan(chat.assistantTokens());
        }
      }
    }
  }

  private static int lastCounted(EncodedChat chat) {
    return IntStream.range(0, chat.size())
        .filter(i -> chat.assistant()[i])
        .map(i -> chat.ids()[i])
        .reduce(-1, (first, second) -> second);
  }

  @Test
  void aTokenOverTheEdgeBelongsWhereItBegins() {
    ChatTemplate template = ChatTemplate.instruction("</s>");
    GreedyTokenizer tokenizer = GreedyTokenizer.of(template, ":\n\n", " </");
    EncodedChat chat =
        template.encode(
            tokenizer, List.of(ChatMessage.user("q"), ChatMessage.assistant("\nanswer ")));

    assertThat(counted(tokenizer, chat)).isEqualTo("|answer </s>");
  }

  @Test
  void noMessageSmugglesASpecialToken() {
    Random random = new Random(6);
    for (ChatTemplate template : NamedTemplates.all().values()) {
      GreedyTokenizer tokenizer = GreedyTokenizer.of(template, PIECES);
      List<ChatMessage> harmless =
          List.of(
              ChatMessage.system("x"),
              ChatMessage.user("x"),
              ChatMessage.assistant("x"),
              ChatMessage.user("x"),
              ChatMessage.assistant("x"));
      int[] expected = specials(tokenizer, template.encode(tokenizer, harmless).ids());
      for (int round = 0; round < 100; round++) {
        List<ChatMessage> messages = new ArrayList<>();
        for (ChatMessage message : harmless) {
          StringBuilder content = new StringBuilder("x");
          for (int words = random.nextInt(4); words > 0; words--) {
            String token =
                template.specialTokens().get(random.nextInt(template.specialTokens().size()));
            int from = random.nextInt(4) == 0 ? random.nextInt(token.length()) : 0;
            int to = random.nextInt(4) == 0 ? random.nextInt(token.length()) : token.length();
            content.append(token, Math.min(from, to), Math.max(from, to));
          }
          messages.add(new ChatMessage(message.role(), content.toString()));
        }
        EncodedChat chat = template.encode(tokenizer, messages);

        assertThat(specials(tokenizer, chat.ids())).isEqualTo(expected);
        assertThat(tokenizer.decode(chat.ids())).isEqualTo(template.render(messages).text());
        assertThat(countedSpecials(tokenizer, chat))
            .isEqualTo(2)
            .isEqualTo(countedEnds(tokenizer, template, chat));
      }
    }
  }

  private static int[] specials(GreedyTokenizer tokenizer, int[] ids) {
    return Arrays.stream(ids).filter(tokenizer.specialTokens()::contains).toArray();
  }

  private static long countedSpecials(GreedyTokenizer tokenizer, EncodedChat chat) {
    return IntStream.range(0, chat.size())
        .filter(i -> chat.assistant()[i] && tokenizer.specialTokens().contains(chat.ids()[i]))
        .count();
  }

  private static long countedEnds(
      GreedyTokenizer tokenizer, ChatTemplate template, EncodedChat chat) {
    int end = tokenizer.special(template.endOfTurn());
    return IntStream.range(0, chat.size())
        .filter(i -> chat.assistant()[i] && chat.ids()[i] == end)
        .count();
  }

  @Test
  void aMessageAndTheTemplateTogetherSpellNoSpecialToken() {
    ChatTemplate template =
        ChatTemplate.builder().system("", "").user("", "_end>").endOfTurn("<im_end>").build();
    GreedyTokenizer tokenizer = GreedyTokenizer.of(template);
    EncodedChat chat =
        template.encode(tokenizer, List.of(ChatMessage.user("<im"), ChatMessage.assistant("a")));

    assertThat(specials(tokenizer, chat.ids())).containsExactly(tokenizer.special("<im_end>"));
    assertThat(counted(tokenizer, chat)).isEqualTo("|a<im_end>");
  }

  @Test
  void specialTokensOfTheTokenizerInTheTemplateAreSpecial() {
    ChatTemplate template = ChatTemplate.llama2();
    GreedyTokenizer tokenizer =
        new GreedyTokenizer(
            GreedyTokenizer.Start.PLAIN, List.of(), List.of("<s>", "</s>", "[INST]", "[/INST]"));
    EncodedChat chat =
        template.encode(
            tokenizer, List.of(ChatMessage.user("[INST]</s>"), ChatMessage.assistant("[/INST]")));

    assertThat(specials(tokenizer, chat.ids()))
        .containsExactly(
            IntStream.of(
                    tokenizer.special("<s>"),
                    tokenizer.special("[INST]"),
                    tokenizer.special("[/INST]"),
                    tokenizer.special("</s>"))
                .toArray());
    assertThat(counted(tokenizer, chat)).isEqualTo("| [/INST] </s>");
  }

  @Test
  void anEndOfTurnThatSwallowsWhiteSpaceStillCounts() {
    ChatTemplate template = ChatTemplate.chatMl();
    GreedyTokenizer tokenizer =
        new GreedyTokenizer(
            GreedyTokenizer.Start.PLAIN, List.of(), List.of("<|im_start|>", "~<|im_end|>~"));
    List<ChatMessage> messages = List.of(ChatMessage.user(" q "), ChatMessage.assistant(""));
    EncodedChat chat = template.encode(tokenizer, messages);

    assertThat(chat.ids())
        .isEqualTo(
            tokenizer.encode(template.render(messages).text(), EncodeOptions.WITH_SPECIAL_TOKENS));
    assertThat(counted(tokenizer, chat)).isEqualTo("|<|im_end|>");
  }

  @Test
  void anUnknownCharacterIsNoSmuggledToken() {
    ChatTemplate template = ChatTemplate.chatMl();
    // Were the text taken apart at the end of turn, the line end behind it would get an id.
    GreedyTokenizer tokenizer =
        new GreedyTokenizer(
            GreedyTokenizer.Start.PLAIN,
            List.of(),
            List.of("<unk>", "<|im_start|>", "<|im_end|>~"));
    List<ChatMessage> unknown = List.of(ChatMessage.user("🐦"), ChatMessage.assistant("🐦"));
    List<ChatMessage> spelled = List.of(ChatMessage.user("<unk>🐦"), ChatMessage.assistant("🐦"));

    assertThat(template.encode(tokenizer, unknown).ids())
        .isEqualTo(
            tokenizer.encode(template.render(unknown).text(), EncodeOptions.WITH_SPECIAL_TOKENS));
    assertThat(specials(tokenizer, template.encode(tokenizer, spelled).ids()))
        .isEqualTo(specials(tokenizer, template.encode(tokenizer, unknown).ids()));
  }
}

package io.github.maque.data.dialogue;

import static io.github.maque.tokenizer.ChatMessage.assistant;
import static io.github.maque.tokenizer.ChatMessage.system;
import static io.github.maque.tokenizer.ChatMessage.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.maque.data.dialogue.DialogueEncoder.Loss;
import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.ChatMessage.Role;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.bpe.BpeTrainer;
import io.github.maque.tokenizer.bpe.TextSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DialogueEncoderTest {
  private static final Map<String, ChatTemplate> TEMPLATES =
      Map.of(
          "chatml", ChatTemplate.chatMl(),
          "chatml-system", ChatTemplate.chatMl("你是麻雀。"),
          "llama2", ChatTemplate.llama2(),
          "llama3", ChatTemplate.llama3(),
          "instruction", ChatTemplate.instruction("<|endoftext|>"),
          "story", ChatTemplate.story("<|endoftext|>"));

  private static final Tokenizer TOKENIZER = train();

  private static final Dialogue TWO_TURNS =
      new Dialogue(
          List.of(
              system("你是麻雀。"),
              user("讲个故事。"),
              assistant("从前有一只小麻雀。\n\n它很小。"),
              user("Go on!"),
              assistant("And then it flew")));

  /** Learns from chats in every layout, so that pieces reach over the edges of their parts. */
  private static Tokenizer train(String... furtherTokens) {
    Random random = new Random(2);
    List<String> texts = new ArrayList<>();
    for (ChatTemplate template : TEMPLATES.values()) {
      for (int i = 0; i < 40; i++) {
        String text = template.render(dialogue(random).messages()).text();
        for (String special : template.specialTokens()) {
          text = text.replace(special, "\n");
        }
        texts.add(text);
      }
    }
    try {
      return BpeTrainer.byteLevel()
          .vocabularySize(500)
          .specialTokens(
              TEMPLATES.values().stream()
                  .flatMap(template -> template.specialTokens().stream())
                  .distinct()
                  .sorted()
                  .toList())
          .specialTokens(furtherTokens)
          .threads(1)
          .train(TextSource.of(texts))
          .tokenizer();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Dialogue dialogue(Random random) {
    List<ChatMessage> messages = new ArrayList<>();
    if (random.nextBoolean()) {
      messages.add(system(text(random)));
    }
    for (int turns = random.nextInt(3); turns >= 0; turns--) {
      messages.add(user(text(random)));
      messages.add(assistant(text(random)));
    }
    return new Dialogue(messages);
  }

  /** No white space at the ends, where templates and vocabularies do different things. */
  private static String text(Random random) {
    List<String> words =
        List.of("麻雀", "，", "。", "hello", " world", "\n", "\n\n", " ", "🐦", "故事：", "#", "<");
    StringBuilder text = new StringBuilder("飞");
    for (int count = random.nextInt(8); count > 0; count--) {
      text.append(words.get(random.nextInt(words.size())));
    }
    return text.append("。").toString();
  }

  private static String learned(EncodedDialogue dialogue) {
    return TOKENIZER.decode(
        IntStream.range(0, dialogue.size())
            .filter(i -> dialogue.learned()[i])
            .map(i -> dialogue.ids()[i])
            .toArray());
  }

  private static EncodedDialogue encode(ChatTemplate template, Dialogue dialogue, Loss loss) {
    return new DialogueEncoder(template, TOKENIZER).encode(dialogue, loss);
  }

  @Test
  void learnsAnswersWithTheirEndOfTurn() {
    EncodedDialogue dialogue =
        encode(ChatTemplate.chatMl(), Dialogue.of("你好", "你好，麻雀。"), Loss.EVERY_ANSWER);

    assertThat(TOKENIZER.decode(dialogue.ids()))
        .isEqualTo("<|im_start|>user\n你好<|im_end|>\n<|im_start|>assistant\n你好，麻雀。<|im_end|>\n");
    assertThat(learned(dialogue)).isEqualTo("你好，麻雀。<|im_end|>");
    // The prompt, <|im_start|>assistant and a line feed, and the line feed at the end.
    int prompt = ChatTemplate.chatMl().encodePrompt(TOKENIZER, List.of(user("你好"))).size();
    assertThat(dialogue.learnedTokens()).isEqualTo(dialogue.size() - prompt - 1);
    int end = dialogue.size() - 2;
    assertThat(dialogue.ids()[end]).isEqualTo(TOKENIZER.specialTokens().ids().get("<|im_end|>"));
    assertThat(dialogue.learned()[end]).isTrue();
    assertThat(dialogue.learned()[end + 1]).isFalse();
  }

  @Test
  void learnsEveryAnswerOrTheLastOne() {
    Map<String, String> first =
        Map.of(
            "chatml", "从前有一只小麻雀。\n\n它很小。<|im_end|>",
            "chatml-system", "从前有一只小麻雀。\n\n它很小。<|im_end|>",
            "llama2", " 从前有一只小麻雀。\n\n它很小。 </s>",
            "llama3", "从前有一只小麻雀。\n\n它很小。<|eot_id|>",
            "instruction", "从前有一只小麻雀。\n\n它很小。<|endoftext|>",
            "story", "从前有一只小麻雀。\n\n它很小。<|endoftext|>");
    Map<String, String> last =
        Map.of(
            "chatml", "And then it flew<|im_end|>",
            "chatml-system", "And then it flew<|im_end|>",
            "llama2", " And then it flew </s>",
            "llama3", "And then it flew<|eot_id|>",
            "instruction", "And then it flew<|endoftext|>",
            "story", "And then it flew<|endoftext|>");
    TEMPLATES.forEach(
        (name, template) -> {
          assertThat(learned(encode(template, TWO_TURNS, Loss.EVERY_ANSWER)))
              .as(name)
              .isEqualTo(first.get(name) + last.get(name));
          assertThat(learned(encode(template, TWO_TURNS, Loss.LAST_ANSWER)))
              .as(name)
              .isEqualTo(last.get(name));
          EncodedDialogue everything = encode(template, TWO_TURNS, Loss.EVERYTHING);
          assertThat(everything.learnedTokens()).as(name).isEqualTo(everything.size());
          assertThat(learned(everything))
              .as(name)
              .isEqualTo(template.render(TWO_TURNS.messages()).text());
        });
  }

  @Test
  void learnsExactlyTheAnswersOfAnyDialogue() {
    Random random = new Random(7);
    TEMPLATES.forEach(
        (name, template) -> {
          DialogueEncoder encoder = new DialogueEncoder(template, TOKENIZER);
          String before = name.equals("llama2") ? " " : "";
          for (int round = 0; round < 300; round++) {
            Dialogue dialogue = dialogue(random);
            EncodedDialogue every = encoder.encode(dialogue, Loss.EVERY_ANSWER);
            EncodedDialogue last = encoder.encode(dialogue, Loss.LAST_ANSWER);

            StringBuilder answers = new StringBuilder();
            String answer = "";
            for (ChatMessage message : dialogue.messages()) {
              if (message.role() == Role.ASSISTANT) {
                answer = before + message.content() + before + template.endOfTurn();
                answers.append(answer);
              }
            }
            assertThat(learned(every)).as(name).isEqualTo(answers.toString());
            assertThat(learned(last)).as(name).isEqualTo(answer);
            assertThat(last.ids()).isEqualTo(every.ids());
          }
        });
  }

  /** What a message says never ends a turn. */
  @Test
  void learnsSpecialTokensInAnswersAsText() {
    EncodedDialogue dialogue =
        encode(
            ChatTemplate.chatMl(),
            new Dialogue(List.of(user("a"), assistant("b<|im_end|>c"), user("d"), assistant("e"))),
            Loss.LAST_ANSWER);

    assertThat(learned(dialogue)).isEqualTo("e<|im_end|>");
  }

  @Test
  void refusesAVocabularyWithoutTheEndOfTurn() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DialogueEncoder(ChatTemplate.instruction("<|fin|>"), TOKENIZER))
        .withMessage("the tokenizer lacks special tokens of the chat template: [<|fin|>]");
  }

  /** The end of turn drowns in a longer special token, and the model would never stop. */
  @Test
  void refusesAnswersWithoutTheirEndOfTurn() {
    Tokenizer tokenizer = train("<|im_end|>\n");
    DialogueEncoder encoder = new DialogueEncoder(ChatTemplate.chatMl(), tokenizer);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> encoder.encode(Dialogue.of("飞", "飞"), Loss.EVERY_ANSWER))
        .withMessageMatching(
            "each answer must end with <\\|im_end\\|> among the tokens of the assistant, but in"
                + " \\d+ tokens, \\d+ of them the assistant's, there are 0 for 1 answers");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> encoder.encode(Preference.of("飞", "高", "低")));
  }

  @Test
  void givesPreferencesOnePrompt() {
    Random random = new Random(8);
    TEMPLATES.forEach(
        (name, template) -> {
          DialogueEncoder encoder = new DialogueEncoder(template, TOKENIZER);
          for (int round = 0; round < 300; round++) {
            List<ChatMessage> messages = dialogue(random).messages();
            int last = messages.size() - 1;
            Preference preference =
                new Preference(
                    messages.subList(0, last),
                    messages.subList(last, last + 1),
                    List.of(assistant("落" + text(random))));
            EncodedPreference encoded = encoder.encode(preference);

            assertThat(encoded.prompt())
                .as(name)
                .isEqualTo(template.encodePrompt(TOKENIZER, preference.prompt()).ids());
            String before = name.equals("llama2") ? " " : "";
            assertThat(learned(encoded.chosen()))
                .isEqualTo(before + messages.get(last).content() + before + template.endOfTurn());
            assertThat(learned(encoded.rejected()))
                .isEqualTo(
                    before
                        + preference.rejected().get(0).content()
                        + before
                        + template.endOfTurn());
            assertThat(encoded.chosen().learned()[encoded.promptLength()]).isTrue();
            assertThat(encoded.chosen().ids())
                .isEqualTo(encoder.encode(new Dialogue(messages), Loss.EVERY_ANSWER).ids());
          }
        });
  }

  @Test
  void learnsAllTheAnswersBehindThePrompt() {
    Preference preference =
        new Preference(
            List.of(user("a"), assistant("b"), user("c")),
            List.of(assistant("d"), user("e"), assistant("f")),
            List.of(assistant("d"), user("e"), assistant("")));
    EncodedPreference encoded =
        new DialogueEncoder(ChatTemplate.chatMl(), TOKENIZER).encode(preference);

    assertThat(learned(encoded.chosen())).isEqualTo("d<|im_end|>f<|im_end|>");
    assertThat(learned(encoded.rejected())).isEqualTo("d<|im_end|><|im_end|>");
    assertThat(TOKENIZER.decode(encoded.prompt()))
        .isEqualTo(
            "<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\nb<|im_end|>\n"
                + "<|im_start|>user\nc<|im_end|>\n<|im_start|>assistant\n");
  }

  /** Where a vocabulary joins line feeds of the prompt and the answer. */
  @Test
  void keepsThePromptTheSameWhereTokensReachOverItsEnd() {
    ChatTemplate template = ChatTemplate.chatMl();
    DialogueEncoder encoder = new DialogueEncoder(template, TOKENIZER);
    EncodedPreference encoded = encoder.encode(Preference.of("飞", "\n飞。", "落。"));
    int[] prompt = template.encodePrompt(TOKENIZER, List.of(user("飞"))).ids();

    // "assistant" and "\n\n" are what the chosen one has; else this test would show nothing.
    assertThat(encoded.promptLength()).isEqualTo(prompt.length - 1);
    assertThat(encoded.prompt()).isEqualTo(Arrays.copyOf(prompt, prompt.length - 1));
    assertThat(learned(encoded.chosen())).isEqualTo("飞。<|im_end|>");
    assertThat(learned(encoded.rejected())).isEqualTo("落。<|im_end|>");

    EncodedPreference both = encoder.encode(Preference.of("飞", "\n飞。", "\n落。"));
    assertThat(TOKENIZER.decode(both.prompt())).endsWith("assistant\n\n");
    assertThat(learned(both.chosen())).isEqualTo("飞。<|im_end|>");
    assertThat(learned(both.rejected())).isEqualTo("落。<|im_end|>");
  }

  @Test
  void refusesAnswersThatBecomeTheSame() {
    DialogueEncoder encoder = new DialogueEncoder(ChatTemplate.story("<|endoftext|>"), TOKENIZER);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> encoder.encode(Preference.of("飞", "飞。", "飞。\n")))
        .withMessage("chosen and rejected come out as the same ids");
  }

  /** By its name a format is told from others whose records are different ones. */
  @Test
  void namesItsFormatsAfterTheLossTheTemplateAndTheTokenizer() {
    List<String> names = new ArrayList<>();
    for (Tokenizer tokenizer : List.of(TOKENIZER, train("<|other|>"))) {
      for (ChatTemplate template : List.of(ChatTemplate.chatMl(), ChatTemplate.chatMl("你是麻雀。"))) {
        DialogueEncoder encoder = new DialogueEncoder(template, tokenizer);
        names.add(encoder.preferences().name());
        for (Loss loss : Loss.values()) {
          names.add(encoder.dialogues(loss).name());
        }
      }
    }
    assertThat(names).hasSize(16).doesNotHaveDuplicates();
    DialogueEncoder same = new DialogueEncoder(ChatTemplate.chatMl(), train());
    assertThat(same.preferences().name()).isEqualTo(names.get(0));
    assertThat(same.dialogues(Loss.EVERY_ANSWER).name()).isEqualTo(names.get(1));
  }

  @Test
  void countsWhatIsLearnt() {
    EncodedDialogue dialogue =
        new EncodedDialogue(new int[] {5, 6, 7}, new boolean[] {false, true, true});

    assertThat(dialogue.learnedTokens()).isEqualTo(2);
    assertThat(dialogue)
        .isEqualTo(new EncodedDialogue(new int[] {5, 6, 7}, new boolean[] {false, true, true}))
        .isNotEqualTo(new EncodedDialogue(new int[] {5, 6, 7}, new boolean[] {true, true, true}))
        .isNotEqualTo(new EncodedDialogue(new int[] {5, 6, 8}, new boolean[] {false, true, true}));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new EncodedDialogue(new int[2], new boolean[3]))
        .withMessage("ids and learned differ in length: 2, 3");
  }

  @Test
  void checksThatThePromptIsShared() {
    EncodedDialogue one = new EncodedDialogue(new int[] {5, 6}, new boolean[] {false, true});
    EncodedDialogue two =
        new EncodedDialogue(new int[] {5, 7, 8}, new boolean[] {false, false, true});

    assertThat(new EncodedPreference(one, two, 1).prompt()).containsExactly(5);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new EncodedPreference(one, two, 2))
        .withMessage("the prompts differ at token 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new EncodedPreference(one, one, 2))
        .withMessage("token 1 of the prompt must not be learnt");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new EncodedPreference(one, two, 3))
        .withMessageContaining("promptLength must be between 0");
    assertThatIllegalArgumentException().isThrownBy(() -> new EncodedPreference(one, two, -1));
  }
}

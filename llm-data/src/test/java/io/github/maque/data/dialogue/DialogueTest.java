package io.github.maque.data.dialogue;

import static io.github.maque.tokenizer.ChatMessage.assistant;
import static io.github.maque.tokenizer.ChatMessage.system;
import static io.github.maque.tokenizer.ChatMessage.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.maque.data.internal.Json;
import io.github.maque.tokenizer.ChatMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DialogueTest {

  @Test
  void writesOpenAiMessagesOnOneLine() {
    Dialogue dialogue =
        new Dialogue(List.of(system(""), user("说 \"你好\"\r\n"), assistant("\\你\t好\u2028🐦")));

    assertThat(dialogue.toJson())
        .isEqualTo(
            "{\"messages\":[{\"role\":\"system\",\"content\":\"\"},"
                + "{\"role\":\"user\",\"content\":\"说 \\\"你好\\\"\\r\\n\"},"
                + "{\"role\":\"assistant\",\"content\":\"\\\\你\\t好\\u2028🐦\"}]}");
  }

  @Test
  void writesPreferencesAsTrlReadsThem() {
    assertThat(Preference.of("a", "b", "").toJson())
        .isEqualTo(
            "{\"prompt\":[{\"role\":\"user\",\"content\":\"a\"}],"
                + "\"chosen\":[{\"role\":\"assistant\",\"content\":\"b\"}],"
                + "\"rejected\":[{\"role\":\"assistant\",\"content\":\"\"}]}");
  }

  @Test
  void readsWhatItWrites() {
    Random random = new Random(3);
    for (int round = 0; round < 2000; round++) {
      Dialogue dialogue = dialogue(random);
      String line = dialogue.toJson();

      assertThat(line.lines()).hasSize(1);
      assertThat(DialogueReader.read(parse(line))).isEqualTo(dialogue);

      List<ChatMessage> messages = dialogue.messages();
      int last = messages.size() - 1;
      Preference preference =
          new Preference(
              messages.subList(0, last),
              messages.subList(last, last + 1),
              List.of(assistant(text(random)), user("u" + text(random)), assistant("")));
      assertThat(PreferenceReader.read(parse(preference.toJson()))).isEqualTo(preference);
    }
  }

  private static Object parse(String line) {
    return Json.read(line.getBytes(StandardCharsets.UTF_8));
  }

  private static Dialogue dialogue(Random random) {
    List<ChatMessage> messages = new ArrayList<>();
    if (random.nextBoolean()) {
      messages.add(system(text(random)));
    }
    for (int turns = random.nextInt(3); turns >= 0; turns--) {
      messages.add(user("u" + text(random)));
      messages.add(assistant("a" + text(random)));
    }
    return new Dialogue(messages);
  }

  /** Any characters; half a surrogate pair, which is none, is U+FFFD. */
  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int length = random.nextInt(8); length > 0; length--) {
      text.append(
          (char)
              switch (random.nextInt(4)) {
                case 0 -> random.nextInt(0x80);
                case 1 -> random.nextInt(0x10000);
                case 2 -> 0xD800 + random.nextInt(0x800);
                default -> 0x4E00 + random.nextInt(0x5000);
              });
    }
    byte[] utf16 = text.toString().getBytes(StandardCharsets.UTF_16BE);
    return new String(utf16, StandardCharsets.UTF_16BE);
  }

  @Test
  void replacesHalvesOfSurrogatePairs() {
    assertThat(Dialogue.of("a\uD83D", "\uDC26b").toJson())
        .isEqualTo(Dialogue.of("a\uFFFD", "\uFFFDb").toJson());
  }

  @Test
  void checksTheOrderOfDialogues() {
    refuses(List.of(), "messages must not be empty");
    refuses(List.of(system("s")), "messages[0]: a user message must follow the system message");
    refuses(List.of(user("a")), "messages[0]: the last role must be assistant, got user");
    refuses(List.of(assistant("a")), "messages[0]: role must be user, got assistant");
    refuses(
        List.of(system("s"), system("s"), user("a"), assistant("b")),
        "messages[1]: role must be user, got system");
    refuses(
        List.of(user("a"), assistant("b"), assistant("c")),
        "messages[2]: role must be user, got assistant");
    refuses(
        List.of(user(" "), assistant("b")), "messages[0]: what the user says must not be blank");
    assertThat(new Dialogue(List.of(system(" "), user("a"), assistant("b"))).answers())
        .isEqualTo(1);
  }

  private static void refuses(List<ChatMessage> messages, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Dialogue(messages))
        .withMessage(message);
  }

  @Test
  void checksTheOrderOfPreferences() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new Preference(
                    List.of(user("a"), assistant("b")),
                    List.of(assistant("c")),
                    List.of(assistant("d"))))
        .withMessage("prompt[1]: the last role must be user, got assistant");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new Preference(
                    List.of(user("a")),
                    List.of(assistant("c"), user("d")),
                    List.of(assistant("d"))))
        .withMessage("chosen[1]: the last role must be assistant, got user");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new Preference(List.of(user("a")), List.of(assistant("c")), List.of(system("d"))))
        .withMessage("rejected[0]: role must be assistant, got system");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Preference.of("a", "b", "b"))
        .withMessage("chosen and rejected must differ, they are the same");
  }
}

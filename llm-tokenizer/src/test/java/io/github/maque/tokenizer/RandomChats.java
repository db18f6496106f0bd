package io.github.maque.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Conversations of arbitrary messages. */
final class RandomChats {
  private static final List<String> WORDS =
      List.of(
          "麻雀",
          "，",
          "。",
          "hello",
          " world",
          "\n",
          "\n\n",
          " ",
          "  ",
          "\t",
          "🐦",
          "👩‍👩‍👧",
          "é",
          ":",
          "###",
          "<",
          "|",
          ">",
          "s",
          "\uFFFD");

  private RandomChats() {}

  /** Returns a conversation that ends with a user message. */
  static List<ChatMessage> next(Random random, ChatTemplate template) {
    List<ChatMessage> messages = new ArrayList<>();
    if (random.nextBoolean()) {
      messages.add(ChatMessage.system(content(random, template)));
    }
    for (int turn = random.nextInt(3); turn >= 0; turn--) {
      messages.add(ChatMessage.user(content(random, template)));
      if (turn > 0) {
        messages.add(ChatMessage.assistant(content(random, template)));
      }
    }
    return messages;
  }

  /** Returns a text that may be empty but spells no special token of the template. */
  static String content(Random random, ChatTemplate template) {
    StringBuilder text = new StringBuilder();
    for (int words = random.nextInt(6); words > 0; words--) {
      text.append(WORDS.get(random.nextInt(WORDS.size())));
    }
    String content = text.toString();
    return template.specialTokens().stream().anyMatch(content::contains) ? "" : content;
  }
}

package io.github.maque.data.dialogue;

import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.ChatMessage.Role;
import java.util.List;
import java.util.Map;

/** Finds out which shape a record of preference data has, and reads it. */
final class PreferenceReader {
  private static final String PROMPTS =
      "prompt, instruction (with input, system, history), question, conversations or messages";
  private static final String SHAPES =
      "chosen and rejected with "
          + PROMPTS
          + " or as whole conversations, or instruction and output of two strings,"
          + " or input, preferred_output and non_preferred_output";

  private PreferenceReader() {}

  static Preference read(Object value) {
    JsonRecord record = JsonRecord.of(value);
    if (record.hasAll("chosen", "rejected")) {
      List<ChatMessage> chosen = answer(record.get("chosen"), "chosen");
      List<ChatMessage> rejected = answer(record.get("rejected"), "rejected");
      return isWhole(chosen) && isWhole(rejected)
          ? ofWholeConversations(record, chosen, rejected)
          : new Preference(prompt(record), chosen, rejected);
    }
    if (record.hasAll("instruction", "output") && record.get("output") instanceof List<?> pair) {
      if (pair.size() != 2) {
        throw new IllegalArgumentException(
            "output must be a chosen and a rejected answer, got " + pair.size() + " elements");
      }
      return new Preference(
          DialogueReader.instruction(record),
          List.of(ChatMessage.assistant(JsonRecord.filledText(pair.get(0), "output[0]"))),
          List.of(ChatMessage.assistant(JsonRecord.text(pair.get(1), "output[1]"))));
    }
    if (record.hasAll("input", "preferred_output", "non_preferred_output")) {
      List<ChatMessage> prompt =
          MessageReader.readAll(record.object("input").get("messages"), "input.messages");
      Turns.check("input.messages", prompt, Role.USER, Role.USER);
      return new Preference(
          prompt,
          answer(record.get("preferred_output"), "preferred_output"),
          answer(record.get("non_preferred_output"), "non_preferred_output"));
    }
    throw record.lacks(SHAPES);
  }

  /** Reads an answer: a string, a message, or messages, which may be a whole conversation. */
  private static List<ChatMessage> answer(Object value, String path) {
    if (value instanceof String text) {
      return List.of(ChatMessage.assistant(text));
    }
    return value instanceof Map
        ? List.of(MessageReader.read(value, path))
        : MessageReader.readAll(value, path);
  }

  private static boolean isWhole(List<ChatMessage> messages) {
    return !messages.isEmpty() && messages.get(0).role() != Role.ASSISTANT;
  }

  /**
   * Takes what two conversations share, up to a message of the user's, as the prompt. A field
   * {@code prompt} beside them repeats a part of it.
   */
  private static Preference ofWholeConversations(
      JsonRecord record, List<ChatMessage> chosen, List<ChatMessage> rejected) {
    Turns.check("chosen", chosen, Role.USER, Role.ASSISTANT);
    Turns.check("rejected", rejected, Role.USER, Role.ASSISTANT);
    int shared = 0;
    while (shared < Math.min(chosen.size(), rejected.size())
        && chosen.get(shared).equals(rejected.get(shared))) {
      shared++;
    }
    while (shared > 0 && chosen.get(shared - 1).role() != Role.USER) {
      shared--;
    }
    if (shared == 0) {
      throw new IllegalArgumentException(
          "chosen and rejected are conversations that must begin with the same prompt");
    }
    return new Preference(
        DialogueReader.withSystem(record, chosen.subList(0, shared)),
        chosen.subList(shared, chosen.size()),
        rejected.subList(shared, rejected.size()));
  }

  private static List<ChatMessage> prompt(JsonRecord record) {
    for (String field : List.of("prompt", "conversations", "messages", "question")) {
      if (record.has(field)) {
        return DialogueReader.prompt(record, field);
      }
    }
    if (record.has("instruction")) {
      return DialogueReader.instruction(record);
    }
    throw record.lacks(PROMPTS + " beside chosen and rejected");
  }
}

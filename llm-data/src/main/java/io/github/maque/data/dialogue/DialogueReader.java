package io.github.maque.data.dialogue;

import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.ChatMessage.Role;
import java.util.ArrayList;
import java.util.List;

/** Finds out which shape a record of instruction data has, and reads it. */
final class DialogueReader {
  private static final String SHAPES =
      "messages, or conversations, or instruction and output (with input, system, history),"
          + " or prompt and completion or response, or question and answer";

  private DialogueReader() {}

  static Dialogue read(Object value) {
    JsonRecord record = JsonRecord.of(value);
    refuseBadExamples(record);
    if (record.has("messages")) {
      return conversation(record, "messages");
    }
    if (record.has("conversations")) {
      return conversation(record, "conversations");
    }
    if (record.hasAll("instruction", "output")) {
      return dialogue(instruction(record), answer(record, "output"));
    }
    for (String completion : List.of("completion", "response")) {
      if (record.hasAll("prompt", completion)) {
        return dialogue(prompt(record, "prompt"), answer(record, completion));
      }
    }
    if (record.hasAll("question", "answer")) {
      return dialogue(prompt(record, "question"), answer(record, "answer"));
    }
    throw record.lacks(
        record.hasAll("chosen", "rejected")
            ? SHAPES + "; chosen and rejected make a preference, not a dialogue"
            : SHAPES);
  }

  /** TRL ({@code label}) and LLaMA-Factory ({@code kto_tag}) mark answers not to give this way. */
  private static void refuseBadExamples(JsonRecord record) {
    for (String field : List.of("label", "kto_tag")) {
      if (Boolean.FALSE.equals(record.get(field))) {
        throw new IllegalArgumentException(
            field + " is false: the answer is an example of a bad one");
      }
    }
  }

  private static Dialogue conversation(JsonRecord record, String field) {
    List<ChatMessage> messages = MessageReader.readAll(record.get(field), field);
    Turns.check(field, messages, Role.USER, Role.ASSISTANT);
    Turns.checkContents(field, messages);
    return new Dialogue(withSystem(record, messages));
  }

  private static Dialogue dialogue(List<ChatMessage> prompt, List<ChatMessage> answer) {
    List<ChatMessage> messages = new ArrayList<>(prompt);
    messages.addAll(answer);
    return new Dialogue(messages);
  }

  /** Reads the prompt that a record of Alpaca's shape makes, up to the user's last message. */
  static List<ChatMessage> instruction(JsonRecord record) {
    List<ChatMessage> messages = new ArrayList<>();
    if (record.has("history")) {
      List<?> history = record.list("history");
      for (int i = 0; i < history.size(); i++) {
        String path = "history[" + i + "]";
        List<?> pair = JsonRecord.list(history.get(i), path);
        if (pair.size() != 2) {
          throw new IllegalArgumentException(
              path + " must be a question and its answer, got " + pair.size() + " elements");
        }
        messages.add(ChatMessage.user(JsonRecord.filledText(pair.get(0), path + "[0]")));
        messages.add(ChatMessage.assistant(JsonRecord.filledText(pair.get(1), path + "[1]")));
      }
    }
    String instruction = record.text("instruction");
    String input = record.textOrEmpty("input");
    if (instruction.isBlank() && input.isBlank()) {
      throw new IllegalArgumentException("instruction and input must not both be blank");
    }
    messages.add(
        instruction.isBlank()
            ? ChatMessage.user(input)
            : ChatMessage.instruction(instruction, input));
    return withSystem(record, messages);
  }

  /** Reads a prompt that is a string or a list of messages. */
  static List<ChatMessage> prompt(JsonRecord record, String field) {
    if (record.get(field) instanceof String) {
      return withSystem(record, List.of(ChatMessage.user(record.filledText(field))));
    }
    List<ChatMessage> messages = MessageReader.readAll(record.get(field), field);
    Turns.check(field, messages, Role.USER, Role.USER);
    Turns.checkContents(field, messages);
    return withSystem(record, messages);
  }

  /** Reads an answer that is a string or a list of messages. */
  private static List<ChatMessage> answer(JsonRecord record, String field) {
    if (!(record.get(field) instanceof List)) {
      return List.of(ChatMessage.assistant(record.filledText(field)));
    }
    List<ChatMessage> messages = MessageReader.readAll(record.get(field), field);
    Turns.check(field, messages, Role.ASSISTANT, Role.ASSISTANT);
    Turns.checkContents(field, messages);
    return messages;
  }

  /** Puts what the record's field {@code system} says in front; many files leave it empty. */
  static List<ChatMessage> withSystem(JsonRecord record, List<ChatMessage> messages) {
    String system = record.textOrEmpty("system");
    if (system.isBlank()) {
      return messages;
    }
    if (messages.get(0).role() == Role.SYSTEM) {
      throw new IllegalArgumentException(
          "the record must not have both a field system and a message of the system");
    }
    List<ChatMessage> all = new ArrayList<>();
    all.add(ChatMessage.system(system));
    all.addAll(messages);
    return all;
  }
}

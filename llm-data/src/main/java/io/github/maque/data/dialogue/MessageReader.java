package io.github.maque.data.dialogue;

import io.github.maque.data.internal.Json;
import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.ChatMessage.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Messages in JSON: {@code {"role", "content"}} as OpenAI has them, {@code {"from", "value"}} as
 * ShareGPT does.
 */
final class MessageReader {
  private MessageReader() {}

  static List<ChatMessage> readAll(Object value, String path) {
    List<ChatMessage> messages = new ArrayList<>();
    for (Object message : JsonRecord.list(value, path)) {
      messages.add(read(message, path + "[" + messages.size() + "]"));
    }
    return messages;
  }

  static ChatMessage read(Object value, String path) {
    JsonRecord message = JsonRecord.of(value, path);
    String roleField = message.has("role") ? "role" : "from";
    String contentField = message.has("content") ? "content" : "value";
    if (!message.has(roleField)) {
      throw message.lacks("role and content, or from and value");
    }
    Role role = role(message.text(roleField), message.pathTo(roleField));
    refuseToolCalls(message);
    if (!message.has(contentField)) {
      throw message.lacks("role and content, or from and value");
    }
    refuseOtherWeights(message);
    return new ChatMessage(role, content(message.get(contentField), message.pathTo(contentField)));
  }

  private static Role role(String name, String path) {
    return switch (name.strip().toLowerCase(Locale.ROOT)) {
      case "system", "developer" -> Role.SYSTEM;
      case "user", "human" -> Role.USER;
      case "assistant", "gpt", "chatgpt", "bing", "bard", "model" -> Role.ASSISTANT;
      default ->
          throw new IllegalArgumentException(
              path
                  + " must be system, user (human) or assistant (gpt, chatgpt, bing, bard, model),"
                  + " got \""
                  + Json.shortened(name)
                  + "\"");
    };
  }

  /**
   * A call is what the model is to learn there, and content without it would be half the answer.
   */
  private static void refuseToolCalls(JsonRecord message) {
    for (String field : List.of("tool_calls", "function_call")) {
      if (message.has(field) && !List.of().equals(message.get(field))) {
        throw new IllegalArgumentException(
            message.pathTo(field) + ": calls of tools are not supported");
      }
    }
  }

  /** OpenAI's files may leave single answers out of the loss; a {@link Dialogue} cannot. */
  private static void refuseOtherWeights(JsonRecord message) {
    if (message.has("weight")
        && !(message.get("weight") instanceof Number weight && weight.doubleValue() == 1)) {
      throw new IllegalArgumentException(
          message.pathTo("weight")
              + " must be 1, got "
              + Json.describe(message.get("weight"))
              + ": answers cannot be weighted one by one");
    }
  }

  private static String content(Object value, String path) {
    if (!(value instanceof List<?> parts)) {
      if (value instanceof String text) {
        return text;
      }
      throw new IllegalArgumentException(
          path + " must be a string or an array of text parts, got " + Json.describe(value));
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < parts.size(); i++) {
      JsonRecord part = JsonRecord.of(parts.get(i), path + "[" + i + "]");
      String type = part.text("type");
      if (!type.equals("text")) {
        throw new IllegalArgumentException(
            part.pathTo("type") + " must be \"text\", got \"" + Json.shortened(type) + "\"");
      }
      text.append(part.text("text"));
    }
    return text.toString();
  }
}

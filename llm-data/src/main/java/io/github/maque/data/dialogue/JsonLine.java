package io.github.maque.data.dialogue;

import io.github.maque.tokenizer.ChatMessage;
import java.util.List;
import java.util.Locale;

/** Writes a JSON object of lists of messages on one line. */
final class JsonLine {
  private final StringBuilder out = new StringBuilder("{");

  JsonLine field(String name, List<ChatMessage> messages) {
    out.append(out.length() == 1 ? "\"" : ",\"").append(name).append("\":[");
    for (int i = 0; i < messages.size(); i++) {
      ChatMessage message = messages.get(i);
      out.append(i == 0 ? "{\"role\":\"" : ",{\"role\":\"").append(message.role().label());
      out.append("\",\"content\":\"");
      write(message.content());
      out.append("\"}");
    }
    out.append(']');
    return this;
  }

  /** Returns the line. */
  @Override
  public String toString() {
    return out + "}";
  }

  private void write(String text) {
    for (int at = 0; at < text.length(); ) {
      int character = text.codePointAt(at);
      at += Character.charCount(character);
      switch (character) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        // Some readers end a line at these three.
        case 0x85, 0x2028, 0x2029 -> escape(character);
        default -> {
          if (character < 0x20) {
            escape(character);
          } else if (Character.getType(character) == Character.SURROGATE) {
            // Half a pair has no UTF-8; tokenizers take it for this character, too.
            out.append('\uFFFD');
          } else {
            out.appendCodePoint(character);
          }
        }
      }
    }
  }

  private void escape(int character) {
    out.append(String.format(Locale.ROOT, "\\u%04x", character));
  }
}

package io.github.maque.tokenizer.format;

import java.util.Locale;

/**
 * A JSON document under construction: the same calls give the same text, two spaces of indentation,
 * one line for what belongs together.
 */
final class JsonText {
  private final StringBuilder text = new StringBuilder();
  private int depth;
  private boolean first = true;

  JsonText beginObject() {
    return begin('{');
  }

  JsonText endObject() {
    return end('}');
  }

  JsonText beginArray() {
    return begin('[');
  }

  JsonText endArray() {
    return end(']');
  }

  JsonText name(String name) {
    element();
    quote(name);
    text.append(": ");
    first = true;
    return this;
  }

  JsonText value(String value) {
    quote(value);
    first = false;
    return this;
  }

  /** A null, a boolean, a number, or JSON that is finished. */
  JsonText literal(String json) {
    text.append(json);
    first = false;
    return this;
  }

  JsonText field(String name, String value) {
    return name(name).value(value);
  }

  JsonText field(String name, boolean value) {
    return name(name).literal(String.valueOf(value));
  }

  JsonText field(String name, int value) {
    return name(name).literal(Integer.toString(value));
  }

  JsonText nullField(String name) {
    return name(name).literal("null");
  }

  /** Begins the next element of an array. */
  JsonText element() {
    if (!first) {
      text.append(',');
    }
    text.append('\n').append("  ".repeat(depth));
    first = true;
    return this;
  }

  /** Appends a string in quotes where it stands, for arrays on one line. */
  JsonText quote(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> {
          if (c < ' ') {
            text.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }

  private JsonText begin(char bracket) {
    text.append(bracket);
    depth++;
    first = true;
    return this;
  }

  private JsonText end(char bracket) {
    depth--;
    if (!first) {
      text.append('\n').append("  ".repeat(depth));
    }
    text.append(bracket);
    first = false;
    return this;
  }
}

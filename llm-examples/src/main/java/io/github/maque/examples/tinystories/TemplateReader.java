package io.github.maque.examples.tinystories;

import io.github.maque.examples.tinystories.Template.Choice;
import io.github.maque.examples.tinystories.Template.Sequence;
import io.github.maque.examples.tinystories.Template.Slot;
import io.github.maque.examples.tinystories.Template.Text;
import java.util.ArrayList;
import java.util.List;

/** Reads {@code {slot}}, {@code {slot.column}} and {@code [one|another|]}, which may be nested. */
final class TemplateReader {
  private final String source;
  private int place;

  private TemplateReader(String source) {
    this.source = source;
  }

  /**
   * Reads a template.
   *
   * @throws IllegalArgumentException if brackets do not match
   */
  static Template read(String source) {
    TemplateReader reader = new TemplateReader(source);
    Template template = reader.sequence("");
    if (reader.place < source.length()) {
      throw reader.unexpected();
    }
    return template;
  }

  /** Reads up to one of {@code ends}, or to the end of the text. */
  private Template sequence(String ends) {
    List<Template> parts = new ArrayList<>();
    while (place < source.length() && ends.indexOf(source.charAt(place)) < 0) {
      switch (source.charAt(place)) {
        case '{' -> parts.add(slot());
        case '[' -> parts.add(choice());
        case '}', ']', '|' -> throw unexpected();
        default -> parts.add(text());
      }
    }
    return parts.size() == 1 ? parts.get(0) : new Sequence(List.copyOf(parts));
  }

  private Text text() {
    int from = place;
    while (place < source.length() && "{}[]|".indexOf(source.charAt(place)) < 0) {
      place++;
    }
    return new Text(source.substring(from, place));
  }

  private Slot slot() {
    int close = source.indexOf('}', place);
    if (close < 0) {
      throw new IllegalArgumentException("no } behind \"" + source.substring(place) + "\"");
    }
    String name = source.substring(place + 1, close);
    place = close + 1;
    int dot = name.indexOf('.');
    return dot < 0 ? new Slot(name, "") : new Slot(name.substring(0, dot), name.substring(dot + 1));
  }

  private Choice choice() {
    int open = place;
    List<Template> alternatives = new ArrayList<>();
    do {
      place++;
      alternatives.add(sequence("|]"));
      if (place == source.length()) {
        throw new IllegalArgumentException("no ] behind \"" + source.substring(open) + "\"");
      }
    } while (source.charAt(place) == '|');
    place++;
    return new Choice(List.copyOf(alternatives));
  }

  private IllegalArgumentException unexpected() {
    return new IllegalArgumentException(
        "unexpected " + source.charAt(place) + " in \"" + source.substring(0, place + 1) + "\"");
  }
}

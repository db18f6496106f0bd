package io.github.maque.data.dialogue;

import io.github.maque.data.internal.Json;
import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads story instructions from JSON. */
final class StoryRecordReader {
  private StoryRecordReader() {}

  static StoryInstruction read(Object value) {
    JsonRecord record = JsonRecord.of(value);
    if (record.has("output") && record.get("instruction") instanceof String) {
      return new StoryInstruction(
          StoryBlock.readConstraints(record.textOrEmpty("input")), story(record, "output"));
    }
    boolean translated = record.has("story_zh");
    if (!translated && !record.has("story")) {
      throw record.lacks("story_zh or story, or instruction, input and output");
    }
    List<StoryConstraint> constraints = new ArrayList<>();
    if (record.get("instruction") instanceof Map) {
      addConstraints(record.object("instruction"), translated, constraints);
    }
    addConstraints(record, translated, constraints);
    return new StoryInstruction(constraints, story(record, translated ? "story_zh" : "story"));
  }

  private static String story(JsonRecord record, String field) {
    return record.text(field).replaceAll("\r\n?", "\n").strip();
  }

  private static void addConstraints(
      JsonRecord record, boolean chineseOnly, List<StoryConstraint> constraints) {
    for (Map.Entry<?, ?> entry : record.fields().entrySet()) {
      String name = String.valueOf(entry.getKey());
      Optional<StoryField> field = StoryField.of(name);
      if (field.isPresent() && entry.getValue() != Json.NULL) {
        StoryConstraint.of(field.get(), text(entry.getValue(), record.pathTo(name)))
            .flatMap(constraint -> chineseOnly ? chinesePart(constraint) : Optional.of(constraint))
            .ifPresent(constraints::add);
      }
    }
  }

  /** Returns a string, or the strings of a list on lines of their own. */
  private static String text(Object value, String path) {
    if (!(value instanceof List<?> list)) {
      return JsonRecord.text(value, path);
    }
    List<String> lines = new ArrayList<>();
    for (Object element : list) {
      lines.add(JsonRecord.text(element, path + "[" + lines.size() + "]"));
    }
    return String.join("\n", lines);
  }

  private static Optional<StoryConstraint> chinesePart(StoryConstraint constraint) {
    List<String> chinese =
        constraint.values().stream()
            .filter(
                value -> value.codePoints().anyMatch(c -> UnicodeScript.of(c) == UnicodeScript.HAN))
            .toList();
    return chinese.isEmpty()
        ? Optional.empty()
        : Optional.of(new StoryConstraint(constraint.field(), chinese));
  }
}

package io.github.maque.data.dialogue;

import io.github.maque.data.internal.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One thing that a story is asked to keep to.
 *
 * @param field what
 * @param values the words or features, or the one summary or sentence; each in one line
 */
public record StoryConstraint(StoryField field, List<String> values) {
  /** What the prompts of TinyStories may ask for; texts in Chinese are to ask for it in Chinese. */
  private static final Map<String, String> FEATURES =
      Map.of(
          "dialogue", "对话",
          "twist", "转折",
          "plottwist", "转折",
          "badending", "悲伤的结局",
          "moralvalue", "寓意",
          "foreshadowing", "伏笔",
          "conflict", "冲突");

  private static final Pattern SEPARATORS = Pattern.compile("[,，、\r\n]+");

  /** Copies the values and checks that there are some. */
  public StoryConstraint {
    values = List.copyOf(values);
    if (values.isEmpty() || !field.isList() && values.size() > 1) {
      throw new IllegalArgumentException(
          field.label()
              + " must have "
              + (field.isList() ? "at least one value" : "one value")
              + ", got "
              + values.size());
    }
    for (String value : values) {
      if (value.isBlank() || value.indexOf('\n') >= 0 || value.indexOf('\r') >= 0) {
        throw new IllegalArgumentException(
            field.label()
                + " must have values of one line each, got \""
                + Json.shortened(value)
                + "\"");
      }
    }
  }

  /** Returns the constraint as it stands in a prompt: {@code 词汇：秋千，跳，高兴}. */
  public String line() {
    return field.label() + "：" + String.join("，", values);
  }

  /**
   * Reads a value as files have it: words and features stand between commas or on lines of their
   * own, the others may run over several lines. Features under their English names in TinyStories
   * get Chinese ones. Nothing but white space is no constraint.
   */
  static Optional<StoryConstraint> of(StoryField field, String text) {
    List<String> values = new ArrayList<>();
    if (field.isList()) {
      for (String item : SEPARATORS.split(text)) {
        String value = item.strip();
        if (!value.isEmpty()) {
          values.add(field == StoryField.FEATURES ? chineseFeature(value) : value);
        }
      }
    } else if (!text.isBlank()) {
      values.add(oneLine(text));
    }
    return values.isEmpty() ? Optional.empty() : Optional.of(new StoryConstraint(field, values));
  }

  private static String chineseFeature(String name) {
    return FEATURES.getOrDefault(StoryField.plain(name), name);
  }

  /** Joins lines: Chinese without a space, as it is written. */
  private static String oneLine(String text) {
    StringBuilder joined = new StringBuilder();
    for (String line : text.split("[\r\n]+")) {
      String part = line.strip();
      if (!part.isEmpty() && !joined.isEmpty()) {
        boolean chinese =
            isChinese(joined.charAt(joined.length() - 1)) || isChinese(part.charAt(0));
        joined.append(chinese ? "" : " ");
      }
      joined.append(part);
    }
    return joined.toString();
  }

  /** Chinese characters and punctuation, and wide forms, of the planes that have them. */
  private static boolean isChinese(char c) {
    return c >= '\u2E80';
  }
}

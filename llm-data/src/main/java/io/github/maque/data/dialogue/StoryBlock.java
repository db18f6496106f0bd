package io.github.maque.data.dialogue;

import io.github.maque.data.internal.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Lines of {@code name: value}, where values may run over several lines, and behind them perhaps a
 * story: how TinyStories-Instruct writes an instruction. A colon may be wide.
 *
 * <p>A line that begins with what may be a name and a colon counts as a field even inside of a
 * value, so that an unknown field is an error and does not become a part of the one above it. In
 * the story nothing counts.
 */
final class StoryBlock {
  private static final Set<String> STORY = Set.of("story", "故事", "故事内容", "故事正文");

  /** Four words, or six characters where they are words of their own; sentences are longer. */
  private static final Pattern NAME =
      Pattern.compile("\\s*(\\p{IsHan}{1,6}|\\p{IsLatin}+([ _-]+\\p{IsLatin}+){0,3})\\s*");

  private static final int LONGEST_NAME = 60;

  private static final Pattern LINE_END = Pattern.compile("\r\n|\r|\n");

  private final Map<StoryField, StringBuilder> values = new LinkedHashMap<>();
  private @Nullable String story;

  private StoryBlock(String text) {
    String[] lines = LINE_END.split(text, -1);
    StoryField current = null;
    StringBuilder currentValue = new StringBuilder();
    for (int i = 0; i < lines.length && story == null; i++) {
      int colon = colon(lines[i], current != null && current.isList());
      String name = lines[i].substring(0, Math.max(colon, 0));
      String value = lines[i].substring(colon + 1);
      if (STORY.contains(StoryField.plain(name))) {
        List<String> rest = List.of(lines).subList(i + 1, lines.length);
        story = (value + "\n" + String.join("\n", rest)).strip();
      } else if (colon >= 0) {
        current = field(name);
        currentValue = begin(current).append(value);
      } else if (current != null) {
        currentValue.append('\n').append(value);
      } else if (!value.isBlank()) {
        throw new IllegalArgumentException(
            "expected a line with a name and a colon such as Words:, got \""
                + Json.shortened(value)
                + "\"");
      }
    }
  }

  /**
   * Returns where the colon behind the name of a field is, or -1 if the line begins no field.
   *
   * @param any whether whatever stands before a colon is a name
   */
  private static int colon(String line, boolean any) {
    for (int i = 0; i < Math.min(line.length(), LONGEST_NAME); i++) {
      if (line.charAt(i) == ':' || line.charAt(i) == '：') {
        return any || NAME.matcher(line.substring(0, i)).matches() ? i : -1;
      }
    }
    return -1;
  }

  private static StoryField field(String name) {
    return StoryField.of(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no field \""
                        + Json.shortened(name)
                        + "\", expected Words, Features, Summary, Random sentence or Story"
                        + " (词汇, 特征, 摘要, 随机句子, 故事)"));
  }

  private StringBuilder begin(StoryField field) {
    StringBuilder value = new StringBuilder();
    if (values.putIfAbsent(field, value) != null) {
      throw new IllegalArgumentException(field.label() + " is given twice");
    }
    return value;
  }

  /** Reads fields and the story behind them. */
  static StoryInstruction readStory(String text) {
    StoryBlock block = new StoryBlock(text);
    if (block.story == null) {
      throw new IllegalArgumentException("the block has no story, expected a line with Story:");
    }
    return new StoryInstruction(block.constraints(), block.story);
  }

  /** Reads fields, with no story behind them. */
  static List<StoryConstraint> readConstraints(String text) {
    StoryBlock block = new StoryBlock(text);
    if (block.story != null) {
      throw new IllegalArgumentException("the story must not stand among the constraints");
    }
    return block.constraints();
  }

  private List<StoryConstraint> constraints() {
    return values.entrySet().stream()
        .map(entry -> StoryConstraint.of(entry.getKey(), entry.getValue().toString()))
        .flatMap(Optional::stream)
        .toList();
  }
}

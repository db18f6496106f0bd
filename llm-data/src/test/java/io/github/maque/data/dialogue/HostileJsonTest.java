package io.github.maque.data.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.maque.data.internal.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Whatever a record is: it is read or refused, and nothing else happens. */
class HostileJsonTest {
  private static final List<String> NAMES =
      List.of(
          "messages",
          "conversations",
          "instruction",
          "input",
          "output",
          "history",
          "system",
          "prompt",
          "completion",
          "response",
          "question",
          "answer",
          "chosen",
          "rejected",
          "preferred_output",
          "non_preferred_output",
          "role",
          "content",
          "from",
          "value",
          "type",
          "text",
          "weight",
          "label",
          "kto_tag",
          "tool_calls",
          "story",
          "story_zh",
          "words",
          "features",
          "summary",
          "sentence",
          "词汇",
          "",
          "x");

  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "a",
          "user",
          "assistant",
          "system",
          "human",
          "gpt",
          "text",
          "\uD83D",
          "🐦",
          "词汇：秋千，跳\n特征：对话",
          "Words: a\n\nStory: b",
          "：",
          "：\r\n",
          "Words:,,、\nWords:");

  private static final List<String> GOOD =
      List.of(
          "{'messages': [{'role': 'system', 'content': 's'}, {'role': 'user', 'content':"
              + " [{'type': 'text', 'text': 'a'}]}, {'role': 'assistant', 'content': 'b'}]}",
          "{'conversations': [{'from': 'human', 'value': 'a'}, {'from': 'gpt', 'value': 'b'}]}",
          "{'instruction': 'a', 'input': 'b', 'output': 'c', 'history': [['d', 'e']]}",
          "{'prompt': [{'role': 'user', 'content': 'a'}], 'completion': 'b', 'system': 's'}",
          "{'question': 'a', 'answer': 'b'}",
          "{'prompt': 'a', 'chosen': 'b', 'rejected': 'c'}",
          "{'instruction': 'a', 'output': ['b', 'c']}",
          "{'chosen': [{'role': 'user', 'content': 'a'}, {'role': 'assistant', 'content': 'b'}],"
              + " 'rejected': [{'role': 'user', 'content': 'a'}, {'role': 'assistant',"
              + " 'content': 'c'}]}",
          "{'input': {'messages': [{'role': 'user', 'content': 'a'}]}, 'preferred_output':"
              + " [{'role': 'assistant', 'content': 'b'}], 'non_preferred_output':"
              + " [{'role': 'assistant', 'content': 'c'}]}",
          "{'story_zh': 'a', 'story': 'b', 'instruction': {'words': ['c'], 'features': ['对话']}}",
          "{'instruction': 'a', 'input': '词汇：b\\n摘要：c', 'output': 'd'}");

  private final Random random = new Random(17);

  @Test
  void readsOrRefuses() {
    Map<String, Function<Object, Object>> readers =
        Map.of(
            "dialogue", DialogueReader::read,
            "preference", PreferenceReader::read,
            "story", StoryRecordReader::read);
    Map<String, Integer> read = new LinkedHashMap<>();
    for (int round = 0; round < 20_000; round++) {
      Object value = random.nextInt(4) == 0 ? value(4) : damaged(GOOD.get(round % GOOD.size()));
      readers.forEach(
          (name, reader) -> {
            try {
              if (reader.apply(value) != null) {
                read.merge(name, 1, Integer::sum);
              }
            } catch (IllegalArgumentException refused) {
              assertThat(refused.getMessage()).isNotBlank().hasSizeLessThan(2000);
            }
          });
    }
    // Otherwise the values would be too wild to reach beyond the first checks.
    assertThat(read).containsOnlyKeys(readers.keySet());
    assertThat(read.values()).allMatch(count -> count > 500);
  }

  /** Puts arbitrary values into a few places of a good record. */
  private Object damaged(String record) {
    Object value = Records.json(record);
    for (int times = random.nextInt(4); times > 0; times--) {
      value = damaged(value);
    }
    return value;
  }

  private Object damaged(Object value) {
    if (value instanceof Map<?, ?> object && !object.isEmpty() && random.nextInt(8) > 0) {
      Map<Object, Object> copy = new LinkedHashMap<>(object);
      Object name = List.copyOf(object.keySet()).get(random.nextInt(object.size()));
      switch (random.nextInt(6)) {
        case 0 -> copy.remove(name);
        case 1 -> copy.put(NAMES.get(random.nextInt(NAMES.size())), value(3));
        default -> copy.computeIfPresent(name, (any, inner) -> damaged(inner));
      }
      return copy;
    }
    if (value instanceof List<?> list && !list.isEmpty() && random.nextInt(8) > 0) {
      List<Object> copy = new ArrayList<>(list);
      int index = random.nextInt(list.size());
      switch (random.nextInt(6)) {
        case 0 -> copy.remove(index);
        case 1 -> copy.add(index, value(3));
        default -> copy.set(index, damaged(list.get(index)));
      }
      return copy;
    }
    return value(3);
  }

  @Test
  void readsOrRefusesBlocks() {
    int read = 0;
    for (int round = 0; round < 20_000; round++) {
      StringBuilder block = new StringBuilder();
      for (int parts = random.nextInt(12); parts > 0; parts--) {
        block.append(
            List.of("Words", "故事", "特征", "Summary", ":", "：", "\n", "\r\n", ",", "Story:", "x")
                .get(random.nextInt(11)));
      }
      try {
        StoryBlock.readStory(block.toString());
        read++;
      } catch (IllegalArgumentException refused) {
        assertThat(refused.getMessage()).isNotBlank();
      }
    }
    assertThat(read).isGreaterThan(100);
  }

  private Object value(int depth) {
    return switch (random.nextInt(depth == 0 ? 5 : 9)) {
      case 0 -> Json.NULL;
      case 1 -> (Object) (long) random.nextInt(2);
      case 2 -> (Object) random.nextBoolean();
      case 3, 4 -> random.nextInt(10) == 0 ? (Object) 0.5 : TEXTS.get(random.nextInt(TEXTS.size()));
      case 5 -> object(depth - 1);
      default -> {
        List<Object> list = new ArrayList<>();
        for (int size = random.nextInt(4); size > 0; size--) {
          list.add(value(depth - 1));
        }
        yield list;
      }
    };
  }

  private Map<String, Object> object(int depth) {
    Map<String, Object> object = new LinkedHashMap<>();
    for (int size = random.nextInt(6); size > 0; size--) {
      object.put(NAMES.get(random.nextInt(NAMES.size())), value(depth));
    }
    return object;
  }
}

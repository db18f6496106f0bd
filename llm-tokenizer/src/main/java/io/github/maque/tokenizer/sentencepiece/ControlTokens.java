package io.github.maque.tokenizer.sentencepiece;

import io.github.maque.tokenizer.SpecialTokenPolicy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds control pieces spelled out in a text: the leftmost, of several there the longest. */
final class ControlTokens {
  private final Map<Character, List<Map.Entry<String, Integer>>> byFirst = new HashMap<>();

  ControlTokens(Map<String, Integer> ids) {
    ids.entrySet().stream()
        .sorted(Comparator.comparing(e -> -e.getKey().length()))
        .forEach(
            entry ->
                byFirst
                    .computeIfAbsent(entry.getKey().charAt(0), c -> new ArrayList<>())
                    .add(entry));
  }

  /** A stretch of text, with the id of the control piece it is, or -1 for text in between. */
  record Segment(int start, int end, int id) {}

  /** Cuts {@code text} up; empty stretches are left out. */
  List<Segment> cut(String text, SpecialTokenPolicy policy) {
    List<Segment> segments = new ArrayList<>();
    int done = 0;
    int i = 0;
    while (policy != SpecialTokenPolicy.AS_TEXT && i < text.length()) {
      Map.Entry<String, Integer> found = at(text, i);
      if (found == null) {
        i++;
        continue;
      }
      if (policy == SpecialTokenPolicy.ERROR) {
        throw new IllegalArgumentException(
            "the text contains the special token " + found.getKey() + " at character " + i);
      }
      if (done < i) {
        segments.add(new Segment(done, i, -1));
      }
      done = i + found.getKey().length();
      segments.add(new Segment(i, done, found.getValue()));
      i = done;
    }
    if (done < text.length()) {
      segments.add(new Segment(done, text.length(), -1));
    }
    return segments;
  }

  private Map.@Nullable Entry<String, Integer> at(String text, int at) {
    for (Map.Entry<String, Integer> token : byFirst.getOrDefault(text.charAt(at), List.of())) {
      if (text.startsWith(token.getKey(), at)) {
        return token;
      }
    }
    return null;
  }
}

package io.github.maque.tokenizer.bpe;

import io.github.maque.tokenizer.IdBuffer;
import java.util.ArrayList;
import java.util.List;

/** What a pre-tokenizer makes of a text, in forms that tests compare and read. */
final class PreTokens {
  private PreTokens() {}

  /** The pre-tokens as pairs of start and end. The text lies inside a longer array. */
  static int[] spans(PreTokenizer preTokenizer, String text) {
    String before = "’a ";
    String after = " a’\n";
    char[] chars = (before + text + after).toCharArray();
    int from = before.length();
    int to = chars.length - after.length();
    IdBuffer ends = new IdBuffer();
    preTokenizer.split(chars, from, to, ends);
    IdBuffer spans = new IdBuffer();
    int start = 0;
    for (int i = 0; i < ends.size(); i++) {
      boolean dropped = ends.get(i) < 0;
      int end = (dropped ? ~ends.get(i) : ends.get(i)) - from;
      if (end <= start) {
        throw new AssertionError("end " + end + " after " + start);
      }
      if (!dropped) {
        spans.add(start);
        spans.add(end);
      }
      start = end;
    }
    if (start != text.length()) {
      throw new AssertionError("ends at " + start + " of " + text.length());
    }
    return spans.toArray();
  }

  /** The pre-tokens as texts. */
  static List<String> texts(PreTokenizer preTokenizer, String text) {
    return texts(spans(preTokenizer, text), text);
  }

  /** The parts of a text at pairs of start and end. */
  static List<String> texts(int[] spans, String text) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < spans.length; i += 2) {
      texts.add(text.substring(spans[i], spans[i + 1]));
    }
    return texts;
  }
}

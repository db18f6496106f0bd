package io.github.maque.data.clean;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes texts with everything in them that cleaning has to do with: Han of all planes, ASCII,
 * full-width forms, emoji, marks, controls, white space of all kinds, unpaired surrogates, and
 * repetition. The same seed gives the same texts.
 */
final class MessyTexts {
  private static final String[] PARTS =
      ("从前¦有一只¦小麻雀¦。¦，¦！¦？¦：¦；¦“¦”¦（¦）¦～¦％¦𠀀𠮷¦〇¦々¦⺀¦\uF900¦葛\uDB40\uDD00¦the¦ Don't¦naïve¦"
              + "e\u0301¦a\u0308\u0323¦\u0301¦か\u3099¦ｶﾞ¦カ\u3099¦한국어¦\u1112\u1161\u11ab¦Ａ¦ｂ¦Ｚ¦０¦９¦ａ\u0301¦"
              + "\u212B¦\u2126¦ﬁ¦😀¦👨\u200D👩\u200D👧¦👍🏽¦🇨🇳¦1\uFE0F\u20E3¦❤\uFE0F¦🏳\uFE0F\u200D🌈¦می\u200Cخواهم¦क्\u200Dष¦"
              + "שלום¦\uFEFF¦\u200B¦\u200C¦\u200D¦\uFE0F¦\uFE00¦\u00AD¦\u0000¦\u0001¦\u001B[0m¦\u007F¦\u0085¦\u009F¦"
              + "\uFFFD¦\uFFFC¦\uFFFE¦\uFDD0¦\uE000¦\uDBFF\uDFFF¦\uDB40\uDC41¦\u202E¦\u2066¦\u061C¦\uD800¦\uDC00¦"
              + " ¦  ¦\t¦\n"
              + "¦\n\n\n"
              + "¦\r\n"
              + "¦\r"
              + "¦\u000B¦\f¦\u00A0¦\u1680¦\u2003¦\u2000¦\u2028¦\u2029¦\u202F¦\u205F¦\u3000¦\u3000\u3000¦。\n"
              + "¦。\r\n\r\n")
          .split("¦");

  private final SplittableRandom random;

  MessyTexts(long seed) {
    random = new SplittableRandom(seed);
  }

  /** Texts of up to {@code maxParts} words, marks, controls or single characters each. */
  List<String> texts(int count, int maxParts) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      StringBuilder text = new StringBuilder();
      // Some texts use but a few parts, and so repeat themselves.
      int choice = random.nextBoolean() ? PARTS.length : 1 + random.nextInt(8);
      int first = random.nextInt(PARTS.length - choice + 1);
      for (int parts = random.nextInt(maxParts + 1); parts > 0; parts--) {
        if (random.nextInt(12) == 0) {
          text.appendCodePoint(random.nextInt(1 << 8 + random.nextInt(13)));
        } else {
          text.append(PARTS[first + random.nextInt(choice)]);
        }
      }
      texts.add(text.toString());
    }
    return texts;
  }

  /** All texts over some parts with at most {@code maxParts} of them. */
  static List<String> allTexts(List<String> parts, int maxParts) {
    List<String> texts = new ArrayList<>(List.of(""));
    int from = 0;
    for (int length = 1; length <= maxParts; length++) {
      int to = texts.size();
      for (String shorter : List.copyOf(texts.subList(from, to))) {
        parts.forEach(part -> texts.add(shorter + part));
      }
      from = to;
    }
    return texts;
  }
}

package io.github.maque.tokenizer.bpe;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes texts that try every rule of a tokenizer: prose, code, emoji, marks, scripts written from
 * the right, controls and white space of all kinds, run together at random. The same seed gives the
 * same texts. There are no unpaired surrogates in them.
 */
final class TextGenerator {
  static final String WHITE_SPACE =
      " \t\n"
          + "\u000B\f\r"
          + "\u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
          + "\u200A\u2028\u2029\u202F\u205F\u3000";

  private static final String[] CHINESE =
      ("从前¦有一只¦小麻雀¦住在¦大树上¦它每天¦唱歌¦。¦，¦！¦？¦：¦；¦“¦”¦（¦）¦《¦》¦、¦……¦——¦他说¦你好¦二〇二四年¦３月¦"
              + "第１２章¦人工智能¦𠀀𠮷¦㐂¦々¦〇¦⺀¦⿰¦㊗¦的¦了¦\u3000\u3000¦。\n¦。\r\n\r\n")
          .split("¦");

  private static final String[] ENGLISH =
      ("the¦ of¦ and¦ Don't¦ it's¦WE'LL¦I'M¦you'Re¦they've¦'d¦'ll¦'Sam¦'ſ¦'ſo¦'ve¦"
              + "’s¦ Hello¦,¦.¦! ¦ iPhone¦HTTPServer¦camelCase¦naïve¦Straße¦ǅungla¦İstanbul¦"
              + "ﬁn¦ 3.14¦ 1000000¦42nd¦ x²¦½¦Ⅷ¦١٢٣¦१२¦ -¦ (¦)¦\"¦…")
          .split("¦");

  private static final String[] CODE =
      ("if (x_1 >= 0) {\n¦\treturn a[i];\n¦    ¦  }\r\n¦// 注释\n¦/* ¦ */\n¦"
              + "http://a.b/c?d=e&f¦=>¦!==¦\n/¦#define¦<div/>¦$$¦\\n¦::¦--¦\n\n\n¦ \n ¦\t\t¦"
              + "foo_bar¦0xFF¦1e-9¦'a'¦`")
          .split("¦");

  private static final String[] MARKS_AND_SCRIPTS =
      ("e\u0301¦a\u0308\u0323¦\u0301¦\u0301\u0302A¦한국어¦\u1112\u1161\u11ab¦नमस्ते¦"
              + "สวัสดี¦שלום¦שָׁלוֹם¦مرحبا¦\u202Bab\u202C¦Привет¦ЁЖ¦Ωμέγα¦ΑΣ¦ひらがな¦カタカナ¦"
              + "が\u3099¦ー¦\u0B95\u0BCA¦\uD801\uDC00\uD801\uDC28¦ʰ¦ǆ¦葛\uDB40\uDD00¦\u20DD¦"
              + "\u0E33")
          .split("¦");

  private static final String[] SYMBOLS =
      ("😀¦👨\u200D👩\u200D👧¦👍🏽¦🇨🇳¦1\uFE0F\u20E3¦❤\uFE0F¦\uFEFF¦\u200B¦\u200D¦\u0000¦"
              + "\u0001¦\u001B[0m¦\u007F¦\uFFFD¦\uFFFE¦\uE000¦€¦£¦×¦∑¦①¦㈱¦™¦\u00AD¦"
              + "\uDBFF\uDFFF¦🀀¦//¦!!¦'¦''¦/¦///\n")
          .split("¦");

  private final SplittableRandom random;

  TextGenerator(long seed) {
    random = new SplittableRandom(seed);
  }

  /** Texts of up to {@code maxParts} words, marks, runs and single characters. */
  List<String> texts(int count, int maxParts) {
    List<String> texts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      texts.add(text(1 + random.nextInt(maxParts)));
    }
    return texts;
  }

  private String text(int parts) {
    StringBuilder text = new StringBuilder();
    int theme = random.nextInt(8);
    for (int i = 0; i < parts; i++) {
      int kind = random.nextInt(3) == 0 ? random.nextInt(8) : theme;
      switch (kind) {
        case 0, 1 -> text.append(pick(CHINESE));
        case 2 -> text.append(pick(ENGLISH));
        case 3 -> text.append(pick(CODE));
        case 4 -> text.append(pick(MARKS_AND_SCRIPTS));
        case 5 -> text.append(pick(SYMBOLS));
        case 6 -> text.appendCodePoint(codePoint());
        default -> {
          String run = Character.toString(random.nextBoolean() ? space() : codePoint());
          text.append(run.repeat(1 + random.nextInt(6)));
        }
      }
      if (random.nextInt(6) == 0) {
        text.append(space());
      }
    }
    return text.toString();
  }

  private char space() {
    return random.nextInt(3) > 0
        ? " \n\r\t".charAt(random.nextInt(4))
        : WHITE_SPACE.charAt(random.nextInt(WHITE_SPACE.length()));
  }

  private String pick(String[] from) {
    return from[random.nextInt(from.length)];
  }

  /** A code point from the lower planes, where most classes are, or from anywhere. */
  private int codePoint() {
    int bits = 7 + random.nextInt(15);
    int codePoint = random.nextInt(1 << Math.min(bits, 20)) + (bits > 20 ? 0x10000 : 0);
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE
        ? '?'
        : codePoint;
  }

  /** All texts over the given characters of a length from 1 to {@code maxLength}. */
  static List<String> allTexts(int[] alphabet, int maxLength) {
    List<String> texts = new ArrayList<>();
    List<String> shorter = List.of("");
    for (int length = 1; length <= maxLength; length++) {
      List<String> longer = new ArrayList<>(shorter.size() * alphabet.length);
      for (String text : shorter) {
        for (int c : alphabet) {
          longer.add(text + Character.toString(c));
        }
      }
      texts.addAll(longer);
      shorter = longer;
    }
    return texts;
  }
}

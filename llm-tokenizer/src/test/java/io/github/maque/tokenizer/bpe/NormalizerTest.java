package io.github.maque.tokenizer.bpe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.github.maque.tokenizer.bpe.MetaspaceNormalizer.PrependScheme;
import java.text.Normalizer.Form;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Normalizers against those of Hugging Face and against java.text. */
class NormalizerTest {
  private static final List<String> GENERATED =
      new TextGenerator(110).texts(10_000, 12).stream().map(t -> t.replace('\n', ' ')).toList();

  private static final String COMBINING =
      "aeがク가\u1100\u1161\u11A8\u0301\u0323\u0327\u3099\uFF9E\u0345";

  /** Of many combining classes; two are decomposed, one is a mark that nothing is put across. */
  private static final String MARKS =
      "\u0301\u0323\u0345\u0334\u0308\u0344\u0903\u05B0\u0F73\u0327\u0315";

  private static Normalizer of(Form form) {
    return switch (form) {
      case NFC -> Normalizer.nfc();
      case NFD -> Normalizer.nfd();
      case NFKC -> Normalizer.nfkc();
      case NFKD -> Normalizer.nfkd();
    };
  }

  private static HuggingFaceJudge judge(Form form) {
    return HuggingFaceJudge.normalizing("{\"type\":\"" + form + "\"}");
  }

  /** Compares texts without line feeds, thousands of them at once as lines of one text. */
  private static void assertSame(Normalizer ours, HuggingFaceJudge judge, List<String> texts) {
    for (int from = 0; from < texts.size(); from += 10_000) {
      List<String> some = texts.subList(from, Math.min(texts.size(), from + 10_000));
      String theirs = judge.normalize(String.join("\n", some));
      if (!ours.normalize(String.join("\n", some)).equals(theirs)) {
        String[] lines = theirs.split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
          String text = some.get(i);
          assertThat(ours.normalize(text)).as(escaped(text)).isEqualTo(lines[i]);
        }
        fail("lines are the same, the whole is not");
      }
    }
  }

  private static String escaped(String text) {
    StringBuilder out = new StringBuilder();
    text.codePoints().forEach(c -> out.append(String.format("U+%04X ", c)));
    return out.toString();
  }

  @ParameterizedTest
  @EnumSource
  void formsChangeEveryCodePointAsHuggingFaceDoes(Form form) {
    List<String> texts = new ArrayList<>();
    for (int c : HuggingFaceJudge.allCodePoints()) {
      texts.add(Character.toString(c));
    }
    try (HuggingFaceJudge judge = judge(form)) {
      assertSame(of(form), judge, texts);
    }
  }

  @ParameterizedTest
  @EnumSource
  void formsOrderAndComposeAsHuggingFaceDoes(Form form) {
    List<String> texts = new ArrayList<>(GENERATED);
    SplittableRandom random = new SplittableRandom(9);
    int[] active = activeCodePoints();
    for (int i = 0; i < 40_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = 1 + random.nextInt(6); n > 0; n--) {
        int c = active[random.nextInt(active.length)];
        text.appendCodePoint(c);
        if (random.nextInt(3) == 0) {
          text.append(COMBINING.charAt(random.nextInt(COMBINING.length())));
        }
      }
      texts.add(text.toString());
    }
    try (HuggingFaceJudge judge = judge(form)) {
      assertSame(of(form), judge, texts);
    }
  }

  /** What takes part in normalisation at all. */
  private static int[] activeCodePoints() {
    List<Integer> active = new ArrayList<>();
    for (int c : HuggingFaceJudge.allCodePoints()) {
      String text = Character.toString(c);
      int type = Character.getType(c);
      boolean isMark =
          type == Character.NON_SPACING_MARK
              || type == Character.COMBINING_SPACING_MARK
              || type == Character.ENCLOSING_MARK;
      boolean isHangulSyllable = c >= 0xAC00 && c <= 0xD7A3;
      boolean changes = !java.text.Normalizer.isNormalized(text, Form.NFKD);
      if (isMark
          || (changes && (!isHangulSyllable || c % 64 == 0))
          || (c >= 0x1100 && c <= 0x11FF)) {
        active.add(c);
      }
    }
    return active.stream().mapToInt(c -> c).toArray();
  }

  @ParameterizedTest
  @EnumSource
  void formsAgreeWithTheJdkOnOldCharacters(Form form) {
    for (String text : GENERATED) {
      if (text.codePoints().allMatch(c -> c < 0x700 || (c >= 0x3000 && c < 0xA000))) {
        assertThat(of(form).normalize(text)).isEqualTo(java.text.Normalizer.normalize(text, form));
      }
    }
  }

  @Test
  void doesNotDependOnTheUnicodeVersionOfTheJdk() {
    // Both are later than Unicode 9: a vowel sign of Unicode 13, the square of the era Reiwa of
    // 12.1.
    assertThat(Normalizer.nfc().normalize("\uD806\uDD35\uD806\uDD30"))
        .isEqualTo("\uD806\uDD35\uD806\uDD30");
    assertThat(Normalizer.nfkc().normalize("\u32FF\u0301")).isEqualTo("\u32FF\u0301");
  }

  @ParameterizedTest
  @EnumSource
  void longRunsOfMarksTakeLittleTime(Form form) {
    SplittableRandom random = new SplittableRandom(3);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      StringBuilder text = new StringBuilder("a");
      for (int n = random.nextInt(300); n > 0; n--) {
        text.append(MARKS.charAt(random.nextInt(MARKS.length())));
      }
      texts.add(text.append("b").toString());
    }
    try (HuggingFaceJudge judge = judge(form)) {
      assertSame(of(form), judge, texts);
    }
    String hostile = "a" + "\u0301\u0323".repeat(500_000);
    String result =
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> of(form).normalize(hostile));
    assertThat(result).endsWith("\u0323\u0301".substring(1)).hasSizeGreaterThan(999_990);
  }

  @Test
  void formsKeepBytesThatAreNotUtf8() {
    TextBuffer text = new TextBuffer();
    text.setUtf8(
        new byte[] {(byte) 0x80, (byte) 0xCC, (byte) 0x81, 'e', (byte) 0xCC, (byte) 0x81}, 0, 6);
    Normalizer.nfc().apply(text);
    assertThat(text).hasToString("\uDC80\u0301é");
  }

  @Test
  void formsTellOriginsOfCharactersWithTheirMarks() {
    assertThat(origins(Normalizer.nfc(), "xe\u0301\u0323y각z"))
        .isEqualTo("x0-1 ẹ1-4 \u03011-4 y4-5 각5-6 z6-7");
    assertThat(origins(Normalizer.nfkc(), "①㎏ｶﾞ")).isEqualTo("10-1 k1-2 g1-2 ガ2-4");
    assertThat(origins(Normalizer.nfd(), "가é")).isEqualTo("\u11000-1 \u11610-1 e1-2 \u03011-2");
  }

  private static String origins(Normalizer normalizer, String text) {
    TextBuffer buffer = new TextBuffer();
    buffer.set(text, 0, text.length(), true);
    normalizer.apply(buffer);
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < buffer.length(); i++) {
      out.append(i > 0 ? " " : "").append(buffer.chars()[i]);
      out.append(buffer.originStart(i)).append('-').append(buffer.originEnd(i));
    }
    return out.toString();
  }

  @Test
  void lowerCaseIsThatOfHuggingFace() {
    List<String> texts = new ArrayList<>(GENERATED);
    texts.addAll(List.of("ΑΣ ΣΑΣ", "İİstanbul", "ẞ", "ǅ"));
    for (int c : HuggingFaceJudge.allCodePoints()) {
      texts.add(Character.toString(c));
    }
    try (HuggingFaceJudge judge = HuggingFaceJudge.normalizing("{\"type\":\"Lowercase\"}")) {
      assertSame(Normalizer.lowercase(), judge, texts);
    }
    assertThat(origins(Normalizer.lowercase(), "Aİb")).isEqualTo("a0-1 i1-2 \u03071-2 b2-3");
  }

  @Test
  void othersAreThoseOfHuggingFace() {
    compare("{\"type\":\"Prepend\",\"prepend\":\"▁x\"}", Normalizer.prepend("▁x"));
    compare(
        "{\"type\":\"Strip\",\"strip_left\":true,\"strip_right\":true}",
        Normalizer.strip(true, true));
    compare(
        "{\"type\":\"Strip\",\"strip_left\":true,\"strip_right\":false}",
        Normalizer.strip(true, false));
    compare(
        "{\"type\":\"Strip\",\"strip_left\":false,\"strip_right\":true}",
        Normalizer.strip(false, true));
    compare(replace("String", " ", "▁"), Normalizer.replace(" ", "▁"));
    compare(replace("String", "a", ""), Normalizer.replace("a", ""));
    compare(replace("String", "。", "$1\\\\"), Normalizer.replace("。", "$1\\"));
    compare(replace("String", "  ", " "), Normalizer.replace("  ", " "));
    compare(replace("Regex", " {2,}", "▁"), Normalizer.replaceRegex(" {2,}", "▁"));
    compare(
        replace("Regex", "[\\\\p{L}&&\\\\P{Han}]+", "w"),
        Normalizer.replaceRegex("[\\p{L}&&\\P{Han}]+", "w"));
    compare(replace("Regex", "x*", "-"), Normalizer.replaceRegex("x*", "-"));
    compare(
        "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Prepend\",\"prepend\":\"▁\"},"
            + replace("String", " ", "▁")
            + ",{\"type\":\"NFKC\"}]}",
        Normalizer.sequence(
            List.of(Normalizer.prepend("▁"), Normalizer.replace(" ", "▁"), Normalizer.nfkc())));
  }

  private static String replace(String kind, String pattern, String content) {
    return "{\"type\":\"Replace\",\"pattern\":{\""
        + kind
        + "\":\""
        + pattern
        + "\"},\"content\":\""
        + content
        + "\"}";
  }

  private static void compare(String json, Normalizer ours) {
    List<String> texts = new ArrayList<>(GENERATED.subList(0, 3_000));
    texts.addAll(List.of("", " ", "  ", "a", " a ", "\u3000a\u00A0", "axx xb"));
    try (HuggingFaceJudge judge = HuggingFaceJudge.normalizing(json)) {
      for (String text : texts) {
        assertThat(ours.normalize(text)).as(escaped(text)).isEqualTo(judge.normalize(text));
      }
    }
  }

  @Test
  void metaspaceIsThatOfHuggingFace() {
    for (PrependScheme scheme : PrependScheme.values()) {
      String json =
          "{\"type\":\"Metaspace\",\"replacement\":\"▁\",\"prepend_scheme\":\""
              + scheme.jsonName()
              + "\",\"split\":true}";
      Normalizer normalizer = Normalizer.metaspace('▁', scheme);
      PreTokenizer split = PreTokenizer.literal("▁", SplitBehavior.MERGED_WITH_NEXT, false);
      List<String> texts = new ArrayList<>(GENERATED.subList(0, 3_000));
      texts.addAll(List.of("", " ", "  ", "a b", " a  b ", "▁a", "▁", "a▁ b"));
      try (HuggingFaceJudge judge = HuggingFaceJudge.splitting(json)) {
        List<int[]> theirs = judge.spans(texts);
        for (int i = 0; i < texts.size(); i++) {
          // Only the number of pre-tokens and where they start can be seen from outside.
          String text = texts.get(i);
          String ours = normalizer.normalize(text);
          boolean prepended = ours.length() > text.length();
          int[] spans = PreTokens.spans(split, ours);
          assertThat(spans).as(escaped(text)).hasSameSizeAs(theirs.get(i));
          for (int k = 2; k < spans.length; k += 2) {
            assertThat(spans[k] - (prepended ? 1 : 0)).isEqualTo(theirs.get(i)[k]);
          }
        }
      }
    }
  }

  @Test
  void metaspaceGoesInFrontOfTheFirstPartOnly() {
    Normalizer first = Normalizer.metaspace('▁', PrependScheme.FIRST);
    TextBuffer text = new TextBuffer();
    text.set("ab c", 0, 4, true);
    first.apply(text);
    assertThat(text).hasToString("▁ab▁c");
    assertThat(text.originStart(0)).isEqualTo(text.originEnd(0)).isZero();
    text.set("ab c", 1, 4, true);
    first.apply(text);
    assertThat(text).hasToString("b▁c");
    assertThat(Normalizer.metaspace('▁', PrependScheme.ALWAYS).normalize(" a")).isEqualTo("▁a");
    assertThat(Normalizer.metaspace('▁', PrependScheme.NEVER).normalize("a b")).isEqualTo("a▁b");
  }

  @Test
  void equalIfOfTheSameSettings() {
    assertThat(Normalizer.nfc()).isEqualTo(Normalizer.nfc()).isNotEqualTo(Normalizer.nfkc());
    assertThat(Normalizer.replace("a", "b"))
        .isEqualTo(Normalizer.replace("a", "b"))
        .isNotEqualTo(Normalizer.replaceRegex("a", "b"))
        .hasSameHashCodeAs(Normalizer.replace("a", "b"));
    assertThat(Normalizer.sequence(List.of(Normalizer.nfc(), Normalizer.none())))
        .isEqualTo(Normalizer.nfc());
    assertThat(Normalizer.none().normalize(" Ａ ")).isEqualTo(" Ａ ");
    assertThat(Normalizer.strip(true, false)).hasToString("StripNormalizer[true, false]");
  }

  @Test
  void refusesToReplaceNothing() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Normalizer.replace("", "x"))
        .withMessageContaining("empty");
    assertThatIllegalArgumentException().isThrownBy(() -> Normalizer.replaceRegex("(", "x"));
  }
}

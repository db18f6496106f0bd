package io.github.maque.tokenizer.bpe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.gson.Gson;
import io.github.maque.tokenizer.IdBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The pre-tokenizers that are not patterns, against those of Hugging Face. */
class PreTokenizerTest {
  private static final int[] ALPHABET = {' ', '-', 'a', '1', '²', '中', '_', '。', 0x1F600, 0x301};

  private static final List<String> TEXTS = TextGenerator.allTexts(ALPHABET, 3);
  private static final List<String> GENERATED = new TextGenerator(90).texts(2_000, 12);

  private static void assertSplitsLike(String json, PreTokenizer ours) {
    try (HuggingFaceJudge judge = HuggingFaceJudge.splitting(json)) {
      for (List<String> texts : List.of(TEXTS, GENERATED)) {
        List<int[]> theirs = judge.spans(texts);
        for (int i = 0; i < theirs.size(); i++) {
          String text = texts.get(i);
          if (!Arrays.equals(PreTokens.spans(ours, text), theirs.get(i))) {
            assertThat(PreTokens.texts(ours, text))
                .as(text)
                .isEqualTo(PreTokens.texts(theirs.get(i), text));
          }
        }
      }
    }
    for (String text : TEXTS) {
      for (int cut = 1; cut < text.length(); cut++) {
        if (ours.alwaysSplitsBetween(text.charAt(cut - 1), text.charAt(cut))) {
          List<String> parts = PreTokens.texts(ours, text.substring(0, cut));
          parts.addAll(PreTokens.texts(ours, text.substring(cut)));
          assertThat(parts).isEqualTo(PreTokens.texts(ours, text));
        }
      }
    }
  }

  private static String split(String kind, String pattern, SplitBehavior behavior, boolean invert) {
    return "{\"type\":\"Split\",\"pattern\":{\""
        + kind
        + "\":"
        + new Gson().toJson(pattern)
        + "},\"behavior\":\""
        + behavior.jsonName()
        + "\",\"invert\":"
        + invert
        + "}";
  }

  @ParameterizedTest
  @EnumSource
  void regexSplitsLikeHuggingFace(SplitBehavior behavior) {
    for (String regex : List.of("-", "a+|1", "(?=a)", "-*", PreTokenPattern.CL100K.regex())) {
      for (boolean invert : new boolean[] {false, true}) {
        assertSplitsLike(
            split("Regex", regex, behavior, invert), new RegexSplit(regex, behavior, invert));
        assertSplitsLike(
            split("Regex", regex, behavior, invert), PreTokenizer.regex(regex, behavior, invert));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void literalSplitsLikeHuggingFace(SplitBehavior behavior) {
    for (String text : List.of("-", "a", "--", "a1", "中", "\uD83D\uDE00")) {
      for (boolean invert : new boolean[] {false, true}) {
        assertSplitsLike(
            split("String", text, behavior, invert), PreTokenizer.literal(text, behavior, invert));
      }
    }
  }

  @Test
  void digitsSplitLikeHuggingFace() {
    assertSplitsLike("{\"type\":\"Digits\",\"individual_digits\":true}", PreTokenizer.digits(true));
    assertSplitsLike(
        "{\"type\":\"Digits\",\"individual_digits\":false}", PreTokenizer.digits(false));
  }

  @ParameterizedTest
  @EnumSource
  void punctuationSplitsLikeHuggingFace(SplitBehavior behavior) {
    assertSplitsLike(
        "{\"type\":\"Punctuation\",\"behavior\":\"" + behavior.jsonName() + "\"}",
        PreTokenizer.punctuation(behavior));
  }

  @Test
  void whiteSpaceAndWordsSplitLikeHuggingFace() {
    assertSplitsLike("{\"type\":\"WhitespaceSplit\"}", PreTokenizer.whiteSpace());
    assertSplitsLike("{\"type\":\"Whitespace\"}", PreTokenizer.words());
  }

  @Test
  void wordsAreThoseOfRustOnEveryCodePoint() {
    try (HuggingFaceJudge judge = HuggingFaceJudge.splitting("{\"type\":\"Whitespace\"}")) {
      StringBuilder text = new StringBuilder();
      for (int c : HuggingFaceJudge.allCodePoints()) {
        text.append('a').appendCodePoint(c).append(c % 256 == 255 ? '\n' : '!');
      }
      List<String> lines = text.toString().lines().toList();
      List<int[]> theirs = judge.spans(lines);
      for (int i = 0; i < lines.size(); i++) {
        assertThat(PreTokens.spans(PreTokenizer.words(), lines.get(i))).isEqualTo(theirs.get(i));
      }
    }
  }

  @Test
  void sequenceSplitsLikeHuggingFace() {
    String sequence =
        "{\"type\":\"Sequence\",\"pretokenizers\":["
            + split("Regex", "[-_]", SplitBehavior.MERGED_WITH_NEXT, false)
            + ",{\"type\":\"WhitespaceSplit\"},{\"type\":\"Digits\",\"individual_digits\":true},"
            + split("Regex", "\\p{Han}(?=.)|^a", SplitBehavior.ISOLATED, false)
            + "]}";
    PreTokenizer ours =
        PreTokenizer.sequence(
            List.of(
                PreTokenizer.regex("[-_]", SplitBehavior.MERGED_WITH_NEXT, false),
                PreTokenizer.whiteSpace(),
                PreTokenizer.sequence(
                    List.of(PreTokenizer.digits(true), PreTokenizer.regex("\\p{Han}(?=.)|^a")))));
    assertSplitsLike(sequence, ours);
    assertThat(((PreTokenizerSequence) ours).parts()).hasSize(4);
  }

  @Test
  void noneLeavesTheTextWhole() {
    assertThat(PreTokens.texts(PreTokenizer.none(), "a b c")).containsExactly("a b c");
    assertThat(PreTokens.texts(PreTokenizer.none(), "")).isEmpty();
    assertThat(PreTokenizer.none()).isEqualTo(PreTokenizer.sequence(List.of()));
  }

  @Test
  void emptyTextHasNoPreTokens() {
    for (PreTokenizer preTokenizer :
        List.of(
            PreTokenPattern.GPT2,
            PreTokenPattern.CHINESE,
            PreTokenizer.regex("x*"),
            PreTokenizer.literal("-", SplitBehavior.CONTIGUOUS, false),
            PreTokenizer.digits(true),
            PreTokenizer.words())) {
      assertThat(PreTokens.texts(preTokenizer, "")).isEmpty();
    }
  }

  @Test
  void factoriesFindThePatterns() {
    String qwen = PreTokenPattern.QWEN2.regex();
    assertThat(PreTokenizer.regex(qwen)).isEqualTo(PreTokenPattern.QWEN2);
    assertThat(PreTokenizer.regex(qwen, SplitBehavior.REMOVED, true))
        .isEqualTo(PreTokenPattern.QWEN2);
    assertThat(PreTokenizer.regex(qwen, SplitBehavior.REMOVED, false))
        .isEqualTo(new RegexSplit(qwen, SplitBehavior.REMOVED, false));
    assertThat(PreTokenizer.sequence(List.of(PreTokenizer.digits(true), PreTokenPattern.GPT2)))
        .isEqualTo(PreTokenPattern.DIGITS);
    assertThat(PreTokenizer.sequence(List.of(PreTokenPattern.QWEN2)))
        .isEqualTo(PreTokenPattern.QWEN2);
  }

  @Test
  void regexTreatsLoneSurrogatesAsReplacementCharacters() {
    PreTokenizer split = PreTokenizer.regex("\\x{FFFD}|\\x{1F600}");
    assertThat(PreTokens.texts(split, "a\uDC85b\uD83D\uDE00\uD83D"))
        .containsExactly("a", "\uDC85", "b", "\uD83D\uDE00", "\uD83D");
  }

  @Test
  void lackOfStackIsAnIllegalArgument() throws InterruptedException {
    PreTokenizer split = PreTokenizer.regex("(?:a|b)+");
    char[] text = "ab".repeat(200_000).toCharArray();
    IdBuffer ends = new IdBuffer();
    ends.add(7);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread thread =
        new Thread(
            null,
            () -> {
              try {
                split.split(text, 0, text.length, ends);
              } catch (IllegalArgumentException e) {
                failure.set(e);
              }
            },
            "small stack",
            256 * 1024);
    thread.start();
    thread.join();
    assertThat(failure.get()).hasMessageContaining("stack").hasMessageContaining("(?:a|b)+");
    assertThat(ends.toArray()).containsExactly(7);
  }

  @Test
  void refusesAnEmptyDelimiter() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PreTokenizer.literal("", SplitBehavior.ISOLATED, false))
        .withMessageContaining("empty");
  }
}

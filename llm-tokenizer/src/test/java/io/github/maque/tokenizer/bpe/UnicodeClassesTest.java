package io.github.maque.tokenizer.bpe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The classes of every code point against Hugging Face's Oniguruma and Rust's standard library. */
class UnicodeClassesTest {
  private static final int CASED = UnicodeClasses.UPPER | UnicodeClasses.LOWER;
  private static final int KINDS = UnicodeClasses.LETTER | CASED;

  @ParameterizedTest
  @CsvSource({
    "\\p{L}, 1, 1",
    "\\p{M}, 7, 6",
    "[\\p{Lu}\\p{Lt}], 7, 3",
    "\\p{Ll}, 7, 5",
    "[\\p{Lm}\\p{Lo}], 7, 7",
    "\\p{N}, 8, 8",
    "\\p{Han}, 16, 16",
    "[\\p{L}\\p{M}&&\\P{Han}], 32, 32",
    "\\s, 64, 64",
    "[^\\s\\p{L}\\p{N}\\p{M}\\p{Han}], 255, 0"
  })
  void agreeWithOniguruma(String regex, int mask, int bits) {
    try (HuggingFaceJudge judge = HuggingFaceJudge.splittingBy(regex, "Removed", false)) {
      assertSame(judge.removedCodePoints(), c -> (classOf(c) & mask) == bits);
    }
    assertThat(KINDS).isEqualTo(7);
    assertThat(UnicodeClasses.SPACE).isEqualTo(64);
  }

  @Test
  void titleCaseIsUpperCase() {
    try (HuggingFaceJudge judge = HuggingFaceJudge.splittingBy("\\p{Lt}", "Removed", false)) {
      BitSet title = judge.removedCodePoints();
      assertThat(title.cardinality()).isEqualTo(31);
      assertThat(title.stream()).allMatch(c -> (classOf(c) & KINDS) == 3);
    }
  }

  @Test
  void whiteSpaceIsThatOfRust() {
    try (HuggingFaceJudge judge = HuggingFaceJudge.splitting("{\"type\":\"WhitespaceSplit\"}")) {
      assertSame(judge.removedCodePoints(), c -> (classOf(c) & UnicodeClasses.SPACE) != 0);
    }
    assertThat(TextGenerator.WHITE_SPACE).hasSize(25);
    assertThat(TextGenerator.WHITE_SPACE.chars())
        .allMatch(c -> (classOf(c) & UnicodeClasses.SPACE) != 0);
  }

  @Test
  void punctuationIsThatOfHuggingFace() {
    try (HuggingFaceJudge judge =
        HuggingFaceJudge.splitting("{\"type\":\"Punctuation\",\"behavior\":\"Removed\"}")) {
      assertThat(UnicodeData.set("hugging face punctuation")).isEqualTo(judge.removedCodePoints());
    }
  }

  @Test
  void loneSurrogatesHaveNoClass() {
    char[] text = {'\uDC80', 'a', '\uD800', 'b', '\uD800'};
    assertThat(UnicodeClasses.at(text, 0, 5)).isZero();
    assertThat(UnicodeClasses.at(text, 2, 5)).isZero();
    assertThat(UnicodeClasses.at(text, 4, 5)).isZero();
    assertThat(UnicodeClasses.next(text, 2, 5)).isEqualTo(3);
    char[] pair = {'\uD840', '\uDC00'};
    assertThat(UnicodeClasses.at(pair, 0, 1)).isZero();
    assertThat(UnicodeClasses.at(pair, 0, 2) & UnicodeClasses.HAN).isNotZero();
    assertThat(UnicodeClasses.of('\uD840')).isNegative();
    assertThat(UnicodeClasses.of(0xD840)).isZero();
  }

  private static int classOf(int codePoint) {
    char[] chars = Character.toChars(codePoint);
    int found = UnicodeClasses.at(chars, 0, chars.length);
    if (UnicodeClasses.of(codePoint) != found) {
      throw new AssertionError("two classes of " + codePoint);
    }
    return found;
  }

  private static void assertSame(BitSet theirs, IntPredicate ours) {
    for (int c : HuggingFaceJudge.allCodePoints()) {
      if (ours.test(c) != theirs.get(c)) {
        assertThat(ours.test(c)).as("U+%04X", c).isEqualTo(theirs.get(c));
      }
    }
  }
}

package io.github.maque.tokenizer.sentencepiece;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.maque.tokenizer.EncodeOptions;
import io.github.maque.tokenizer.format.Fixtures;
import io.github.maque.tokenizer.format.RandomTexts;
import io.github.maque.tokenizer.format.SentencePieceModel;
import io.github.maque.tokenizer.format.TokenizerFormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Rules come from the model {@code unigram-rules}, trained with those that format_fixtures.py
 * lists.
 */
class CharsMapTest {
  private static final byte[] RULES = rules();

  private static byte[] rules() {
    try {
      return SentencePieceModel.read(
              Fixtures.bytes("sentencepiece/unigram-rules.model"), "unigram-rules")
          .normalization()
          .charsMap();
    } catch (TokenizerFormatException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void findsTheLongestRule() {
    CharsMap rules = new CharsMap(RULES);

    assertThat(replacement(rules, "ﬁx")).isEqualTo("3:fi");
    assertThat(replacement(rules, "㍿")).isEqualTo("3:株式会社");
    assertThat(replacement(rules, "．．．")).isEqualTo("6:…");
    assertThat(replacement(rules, "．x")).isEqualTo("3:.");
    assertThat(replacement(rules, "e\u0301e")).isEqualTo("3:é");
    assertThat(replacement(rules, "\u200Bx")).isEqualTo("3:");
    assertThat(replacement(rules, "e")).isEqualTo("0:");
    assertThat(replacement(rules, "x")).isEqualTo("0:");
    assertThat(replacement(rules, "")).isEqualTo("0:");
  }

  private static String replacement(CharsMap rules, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    CharsMap.Match match = rules.longest(utf8, 0, utf8.length);
    int from = match.replacementOffset();
    byte[] bytes = Arrays.copyOfRange(rules.replacements(), from, from + match.replacementLength());
    return match.length() + ":" + new String(bytes, StandardCharsets.UTF_8);
  }

  static Stream<Arguments> damaged() {
    int trieBytes = ByteBuffer.wrap(RULES).order(ByteOrder.LITTLE_ENDIAN).getInt();
    return Stream.of(
        Arguments.of("too short", new byte[3], "size of the trie"),
        Arguments.of("no trie", new byte[2000], "size of the trie"),
        Arguments.of("a negative size", withInt(0, -4), "size of the trie"),
        Arguments.of("nothing behind the trie", withInt(0, RULES.length - 4), "size of the trie"),
        Arguments.of("an odd size", withInt(0, trieBytes - 2), "size of the trie"),
        Arguments.of("too long", new byte[(1 << 23) + 1], "more than any real ones"),
        // The root's children far away: offset 2^21, shifted by eight bits.
        Arguments.of("a far child", withInt(4, 0x7FFFFFFF & ~0x100), "outside of itself"),
        Arguments.of("a cycle", cycle(), "cycle"),
        Arguments.of("a missing replacement", leaf(1 << 20), "does not exist"),
        Arguments.of("many rules that begin alike", nested(33), "begin alike"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("damaged")
  void whatTheLibraryWouldTripOverIsRefused(String what, byte[] rules, String problem) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CharsMap(rules))
        .withMessageContaining(problem);
  }

  @Test
  void asManyNestedRulesAsTheLibraryBearsAreFine() throws Exception {
    byte[] rules = nested(32);
    assertThat(new CharsMap(rules)).isNotNull();
    try (SentencePieceTokenizer tokenizer =
        SentencePieceTokenizer.of(TinyModels.withRules(rules))) {
      assertThat(tokenizer.encode("a".repeat(70))).isNotEmpty();
    }
  }

  /**
   * Random damage: what passes the check is given to the library, which would end this process if
   * the check had missed something, and does the same to texts as our reading of the rules.
   */
  @Test
  void rulesThatPassAreSafeAndMeanTheSame() throws Exception {
    SplittableRandom random = new SplittableRandom(8);
    List<String> texts = new RandomTexts(8).texts(40);
    int passed = 0;
    for (int i = 0; i < 2000; i++) {
      byte[] rules = RULES.clone();
      for (int changes = random.nextInt(1, 5); changes > 0; changes--) {
        rules[random.nextInt(rules.length)] = (byte) random.nextInt(256);
      }
      try {
        new CharsMap(rules);
      } catch (IllegalArgumentException e) {
        continue;
      }
      passed++;
      if (passed > 200) {
        continue;
      }
      try (SentencePieceTokenizer tokenizer =
          SentencePieceTokenizer.of(TinyModels.withRules(rules))) {
        for (String text : texts) {
          // Fails if the pieces do not add up to what our own normaliser makes of the text.
          tokenizer.encodeWithOffsets(text, EncodeOptions.TEXT);
        }
      }
    }
    assertThat(passed).isBetween(50, 1950);
  }

  private static byte[] withInt(int at, int value) {
    byte[] rules = RULES.clone();
    ByteBuffer.wrap(rules).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
    return rules;
  }

  /** A unit: where its children are relative to it, whether a rule ends here, its byte. */
  private static int unit(int offset, boolean leaf, int label) {
    return offset << 10 | (leaf ? 1 << 8 : 0) | label;
  }

  private static byte[] encode(int[] units) {
    ByteBuffer out = ByteBuffer.allocate(4 + units.length * 4 + 2).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(units.length * 4);
    for (int unit : units) {
      out.putInt(unit);
    }
    return out.put((byte) 'a').array();
  }

  /** Unit values that are no child of anything: labels with the top bit set. */
  private static int[] empty(int count) {
    int[] units = new int[count];
    Arrays.fill(units, 1 << 31);
    return units;
  }

  private static byte[] cycle() {
    int[] units = empty(512);
    units[0] = unit(256, false, 0);
    units['a' ^ 256] = unit('a', false, 'a'); // back to 256
    return encode(units);
  }

  /** A rule for the letter a. */
  private static byte[] leaf(int value) {
    int[] units = empty(1024);
    units[0] = unit(256, false, 0);
    units['a' ^ 256] = unit('a' ^ 256 ^ 512, true, 'a');
    units[512] = 1 << 31 | value;
    return encode(units);
  }

  /** The rules a, aa, aaa and so on. */
  private static byte[] nested(int depth) {
    int[] units = empty(256 * (depth + 2));
    units[0] = unit(256, false, 0);
    for (int level = 1; level <= depth; level++) {
      int node = 256 * level ^ 'a';
      int children = 256 * (level + 1);
      units[node] = unit(node ^ children, true, 'a');
      units[children] = 1 << 31; // replaced by what stands at 0
    }
    return encode(units);
  }
}

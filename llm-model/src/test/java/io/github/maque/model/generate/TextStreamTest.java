package io.github.maque.model.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.maque.tokenizer.DecodeOptions;
import io.github.maque.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TextStreamTest {
  private final Tokenizer tokenizer = ByteTokenizer.of("ab", "aab", " 麻", "雀b", "baba");

  private TextStream stream(List<String> stops, int... prompt) {
    return new TextStream(tokenizer.streamingDecoder(DecodeOptions.ALL), stops, prompt);
  }

  /** The text up to the stop string that is complete first, the longest of those. */
  private static String cut(String text, List<String> stops) {
    for (int end = 1; end <= text.length(); end++) {
      String head = text.substring(0, end);
      int longest = stops.stream().filter(head::endsWith).mapToInt(String::length).max().orElse(0);
      if (longest > 0) {
        return text.substring(0, end - longest);
      }
    }
    return text;
  }

  /** How much of the text may be shown while more may come: what no stop string can take back. */
  private static String safe(String text, List<String> stops) {
    int held = 0;
    for (String stop : stops) {
      for (int length = 1; length < stop.length() && length <= text.length(); length++) {
        held = text.endsWith(stop.substring(0, length)) ? Math.max(held, length) : held;
      }
    }
    return text.substring(0, text.length() - held);
  }

  @Test
  void showsAsMuchAsCannotBecomeAStopString() {
    Random random = new Random(9);
    int stopsFound = 0;
    for (int round = 0; round < 5000; round++) {
      List<String> stops = new ArrayList<>();
      for (int n = random.nextInt(4); n > 0; n--) {
        StringBuilder stop = new StringBuilder();
        for (int i = 1 + random.nextInt(6); i > 0; i--) {
          stop.append("aab麻雀".charAt(random.nextInt(5)));
        }
        stops.add(stop.toString());
      }
      TextStream stream = stream(stops);
      StringBuilder all = new StringBuilder();
      StringBuilder shown = new StringBuilder();
      boolean stopped = false;
      for (int n = random.nextInt(12); n > 0 && !stopped; n--) {
        int id = random.nextInt(3) == 0 ? 'a' + random.nextInt(2) : 256 + random.nextInt(5);
        all.append(new String(tokenizer.pieceBytes(id), StandardCharsets.UTF_8));
        String expected = cut(all.toString(), stops);

        stopped = stream.add(id);

        assertThat(stopped).isEqualTo(expected.length() < all.length());
        shown.append(stream.unshown());
        assertThat(shown.toString()).isEqualTo(stopped ? expected : safe(all.toString(), stops));
      }
      stream.finish();
      shown.append(stream.unshown());
      assertThat(shown.toString()).isEqualTo(cut(all.toString(), stops));
      assertThat(stream.text()).isEqualTo(shown.toString());
      stopsFound += stopped ? 1 : 0;
    }
    assertThat(stopsFound).isBetween(1000, 4000);
  }

  @Test
  void holdsBackTheBytesOfACharacter() {
    TextStream stream = stream(List.of("🐦"));

    stream.add('x');
    stream.add(0xF0);
    stream.add(0x9F);
    assertThat(stream.unshown()).isEqualTo("x");
    stream.add(0x90);
    assertThat(stream.unshown()).isEmpty();
    assertThat(stream.add(0xA6)).isTrue();
    stream.finish();
    assertThat(stream.unshown()).isEmpty();
    assertThat(stream.text()).isEqualTo("x");
  }

  @Test
  void writesAnIncompleteCharacterAtTheEndAsReplacement() {
    TextStream stream = stream(List.of("\uFFFD!"));

    stream.add('x');
    stream.add(0xF0);
    assertThat(stream.unshown()).isEqualTo("x");
    stream.finish();

    assertThat(stream.unshown()).isEqualTo("\uFFFD");
  }

  @Test
  void findsAStopStringThatTheEndCompletes() {
    TextStream stream = stream(List.of("x\uFFFD"));

    stream.add('x');
    stream.add(0xF0);
    stream.finish();

    assertThat(stream.text()).isEmpty();
  }

  @Test
  void goesOnFromAPromptThatEndsInsideACharacter() {
    TextStream stream = stream(List.of("a"), 'a', 0xE9, 0xBA);

    assertThat(stream.add(0xBB)).isFalse();
    assertThat(stream.unshown()).isEqualTo("麻");
  }

  @Test
  void keepsTheSpaceBehindAPromptThatATokenizerDropsAtTheStart() {
    Tokenizer stripping = ByteTokenizer.stripping(" b");
    List<String> texts = new ArrayList<>();
    for (int[] prompt : new int[][] {{}, {'a'}, {ByteTokenizer.special(stripping, "<s>")}}) {
      TextStream stream =
          new TextStream(
              stripping.streamingDecoder(DecodeOptions.SKIP_SPECIAL_TOKENS), List.of(), prompt);
      stream.add(256);
      texts.add(stream.text());
    }

    assertThat(texts).containsExactly("b", " b", "b");
  }
}

package io.github.maque.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StreamingDecoderTest {

  /** Whole characters and more; the parts of characters are the 256 byte tokens. */
  private static final List<String> PIECES =
      List.of(" ", "  ", " 从前", "麻雀", "a", " b", "👩‍👩‍👧", "\uFFFD", "é", "x".repeat(300));

  /** One byte of every kind that UTF-8 tells apart, and the edges of each kind. */
  private static final int[] BYTES = {
    0x00, 0x20, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC,
    0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF
  };

  private static GreedyTokenizer tokenizer(GreedyTokenizer.Start start) {
    return new GreedyTokenizer(start, PIECES, List.of("<s>", "</s>"));
  }

  private static String stream(Tokenizer tokenizer, int[] ids, DecodeOptions options) {
    StreamingDecoder decoder = tokenizer.streamingDecoder(options);
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append(decoder.next(id));
    }
    return text.append(decoder.finish()).toString();
  }

  @Test
  void holdsBackAnEmojiUntilItsLastByte() {
    StreamingDecoder decoder =
        tokenizer(GreedyTokenizer.Start.PLAIN).streamingDecoder(DecodeOptions.ALL);

    assertThat(decoder.next(0xF0)).isEmpty();
    assertThat(decoder.next(0x9F)).isEmpty();
    assertThat(decoder.next(0x90)).isEmpty();
    assertThat(decoder.next(0xA6)).isEqualTo("🐦");
    assertThat(decoder.finish()).isEmpty();
  }

  @Test
  void givesUpOnBytesThatNoLongerCanBecomeACharacter() {
    StreamingDecoder decoder =
        tokenizer(GreedyTokenizer.Start.PLAIN).streamingDecoder(DecodeOptions.ALL);

    assertThat(decoder.next(0xE9)).isEmpty();
    assertThat(decoder.next(0xBA)).isEmpty();
    assertThat(decoder.next('a')).isEqualTo("\uFFFDa");
    assertThat(decoder.next(0xF0)).isEmpty();
    assertThat(decoder.finish()).isEqualTo("\uFFFD");
    assertThat(decoder.finish()).isEmpty();
  }

  @Test
  void equalsDecodingTheWholeForAllShortByteSequences() {
    GreedyTokenizer tokenizer = tokenizer(GreedyTokenizer.Start.PLAIN);
    StreamingDecoder decoder = tokenizer.streamingDecoder(DecodeOptions.ALL);
    StringBuilder streamed = new StringBuilder();
    for (int length = 0; length <= 4; length++) {
      byte[] bytes = new byte[length];
      int sequences = (int) Math.pow(BYTES.length, length);
      for (int n = 0; n < sequences; n++) {
        streamed.setLength(0);
        for (int i = 0, rest = n; i < length; i++, rest /= BYTES.length) {
          bytes[i] = (byte) BYTES[rest % BYTES.length];
          decoder.next(bytes[i] & 0xFF, streamed);
        }
        streamed.append(decoder.finish());
        String whole = new String(bytes, StandardCharsets.UTF_8);
        if (!whole.contentEquals(streamed)) {
          assertThat(streamed.toString()).as(Arrays.toString(bytes)).isEqualTo(whole);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void equalsDecodingTheWholeForRandomIds(GreedyTokenizer.Start start) {
    GreedyTokenizer tokenizer = tokenizer(start);
    Random random = new Random(1);
    for (int round = 0; round < 50_000; round++) {
      int[] ids =
          random
              .ints(random.nextInt(12))
              .map(
                  r ->
                      (r & 1) == 0
                          ? BYTES[(r >>> 1) % BYTES.length]
                          : 256 + (r >>> 1) % (tokenizer.vocabularySize() - 256))
              .toArray();
      for (DecodeOptions options : List.of(DecodeOptions.ALL, DecodeOptions.SKIP_SPECIAL_TOKENS)) {
        String streamed = stream(tokenizer, ids, options);
        if (!streamed.equals(tokenizer.decode(ids, options))) {
          assertThat(streamed).as(Arrays.toString(ids)).isEqualTo(tokenizer.decode(ids, options));
        }
      }
    }
  }

  @Test
  void returnsEveryCharacterWithItsLastByteAndNeverAPartOfOne() {
    GreedyTokenizer tokenizer = tokenizer(GreedyTokenizer.Start.PLAIN);
    StreamingDecoder decoder = tokenizer.streamingDecoder(DecodeOptions.ALL);
    Random random = new Random(2);
    for (int round = 0; round < 20_000; round++) {
      int codePoint = random.nextInt(Character.MAX_CODE_POINT + 1);
      if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
        continue;
      }
      String character = Character.toString(codePoint);
      byte[] bytes = character.getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < bytes.length - 1; i++) {
        assertThat(decoder.next(bytes[i] & 0xFF)).isEmpty();
      }
      assertThat(decoder.next(bytes[bytes.length - 1] & 0xFF)).isEqualTo(character);
    }
  }

  @Test
  void dropsTheSpaceThatEncodingPutInFront() {
    GreedyTokenizer tokenizer = tokenizer(GreedyTokenizer.Start.ONE_SPACE);
    int[] ids = tokenizer.encode("<s>  麻雀 a", EncodeOptions.TEXT);

    assertThat(stream(tokenizer, ids, DecodeOptions.ALL)).isEqualTo("<s>  麻雀 a");
    assertThat(stream(tokenizer, new int[] {' ', ' ', 'a'}, DecodeOptions.ALL)).isEqualTo(" a");
  }

  @Test
  void theFirstTextAfterSkippedSpecialTokensIsTheBeginning() {
    GreedyTokenizer tokenizer = tokenizer(GreedyTokenizer.Start.ONE_SPACE);
    int[] ids = {tokenizer.special("<s>"), tokenizer.special("<s>"), ' ', 'a'};

    assertThat(stream(tokenizer, ids, DecodeOptions.SKIP_SPECIAL_TOKENS)).isEqualTo("a");
    assertThat(stream(tokenizer, ids, DecodeOptions.ALL)).isEqualTo("<s><s> a");
    assertThat(stream(tokenizer(GreedyTokenizer.Start.ALL_SPACES), ids, DecodeOptions.ALL))
        .isEqualTo("<s><s>a");
  }

  @Test
  void startsAnewAfterTheEnd() {
    GreedyTokenizer tokenizer = tokenizer(GreedyTokenizer.Start.ONE_SPACE);
    StreamingDecoder decoder = tokenizer.streamingDecoder(DecodeOptions.ALL);

    assertThat(decoder.next(' ') + decoder.next('a') + decoder.next(0xE9)).isEqualTo("a");
    assertThat(decoder.finish()).isEqualTo("\uFFFD");
    assertThat(decoder.next(' ') + decoder.next('b')).isEqualTo("b");
  }

  @Test
  void anIdOutsideTheVocabularyChangesNothing() {
    StreamingDecoder decoder =
        tokenizer(GreedyTokenizer.Start.PLAIN).streamingDecoder(DecodeOptions.ALL);
    assertThat(decoder.next(0xC3)).isEmpty();

    assertThatIllegalArgumentException().isThrownBy(() -> decoder.next(100_000));
    assertThatIllegalArgumentException().isThrownBy(() -> decoder.next(-1));

    assertThat(decoder.next(0xA9)).isEqualTo("é");
  }
}

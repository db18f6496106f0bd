package io.github.maque.tokenizer.bpe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TextBufferTest {
  private final TextBuffer buffer = new TextBuffer();

  @Test
  void takesTextAndReplacesLoneSurrogates() {
    String text = "xa\uD83D\uDE00\uDE00\uD83Db\uD83Dx";
    buffer.set(text, 1, 8, false);
    assertThat(buffer).hasToString("a\uD83D\uDE00\uFFFD\uFFFDb\uFFFD");
    buffer.set(new StringBuilder(text), 1, 8, false);
    assertThat(buffer).hasToString("a\uD83D\uDE00\uFFFD\uFFFDb\uFFFD");
  }

  @Test
  void takesCharsAsTheyAre() {
    buffer.setChars("x\uDC85\uD83Dx".toCharArray(), 1, 3, false);
    assertThat(buffer).hasToString("\uDC85\uD83D");
    assertThat(buffer.length()).isEqualTo(2);
  }

  @Test
  void knowsWhetherItStartsTheText() {
    buffer.set("ab", 1, 2, false);
    assertThat(buffer.startsText()).isFalse();
    buffer.setChars(new char[] {'a', 'b'}, 0, 2, false);
    assertThat(buffer.startsText()).isTrue();
    buffer.startsText(false);
    assertThat(buffer.startsText()).isFalse();
    buffer.setUtf8(new byte[] {'a', 'b'}, 1, 2);
    assertThat(buffer.startsText()).isTrue();
  }

  @Test
  void refusesRangesOutsideTheSource() {
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> buffer.set("abc", 1, 4, false));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> buffer.setUtf8(new byte[3], 2, 1));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> buffer.setChars(new char[3], -1, 1, false));
  }

  @Test
  void tracksOriginsThroughRewrites() {
    buffer.set("--ab\uD83D\uDE00c", 2, 7, true);
    buffer.beginRewrite();
    buffer.put("▁", 0, 0);
    buffer.keep(0, 1);
    buffer.put("xyz", 1, 4);
    buffer.keep(4, 5);
    buffer.put("!", 5, 5);
    buffer.endRewrite();
    assertThat(buffer).hasToString("▁axyzc!");
    assertThat(origins()).containsExactly("0-0", "0-1", "1-4", "1-4", "1-4", "4-5", "5-5");

    buffer.beginRewrite();
    buffer.put("q", 0, 2);
    buffer.put("r", 4, 6);
    buffer.endRewrite();
    assertThat(buffer).hasToString("qr");
    assertThat(origins()).containsExactly("0-1", "1-5");
  }

  @Test
  void halvesOfAPairComeFromThePair() {
    buffer.set("a\uD83D\uDE00b\uD83D", 0, 5, true);
    assertThat(origins()).containsExactly("0-1", "1-3", "1-3", "3-4", "4-5");
  }

  @Test
  void tellsNoOriginsUnlessTracked() {
    buffer.set("abc", 0, 3, false);
    assertThatIllegalStateException().isThrownBy(() -> buffer.originStart(0));
  }

  private List<String> origins() {
    return java.util.stream.IntStream.range(0, buffer.length())
        .mapToObj(i -> buffer.originStart(i) + "-" + buffer.originEnd(i))
        .toList();
  }

  @Test
  void decodesUtf8() {
    for (String text : new TextGenerator(100).texts(20_000, 12)) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      buffer.setUtf8(utf8, 0, utf8.length);
      assertThat(buffer).hasToString(text);
    }
  }

  @Test
  void decodesEveryCodePoint() {
    StringBuilder all = new StringBuilder();
    for (int c : HuggingFaceJudge.allCodePoints()) {
      all.appendCodePoint(c);
    }
    byte[] utf8 = all.toString().getBytes(StandardCharsets.UTF_8);
    buffer.setUtf8(utf8, 0, utf8.length);
    assertThat(buffer.toString().contentEquals(all)).isTrue();
  }

  @Test
  void carriesDamagedBytes() {
    assertDecodes(new int[] {0xC3}, "\uDCC3");
    assertDecodes(new int[] {0xC3, 0x28}, "\uDCC3(");
    assertDecodes(new int[] {0xED, 0xA0, 0x80}, "\uDCED\uDCA0\uDC80");
    assertDecodes(new int[] {0xC0, 0x80}, "\uDCC0\uDC80");
    assertDecodes(new int[] {0xE0, 0x9F, 0xBF}, "\uDCE0\uDC9F\uDCBF");
    assertDecodes(new int[] {0xF0, 0x8F, 0xBF, 0xBF}, "\uDCF0\uDC8F\uDCBF\uDCBF");
    assertDecodes(new int[] {0xF4, 0x90, 0x80, 0x80}, "\uDCF4\uDC90\uDC80\uDC80");
    assertDecodes(new int[] {0xF8, 0x88, 0x80, 0x80, 0x80}, "\uDCF8\uDC88\uDC80\uDC80\uDC80");
    assertDecodes(new int[] {0xE4, 0xB8, 0xE4, 0xB8, 0xAD}, "\uDCE4\uDCB8中");
    assertDecodes(new int[] {0xF0, 0x9F, 0x98, 0x80, 0x80}, "\uD83D\uDE00\uDC80");
    assertDecodes(new int[] {0xFE, 0xFF}, "\uDCFE\uDCFF");
  }

  private void assertDecodes(int[] bytes, String expected) {
    byte[] utf8 = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      utf8[i] = (byte) bytes[i];
    }
    buffer.setUtf8(utf8, 0, utf8.length);
    assertThat(buffer).hasToString(expected);
  }

  @Test
  void agreesWithTheCharsetDecoderOnRandomAndDamagedBytes() {
    SplittableRandom random = new SplittableRandom(5);
    List<String> texts = new TextGenerator(101).texts(20_000, 6);
    for (String text : texts) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      for (int n = random.nextInt(4); n > 0 && utf8.length > 0; n--) {
        utf8[random.nextInt(utf8.length)] = (byte) random.nextInt(256);
      }
      int from = random.nextInt(Math.min(4, utf8.length + 1));
      int to = utf8.length - random.nextInt(Math.min(4, utf8.length - from + 1));
      buffer.setUtf8(utf8, from, to);
      assertThat(buffer).hasToString(decoded(utf8, from, to));
    }
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(24)];
      for (int k = 0; k < bytes.length; k++) {
        // Mostly bytes that begin or continue a character.
        bytes[k] =
            (byte) (random.nextInt(4) == 0 ? random.nextInt(256) : 0x80 + random.nextInt(128));
      }
      buffer.setUtf8(bytes, 0, bytes.length);
      assertThat(buffer).hasToString(decoded(bytes, 0, bytes.length));
    }
  }

  /** The JDK's decoder, which stops at every malformed stretch so that its bytes can be carried. */
  private static String decoded(byte[] bytes, int from, int to) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(bytes, from, to - from);
    CharBuffer out = CharBuffer.allocate(to - from + 8);
    while (true) {
      CoderResult result = decoder.decode(in, out, true);
      if (!result.isError()) {
        return out.flip().toString();
      }
      for (int i = 0; i < result.length(); i++) {
        out.put((char) (0xDC00 + (in.get() & 0xFF)));
      }
    }
  }

  @Test
  void growsAndIsUsedAgain() {
    String large = "中".repeat(100_000);
    buffer.set(large, 0, large.length(), true);
    assertThat(buffer.originEnd(99_999)).isEqualTo(100_000);
    char[] chars = buffer.chars();
    buffer.set("ab", 0, 2, true);
    assertThat(buffer.chars()).isSameAs(chars);
    assertThat(origins()).containsExactly("0-1", "1-2");
  }
}

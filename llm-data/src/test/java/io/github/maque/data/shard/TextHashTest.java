package io.github.maque.data.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TextHashTest {

  @Test
  void neverChanges() {
    // Computed once by a Python program of the same formula.
    assertThat(TextHash.of("")).isEqualTo(0x0000000000000000L);
    assertThat(TextHash.of("麻雀")).isEqualTo(0x4739FC0188A0E41CL);
    assertThat(TextHash.of("Once upon a time, 从前有一只麻雀。😀")).isEqualTo(0x440B592DFC689788L);
  }

  @Test
  void spreadsSimilarTextsEvenly() {
    int[] buckets = new int[64];
    Set<Long> hashes = new HashSet<>();
    for (int i = 0; i < 64_000; i++) {
      long hash = TextHash.of("故事" + i + "：从前有一只麻雀。");
      hashes.add(hash);
      buckets[(int) (hash >>> 58)]++;
    }
    assertThat(hashes).hasSize(64_000);
    double chiSquare = 0;
    for (int count : buckets) {
      chiSquare += (count - 1000.0) * (count - 1000.0) / 1000;
    }
    // 63 degrees of freedom: 0.0001 of random hashes are above 114.
    assertThat(chiSquare).isLessThan(114);
  }

  @Test
  void sizesAreThoseOfTheJdk() {
    Random random = new Random(1);
    for (int i = 0; i < 2_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int length = random.nextInt(12); length > 0; length--) {
        switch (random.nextInt(5)) {
          case 0 -> text.append((char) random.nextInt(0x80));
          case 1 -> text.append((char) random.nextInt(0x800));
          case 2 -> text.append((char) (0x4E00 + random.nextInt(0x5000)));
          case 3 -> text.appendCodePoint(0x10000 + random.nextInt(0x10000));
          default -> text.append((char) (0xD800 + random.nextInt(0x800)));
        }
      }
      String string = text.toString();
      TextSize size = TextSize.of(string);
      assertThat(size.characters()).isEqualTo(string.codePointCount(0, string.length()));
      // The JDK writes one question mark where an unpaired surrogate is three bytes as U+FFFD.
      long unpaired = string.codePoints().filter(c -> c >= 0xD800 && c <= 0xDFFF).count();
      assertThat((long) size.utf8Bytes())
          .isEqualTo(string.getBytes(StandardCharsets.UTF_8).length + 2 * unpaired);
    }
  }
}

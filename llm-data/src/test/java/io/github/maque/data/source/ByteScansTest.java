package io.github.maque.data.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ByteScansTest {

  @Test
  void lineFeedsAreFoundAndCountedAsByteByByte() {
    Random random = new Random(1);
    for (int round = 0; round < 2000; round++) {
      byte[] data = new byte[random.nextInt(40)];
      for (int i = 0; i < data.length; i++) {
        int kind = random.nextInt(4);
        // Neighbours of the line feed in value, and what differs in the top bit only.
        data[i] =
            (byte) (kind == 0 ? '\n' : kind == 1 ? 0x0B : kind == 2 ? 0x8A : random.nextInt());
      }
      int from = random.nextInt(data.length + 1);
      int to = from + random.nextInt(data.length - from + 1);
      int first = -1;
      int count = 0;
      for (int i = to - 1; i >= from; i--) {
        if (data[i] == '\n') {
          first = i;
          count++;
        }
      }
      assertThat(LineFeeds.indexOf(data, from, to)).isEqualTo(first);
      assertThat(LineFeeds.count(data, from, to)).isEqualTo(count);
    }
  }

  @Test
  void utf8IsWhatTheStrictDecoderOfTheJdkAccepts() {
    Random random = new Random(2);
    int valid = 0;
    for (int round = 0; round < 50_000; round++) {
      byte[] data =
          random
              .ints(0, 0x110000)
              .limit(1 + random.nextInt(6))
              .map(c -> random.nextBoolean() ? c & 0x7FF : c)
              .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
              .toString()
              .getBytes(StandardCharsets.UTF_8);
      if (random.nextBoolean()) {
        byte[] interesting = {
          (byte) 0xC0,
          (byte) 0xE0,
          (byte) 0xED,
          (byte) 0xF0,
          (byte) 0xF4,
          (byte) 0xF5,
          (byte) 0x80,
          (byte) 0x8F,
          (byte) 0x90,
          (byte) 0xA0,
          (byte) 0xFF,
          'a'
        };
        data[random.nextInt(data.length)] = interesting[random.nextInt(interesting.length)];
      }
      boolean expected = isStrictlyValid(data);
      valid += expected ? 1 : 0;
      assertThat(isValid(data)).as("%s", (Object) data).isEqualTo(expected);
    }
    assertThat(valid).isBetween(10_000, 45_000);
  }

  private static boolean isValid(byte[] data) {
    try {
      Utf8.check(data, 0, data.length);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean isStrictlyValid(byte[] data) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(data));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}

package io.github.maque.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufFileTest {
  @TempDir private Path directory;

  private Path write(GgufBytes bytes) throws IOException {
    return Files.write(directory.resolve("model.gguf"), bytes.toBytes());
  }

  @Test
  void readsMetadataOfEveryType() throws IOException {
    Path file =
        write(
            new GgufBytes()
                .entry("u8", 0, b -> b.int8(200))
                .entry("i8", 1, b -> b.int8(-2))
                .entry("u16", 2, b -> b.int16(60000))
                .entry("i16", 3, b -> b.int16(-2))
                .entry("u32", 4, b -> b.int32(-1))
                .entry("i32", 5, b -> b.int32(-2))
                .entry("f32", 6, b -> b.int32(Float.floatToIntBits(1.5f)))
                .entry("bool", 7, b -> b.int8(1))
                .entry("string", 8, b -> b.string("麻雀"))
                .entry("u64", 10, b -> b.int64(1L << 40))
                .entry("i64", 11, b -> b.int64(-2))
                .entry("f64", 12, b -> b.int64(Double.doubleToLongBits(2.5)))
                .entry("u8s", 9, b -> b.int32(0).int64(2).int8(1).int8(255))
                .entry("i8s", 9, b -> b.int32(1).int64(1).int8(-1))
                .entry("u16s", 9, b -> b.int32(2).int64(1).int16(-1))
                .entry("i16s", 9, b -> b.int32(3).int64(1).int16(-1))
                .entry("u32s", 9, b -> b.int32(4).int64(1).int32(-1))
                .entry("i32s", 9, b -> b.int32(5).int64(2).int32(7).int32(-1))
                .entry("f32s", 9, b -> b.int32(6).int64(1).int32(Float.floatToIntBits(-1.5f)))
                .entry("bools", 9, b -> b.int32(7).int64(2).int8(1).int8(0))
                .entry("strings", 9, b -> b.int32(8).int64(2).string("").string("x"))
                .entry("u64s", 9, b -> b.int32(10).int64(1).int64(5))
                .entry("i64s", 9, b -> b.int32(11).int64(1).int64(-5))
                .entry("f64s", 9, b -> b.int32(12).int64(1).int64(Double.doubleToLongBits(-2.5))));
    try (GgufFile opened = GgufFile.open(file)) {
      assertThat(opened.metadata())
          .containsExactly(
              entry("u8", 200L),
              entry("i8", -2L),
              entry("u16", 60000L),
              entry("i16", -2L),
              entry("u32", 0xFFFFFFFFL),
              entry("i32", -2L),
              entry("f32", 1.5f),
              entry("bool", true),
              entry("string", "麻雀"),
              entry("u64", 1L << 40),
              entry("i64", -2L),
              entry("f64", 2.5),
              entry("u8s", List.of(1L, 255L)),
              entry("i8s", List.of(-1L)),
              entry("u16s", List.of(65535L)),
              entry("i16s", List.of(-1L)),
              entry("u32s", List.of(0xFFFFFFFFL)),
              entry("i32s", List.of(7L, -1L)),
              entry("f32s", List.of(-1.5f)),
              entry("bools", List.of(true, false)),
              entry("strings", List.of("", "x")),
              entry("u64s", List.of(5L)),
              entry("i64s", List.of(-5L)),
              entry("f64s", List.of(-2.5)));
    }
  }

  private static Map.Entry<String, Object> entry(String key, Object value) {
    return Map.entry(key, value);
  }

  @Test
  void readsAnyPartOfBlocks() throws IOException {
    GgufBytes bytes = new GgufBytes().tensor("blocks", 8, 0, 64, 2);
    byte[] data = new byte[4 * 34];
    float[] expected = new float[128];
    for (int block = 0; block < 4; block++) {
      data[block * 34 + 1] = 0x3C; // a scale of 1
      for (int i = 0; i < 32; i++) {
        data[block * 34 + 2 + i] = (byte) (block * 32 + i - 64);
        expected[block * 32 + i] = block * 32 + i - 64;
      }
    }
    Path file = write(bytes.data(data));
    try (GgufFile opened = GgufFile.open(file)) {
      assertThat(opened.shape("blocks")).containsExactly(2, 64);
      for (int from = 0; from <= 128; from += 3) {
        for (int to = from; to <= 128; to += 5) {
          float[] part = new float[to - from + 2];
          opened.read("blocks", from, FloatBuffer.wrap(part, 1, to - from));
          float[] wanted = new float[part.length];
          System.arraycopy(expected, from, wanted, 1, to - from);
          assertThat(part).isEqualTo(wanted);
        }
      }
    }
  }

  @Test
  void readsTensorsLongerThanOneChunk() throws IOException {
    int size = 100_001;
    GgufBytes data = new GgufBytes();
    for (int i = 0; i < size; i++) {
      data.int32(Float.floatToIntBits(i));
    }
    Path file = write(new GgufBytes().tensor("long", 0, 0, size).data(data.rawBytes()));
    try (GgufFile opened = GgufFile.open(file)) {
      float[] all = MemoryTensors.all(opened, "long");
      assertThat(all[0]).isZero();
      assertThat(all[99_999]).isEqualTo(99_999);
      assertThat(Arrays.stream(toDoubles(all)).sum()).isEqualTo((double) size * (size - 1) / 2);
    }
  }

  private static double[] toDoubles(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }

  @Test
  void keepsToTheFilesOwnAlignment() throws IOException {
    Path file =
        write(
            new GgufBytes()
                .alignment(64)
                .entry("general.alignment", 4, b -> b.int32(64))
                .tensor("a", 0, 0, 1)
                .tensor("b", 0, 64, 1)
                .data(new GgufBytes().int32(0x3F800000).pad(64).int32(0x40000000).rawBytes()));
    try (GgufFile opened = GgufFile.open(file)) {
      assertThat(MemoryTensors.all(opened, "a")).containsExactly(1);
      assertThat(MemoryTensors.all(opened, "b")).containsExactly(2);
    }
  }

  @Test
  void listsTensorsOfUnknownTypesAndRefusesTheirNumbers() throws IOException {
    Path file = write(new GgufBytes().tensor("q4", 2, 0, 32).data(new byte[18]));
    try (GgufFile opened = GgufFile.open(file)) {
      assertThat(opened.tensors())
          .singleElement()
          .satisfies(
              tensor -> {
                assertThat(tensor.typeCode()).isEqualTo(2);
                assertThat(tensor.type()).isEmpty();
                assertThat(tensor.size()).isEqualTo(32);
              });
      assertThatThrownBy(() -> opened.read("q4", 0, FloatBuffer.allocate(1)))
          .isInstanceOf(ModelFormatException.class)
          .hasMessage(
              file + ": tensor \"q4\": its numbers are of ggml's type 2, which cannot be read");
    }
  }

  @Test
  void namesWhatIsNotThere() throws IOException {
    Path file = write(new GgufBytes().tensor("a", 0, 0, 2).data(new byte[8]));
    try (GgufFile opened = GgufFile.open(file)) {
      assertThatThrownBy(() -> opened.shape("b"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(file + " has no tensor \"b\"");
      assertThatThrownBy(() -> opened.read("a", 1, FloatBuffer.allocate(2)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("2 numbers from 1 on are not all within tensor a, which has 2");
      assertThatThrownBy(() -> opened.read("a", -1, FloatBuffer.allocate(2)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void saysSoIfTheFileWasCutSinceItWasOpened() throws IOException {
    Path file = write(new GgufBytes().tensor("a", 0, 0, 2).data(new byte[8]));
    try (GgufFile opened = GgufFile.open(file)) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(Files.size(file) - 1);
      }
      assertThatThrownBy(() -> opened.read("a", 0, FloatBuffer.allocate(2)))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("tensor \"a\": the file ends at byte")
          .hasMessageContaining("was longer when it was opened");
    }
  }
}

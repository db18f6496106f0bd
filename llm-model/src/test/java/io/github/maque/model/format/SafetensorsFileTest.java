package io.github.maque.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SafetensorsFileTest {
  @TempDir private Path directory;

  @Test
  void readsWhatTheFormatDocumentDescribes() throws IOException {
    byte[] data =
        ByteBuffer.allocate(16)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putFloat(1.5f)
            .putFloat(-2.25f)
            .putShort((short) 0x3FC0) // 1.5 in bfloat16
            .putShort((short) 0xC010) // −2.25
            .putShort((short) 0x3E00) // 1.5 in half precision
            .putShort((short) 0xC080) // −2.25
            .array();
    String header =
        "{\"__metadata__\":{\"format\":\"pt\",\"note\":\"麻雀\"},"
            + SafetensorsBytes.tensor("half", "F16", "[2,1]", 12, 16)
            + ","
            + SafetensorsBytes.tensor("brain", "BF16", "[2]", 8, 12)
            + ","
            + SafetensorsBytes.tensor("single", "F32", "[1,2]", 0, 8)
            + "}   ";

    try (SafetensorsFile file = open(SafetensorsBytes.of(header, data))) {
      assertThat(file.names()).containsExactly("single", "brain", "half");
      assertThat(file.metadata()).containsEntry("format", "pt").containsEntry("note", "麻雀");
      assertThat(file.shape("single")).containsExactly(1, 2);
      assertThat(file.shape("half")).containsExactly(2, 1);
      assertThat(file.type("brain")).isEqualTo("BF16");
      for (String name : file.names()) {
        assertThat(MemoryTensors.all(file, name)).containsExactly(1.5f, -2.25f);
      }
    }
  }

  @Test
  void writesTheseBytes() throws IOException {
    MemoryTensors tensors =
        new MemoryTensors().put("b", List.of(1L, 2L), 1.5f, -2.25f).put("a", List.of(), 3f);
    Path path = directory.resolve("model.safetensors");
    SafetensorsFile.write(path, tensors, WeightType.BFLOAT16);

    String header =
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + SafetensorsBytes.tensor("b", "BF16", "[1,2]", 0, 4)
            + ","
            + SafetensorsBytes.tensor("a", "BF16", "[]", 4, 6)
            + "}";
    byte[] data = {(byte) 0xC0, 0x3F, 0x10, (byte) 0xC0, 0x40, 0x40};
    String padded = header + " ".repeat(-header.length() & 7);
    assertThat(Files.readAllBytes(path)).isEqualTo(SafetensorsBytes.of(padded, data));
  }

  @ParameterizedTest
  @EnumSource(WeightType.class)
  void whatIsWrittenIsReadAgainInAnyPart(WeightType type) throws IOException {
    SplittableRandom random = new SplittableRandom(11);
    MemoryTensors tensors =
        new MemoryTensors()
            .putRandom(random, "matrix", 37, 211)
            .putRandom(random, "empty", 0, 5)
            .putRandom(random, "odd", 3)
            .putRandom(random, "single")
            .putRandom(random, "large", 300_001);
    Path path = directory.resolve("model.safetensors");
    SafetensorsFile.write(path, tensors, type);

    for (int segmentBytes : new int[] {MappedBytes.SEGMENT_BYTES, 4096, 1021}) {
      try (SafetensorsFile file = SafetensorsFile.open(path, segmentBytes)) {
        assertThat(file.names()).containsExactlyElementsOf(tensors.names());
        for (String name : tensors.names()) {
          assertThat(file.shape(name)).isEqualTo(tensors.shape(name));
          float[] expected = rounded(tensors.values(name), type);
          assertThat(MemoryTensors.all(file, name)).isEqualTo(expected);
          for (int i = 0; i < 20 && expected.length > 0; i++) {
            int from = random.nextInt(expected.length);
            int length = random.nextInt(Math.min(9000, expected.length - from) + 1);
            FloatBuffer part = ByteBuffer.allocateDirect(4 * length).asFloatBuffer();
            file.read(name, from, part);
            for (int j = 0; j < length; j++) {
              assertThat(part.get(j)).isEqualTo(expected[from + j]);
            }
          }
        }
      }
    }
  }

  @Test
  void equalTensorsGiveEqualBytes() throws IOException {
    MemoryTensors tensors = new MemoryTensors().putRandom(new SplittableRandom(1), "x", 10, 10);
    SafetensorsFile.write(directory.resolve("one"), tensors, WeightType.FLOAT16);
    SafetensorsFile.write(directory.resolve("two"), tensors, WeightType.FLOAT16);
    assertThat(directory.resolve("one")).hasSameBinaryContentAs(directory.resolve("two"));
  }

  @Test
  void aFileThatCannotBeWrittenLeavesTheOldOne() throws IOException {
    Path path = directory.resolve("model.safetensors");
    MemoryTensors good = new MemoryTensors().put("x", List.of(1L), 1f);
    SafetensorsFile.write(path, good, WeightType.FLOAT16);
    byte[] before = Files.readAllBytes(path);

    MemoryTensors large = new MemoryTensors().put("x", List.of(2L), 1f, 70_000f);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SafetensorsFile.write(path, large, WeightType.FLOAT16))
        .withMessage("number 1 of x must fit into FLOAT16, got 70000.0");
    assertThat(Files.readAllBytes(path)).isEqualTo(before);
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(path);
    }
  }

  @Test
  void infiniteNumbersAreWrittenAsTheyAre() throws IOException {
    Path path = directory.resolve("model.safetensors");
    float[] odd = {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, -0f};
    for (WeightType type : WeightType.values()) {
      SafetensorsFile.write(path, new MemoryTensors().put("x", List.of(4L), odd), type);
      try (SafetensorsFile file = SafetensorsFile.open(path)) {
        assertThat(MemoryTensors.all(file, "x")).isEqualTo(odd);
      }
    }
  }

  @Test
  void refusesWhatIsNotThere() throws IOException {
    Path path = directory.resolve("model.safetensors");
    SafetensorsFile.write(
        path, new MemoryTensors().put("x", List.of(3L), 1f, 2f, 3f), WeightType.FLOAT32);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> file.shape("y"))
          .withMessageContaining("there is no tensor y in " + path);
      for (long from : new long[] {-1, 2, Long.MAX_VALUE, Long.MIN_VALUE}) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> file.read("x", from, FloatBuffer.allocate(2)))
            .withMessageContaining("are not all within tensor x, which has 3");
      }
    }
  }

  @Test
  void refusesNumbersThatAreNoFloats() throws IOException {
    String header = "{" + SafetensorsBytes.tensor("ids", "I64", "[1]", 0, 8) + "}";
    try (SafetensorsFile file = open(SafetensorsBytes.of(header, new byte[8]))) {
      assertThat(file.type("ids")).isEqualTo("I64");
      assertThatThrownBy(() -> file.read("ids", 0, FloatBuffer.allocate(1)))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("tensor ids: its type I64 is not supported");
    }
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "does not cut files that are mapped")
  void aFileCutShortWhileItIsOpenIsAnExceptionAndNoCrash() throws IOException {
    Path path = directory.resolve("model.safetensors");
    int size = 4 << 20;
    SafetensorsFile.write(
        path,
        new MemoryTensors().putRandom(new SplittableRandom(3), "x", size),
        WeightType.FLOAT32);
    try (SafetensorsFile file = SafetensorsFile.open(path);
        FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() / 2 - 2);
      assertThatThrownBy(() -> file.read("x", 0, FloatBuffer.allocate(size)))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("the file ends here");
      FloatBuffer stillThere = FloatBuffer.allocate(1000);
      file.read("x", 0, stillThere);
      assertThat(stillThere.hasRemaining()).isFalse();
    }
  }

  @Test
  void nothingCanBeReadOnceItIsClosed() throws IOException {
    Path path = directory.resolve("model.safetensors");
    SafetensorsFile.write(path, new MemoryTensors().put("x", List.of(1L), 1f), WeightType.FLOAT32);
    SafetensorsFile file = SafetensorsFile.open(path);
    file.close();
    assertThatThrownBy(() -> file.read("x", 0, FloatBuffer.allocate(1)))
        .isInstanceOf(ClosedChannelException.class);
  }

  @Test
  void textsInTheHeaderMayNeedEscapes() throws IOException {
    MemoryTensors tensors = new MemoryTensors().put("quote \" \\ \n 麻\u2028", List.of(1L), 1f);
    Path path = directory.resolve("model.safetensors");
    SafetensorsFile.write(path, tensors, WeightType.FLOAT32);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.names()).containsExactlyElementsOf(tensors.names());
    }
    byte[] header = Files.readAllBytes(path);
    assertThat(new String(header, 8, 20, StandardCharsets.UTF_8)).startsWith("{\"__metadata__\"");
  }

  private SafetensorsFile open(byte[] content) throws IOException {
    return SafetensorsFile.open(SafetensorsBytes.write(directory, content));
  }

  private static float[] rounded(float[] values, WeightType type) {
    float[] rounded = values.clone();
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] =
          switch (type) {
            case FLOAT32 -> values[i];
            case BFLOAT16 -> HalfPrecision.fromBfloat16(HalfPrecision.toBfloat16(values[i]));
            case FLOAT16 -> HalfPrecision.fromFloat16(HalfPrecision.toFloat16(values[i]));
          };
    }
    return rounded;
  }
}

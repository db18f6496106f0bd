package io.github.maque.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.maque.model.format.GgufWriter.Tensor;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufWriterTest {
  /** Made with {@code GGUFWriter} of Python's gguf 0.19 from the same entries and tensors. */
  private static final String FILE_OF_GGUF_PY =
      "474755460300000002000000000000000800000000000000140000000000000067656e6572616c2e"
          + "6172636869746563747572650800000005000000000000006c6c616d610500000000000000612e75"
          + "333204000000070000000500000000000000612e663332060000000000003f060000000000000061"
          + "2e626f6f6c07000000010500000000000000612e737472080000000600000000000000e9babbe99b"
          + "800600000000000000612e7374727309000000080000000200000000000000010000000000000078"
          + "00000000000000000500000000000000612e69333209000000050000000200000000000000010000"
          + "00feffffff0600000000000000612e66333273090000000600000002000000000000000000c03f00"
          + "0020c001000000000000006d02000000030000000000000002000000000000000000000000000000"
          + "00000000010000000000000068010000000200000000000000010000002000000000000000000000"
          + "000000000000000000000000000000000000000000000000000000000000803f0000004000004040"
          + "000080400000a0400000000000000000003c00c00000000000000000000000000000000000000000"
          + "0000000000000000";

  @TempDir private Path directory;

  @Test
  void writesTheBytesThatAnotherWriterWrites() throws IOException {
    GgufMetadata metadata = new GgufMetadata();
    metadata.string("general.architecture", "llama");
    metadata.uint32("a.u32", 7);
    metadata.float32("a.f32", 0.5);
    metadata.bool("a.bool", true);
    metadata.string("a.str", "麻雀");
    metadata.strings("a.strs", List.of("x", ""));
    metadata.int32s("a.i32", new int[] {1, -2});
    metadata.float32s("a.f32s", new float[] {1.5f, -2.5f});
    Path file = directory.resolve("golden.gguf");
    GgufWriter.write(
        file,
        metadata,
        List.of(
            tensor("m", GgufTensorType.F32, List.of(2L, 3L), 0, 1, 2, 3, 4, 5),
            tensor("h", GgufTensorType.F16, List.of(2L), 1, -2)));
    assertThat(HexFormat.of().formatHex(Files.readAllBytes(file))).isEqualTo(FILE_OF_GGUF_PY);
  }

  @Test
  void leavesNothingBehindIfTheWeightsCannotBeRead() throws IOException {
    Path file = Files.writeString(directory.resolve("model.gguf"), "what was there before");
    Tensor broken =
        new Tensor(
            "m",
            List.of(1L),
            GgufTensorType.F32,
            (from, into) -> {
              throw new IOException("gone");
            });
    assertThatThrownBy(() -> GgufWriter.write(file, new GgufMetadata(), List.of(broken)))
        .isInstanceOf(IOException.class)
        .hasMessage("gone");
    assertThat(file).hasContent("what was there before");
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void namesTheTensorWhoseNumbersDoNotFitTheType() {
    Tensor large = tensor("m", GgufTensorType.F16, List.of(1L), 1e6f);
    assertThatThrownBy(
            () -> GgufWriter.write(directory.resolve("f"), new GgufMetadata(), List.of(large)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "tensor m cannot be written as F16: 1000000.0 is beyond the range of half precision,"
                + " ±65504");
  }

  private static Tensor tensor(
      String name, GgufTensorType type, List<Long> shape, float... numbers) {
    return new Tensor(
        name,
        shape,
        type,
        (long from, FloatBuffer into) -> into.put(numbers, (int) from, into.remaining()));
  }
}

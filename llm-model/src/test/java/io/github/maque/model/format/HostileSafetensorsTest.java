package io.github.maque.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostileSafetensorsTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 100_000_001, Long.MAX_VALUE, Long.MIN_VALUE, -1, 1L << 32})
  void lengthsNoHeaderHas(long length) throws IOException {
    byte[] file = SafetensorsBytes.withLength(length, "{}".getBytes(StandardCharsets.UTF_8));
    assertRefused(file, "byte 0: the header's length must be in 2…100000000");
  }

  @ParameterizedTest
  @ValueSource(longs = {3, 1000, 100_000_000})
  void headersLongerThanTheFile(long length) throws IOException {
    byte[] file = SafetensorsBytes.withLength(length, "{}".getBytes(StandardCharsets.UTF_8));
    assertRefused(file, "the header should have " + length + " bytes, but only 2 follow");
  }

  @Test
  void filesCutAnywhere() throws IOException {
    Path whole = directory.resolve("whole");
    SafetensorsFile.write(
        whole, new MemoryTensors().put("x", List.of(3L), 1f, 2f, 3f), WeightType.FLOAT32);
    byte[] content = Files.readAllBytes(whole);
    for (int length = 0; length < content.length; length++) {
      assertRefused(Arrays.copyOf(content, length), "");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]                                                       | expected the header to begin with {",
        "{} x                                                     | this is not JSON",
        "{}{}                                                     | this is not JSON",
        "{\"a\":3}                                                | expected an object, found a number",
        "{\"a\":null}                                             | expected an object, found null",
        "{\"a\":{}}                                               | a tensor needs dtype, shape and data_offsets",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}                | a tensor needs dtype, shape and data_offsets",
        "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}            | the name is there twice",
        "{\"a\":{\"scale\":2}}                                    | the field is unknown",
        "{\"a\":{\"dtype\":7}}                                    | expected a string, found a number",
        "{\"a\":{\"shape\":[\"1\"]}}                              | expected a number, found a string",
        "{\"a\":{\"shape\":[-1]}}                                 | expected a whole number",
        "{\"a\":{\"shape\":[1.0]}}                                | expected a whole number",
        "{\"a\":{\"shape\":[1e3]}}                                | expected a whole number",
        "{\"a\":{\"shape\":[9223372036854775808]}}                | expected a whole number",
        "{\"a\":{\"shape\":[NaN]}}                                | this is not JSON",
        "{\"a\":{\"data_offsets\":[0,-8]}}                        | expected a whole number",
        "{\"__metadata__\":{\"a\":1}}                             | expected a string, found a number",
        "{\"__metadata__\":{},\"__metadata__\":{}}                | the name is there twice",
        "{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}             | the name is there twice",
        "{\"\\ud800\":{}}                                         | half a surrogate pair",
        "{'a':{}}                                                 | this is not JSON",
        "{\"a\":{},}                                              | a tensor needs",
      })
  void headersThatAreNone(String header, String problem) throws IOException {
    assertRefused(SafetensorsBytes.of(header, new byte[16]), problem);
  }

  @Test
  void leadingSpace() throws IOException {
    assertRefused(SafetensorsBytes.of(" {}"), "expected the header to begin with {");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "F32  | [2]                                          |  0 |   4 | does not have 4 bytes",
        "F32  | [1]                                          |  0 |   8 | does not have 8 bytes",
        "F32  | [4294967296,4294967296]                      |  0 |   0 | does not have 0 bytes",
        "F32  | [4294967296,4294967296,4]                    |  0 |  16 | does not have 16 bytes",
        "F32  | [999999999999999999,999999999999999999]      |  0 |  16 | does not have 16 bytes",
        "F32  | [0,999999999999999999,999999999999999999]    |  0 |  16 | does not have 16 bytes",
        "F32  | [1099511627776,1099511627776,0]              |  0 |   0 | does not have 0 bytes",
        "F32  | [0,1099511627776,1099511627776]              |  0 |   0 | does not have 0 bytes",
        "F32  | [0]                                          |  0 |   0 | the tensors have 0 bytes, but 16",
        "F32  | [2]                                          |  8 |   0 | a begin and an end behind it",
        "F32  | [2]                                          |  8 |  16 | it begins at 8, but the one before",
        "F32  | [3]                                          |  0 |  12 | the tensors have 12 bytes, but 16",
        "F32  | [5]                                          |  0 |  20 | it ends at 20, but only 16",
        "F31  | [4]                                          |  0 |  16 | the dtype F31 is unknown",
        "f32  | [4]                                          |  0 |  16 | the dtype f32 is unknown",
      })
  void tensorsThatDoNotFit(String type, String shape, long begin, long end, String problem)
      throws IOException {
    String header = "{" + SafetensorsBytes.tensor("a", type, shape, begin, end) + "}";
    assertRefused(SafetensorsBytes.of(header, new byte[16]), problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"[0]", "[4294967296,0]", "[0,2305843009213693951]", "[0,0,0]", "[7,0,9]"})
  void tensorsWithoutNumbersHaveASize(String shape) throws IOException {
    String header = "{" + SafetensorsBytes.tensor("a", "F32", shape, 0, 0) + "}";
    Path path = SafetensorsBytes.write(directory, SafetensorsBytes.of(header));
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.size("a")).isZero();
      assertThat(MemoryTensors.all(file, "a")).isEmpty();
    }
  }

  @Test
  void tensorsThatOverlapOrLeaveAGap() throws IOException {
    for (long begin : new long[] {4, 12}) {
      String header =
          "{"
              + SafetensorsBytes.tensor("a", "F32", "[2]", 0, 8)
              + ","
              + SafetensorsBytes.tensor("b", "F32", "[1]", begin, begin + 4)
              + "}";
      assertRefused(
          SafetensorsBytes.of(header, new byte[16]),
          "tensor b: it begins at " + begin + ", but the one before it ends at 8");
    }
  }

  @Test
  void namesThatComeTwice() throws IOException {
    String header =
        "{"
            + SafetensorsBytes.tensor("a", "F32", "[1]", 0, 4)
            + ","
            + SafetensorsBytes.tensor("a", "F32", "[1]", 4, 8)
            + "}";
    assertRefused(SafetensorsBytes.of(header, new byte[8]), "the name is there twice");
  }

  @Test
  void bytesThatAreNoUtf8() throws IOException {
    byte[] header = {'{', '"', (byte) 0xC3, '"', ':', '{', '}', '}'};
    assertRefused(SafetensorsBytes.of(header), "not valid UTF-8");
    byte[] overlong = {'{', '"', (byte) 0xC0, (byte) 0x80, '"', ':', '{', '}', '}'};
    assertRefused(SafetensorsBytes.of(overlong), "not valid UTF-8");
  }

  @Test
  void deepNesting() throws IOException {
    String deep = "{\"a\":{\"shape\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}}";
    assertRefused(SafetensorsBytes.of(deep), "expected a number, found an array");
    String deepText = "{\"__metadata__\":" + "{\"a\":".repeat(100_000) + "}";
    assertRefused(SafetensorsBytes.of(deepText), "expected a string, found an object");
  }

  @Test
  void changedBytesAreRefusedOrStillMakeSense() throws IOException {
    Path whole = directory.resolve("whole");
    SafetensorsFile.write(
        whole,
        new MemoryTensors().put("x", List.of(3L), 1f, 2f, 3f).put("y", List.of(1L), 4f),
        WeightType.FLOAT32);
    byte[] content = Files.readAllBytes(whole);
    SplittableRandom random = new SplittableRandom(5);
    int opened = 0;
    for (int i = 0; i < 300; i++) {
      byte[] changed = content.clone();
      changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
      Path path = SafetensorsBytes.write(directory, changed);
      try (SafetensorsFile file = SafetensorsFile.open(path)) {
        for (String name : file.names()) {
          assertThat(file.size(name)).isNotNegative();
          if (file.type(name).equals("F32")) {
            assertThat(MemoryTensors.all(file, name)).hasSize((int) file.size(name));
          }
        }
        opened++;
      } catch (ModelFormatException e) {
        assertThat(e).hasMessageContaining(path.toString());
      }
    }
    assertThat(opened).isBetween(1, 299);
  }

  @Test
  void aHeaderOfTheGreatestLengthIsRead() throws IOException {
    byte[] header = new byte[SafetensorsHeader.MAX_BYTES];
    Arrays.fill(header, (byte) ' ');
    byte[] json =
        ("{" + SafetensorsBytes.tensor("a", "F32", "[1]", 0, 4) + "}")
            .getBytes(StandardCharsets.UTF_8);
    System.arraycopy(json, 0, header, 0, json.length);
    ByteBuffer file = ByteBuffer.allocate(8 + header.length + 4).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(header.length).put(header).putFloat(42f);
    Path path = SafetensorsBytes.write(directory, file.array());
    try (SafetensorsFile opened = SafetensorsFile.open(path)) {
      assertThat(MemoryTensors.all(opened, "a")).containsExactly(42f);
    }
  }

  private void assertRefused(byte[] content, String problem) throws IOException {
    Path path = SafetensorsBytes.write(directory, content);
    assertThatThrownBy(() -> SafetensorsFile.open(path).close())
        .isInstanceOf(ModelFormatException.class)
        .hasMessageStartingWith(path + ": ")
        .hasMessageContaining(problem);
  }
}

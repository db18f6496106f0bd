package io.github.maque.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShardedSafetensorsTest {
  private static final String INDEX = "model.safetensors.index.json";

  @TempDir private Path directory;

  private final MemoryTensors tensors = new MemoryTensors();

  @BeforeEach
  void makeTensors() {
    SplittableRandom random = new SplittableRandom(9);
    tensors.putRandom(random, "b", 10, 10).putRandom(random, "a", 50).putRandom(random, "c", 300);
    tensors.putRandom(random, "d", 25).putRandom(random, "e", 25);
  }

  @ParameterizedTest
  @CsvSource({
    "1,    5", // a file each
    "200,  4", // b, a, c, d and e
    "600,  3", // b and a, c, d and e
    "900,  2", // b, a and c, d and e
    "1000, 1",
  })
  void filesHoldAsMuchAsTheyMay(long maxBytes, int files) throws IOException {
    ShardedSafetensors.write(directory, tensors, WeightType.BFLOAT16, maxBytes);
    List<Path> shards = list(".safetensors");
    assertThat(shards).hasSize(files);
    if (files == 1) {
      assertThat(list(".json")).isEmpty();
      return;
    }
    assertThat(shards.get(0).getFileName())
        .hasToString("model-00001-of-0000" + files + ".safetensors");
    try (ShardedSafetensors opened = ShardedSafetensors.open(directory.resolve(INDEX))) {
      assertThat(opened.names()).containsExactlyInAnyOrderElementsOf(tensors.names());
      for (String name : tensors.names()) {
        assertThat(opened.shape(name)).isEqualTo(tensors.shape(name));
        assertThat(opened.type(name)).isEqualTo("BF16");
        float[] values = tensors.values(name).clone();
        for (int i = 0; i < values.length; i++) {
          values[i] = HalfPrecision.fromBfloat16(HalfPrecision.toBfloat16(values[i]));
        }
        assertThat(MemoryTensors.all(opened, name)).isEqualTo(values);
      }
      assertThatIllegalArgumentException()
          .isThrownBy(() -> opened.shape("z"))
          .withMessageContaining("there is no tensor z in");
    }
    for (Path shard : shards) {
      try (SafetensorsFile file = SafetensorsFile.open(shard)) {
        long bytes = file.names().stream().mapToLong(name -> 2 * file.size(name)).sum();
        assertThat(bytes <= maxBytes || file.names().size() == 1).isTrue();
      }
    }
  }

  @Test
  void theIndexSaysWhichTensorIsWhere() throws IOException {
    ShardedSafetensors.write(directory, tensors, WeightType.BFLOAT16, 600);
    assertThat(directory.resolve(INDEX))
        .hasContent(
            """
            {
              "metadata": {
                "total_size": 1000
              },
              "weight_map": {
                "a": "model-00001-of-00003.safetensors",
                "b": "model-00001-of-00003.safetensors",
                "c": "model-00002-of-00003.safetensors",
                "d": "model-00003-of-00003.safetensors",
                "e": "model-00003-of-00003.safetensors"
              }
            }
            """);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../model.safetensors",
        "/etc/model.safetensors",
        "sub/model.safetensors",
        "sub\\\\model.safetensors",
        "C:model.safetensors",
        "a\\u0000.safetensors",
        "..",
        "",
        "model.bin",
      })
  void namesThatLeadElsewhere(String name) throws IOException {
    writeIndex("{\"weight_map\": {\"a\": \"" + name + "\"}}");
    assertRefused("tensor a: expected the name of a .safetensors file in the same directory");
  }

  @Test
  void filesThatAreMissingOrLackATensor() throws IOException {
    writeIndex("{\"weight_map\": {\"a\": \"other.safetensors\"}}");
    assertRefused("tensor a: the file other.safetensors it is in is missing");
    SafetensorsFile.write(directory.resolve("other.safetensors"), tensors, WeightType.FLOAT32);
    writeIndex("{\"weight_map\": {\"a\": \"other.safetensors\", \"z\": \"other.safetensors\"}}");
    assertRefused("tensor z: it should be in other.safetensors, but is not");
    Files.createDirectory(directory.resolve("folder.safetensors"));
    writeIndex("{\"weight_map\": {\"a\": \"folder.safetensors\"}}");
    assertRefused("tensor a: the file folder.safetensors it is in is missing");
  }

  /** Where file names are ASCII, as in a process whose language is C. */
  @Test
  void namesThatNoFileCanHave() throws Exception {
    writeIndex("{\"weight_map\": {\"a\": \"m\\u00e9.safetensors\"}}");
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-Dfile.encoding=UTF-8",
            "-cp",
            System.getProperty("java.class.path"),
            Opening.class.getName(),
            directory.resolve(INDEX).toString());
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    try (InputStream output = process.getInputStream()) {
      String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(text).isZero();
    }
  }

  /** Ends with a trace and the exit value 1 if an index is not refused as it should be. */
  static final class Opening {
    private Opening() {}

    public static void main(String[] arguments) {
      assertThatThrownBy(() -> ShardedSafetensors.open(Path.of(arguments[0])))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageStartingWith(
              arguments[0] + ": tensor a: the file m\u00e9.safetensors it is in");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "{\"weight_map\": 3}",
        "{\"weight_map\": [\"a\"]}",
        "{\"weight_map\": {\"a\": 3}}",
        "{\"weight_map\": {\"a\": null}}",
        "{\"weight_map\": {\"a\": {\"b\": {}}}}",
        "{\"weight_map\": {\"a\": \"x.safetensors\", \"a\": \"y.safetensors\"}}",
        "{\"weight_map\": {\"a\": \"x.safe",
      })
  void indexesThatAreNone(String json) throws IOException {
    writeIndex(json);
    assertRefused("");
  }

  @Test
  void damageInAFileIsReportedWithItsName() throws IOException {
    ShardedSafetensors.write(directory, tensors, WeightType.BFLOAT16, 600);
    Path shard = list(".safetensors").get(1);
    Files.write(shard, new byte[] {1, 2, 3});
    assertThatThrownBy(() -> ShardedSafetensors.open(directory.resolve(INDEX)))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageStartingWith(shard.toString());
  }

  private void writeIndex(String json) throws IOException {
    Files.writeString(directory.resolve(INDEX), json);
  }

  private void assertRefused(String problem) {
    Path index = directory.resolve(INDEX);
    assertThatThrownBy(() -> ShardedSafetensors.open(index))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageStartingWith(index + ": ")
        .hasMessageContaining(problem);
  }

  private List<Path> list(String extension) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(extension)).sorted().toList();
    }
  }
}

package io.github.maque.model.format;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Opens anything as a GGUF file and reads all that is in it. Fuzzed for a few seconds in the build;
 * for ten minutes:
 *
 * <pre>{@code
 * ./mvnw -pl llm-model -am test -Dtest=GgufFileFuzzTest -Dfuzz.seconds=600 -Dfuzz.seed=0
 * }</pre>
 *
 * <p>It begins with the files in {@code src/test/resources}, in the directory {@code
 * GgufFileFuzzTestInputs} of this package; what has broken the reader once belongs there.
 */
class GgufFileFuzzTest {
  @FuzzTest
  void read(byte[] input) throws IOException {
    Path file = Files.createTempFile("fuzz", ".gguf");
    try {
      Files.write(file, input);
      try (GgufFile opened = GgufFile.open(file)) {
        for (GgufTensor tensor : opened.tensors()) {
          if (tensor.type().isPresent()) {
            opened.read(tensor.name(), 0, FloatBuffer.allocate((int) tensor.size()));
          }
        }
        if (opened.metadata().toString().isEmpty()) {
          throw new AssertionError("a map has braces");
        }
      }
    } catch (ModelFormatException e) {
      // as promised
    } finally {
      Files.delete(file);
    }
  }
}

package io.github.maque.model.format;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;

/**
 * Fuzzed for a few seconds in the build. For ten minutes:
 *
 * <pre>{@code
 * ./mvnw -pl llm-model -am test -Dtest=SafetensorsHeaderFuzzTest -Dfuzz.seconds=600 -Dfuzz.seed=0
 * }</pre>
 */
class SafetensorsHeaderFuzzTest {
  private static final int DATA_BYTES = 16;

  @FuzzTest
  void parse(byte[] json) throws IOException {
    SafetensorsHeader header;
    try {
      header = SafetensorsHeader.parse(json, "x", DATA_BYTES);
    } catch (ModelFormatException e) {
      return; // as promised
    }
    long filled = 0;
    for (SafetensorsHeader.Tensor tensor : header.tensors().values()) {
      if (tensor.begin() != filled || tensor.end() < filled || tensor.size() < 0) {
        throw new AssertionError(header.toString());
      }
      filled = tensor.end();
    }
    if (filled != DATA_BYTES
        || !SafetensorsHeader.parse(header.format(), "x", DATA_BYTES).equals(header)) {
      throw new AssertionError(header.toString());
    }
  }
}

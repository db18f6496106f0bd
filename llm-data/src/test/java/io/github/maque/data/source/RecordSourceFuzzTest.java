package io.github.maque.data.source;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.maque.data.MalformedDataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Reads anything as a file of any format. Fuzzed for a few seconds in the build; for ten minutes:
 *
 * <pre>{@code
 * ./mvnw -pl llm-data test -Dtest=RecordSourceFuzzTest -Dfuzz.seconds=600 -Dfuzz.seed=0
 * }</pre>
 *
 * <p>The first byte chooses the format. It begins with the files in {@code src/test/resources}, in
 * the directory {@code RecordSourceFuzzTestInputs} of this package; what has broken a reader once
 * belongs there.
 */
class RecordSourceFuzzTest {
  private static final List<RecordFormat<?>> FORMATS =
      List.of(
          RecordFormat.json("a", "b.c", "/d/0"),
          RecordFormat.jsonValues("any", (value, location) -> value),
          RecordFormat.lines(),
          RecordFormat.paragraphs(),
          RecordFormat.separatedBy("<|e|>"),
          RecordFormat.wholeFiles());

  @FuzzTest
  void read(byte[] input) throws IOException {
    if (input.length == 0) {
      return;
    }
    RecordFormat<?> format = FORMATS.get((input[0] & 0xFF) % FORMATS.size());
    Path file = Files.createTempFile("fuzz", "");
    try {
      Files.write(file, Arrays.copyOfRange(input, 1, input.length));
      RecordSource.of(format, file)
          .limits(new ReadLimits(1 << 10, 1e6, 1 << 20, 100))
          .forEach(record -> {});
    } catch (MalformedDataException e) {
      // as promised
    } finally {
      Files.delete(file);
    }
  }
}

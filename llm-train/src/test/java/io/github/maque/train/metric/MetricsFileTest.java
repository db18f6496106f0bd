package io.github.maque.train.metric;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.maque.data.MalformedDataException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetricsFileTest {
  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = directory.resolve("run/metrics.jsonl");
  }

  @Test
  void readsBackWhatWasWritten() throws IOException {
    HistoryRecorder expected = new HistoryRecorder();
    try (MetricsFile metrics = MetricsFile.open(file, 0)) {
      for (TrainingListener listener : List.of(metrics, expected)) {
        listener.started(Runs.description(1));
        listener.evaluated(Runs.evaluation(0, 10.5, "\"q\\uote\"\n\t\u2028", Runs.CHINESE));
        listener.stepped(strange(1, Double.NaN, Double.POSITIVE_INFINITY));
        listener.stepped(strange(2, Double.NEGATIVE_INFINITY, Double.MAX_VALUE));
        listener.stepped(strange(Long.MAX_VALUE, Double.MIN_VALUE, -0.0));
        listener.evaluated(
            new Evaluation(
                2,
                1e300,
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                7,
                false,
                0.1,
                Map.of(),
                List.of()));
        listener.saved(Runs.checkpoint(2));
        for (Warning.Kind kind : Warning.Kind.values()) {
          listener.warned(new Warning(2, kind, Runs.CHINESE + "<&'"));
        }
        listener.ended(new RunEnd(RunEnd.Reason.FAILED, 2, 99, 1.25, "disk\nfull"));
      }
    }

    assertThat(MetricsFile.read(file)).isEqualTo(expected.history());
  }

  @Test
  void keepsEveryBitOfNumbers() throws IOException {
    Random random = new Random(5);
    double[] losses = random.longs(500).mapToDouble(Double::longBitsToDouble).toArray();
    try (MetricsFile metrics = MetricsFile.open(file, 0)) {
      for (int i = 0; i < losses.length; i++) {
        metrics.stepped(Runs.step(i + 1, losses[i], false));
      }
    }

    // Compared as doubles: all NaN are one.
    assertThat(MetricsFile.read(file).steps().stream().mapToDouble(StepMetrics::loss))
        .containsExactly(Arrays.stream(losses).boxed().toArray(Double[]::new));
  }

  @Test
  void writesOneObjectALineThatOthersCanRead() throws IOException {
    try (MetricsFile metrics = MetricsFile.open(file, 0)) {
      metrics.stepped(strange(3, Double.NaN, 0.5));

      // Not closed yet: each line is there at once.
      List<String> lines = Files.readAllLines(file, UTF_8);
      assertThat(lines).hasSize(1);
      JsonObject line = JsonParser.parseString(lines.get(0)).getAsJsonObject();
      assertThat(line.get("event").getAsString()).isEqualTo("step");
      assertThat(line.get("step").getAsLong()).isEqualTo(3);
      assertThat(line.get("loss").getAsString()).isEqualTo("NaN");
      assertThat(line.get("gradient_norm").getAsDouble()).isEqualTo(0.5);
      assertThat(line.getAsJsonObject("others").get("准确").getAsDouble()).isEqualTo(0.1);
    }
  }

  @Test
  void equalRunsDifferOnlyInMeasuredFields() throws IOException {
    StepMetrics once = new StepMetrics(1, 9, 2, 3, 4, false, 1, 0.5, 100, 0.4, 7, Map.of("a", 1.0));
    StepMetrics again = new StepMetrics(1, 9, 2, 3, 4, false, 1, 0.6, 90, 0.3, 8, Map.of("a", 1.0));
    JsonObject first = JsonParser.parseString(MetricsLine.of(once)).getAsJsonObject();
    JsonObject second = JsonParser.parseString(MetricsLine.of(again)).getAsJsonObject();

    assertThat(first).isNotEqualTo(second);
    MetricsFile.MEASURED_FIELDS.forEach(first::remove);
    MetricsFile.MEASURED_FIELDS.forEach(second::remove);
    assertThat(first).isEqualTo(second);
    assertThat(first.keySet())
        .contains("event", "step", "tokens", "loss", "learning_rate", "gradient_norm", "skipped");
  }

  @Test
  void aRunKilledInAnyLineHasTheHistoryOfAnUninterruptedOne() throws IOException {
    writeRun(1, 0);
    byte[] whole = Files.readAllBytes(file);
    RunHistory uninterrupted = MetricsFile.read(file);
    for (int length : cuts(whole)) {
      Files.write(file, Arrays.copyOf(whole, length));
      long lastStep = checkpointed(MetricsFile.read(file));

      writeRun(lastStep + 1, lastStep);

      RunHistory resumed = MetricsFile.read(file);
      assertThat(resumed.steps()).isEqualTo(uninterrupted.steps());
      assertThat(resumed.evaluations()).isEqualTo(uninterrupted.evaluations());
      assertThat(resumed.checkpoints()).isEqualTo(uninterrupted.checkpoints());
      assertThat(resumed.warnings()).isEqualTo(uninterrupted.warnings());
      assertThat(resumed.end()).isEqualTo(uninterrupted.end());
      assertThat(resumed.parts())
          .hasSizeBetween(1, 2)
          .last()
          .isEqualTo(Runs.description(lastStep + 1));
    }
  }

  /** Before each line, after its first byte, in its middle, before and after its end. */
  private static int[] cuts(byte[] lines) {
    TreeSet<Integer> cuts = new TreeSet<>();
    int start = 0;
    for (int end = 0; end < lines.length; end++) {
      if (lines[end] == '\n') {
        cuts.addAll(List.of(start, start + 1, (start + end) / 2, end, end + 1));
        start = end + 1;
      }
    }
    return cuts.stream().mapToInt(Integer::intValue).toArray();
  }

  private static long checkpointed(RunHistory history) {
    return history.checkpoints().stream().mapToLong(SavedCheckpoint::step).max().orElse(0);
  }

  /** Six updates with something of everything, a checkpoint of the second told after the third. */
  private void writeRun(long firstStep, long lastStep) throws IOException {
    try (MetricsFile metrics = MetricsFile.open(file, lastStep)) {
      metrics.started(Runs.description(firstStep));
      if (firstStep == 1) {
        metrics.evaluated(Runs.evaluation(0, 9, Runs.CHINESE, "."));
      }
      for (long step = firstStep; step <= 6; step++) {
        metrics.stepped(Runs.step(step, 5.0 / step, step == 4));
        if (step == 3 && firstStep == 1) {
          metrics.saved(Runs.checkpoint(2));
        }
        if (step == 4) {
          metrics.warned(new Warning(4, Warning.Kind.SPIKE, "很高"));
        }
        if (step % 2 == 0) {
          metrics.evaluated(Runs.evaluation(step, 6.0 / step, Runs.CHINESE, "!"));
        }
        if (step == 4) {
          metrics.saved(Runs.checkpoint(4));
        }
      }
      metrics.ended(Runs.end(RunEnd.Reason.COMPLETED, 6));
    }
  }

  @Test
  void aStoppedRunKeepsItsLinesToTheByte() throws IOException {
    writeRun(1, 0);
    byte[] whole = Files.readAllBytes(file);

    MetricsFile.open(file, 6).close();

    assertThat(file).hasBinaryContent(whole);
    assertThat(file.getParent()).isDirectoryContaining("glob:**metrics.jsonl");
    assertThat(file.getParent().toFile().list()).hasSize(1);
  }

  @Test
  void aRunThatBeginsLeavesNothingOfAnotherBehind() throws IOException {
    writeRun(1, 0);
    MetricsFile.open(file, 0).close();
    assertThat(file).isEmptyFile();
  }

  @Test
  void goesOnWithoutAFile() throws IOException {
    try (MetricsFile metrics = MetricsFile.open(file, 3)) {
      metrics.stepped(Runs.step(4, 1, false));
    }
    assertThat(MetricsFile.read(file).steps()).hasSize(1);
  }

  @Test
  void isClosedAtTheEndAndMayBeClosedAgain() throws IOException {
    MetricsFile metrics = MetricsFile.open(file, 0);
    metrics.ended(Runs.end(RunEnd.Reason.STOPPED, 1));
    assertThatThrownBy(() -> metrics.stepped(Runs.step(2, 1, false)))
        .isInstanceOf(UncheckedIOException.class);
    metrics.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{\"event\":\"step\",\"step\":1",
        "{\"event\":\"step\",\"step\":1} {}",
        "{'event':'end'}",
        "{\"event\":\"dance\",\"step\":1}",
        "{\"step\":1}",
        "{\"event\":\"warning\",\"step\":1.5,\"kind\":\"SPIKE\",\"message\":\"\"}",
        "{\"event\":\"warning\",\"step\":1e999999999,\"kind\":\"SPIKE\",\"message\":\"\"}",
        "{\"event\":\"warning\",\"step\":1,\"kind\":\"STORM\",\"message\":\"\"}",
        "{\"event\":\"warning\",\"step\":1,\"kind\":\"SPIKE\",\"message\":null}",
      })
  void namesFileAndLineOfWhatIsNoEvent(String line) throws IOException {
    writeRun(1, 0);
    long lines = Files.readAllLines(file, UTF_8).size();
    Files.writeString(file, line + "\n", StandardOpenOption.APPEND);
    byte[] before = Files.readAllBytes(file);

    assertThatThrownBy(() -> MetricsFile.read(file))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining(file + ": line " + (lines + 1) + ": ");
    assertThat(file).hasBinaryContent(before);
  }

  @Test
  void saysWhichFieldIsWrong() throws IOException {
    try (MetricsFile metrics = MetricsFile.open(file, 0)) {
      metrics.stepped(Runs.step(1, 2.5, false));
    }
    Files.writeString(file, Files.readString(file).replace("2.5", "\"two\""));

    assertThatThrownBy(() -> MetricsFile.read(file))
        .hasMessageEndingWith("line 1: \"loss\" must be a number, got \"two\"");
  }

  @Test
  void aDamagedFileIsLeftAsItIs() throws IOException {
    Files.createDirectories(file.getParent());
    Files.write(file, new byte[] {'{', (byte) 0xff, '}', '\n'});

    assertThatThrownBy(() -> MetricsFile.open(file, 1))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("line 1: expected UTF-8");
    assertThat(file).hasBinaryContent(new byte[] {'{', (byte) 0xff, '}', '\n'});
    assertThat(file.getParent().toFile().list()).hasSize(1);
  }

  private static StepMetrics strange(long step, double loss, double norm) {
    return new StepMetrics(
        step, 1L << 60, loss, 1e-310, norm, true, 65536, 0.1, 1e9, 0.3, 5, Map.of("准确", 0.1));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void linesThatCannotBeWrittenAreKeptAndToldAtTheEnd() throws IOException {
    MetricsFile metrics = MetricsFile.open(Path.of("/dev/full"), 0);
    metrics.stepped(Runs.step(1, 1, false));
    metrics.stepped(Runs.step(2, 1, false));
    assertThatThrownBy(metrics::close)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("could not be written");
  }
}

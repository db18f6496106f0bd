package io.github.maque.train.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.maque.train.metric.EventRecords.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardFileTest {
  private static final int STEP = 2;
  private static final int FILE_VERSION = 3;
  private static final int SUMMARY = 5;
  private static final int SESSION_LOG = 7;

  @TempDir Path directory;

  @Test
  void theReadersChecksumIsThePublishedOne() {
    // The check value of CRC-32C.
    assertThat(EventRecords.castagnoli("123456789".getBytes(StandardCharsets.US_ASCII)))
        .isEqualTo(0xe3069283);
  }

  @Test
  void beginsWithItsVersionAndWhereTheRunGoesOn() throws IOException {
    List<Message> events = events(file -> file.started(Runs.description(7)));

    assertThat(events.get(0).text(FILE_VERSION)).isEqualTo("brain.Event:2");
    assertThat((double) events.get(0).value(1))
        .isCloseTo(System.currentTimeMillis() / 1000.0, within(60.0));
    // A session that starts at step 7 makes readers forget steps from 7 of earlier files.
    assertThat(events.get(1).value(STEP)).isEqualTo(7L);
    assertThat(events.get(1).message(SESSION_LOG).value(1)).isEqualTo(1L);
    assertText(
        events.get(2).message(SUMMARY).messages(1).get(0),
        "configuration",
        "    model: \"小\"\n    rate: 3.0e-4 # <peak>\n");
  }

  @Test
  void stepsAreScalars() throws IOException {
    StepMetrics step =
        new StepMetrics(
            1L << 40, 9, 1.5, 3e-4, 0.25, false, 1, 2, 12345, 0.5, 1L << 33, Map.of("reward", 2.0));
    List<Message> events = events(file -> file.stepped(step));

    assertThat(events).hasSize(2);
    assertThat(events.get(1).value(STEP)).isEqualTo(1L << 40);
    assertThat(scalars(events.get(1)))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "loss/train", 1.5f,
                "learning_rate", 3e-4f,
                "gradient_norm", 0.25f,
                "tokens_per_second", 12345f,
                "utilization", 0.5f,
                "memory", (float) (1L << 33),
                "figures/reward/train", 2f));
  }

  @Test
  void whatIsNotKnownIsNotThere() throws IOException {
    List<Message> events =
        events(
            file -> {
              file.stepped(Runs.step(1, Double.NaN, true));
              file.evaluated(
                  new Evaluation(
                      1,
                      Double.NaN,
                      OptionalDouble.empty(),
                      OptionalDouble.of(Double.NaN),
                      1,
                      true,
                      1,
                      Map.of("reward", 0.25, "none", Double.NaN),
                      List.of()));
            });

    assertThat(scalars(events.get(1)))
        .containsEntry("loss/train", Float.NaN)
        .doesNotContainKeys("utilization", "memory");
    assertThat(scalars(events.get(2))).containsOnly(Map.entry("figures/reward/validation", 0.25f));
  }

  @Test
  void evaluationsAreScalarsAndTexts() throws IOException {
    Evaluation evaluation =
        new Evaluation(
            300,
            Math.log(8),
            OptionalDouble.of(8),
            OptionalDouble.of(0.75),
            10,
            true,
            1,
            Map.of(),
            List.of(
                new Evaluation.Sample(Runs.CHINESE, "<b>a*b*</b>\n\n    # c"),
                new Evaluation.Sample("", "小")));
    List<Message> events = events(file -> file.evaluated(evaluation));

    List<Message> values = events.get(1).message(SUMMARY).messages(1);
    assertThat(values).hasSize(5);
    Map<String, Float> scalars = scalars(events.get(1));
    assertThat(scalars).containsOnlyKeys("loss/validation", "perplexity", "bits_per_byte");
    assertThat(scalars.get("perplexity")).isCloseTo(8f, within(1e-5f));
    assertThat(scalars.get("bits_per_byte")).isEqualTo(0.75f);
    String space = "&#160;".repeat(4);
    assertText(
        values.get(3),
        "samples/1",
        "> "
            + Runs.CHINESE
            + "\n\n&#60;b&#62;a&#42;b&#42;&#60;&#47;b&#62;  \n  \n"
            + space
            + "&#35; c");
    assertText(values.get(4), "samples/2", "小");
  }

  @Test
  void eachPartOfARunHasAFileOfItsOwn() throws IOException {
    try (TensorBoardFile first = TensorBoardFile.create(directory);
        TensorBoardFile second = TensorBoardFile.create(directory)) {
      assertThat(first.file()).isNotEqualTo(second.file());
      assertThat(first.file().getFileName().toString())
          .matches(
              "events\\.out\\.tfevents\\.\\d{10}\\.[A-Za-z0-9-]+\\."
                  + ProcessHandle.current().pid()
                  + "\\.\\d+");
    }
  }

  @Test
  void isClosedAtTheEndAndMayBeClosedAgain() throws IOException {
    TensorBoardFile file = TensorBoardFile.create(directory);
    file.ended(Runs.end(RunEnd.Reason.COMPLETED, 1));
    assertThatThrownBy(() -> file.stepped(Runs.step(2, 1, false)))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(file.file().toString());
    file.close();
  }

  @Test
  void whatCannotBeWrittenIsWrittenLater() throws IOException {
    FullDisk disk = new FullDisk();
    TensorBoardFile file = new TensorBoardFile(new AppendingFile(directory.resolve("e"), disk));
    disk.free(disk.size() + 20);
    file.stepped(Runs.step(1, 4, false));
    file.stepped(Runs.step(2, 3, false));
    disk.free(Long.MAX_VALUE);
    file.stepped(Runs.step(3, 2, false));
    Path copy = Files.write(directory.resolve("copy"), disk.bytes());
    assertThat(EventRecords.read(copy).stream().map(Message::parse).skip(1))
        .extracting(event -> event.value(STEP))
        .containsExactly(1L, 2L, 3L);
  }

  @Test
  void saysThatTheLastEventsWereNotWritten() {
    FullDisk disk = new FullDisk();
    TensorBoardFile file = new TensorBoardFile(new AppendingFile(directory.resolve("e"), disk));
    disk.free(disk.size());
    file.stepped(Runs.step(1, 4, false));
    assertThatThrownBy(() -> file.ended(Runs.end(RunEnd.Reason.COMPLETED, 1)))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(directory.resolve("e").toString());
    assertThat(disk.isOpen()).isFalse();
  }

  private interface Told {
    void to(TensorBoardFile file);
  }

  /** Returns all events, read before the file is closed. */
  private List<Message> events(Told told) throws IOException {
    try (TensorBoardFile file = TensorBoardFile.create(directory)) {
      told.to(file);
      return EventRecords.read(file.file()).stream().map(Message::parse).toList();
    }
  }

  private static Map<String, Float> scalars(Message event) {
    Map<String, Float> scalars = new LinkedHashMap<>();
    for (Message value : event.message(SUMMARY).messages(1)) {
      if (value.has(2)) {
        scalars.put(value.text(1), (Float) value.value(2));
      }
    }
    return scalars;
  }

  private static void assertText(Message value, String tag, String markdown) {
    assertThat(value.text(1)).isEqualTo(tag);
    assertThat(value.message(9).message(1).text(1)).isEqualTo("text");
    Message tensor = value.message(8);
    assertThat(tensor.value(1)).isEqualTo(7L);
    assertThat(tensor.message(2).message(2).value(1)).isEqualTo(1L);
    assertThat(tensor.text(8)).isEqualTo(markdown);
  }
}

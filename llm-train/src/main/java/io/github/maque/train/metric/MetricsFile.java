package io.github.maque.train.metric;

import io.github.maque.data.Location;
import io.github.maque.data.MalformedDataException;
import io.github.maque.tokenizer.format.AtomicFile;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run as JSON lines, usually named {@code metrics.jsonl}: an object for each event, whose {@code
 * "event"} is {@code run}, {@code step}, {@code evaluation}, {@code checkpoint}, {@code warning} or
 * {@code end}. Numbers read back as the same doubles; those that JSON has no word for are the
 * strings {@code "NaN"}, {@code "Infinity"} and {@code "-Infinity"}.
 *
 * <p>Each line is with the operating system before training goes on, so that a process that is
 * killed leaves all of its lines behind. Lines that cannot be written, as the disk is full, are
 * kept and written later. The file is closed when the run ends.
 */
public final class MetricsFile implements TrainingListener, AutoCloseable {
  /**
   * The fields that differ each time the same run is made. All others are the same, if the machine
   * computes the same.
   */
  public static final Set<String> MEASURED_FIELDS =
      Set.of(
          "seconds",
          "tokens_per_second",
          "utilization",
          "memory_bytes",
          "copy_seconds",
          "write_seconds",
          "flops_per_second");

  private static final Logger LOGGER = LoggerFactory.getLogger(MetricsFile.class);

  private final FileChannel channel;
  private final AppendingFile file;

  private MetricsFile(Path path, FileChannel channel) {
    this.channel = channel;
    file = new AppendingFile(path, channel);
  }

  /**
   * Opens the file for a run that begins, or goes on. Of what is there, whole lines about updates
   * up to {@code lastStep} stay, as if the run had never got further. The others go, in one step.
   *
   * @param lastStep the number of the last update that the run has made; 0 if it begins, and then
   *     nothing stays
   * @throws MalformedDataException if a line that is there is no event; the file stays as it is
   */
  public static MetricsFile open(Path file, long lastStep) throws IOException {
    if (lastStep < 0) {
      throw new IllegalArgumentException("lastStep must be at least 0, got " + lastStep);
    }
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    if (lastStep == 0 || !Files.exists(file)) {
      Files.write(file, new byte[0]);
    } else {
      AtomicFile.write(file, kept -> copy(file, lastStep, kept));
    }
    // Not for appending: where a record could be written only in part, the next takes its place.
    FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
    channel.position(channel.size());
    return new MetricsFile(file, channel);
  }

  /**
   * Reads a file. A last line that is only half there is left out: the process was killed while it
   * wrote it, or still runs.
   *
   * @throws MalformedDataException if a line is no event; names the file and the line
   */
  public static RunHistory read(Path file) throws IOException {
    HistoryRecorder recorder = new HistoryRecorder();
    forEachLine(file, (line, bytes) -> MetricsLine.replay(line, recorder));
    return recorder.history();
  }

  @Override
  public void started(RunDescription run) {
    append(MetricsLine.of(run));
  }

  @Override
  public void stepped(StepMetrics step) {
    append(MetricsLine.of(step));
  }

  @Override
  public void evaluated(Evaluation evaluation) {
    append(MetricsLine.of(evaluation));
  }

  @Override
  public void saved(SavedCheckpoint checkpoint) {
    append(MetricsLine.of(checkpoint));
    try {
      channel.force(false); // A run that goes on from there needs what happened before.
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the metrics", e);
    }
  }

  @Override
  public void warned(Warning warning) {
    append(MetricsLine.of(warning));
  }

  @Override
  public void ended(RunEnd end) {
    append(MetricsLine.of(end));
    close();
  }

  /**
   * Closes the file; once is enough.
   *
   * @throws UncheckedIOException if there are lines that could not be written
   */
  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the last lines of " + file.path() + " could not be written", e);
    }
  }

  private void append(String line) {
    try {
      file.append((line + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file.path(), e);
    }
  }

  private static void copy(Path file, long lastStep, OutputStream kept) throws IOException {
    forEachLine(
        file,
        (line, bytes) -> {
          if (MetricsLine.isKept(line, lastStep)) {
            kept.write(bytes);
            kept.write('\n');
          }
        });
  }

  /** Hears of a line that is whole. */
  private interface LineReader {
    void read(MetricsObject line, byte[] bytes) throws IOException;
  }

  private static void forEachLine(Path file, LineReader reader) throws IOException {
    long number = 1;
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      for (int next = in.read(); next >= 0; next = in.read()) {
        if (next != '\n') {
          line.write(next);
          continue;
        }
        byte[] bytes = line.toByteArray();
        try {
          reader.read(MetricsObject.parse(decode(bytes)), bytes);
        } catch (IllegalArgumentException | ArithmeticException e) {
          throw malformed(file, number, e);
        }
        line.reset();
        number++;
      }
    }
    if (line.size() > 0) {
      LOGGER.warn("{}: line {} is only half there and left out", file, number);
    }
  }

  private static String decode(byte[] line) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line)).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("expected UTF-8", e);
    }
  }

  private static MalformedDataException malformed(Path file, long line, RuntimeException cause) {
    return new MalformedDataException(
        new Location(file.toString(), line).toString(), String.valueOf(cause.getMessage()), cause);
  }
}

package io.github.maque.train.metric;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * A run for TensorBoard: a file of events, as {@code event.proto} lays them out, in the framing of
 * <a href="https://www.tensorflow.org/tutorials/load_data/tfrecord">TFRecord</a>. Each part of a
 * run has a file of its own; TensorBoard puts those of a directory together, and forgets what an
 * earlier part did after the step where a later one goes on. Events that cannot be written, as the
 * disk is full, are kept and written later. The file is closed when the run ends.
 */
public final class TensorBoardFile implements TrainingListener, AutoCloseable {
  private static final int FILE_VERSION = 3;
  private static final int SUMMARY = 5;
  private static final int SESSION_LOG = 7;
  private static final int SESSION_START = 1;
  private static final int MAX_FILES_PER_SECOND = 1000;

  private final AppendingFile file;

  TensorBoardFile(AppendingFile file) {
    this.file = file;
    append(event(0).text(FILE_VERSION, "brain.Event:2"));
  }

  /**
   * Creates a new file, {@code events.out.tfevents.<seconds>.<host>.<process>.<number>}.
   *
   * @param directory of the run; it is made if need be, and may hold files of earlier parts
   */
  public static TensorBoardFile create(Path directory) throws IOException {
    Files.createDirectories(directory);
    String name =
        "events.out.tfevents."
            + System.currentTimeMillis() / 1000
            + "."
            + host()
            + "."
            + ProcessHandle.current().pid();
    for (int number = 0; number < MAX_FILES_PER_SECOND; number++) {
      Path file = directory.resolve(name + "." + number);
      try {
        return new TensorBoardFile(
            new AppendingFile(
                file,
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)));
      } catch (FileAlreadyExistsException e) {
        // The next number may be free.
      }
    }
    throw new FileAlreadyExistsException(directory.resolve(name).toString());
  }

  /** Returns where the events are. */
  public Path file() {
    return file.path();
  }

  @Override
  public void started(RunDescription run) {
    ProtobufMessage start = new ProtobufMessage().integer(1, SESSION_START);
    append(event(run.firstStep()).message(SESSION_LOG, start));
    append(
        run.firstStep() - 1,
        new TensorBoardSummary()
            .text("configuration", TensorBoardSummary.asCode(run.configuration())));
  }

  @Override
  public void stepped(StepMetrics step) {
    TensorBoardSummary summary =
        new TensorBoardSummary()
            .scalar("loss/train", step.loss())
            .scalar("learning_rate", step.learningRate())
            .scalar("gradient_norm", step.gradientNorm())
            .scalar("tokens_per_second", step.tokensPerSecond());
    addKnown(summary, "utilization", step.utilization());
    if (step.memoryBytes() > 0) {
      summary.scalar("memory", (double) step.memoryBytes());
    }
    addFigures(summary, step.others(), "train");
    append(step.step(), summary);
  }

  @Override
  public void evaluated(Evaluation evaluation) {
    TensorBoardSummary summary = new TensorBoardSummary();
    addKnown(summary, "loss/validation", evaluation.loss());
    addKnown(summary, "perplexity", evaluation.perplexity().orElse(Double.NaN));
    addKnown(summary, "bits_per_byte", evaluation.bitsPerByte().orElse(Double.NaN));
    addFigures(summary, evaluation.figures(), "validation");
    List<Evaluation.Sample> samples = evaluation.samples();
    for (int i = 0; i < samples.size(); i++) {
      summary.text("samples/" + (i + 1), markdown(samples.get(i)));
    }
    append(evaluation.step(), summary);
  }

  /** Tags of the same figure differ at their end only, so that they stand beside each other. */
  private static void addFigures(
      TensorBoardSummary summary, Map<String, Double> figures, String ending) {
    new TreeMap<>(figures)
        .forEach((name, value) -> addKnown(summary, "figures/" + name + "/" + ending, value));
  }

  private static void addKnown(TensorBoardSummary summary, String tag, double value) {
    if (!Double.isNaN(value)) {
      summary.scalar(tag, value);
    }
  }

  @Override
  public void ended(RunEnd end) {
    close();
  }

  /**
   * Closes the file; once is enough.
   *
   * @throws UncheckedIOException if there are events that could not be written
   */
  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the last events to " + file(), e);
    }
  }

  private static String markdown(Evaluation.Sample sample) {
    String text = TensorBoardSummary.literally(sample.text());
    return sample.prompt().isEmpty()
        ? text
        : "> " + TensorBoardSummary.literally(sample.prompt()) + "\n\n" + text;
  }

  private static ProtobufMessage event(long step) {
    return new ProtobufMessage().number(1, System.currentTimeMillis() / 1000.0).integer(2, step);
  }

  private void append(long step, TensorBoardSummary summary) {
    append(event(step).message(SUMMARY, summary.message()));
  }

  private void append(ProtobufMessage event) {
    try {
      file.append(record(event));
    } catch (ClosedChannelException e) {
      throw new UncheckedIOException("cannot write " + file() + ": it is closed", e);
    }
  }

  // A record: its length, a checksum of the length, itself, a checksum of itself.
  private static byte[] record(ProtobufMessage event) {
    byte[] data = event.toByteArray();
    ByteBuffer record =
        ByteBuffer.allocate(Long.BYTES + Integer.BYTES + data.length + Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    record.putLong(data.length);
    record.putInt(checksum(record.array(), Long.BYTES));
    record.put(data);
    record.putInt(checksum(data, data.length));
    return record.array();
  }

  // Masked, as TFRecord has it, since a checksum of data that holds checksums is a weak one.
  private static int checksum(byte[] data, int length) {
    CRC32C crc = new CRC32C();
    crc.update(data, 0, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9-]", "-");
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}

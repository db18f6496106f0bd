package io.github.maque.train.checkpoint;

import io.github.maque.model.format.TensorSource;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** Small checkpoints, whose every file says of which step it is, and the means to forge them. */
final class Checkpoints {
  static final String MODEL = "model.safetensors";
  static final String NESTED = "tokenizer/merges.txt";
  static final String TENSOR = "moments";

  /** As large as makes writing it take a moment. */
  private static final int NUMBERS = 5000;

  private Checkpoints() {}

  static CheckpointContents of(long step) {
    return of(step, OptionalDouble.empty(), () -> {});
  }

  static CheckpointContents of(long step, OptionalDouble validationLoss, Runnable release) {
    return new CheckpointContents(
        state(step, validationLoss),
        directory -> writeModel(directory, step),
        new Constant(step),
        release);
  }

  static CheckpointContents withModel(
      long step, CheckpointContents.ModelFiles model, Runnable release) {
    return new CheckpointContents(
        state(step, OptionalDouble.empty()), model, new Constant(step), release);
  }

  static CheckpointContents withTraining(long step, TensorSource training, Runnable release) {
    return new CheckpointContents(
        state(step, OptionalDouble.empty()),
        directory -> writeModel(directory, step),
        training,
        release);
  }

  static TrainerState state(long step, OptionalDouble validationLoss) {
    return new TrainerState(
        step,
        100 * step,
        "v1;seed=0;data=0123456789abcdef;consumed=" + step,
        4,
        validationLoss,
        validationLoss,
        "steps: 1000\n");
  }

  static void writeModel(Path directory, long step) throws IOException {
    Files.writeString(directory.resolve("config.json"), "{\"step\": " + step + "}");
    Files.write(directory.resolve(MODEL), new byte[NUMBERS]);
    Files.createDirectories(directory.resolve(NESTED).getParent());
    Files.writeString(directory.resolve(NESTED), "of step " + step);
  }

  /** Returns the step that the tensors and the model of an intact checkpoint agree upon. */
  static long stepIn(Path directory) throws IOException {
    Checkpoint checkpoint = Checkpoint.open(directory);
    long step = checkpoint.state().step();
    float[] numbers = new float[NUMBERS];
    try (var training = checkpoint.training()) {
      training.read(TENSOR, 0, FloatBuffer.wrap(numbers));
    }
    for (float number : numbers) {
      if (number != step) {
        throw new AssertionError(directory + ": the tensor holds " + number);
      }
    }
    String model = Files.readString(checkpoint.modelDirectory().resolve("config.json"));
    if (!model.equals("{\"step\": " + step + "}")) {
      throw new AssertionError(directory + ": the model says " + model);
    }
    return step;
  }

  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  /** Returns what is in a directory, without the lock. */
  static List<String> entries(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> !name.equals(".lock"))
          .sorted()
          .toList();
    }
  }

  /** Returns what DONE should say of a directory, by the documentation of the format. */
  static String done(Path directory) throws IOException {
    Map<String, Path> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(directory)) {
      all.filter(Files::isRegularFile)
          .forEach(file -> files.put(directory.relativize(file).toString(), file));
    }
    files.remove("DONE");
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, Path> file : files.entrySet()) {
      text.append(line(Files.readAllBytes(file.getValue()), file.getKey()));
    }
    return done("maque checkpoint 1", text.toString());
  }

  static String done(String title, String lines) {
    String above = title + "\n" + lines;
    return above + line(above.getBytes(StandardCharsets.UTF_8), "DONE");
  }

  private static String line(byte[] bytes, String name) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes);
    return String.format(Locale.ROOT, "%08x %d %s\n", checksum.getValue(), bytes.length, name);
  }

  /** A tensor all of whose numbers are the same. */
  private record Constant(float number) implements TensorSource {
    @Override
    public Set<String> names() {
      return Collections.singleton(TENSOR);
    }

    @Override
    public long[] shape(String name) {
      return new long[] {NUMBERS};
    }

    @Override
    public void read(String name, long from, FloatBuffer into) {
      while (into.hasRemaining()) {
        into.put(number);
      }
    }
  }
}

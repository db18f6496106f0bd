package io.github.maque.examples.benchmark;

import ai.djl.ndarray.NDManager;
import com.google.gson.Gson;
import io.github.maque.model.Checkpointing;
import io.github.maque.model.Decoder;
import io.github.maque.model.kernel.Precision;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How much memory steps of training need beyond what is there at rest, in a JVM of their own with a
 * small heap that is there from the start, so that all that grows is the engine's.
 *
 * @param batch how many sequences, of the context's length, go forward and backward at once
 * @param checkpointed whether each layer's activations are computed again, or all of them kept
 */
record StepMemory(ModelShape shape, Precision precision, int batch, boolean checkpointed) {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path CLEAR_PEAK = Path.of("/proc/self/clear_refs");
  private static final int STEPS = 3;

  /**
   * What came out.
   *
   * @param restBytes resident size with weights and gradients, between steps
   * @param peakBytes largest resident size during steps
   */
  record Result(long restBytes, long peakBytes) {
    long aboveRest() {
      return peakBytes - restBytes;
    }
  }

  /** Returns whether this system tells how large a process is and was. */
  static boolean isMeasurable() {
    return tellsSize() && Files.isWritable(CLEAR_PEAK);
  }

  /** Returns whether this system tells how large a process is, if not how large it was. */
  static boolean tellsSize() {
    return Files.isReadable(STATUS);
  }

  /** Measures in a new JVM. */
  Result run() throws IOException {
    List<String> flags = List.of("-XX:+UseSerialGC", "-Xms128m", "-Xmx128m", "-XX:+AlwaysPreTouch");
    String line =
        ChildProcess.jvm(flags, StepMemory.class, List.of(new Gson().toJson(this))).run(said -> {});
    return new Gson().fromJson(line, Result.class);
  }

  private Result measure() throws IOException {
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      Decoder decoder = Decoder.create(manager, shape.config(), precision);
      Checkpointing checkpointing =
          checkpointed ? Checkpointing.everyLayer() : Checkpointing.none();
      RandomBatch few = RandomBatch.of(1, 8, shape.vocabulary(), 1);
      TrainingStep.of(decoder, few, 1, checkpointing).run();
      long rest = residentBytes();
      Files.writeString(CLEAR_PEAK, "5", StandardCharsets.ISO_8859_1);
      RandomBatch many = RandomBatch.of(batch, shape.contextLength(), shape.vocabulary(), 1);
      TrainingStep step = TrainingStep.of(decoder, many, batch, checkpointing);
      for (int i = 0; i < STEPS; i++) {
        step.run();
      }
      return new Result(rest, status("VmHWM:"));
    }
  }

  /** Returns how large this process is, where {@link #tellsSize}. */
  static long residentBytes() throws IOException {
    return status("VmRSS:");
  }

  private static long status(String name) throws IOException {
    for (String line : Files.readAllLines(STATUS, StandardCharsets.ISO_8859_1)) {
      if (line.startsWith(name)) {
        return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException(STATUS + " has no line " + name);
  }

  /**
   * The program of the new JVM. It prints the result.
   *
   * @param arguments what to measure
   */
  public static void main(String[] arguments) throws IOException {
    Gson gson = new Gson();
    System.out.println(gson.toJson(gson.fromJson(arguments[0], StepMemory.class).measure()));
  }
}

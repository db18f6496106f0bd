package io.github.maque.examples.benchmark;

import ai.djl.ndarray.NDManager;
import com.google.gson.Gson;
import io.github.maque.model.kernel.Precision;
import io.github.maque.train.metric.StepMetrics;
import io.github.maque.train.metric.TrainingListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How much memory steps of a trainer need beyond what is there at rest, measured as {@link
 * StepMemory} does. At rest there are weights, gradients and the optimizer's moments: what is there
 * after a step of next to nothing.
 *
 * @param method how the decoder learns
 * @param batch how many rows, of the context's length, go forward and backward at once
 * @param pairs how many pairs are drawn
 */
record AlignMemory(
    AlignTraining.Method method, ModelShape shape, Precision precision, int batch, int pairs) {
  private static final Path CLEAR_PEAK = Path.of("/proc/self/clear_refs");
  private static final int TINY_ROW = 16;
  private static final int STEPS = 3;

  /** Measures in a new JVM, where {@link StepMemory#isMeasurable}. */
  StepMemory.Result run() throws IOException {
    List<String> flags = List.of("-XX:+UseSerialGC", "-Xms128m", "-Xmx128m", "-XX:+AlwaysPreTouch");
    String line =
        ChildProcess.jvm(flags, AlignMemory.class, List.of(new Gson().toJson(this)))
            .run(said -> {});
    return new Gson().fromJson(line, StepMemory.Result.class);
  }

  private StepMemory.Result measure() throws IOException {
    Sizes sizes = new Sizes();
    try (NDManager manager = NDManager.newBaseManager("PyTorch");
        AlignTraining training = new AlignTraining(manager, method, shape, precision)) {
      AlignData few = AlignData.of(TINY_ROW, shape.vocabulary(), 8);
      training.train(few, 1, 1, 1, sizes.rest());
      AlignData many = AlignData.of(shape.contextLength(), shape.vocabulary(), pairs);
      training.train(many, batch, batch, 1 + STEPS, sizes.peak());
    }
    return new StepMemory.Result(sizes.rest, sizes.peak);
  }

  /** What is read between steps. */
  private static final class Sizes {
    private long rest;
    private long peak;

    TrainingListener rest() {
      return new TrainingListener() {
        @Override
        public void stepped(StepMetrics step) {
          try {
            rest = StepMemory.residentBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };
    }

    TrainingListener peak() {
      return new TrainingListener() {
        @Override
        public void stepped(StepMetrics step) {
          if (step.step() == 1) {
            forgetPeak(); // Of what the trainer did before the first step, too.
          } else {
            peak = PeakMemory.process().orElseThrow();
          }
        }
      };
    }

    private static void forgetPeak() {
      try {
        Files.writeString(CLEAR_PEAK, "5", StandardCharsets.ISO_8859_1);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * The program of the new JVM. It prints the result.
   *
   * @param arguments what to measure
   */
  public static void main(String[] arguments) throws IOException {
    Gson gson = new Gson();
    System.out.println(gson.toJson(gson.fromJson(arguments[0], AlignMemory.class).measure()));
  }
}

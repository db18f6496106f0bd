package io.github.maque.examples.benchmark;

import ai.djl.ndarray.NDManager;
import com.google.gson.Gson;
import io.github.maque.model.Decoder;
import io.github.maque.model.kernel.Precision;
import io.github.maque.train.CheckpointPlan;
import io.github.maque.train.EvaluationPlan;
import io.github.maque.train.Trainer;
import io.github.maque.train.checkpoint.Retention;
import io.github.maque.train.metric.StepMetrics;
import io.github.maque.train.metric.TrainingListener;
import io.github.maque.train.schedule.Amount;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Whether memory grows with steps of training, in a JVM of its own with a small heap that is there
 * from the start: what the process takes then grows only by what is the engine's.
 *
 * @param directory where the run is kept, so that its files take part
 * @param steps how many; the first tenth warms up
 */
record SteadyMemory(String directory, int steps) {
  private static final ModelShape SHAPE = ModelShape.TINY;
  private static final int BATCH = 4;

  /**
   * What came out, after the first tenth of the steps and after the last one.
   *
   * @param residentBytes of the process
   * @param heapBytes of the heap without garbage
   */
  record Result(long[] residentBytes, long[] heapBytes) {
    long residentGrowth() {
      return residentBytes[1] - residentBytes[0];
    }

    long heapGrowth() {
      return heapBytes[1] - heapBytes[0];
    }
  }

  /** Returns whether this system tells how large a process is. */
  static boolean isMeasurable() {
    return StepMemory.tellsSize();
  }

  /** Measures in a new JVM. */
  Result run() throws IOException {
    List<String> flags = List.of("-XX:+UseSerialGC", "-Xms128m", "-Xmx128m", "-XX:+AlwaysPreTouch");
    String line =
        ChildProcess.jvm(flags, SteadyMemory.class, List.of(new Gson().toJson(this)))
            .run(said -> {});
    return new Gson().fromJson(line, Result.class);
  }

  private Result measure() throws IOException {
    Result result = new Result(new long[2], new long[2]);
    int warm = Math.max(1, steps / 10);
    TrainingListener reader =
        new TrainingListener() {
          @Override
          public void stepped(StepMetrics step) {
            if (step.step() == warm || step.step() == steps) {
              read(result, step.step() == warm ? 0 : 1);
            }
          }
        };
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      Trainer.on(Decoder.create(manager, SHAPE.config(), Precision.FLOAT32))
          .data(new RandomSequences(SHAPE.contextLength(), SHAPE.vocabulary()))
          .tokensPerStep((long) BATCH * SHAPE.contextLength())
          .rowsPerMicroBatch(BATCH)
          .duration(Amount.ofSteps(steps))
          .evaluation(new EvaluationPlan(0, 0, List.of(), 1, 0))
          .checkpoints(new CheckpointPlan(warm, new Retention(1, 0, 0)))
          .directory(Path.of(directory))
          .listener(reader)
          .build()
          .train();
    }
    return result;
  }

  private static void read(Result into, int place) {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    into.heapBytes[place] = runtime.totalMemory() - runtime.freeMemory();
    try {
      into.residentBytes[place] = StepMemory.residentBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The program of the new JVM. It prints the result.
   *
   * @param arguments what to measure
   */
  public static void main(String[] arguments) throws IOException {
    Gson gson = new Gson();
    System.out.println(gson.toJson(gson.fromJson(arguments[0], SteadyMemory.class).measure()));
  }
}

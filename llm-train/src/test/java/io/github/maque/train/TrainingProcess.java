package io.github.maque.train;

import ai.djl.ndarray.NDManager;
import io.github.maque.model.kernel.Precision;
import io.github.maque.train.checkpoint.Retention;
import io.github.maque.train.metric.StepMetrics;
import io.github.maque.train.metric.TrainingListener;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Trains in a process of its own until the end, or until it is killed. */
final class TrainingProcess {
  private TrainingProcess() {}

  /** Goes on with the run in {@code [directory]}, in {@code [precision]}. */
  public static void main(String[] arguments) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      TestRuns.of(TestRuns.decoder(manager, Precision.valueOf(arguments[1])), Path.of(arguments[0]))
          .checkpoints(new CheckpointPlan(TestRuns.CHECKPOINT_EVERY, new Retention(2, 1, 0)))
          .listener(
              new TrainingListener() {
                @Override
                public void stepped(StepMetrics step) {
                  out.println(step.step());
                  pause();
                }
              })
          .build()
          .train();
    }
  }

  /** Steps are so short that hardly any process would be killed in one. */
  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(5);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static Process start(Path directory, Precision precision) throws IOException {
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-Djava.awt.headless=true",
                "-Dai.djl.offline=true",
                "-DOPT_OUT_TRACKING=true",
                "-cp",
                System.getProperty("java.class.path"),
                TrainingProcess.class.getName(),
                directory.toString(),
                precision.name()))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  static BufferedReader output(Process process) {
    return new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }
}

package io.github.maque.train.checkpoint;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;

/** Saves checkpoints in a process of its own until it is killed, and says which are complete. */
final class SavingProcess {
  private SavingProcess() {}

  /** Saves into {@code [directory]}, from step {@code [first]} on. */
  public static void main(String[] arguments) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    try (CheckpointStore store = open(Path.of(arguments[0]))) {
      out.println("begins");
      for (long step = Long.parseLong(arguments[1]); ; step++) {
        store.save(Checkpoints.of(step, OptionalDouble.of(step % 5), () -> {}));
        store.await();
        out.println(
            store.poll().orElseThrow() instanceof CheckpointStore.Outcome.Saved ? step : -1);
      }
    } catch (IOException e) {
      out.println(e.getMessage());
    }
  }

  static CheckpointStore open(Path directory) throws IOException {
    return CheckpointStore.open(directory, new Retention(2, 1, 50));
  }

  static Process start(Path directory, long first) throws IOException {
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                SavingProcess.class.getName(),
                directory.toString(),
                String.valueOf(first)))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  static BufferedReader output(Process process) {
    return new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }
}

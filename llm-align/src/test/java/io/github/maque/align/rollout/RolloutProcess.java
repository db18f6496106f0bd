package io.github.maque.align.rollout;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Answers prompts in a process of its own until the end, or until it is killed. */
final class RolloutProcess {
  static final int PROMPTS = 30;

  private RolloutProcess() {}

  /** Keeps answers in {@code [cache]}, and writes a line for each. */
  public static void main(String[] arguments) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      rollout(Path.of(arguments[0]))
          .listener(progress -> out.println(progress.answers()))
          .build()
          .answers(TinyChat.model(manager, 1), TinyChat.prompts(PROMPTS));
    }
  }

  static Rollout.Builder rollout(Path cache) {
    return Rollout.builder(TinyChat.options().build()).samples(2).slots(4).group(2).cache(cache);
  }

  static Process start(Path cache) throws IOException {
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-Dai.djl.offline=true",
                "-DOPT_OUT_TRACKING=true",
                "-cp",
                System.getProperty("java.class.path"),
                RolloutProcess.class.getName(),
                cache.toString()))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}

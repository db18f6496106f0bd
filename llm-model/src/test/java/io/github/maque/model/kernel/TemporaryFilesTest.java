package io.github.maque.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiling writes no files: seen in a process whose directory for them is no other's. */
class TemporaryFilesTest {
  @Test
  void compilingLeavesAndUsesNoFiles(@TempDir Path temporary) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-Dai.djl.offline=true", "-DOPT_OUT_TRACKING=true"));
    command.add("-Djava.io.tmpdir=" + temporary);
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), Compiling.class.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (InputStream output = process.getInputStream()) {
      String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(text).isZero();
    }
  }

  /** Ends with a trace and the exit value 1 if the directory changes after the engine is there. */
  static final class Compiling {
    private Compiling() {}

    public static void main(String[] arguments) throws IOException {
      Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
      try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
        manager.ones(new Shape(1)).toFloatArray();
        List<Path> before = files(temporary);
        for (int i = 0; i < 3; i++) {
          KernelSource source =
              KernelSource.of("same", "def same(self, x: Tensor) -> Tensor:\n  return x\n");
          try (Kernels kernels = Kernels.compile(manager, source.with("c", i))) {
            kernels.get("same").call(manager, manager.ones(new Shape(1)));
            assertThat(files(temporary)).isEqualTo(before);
          }
        }
        assertThat(files(temporary)).isEqualTo(before);
      }
    }

    private static List<Path> files(Path directory) throws IOException {
      try (Stream<Path> files = Files.walk(directory)) {
        return files.sorted().toList();
      }
    }
  }
}

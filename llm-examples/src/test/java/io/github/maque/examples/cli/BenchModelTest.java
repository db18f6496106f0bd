package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class BenchModelTest {
  @TempDir Path directory;

  @Test
  void smokeRunMeasuresSteps() {
    JsonObject figures =
        Invocation.of("bench", "model", "--smoke", "--json", "--what", "step,checkpointing,calls")
            .json();
    assertThat(figures.get("smoke").getAsBoolean()).isTrue();
    assertThat(figures.get("fastest_precision").getAsString()).isIn("float32", "bfloat16-mixed");
    assertThat(figures.getAsJsonArray("measurements").toString())
        .contains("plain DJL blocks", "bfloat16 mixed, 4 rows at once", "GFLOP/s", "µs");
    // Memory is one of them where the system tells of it.
    assertThat(figures.getAsJsonArray("requirements")).hasSizeBetween(5, 6);
  }

  @Test
  void smokeRunGenerates() {
    JsonObject figures = Invocation.of("bench", "generate", "--smoke", "--json").json();
    assertThat(figures.getAsJsonArray("measurements").toString())
        .contains("1 sequence", "4 sequences", "prefill");
    assertThat(figures.getAsJsonArray("requirements")).hasSize(6);
  }

  /** The parameters are those of the smoke run's decoder, by hand. */
  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void runsAPeerAndChecksThatItsModelIsTheSame() throws IOException {
    Path peer =
        peer(
            "{\"peer\":\"fake '$8'\",\"params\":98624,\"tok_s\":50,\"mfu_of_gemm\":0.25,\"precision\":\"float64\"}");
    JsonObject figures =
        Invocation.of(
                "bench",
                "model",
                "--smoke",
                "--json",
                "--what",
                "peer",
                "--peer-python",
                "/bin/sh",
                "--peer-script",
                peer)
            .json();
    assertThat(figures.getAsJsonArray("measurements").toString())
        .contains("fake eager", "fake compile", "25 % of its matrix products");
    // It computes in something else.
    assertThat(figures.getAsJsonArray("requirements")).isEmpty();
    assertThat(figures.toString()).contains("Nothing is promised against PyTorch");

    Path other = peer("{\"peer\":\"fake\",\"params\":98625,\"tok_s\":50,\"mfu_of_gemm\":0.25}");
    Invocation failed =
        Invocation.of(
            "bench",
            "model",
            "--smoke",
            "--what",
            "peer",
            "--peer-python",
            "/bin/sh",
            "--peer-script",
            other);
    failed.rejects("trains 98625 parameters, expected a decoder of 98624");
  }

  private Path peer(String line) throws IOException {
    Path script = Files.createTempFile(directory, "peer", ".sh");
    return Files.writeString(script, "echo '" + line + "'\n");
  }

  @Test
  void saysThatThereIsNoPeer() {
    assertThat(Invocation.of("bench", "model", "--smoke", "--what", "peer").succeeds().out())
        .contains("PyTorch was not measured");
  }

  @Test
  void rejectsWhatItCannotMeasure() {
    Invocation.of("bench", "model", "--what", "speed").rejects("--what", "checkpointing");
    Invocation.of("bench", "model", "--peer-python", "/bin/sh").rejects("go together");
    Invocation.of(
            "bench",
            "model",
            "--peer-python",
            "/bin/sh",
            "--peer-script",
            directory.resolve("none"))
        .rejects("none", "expected a file");
  }
}

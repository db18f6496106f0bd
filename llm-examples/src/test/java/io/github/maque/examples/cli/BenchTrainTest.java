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

class BenchTrainTest {
  @TempDir Path directory;

  /** The parameters are those of the smoke run's decoder, by hand. */
  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void smokeRunMeasuresTheTrainerBesideOthers() throws IOException {
    Path peer = directory.resolve("peer.sh");
    Files.writeString(
        peer,
        "echo '{\"peer\":\"fake '$8'\",\"params\":98624,\"tok_s\":50,\"mfu_of_gemm\":0.25}'\n");
    JsonObject figures =
        Invocation.of(
                "bench",
                "train",
                "--smoke",
                "--json",
                "--peer-python",
                "/bin/sh",
                "--peer-script",
                peer)
            .json();
    assertThat(figures.getAsJsonArray("measurements").toString())
        .contains("matrix products", "of the trainer", "of model and AdamW alone")
        .contains("fake eager", "fake compile", "steps before it was");
    assertThat(figures.getAsJsonArray("requirements").toString())
        .contains("a trainer's step beyond model", "a trainer's step against PyTorch compile");
  }

  @Test
  void rejectsHalfAPeer() {
    Invocation.of("bench", "train", "--peer-python", "/bin/sh").rejects("go together");
  }
}

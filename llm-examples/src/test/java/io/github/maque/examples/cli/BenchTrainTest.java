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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BenchTrainTest {
  private static final String FIGURES =
      "\"peer\":\"fake MODE\",\"params\":98624,\"tok_s\":50,\"mfu_of_gemm\":0.25";

  @TempDir Path directory;

  /** The parameters are those of the smoke run's decoder, by hand. */
  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void smokeRunMeasuresTheTrainerBesideOthers() throws IOException {
    JsonObject figures = run(FIGURES + ",\"precision\":\"float64\"").json();
    assertThat(figures.getAsJsonArray("measurements").toString())
        .contains("matrix products", "of the trainer", "of model and AdamW alone")
        .contains("fake eager", "fake compile", "steps before it was");
    assertThat(figures.getAsJsonArray("requirements").toString())
        .contains("a trainer's step beyond model")
        .as("speeds of different precisions are not compared")
        .doesNotContain("PyTorch");
    String precision = figures.get("precision").getAsString();
    assertThat(figures.toString()).contains("did not say that it computes in " + precision);
    assertThat(
            run(FIGURES + ",\"precision\":\"" + precision + "\"")
                .json()
                .getAsJsonArray("requirements")
                .toString())
        .contains("a trainer's step against PyTorch compile");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"peer\":\"fake\",\"params\":98624,\"tok_s\":0,\"mfu_of_gemm\":0.25",
        "\"params\":98624,\"tok_s\":50,\"mfu_of_gemm\":0.25",
        "\"peer\":\"fake\",\"params\":\"many\""
      })
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void saysWhatIsWrongWithAPeerBeforeAnythingIsMeasured(String figures) throws IOException {
    run(figures).rejects("peer.sh: expected one line of JSON", figures);
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void rejectsAPeerWithAnotherDecoder() throws IOException {
    run("\"peer\":\"fake\",\"params\":7,\"tok_s\":50,\"mfu_of_gemm\":0.25")
        .rejects("peer.sh: trains 7 parameters, expected a decoder of 98624");
  }

  private Invocation run(String figures) throws IOException {
    Path peer = directory.resolve("peer.sh");
    Files.writeString(peer, "echo '{" + figures.replace("MODE", "'$8'") + "}'\n");
    return Invocation.of(
        "bench", "train", "--smoke", "--json", "--peer-python", "/bin/sh", "--peer-script", peer);
  }

  @Test
  void rejectsHalfAPeer() {
    Invocation.of("bench", "train", "--peer-python", "/bin/sh").rejects("go together");
  }
}

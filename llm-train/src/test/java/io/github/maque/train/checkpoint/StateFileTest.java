package io.github.maque.train.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateFileTest {
  @TempDir private Path directory;

  private static TrainerState with(OptionalDouble validationLoss, OptionalDouble bestLoss) {
    return new TrainerState(7, 700, "here", 4, validationLoss, bestLoss, "");
  }

  private TrainerState again(TrainerState state) throws IOException {
    StateFile.write(directory, state);
    return StateFile.read(directory);
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {
        0.0,
        -0.0,
        0.1,
        1.0 / 3,
        1e-5,
        1e22,
        Double.MIN_VALUE,
        Double.MAX_VALUE,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY
      })
  void lossesAreExact(double loss) throws IOException {
    TrainerState state = with(OptionalDouble.of(loss), OptionalDouble.empty());
    assertThat(again(state)).isEqualTo(state);
  }

  @Test
  void lossesOfAnyBitsAreExact() throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 200; i++) {
      double loss = Double.longBitsToDouble(random.nextLong());
      TrainerState state = with(OptionalDouble.empty(), OptionalDouble.of(loss));
      assertThat(again(state)).isEqualTo(state);
      Files.delete(directory.resolve("trainer.json"));
      Files.delete(directory.resolve("config.yaml"));
    }
  }

  @Test
  void largeNumbersAndAnyTextComeBack() throws IOException {
    TrainerState state =
        new TrainerState(
            Long.MAX_VALUE,
            (1L << 53) + 1,
            "\"quoted\\\"\n\t\u0000\u2028 </script> 麻雀 \ud83d\udc26",
            Integer.MAX_VALUE,
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            "name: 麻雀\r\nlist:\n  - \ud83d\udc26\n\n");
    assertThat(again(state)).isEqualTo(state);
    assertThat(directory.resolve("config.yaml")).hasContent(state.configuration());
  }

  @Test
  void theFileIsPlainJson() throws IOException {
    StateFile.write(directory, with(OptionalDouble.of(2.5), OptionalDouble.of(Double.NaN)));
    JsonObject json =
        JsonParser.parseString(Files.readString(directory.resolve("trainer.json")))
            .getAsJsonObject();
    assertThat(json.keySet())
        .containsExactly(
            "version", "step", "tokens", "data", "rowsPerMicroBatch", "validationLoss", "bestLoss");
    assertThat(json.get("version").getAsInt()).isEqualTo(1);
    assertThat(json.get("step").getAsInt()).isEqualTo(7);
    assertThat(json.get("validationLoss").getAsDouble()).isEqualTo(2.5);
    assertThat(json.get("bestLoss").getAsString()).isEqualTo("NaN");
  }

  @Test
  void textThatIsNoneIsRefused() {
    TrainerState state =
        new TrainerState(
            1, 1, "", 1, OptionalDouble.empty(), OptionalDouble.empty(), "half: \ud83d");
    assertThatThrownBy(() -> StateFile.write(directory, state))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("config.yaml", "half a surrogate pair");
  }

  @Test
  void badNumbersAreNamed() {
    assertThatThrownBy(() -> Checkpoints.state(-1, OptionalDouble.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("step must be at least 0, got -1");
    OptionalDouble none = OptionalDouble.empty();
    assertThatThrownBy(() -> new TrainerState(0, -1, "", 1, none, none, ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("tokens must be at least 0, got -1");
    assertThatThrownBy(() -> new TrainerState(0, 0, "", -1, none, none, ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("rowsPerMicroBatch must be at least 0, got -1");
  }

  private static final String REST = "\"tokens\": 1, \"data\": \"\", \"rowsPerMicroBatch\": 1}";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "null",
        "[]",
        "7",
        "{}",
        "{\"version\": 1, \"step\": 1",
        "{\"version\": 1, " + REST,
        "{\"version\": 2, \"step\": 1, " + REST,
        "{\"version\": 1, \"step\": -1, " + REST,
        "{\"version\": 1, \"step\": 1.5, " + REST,
        "{\"version\": 1, \"step\": 1e3, " + REST,
        "{\"version\": 1, \"step\": 99999999999999999999, " + REST,
        "{\"version\": 1, \"step\": 1e999999999, " + REST,
        "{\"version\": 1, \"step\": {}, " + REST,
        "{\"version\": 1, \"step\": null, " + REST,
        "{\"version\": 1, \"step\": true, " + REST,
        "{\"version\": 1, \"step\": 1, \"step\": 1, " + REST,
        "{\"version\": 1, \"step\": 1, \"stepp\": 1, " + REST,
        "{\"version\": 1, \"step\": 1, \"bestLoss\": \"low\", " + REST,
        "{\"version\": 1, \"step\": 1, \"bestLoss\": NaN, " + REST,
        "{\"version\": 1, \"step\": 1, \"bestLoss\": 1e999, " + REST,
        "{\"version\": 1, \"step\": 1, \"bestLoss\": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
        "{'version': 1, 'step': 1, " + REST,
        "{\"version\": 1, // comment\n \"step\": 1, " + REST,
        "{\"version\": 1, \"step\": 1, " + REST + " {}",
        "{\"version\": 1, \"step\": 1, \"tokens\": 1, \"data\": \"\", \"rowsPerMicroBatch\": -1}",
        "{\"version\": 1, \"step\": 1, \"tokens\": 1, \"data\": \"\", \"rowsPerMicroBatch\":"
            + " 2147483648}",
      })
  void anythingElseIsRefused(String json) throws IOException {
    Files.writeString(directory.resolve("trainer.json"), json);
    Files.writeString(directory.resolve("config.yaml"), "");
    assertThatThrownBy(() -> StateFile.read(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("trainer.json: ");
  }

  @Test
  void theTemplateOfTheRefusedFilesIsAccepted() throws IOException {
    Files.writeString(directory.resolve("trainer.json"), "{\"version\": 1, \"step\": 1, " + REST);
    Files.writeString(directory.resolve("config.yaml"), "");
    assertThat(StateFile.read(directory).step()).isEqualTo(1);
  }

  @Test
  void bytesThatAreNoTextAreRefused() throws IOException {
    Files.write(directory.resolve("trainer.json"), new byte[] {'{', (byte) 0xff, '}'});
    assertThatThrownBy(() -> StateFile.read(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("trainer.json: expected a text in UTF-8");
  }
}

package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchTest {
  @TempDir Path directory;

  /**
   * It fails if our ids are not those of HF tokenizers and SentencePiece. The other parts run in
   * continuous integration, which calls it without --what.
   */
  @Test
  void smokeRunMeasuresWhatIsAskedFor() {
    JsonObject figures =
        Invocation.of("bench", "tokenizer", "--smoke", "--json", "--what", "encode-zh,train")
            .json();
    assertThat(figures.get("smoke").getAsBoolean()).isTrue();
    assertThat(figures.get("command_line").getAsString())
        .isEqualTo("maque bench tokenizer --smoke --json --what encode-zh,train");
    assertThat(figures.getAsJsonArray("tables")).hasSize(3);
    assertThat(figures.getAsJsonArray("trainings")).hasSize(1);
    assertThat(figures.getAsJsonArray("requirements")).hasSize(4);
    figures
        .getAsJsonArray("tables")
        .forEach(table -> assertThat(table.toString()).contains("mb_per_second"));
  }

  @Test
  void rejectsWhatItCannotMeasure() {
    Invocation.of("bench", "tokenizer", "--what", "decode").rejects("--what", "encode-zh");
    Invocation.of("bench", "tokenizer", "--corpus", directory.resolve("none"))
        .rejects("none", "expected a text file");
    Invocation.of("bench", "tokenizer", "--threads", "0").rejects("--threads");
  }

  @Test
  void writesASyntheticCorpusAndComparesItWithItself() throws IOException {
    Path file = directory.resolve("corpus.txt");
    JsonObject figures =
        Invocation.of("bench", "corpus", "--size", "300k", "--out", file, "--json").json();
    assertThat(Files.size(file)).isBetween(300_000L, 350_000L);

    JsonObject same =
        Invocation.of("bench", "corpus", "--size", Files.size(file), "--compare", file, "--json")
            .json();
    assertThat(same.get("synthetic")).isEqualTo(figures.get("synthetic"));
    assertThat(same.getAsJsonObject("real").get("pair entropy, bits").getAsDouble())
        .isEqualTo(same.getAsJsonObject("synthetic").get("pair entropy, bits").getAsDouble());

    assertThat(
            Invocation.of("bench", "corpus", "--size", "100k", "--language", "en").succeeds().out())
        .contains("MB/s");
  }
}

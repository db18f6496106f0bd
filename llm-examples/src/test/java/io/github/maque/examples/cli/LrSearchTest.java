package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LrSearchTest {
  @TempDir private static Path shared;
  private static Path tokenizer;
  private static Path data;
  private static Path config;

  @TempDir private Path directory;

  @BeforeAll
  static void prepare() throws IOException {
    tokenizer = DataFixture.tokenizer(shared);
    Path stories = shared.resolve("stories.txt");
    Files.write(stories, DataFixture.stories(300));
    data = shared.resolve("data");
    DataFixture.prepare(stories, tokenizer, data);
    config = shared.resolve("toy.yaml");
    Files.writeString(
        config,
        """
        model:
          layers: 1
          width: 32
          heads: 2
          context-length: 64
        engine:
          precision: float32
        training:
          duration: 40 steps
          tokens-per-step: 256
          rows-per-micro-batch: 4
        """);
  }

  private static Invocation run(Object... options) {
    Stream<Object> words =
        Stream.of("lr-search", "--config", config, "--data", data, "--tokenizer", tokenizer);
    return Invocation.of(Stream.concat(words, Stream.of(options)).toArray());
  }

  @Test
  void searchesAndKeepsTheEvidence() throws IOException {
    Path out = directory.resolve("a/b");
    JsonObject figures =
        run("--rates", "1e-4..1e2", "--count", 4, "--steps", 20, "--out", out, "--json").json();
    JsonArray results = figures.getAsJsonArray("results");
    assertThat(results).hasSize(4);
    assertThat(figures.get("rate").getAsDouble()).isEqualTo(0.01);
    JsonObject best = results.get(1).getAsJsonObject();
    assertThat(best.get("rate").getAsDouble()).isEqualTo(0.01);
    assertThat(best.get("loss").getAsDouble()).isLessThan(Math.log(1200) - 0.1);
    assertThat(results.get(3).getAsJsonObject().get("diverged").getAsBoolean()).isTrue();
    assertThat(figures.get("reasons").getAsJsonArray()).isNotEmpty();
    assertThat(ModelFixture.names(out))
        .containsExactlyInAnyOrder(
            "learning-rates.txt",
            "learning-rates.csv",
            "learning-rates.png",
            "learning-rate-curves.csv",
            "learning-rate-curves.png");
    List<String> csv = Files.readAllLines(out.resolve("learning-rates.csv"));
    assertThat(Double.parseDouble(csv.get(2).split(",", -1)[2]))
        .isCloseTo(best.get("loss").getAsDouble(), within(1e-3));
  }

  @Test
  void rangeTestSaysWhyToPeople() throws IOException {
    Path out = directory.resolve("test");
    String text =
        run("--range-test", "--rates", "1e-4..1e2", "--steps", 60, "--out", out).succeeds().out();
    assertThat(text)
        .contains("recommended rate: ", "verdict: ", "falls most steeply")
        .containsPattern("--set training.optimizer.learning-rate=[0-9]");
    assertThat(ModelFixture.names(out))
        .containsExactlyInAnyOrder("range-test.txt", "range-test.csv", "range-test.png");
  }

  @Test
  void rejectsWhatDoesNotGoTogether() throws IOException {
    run("--rates", "1e-3").rejects("rates must be like 1e-4..3e-2, got \"1e-3\"");
    run("--range-test", "--count", 4).rejects("--range-test", "--count");
    run("--count", 2, "--out", directory.resolve("x")).rejects("count must be at least 3, got 2");
    run("--steps", 5, "--out", directory.resolve("x")).rejects("steps must be at least 20, got 5");
    run("--out", config).rejects("not a directory");
    assertThat(directory.resolve("x")).doesNotExist();
  }
}

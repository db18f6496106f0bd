package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.maque.train.metric.MetricsFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class PretrainTest {
  @TempDir private static Path shared;
  private static Path tokenizer;
  private static Path data;
  private static Path config;

  /** A run of 20 steps that nothing interrupts, and what the command says about it. */
  private static Path whole;

  private static JsonObject figures;

  @TempDir private Path directory;

  @BeforeAll
  static void train() throws IOException {
    tokenizer = DataFixture.tokenizer(shared);
    Path stories = shared.resolve("stories.txt");
    Files.write(stories, DataFixture.stories(300));
    data = shared.resolve("data");
    DataFixture.prepare(stories, tokenizer, data, "--validation", 0.1);
    config = shared.resolve("toy.yaml");
    Files.writeString(
        config,
        """
        model:
          layers: 2
          width: 32
          heads: 2
          context-length: 64
          dropout: 0.1
        data:
          document-mask: true
        engine:
          precision: float32
        training:
          duration: 20 steps
          tokens-per-step: 512
          rows-per-micro-batch: 4
          evaluation:
            every: 10
            sequences: 8
            prompts: [从前]
            sample-tokens: 5
          checkpoints:
            every: 10
        """);
    whole = shared.resolve("whole");
    figures = run(whole).json();
  }

  private static Invocation run(Path out, Object... options) {
    return Invocation.of(words(out, options));
  }

  private static Object[] words(Path out, Object... options) {
    Object[] words = {
      "pretrain", "--config", config, "--data", data, "--tokenizer", tokenizer, "--out", out
    };
    Stream<Object> more = options.length == 0 ? Stream.of("--json") : Stream.of(options);
    return Stream.concat(Stream.of(words), more).toArray();
  }

  @Test
  void trainsAndTellsWhatCameOfIt() throws IOException {
    assertThat(figures.get("ended").getAsString()).isEqualTo("completed");
    assertThat(figures.get("step").getAsLong()).isEqualTo(20);
    assertThat(figures.get("export_to_gguf").getAsBoolean()).isTrue();
    JsonArray evaluations = figures.getAsJsonArray("evaluations");
    assertThat(evaluations).hasSize(3);
    double first = loss(evaluations.get(0));
    assertThat(first).isCloseTo(Math.log(1200), within(0.2));
    assertThat(loss(evaluations.get(2))).isLessThan(first - 0.05);
    assertThat(ModelFixture.names(whole))
        .contains("checkpoints", "metrics.jsonl", "report.html", "loss.png");
    assertThat(Path.of(figures.get("checkpoint").getAsString()))
        .isEqualTo(whole.resolve("checkpoints/step-00000020"))
        .isDirectory();
  }

  private static double loss(JsonElement evaluation) {
    return evaluation.getAsJsonObject().get("loss").getAsDouble();
  }

  /**
   * Bytes and tokens are those of the manifest, read here by other means. It counts what does not
   * fill a sequence, too, and documents' ends.
   */
  @Test
  void tellsBitsPerByteOfTheValidationText() throws IOException {
    JsonObject manifest =
        JsonParser.parseString(Files.readString(data.resolve("manifest.json"))).getAsJsonObject();
    JsonObject shard =
        manifest.getAsJsonObject("splits").getAsJsonArray("validation").get(0).getAsJsonObject();
    double bytes = shard.get("text_bytes").getAsDouble() / shard.get("tokens").getAsDouble();
    JsonObject last = figures.getAsJsonArray("evaluations").get(2).getAsJsonObject();
    assertThat(last.get("bits_per_byte").getAsDouble())
        .isCloseTo(loss(last) / Math.log(2) / bytes, withinPercentage(2));
    assertThat(last.get("perplexity").getAsDouble())
        .isCloseTo(Math.exp(loss(last)), within(Math.exp(loss(last)) * 1e-3));
  }

  @Test
  void generateOpensACheckpoint() {
    Object[] words = {"generate", figures.get("checkpoint").getAsString(), "--prompt", "从前"};
    Invocation told =
        Invocation.of(Stream.concat(Stream.of(words), Stream.of("--max-new-tokens", 3)).toArray());
    assertThat(told.succeeds().out()).startsWith("从前").contains("generated");
  }

  @Test
  void showsWhatItDoesWhereThereIsNoTerminal() throws IOException {
    String text =
        run(directory.resolve("run"), "--set", "training.duration=3 steps").succeeds().out();
    assertThat(text)
        .contains("parameters", "export to Hugging Face  as LlamaForCausalLM", "3 of 512 tokens")
        .contains("computes 4 sequences at once in float32 on the cpu")
        .containsPattern("step 0  validation loss .* perplexity .* bits per byte")
        .containsPattern("(?m)^  \\| 从前")
        .containsPattern("step 3 of 3  loss .* tokens/s .* left")
        .contains("saved step-00000003")
        .contains("the best");
    assertThat(text.lines().filter(line -> line.contains("tokens/s  "))).hasSizeLessThan(5);
  }

  /** A second process that is told to end stands for Ctrl-C and for what schedulers do. */
  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void goesOnAfterSigtermAsIfNothingHadHappened() throws Exception {
    Path run = directory.resolve("run");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Dai.djl.offline=true", "-DOPT_OUT_TRACKING=true"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Maque.class.getName()));
    Stream.of(words(run, "--debug")).map(String::valueOf).forEach(command::add);
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String rest;
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      String line = out.readLine();
      while (line != null && !line.startsWith("step 1 of 20")) {
        line = out.readLine();
      }
      assertThat(line).as("the first step is told").isNotNull();
      assertThat(process.toHandle().destroy()).isTrue();
      rest = String.join("\n", out.lines().toList());
    }
    assertThat(process.waitFor()).isEqualTo(75);
    assertThat(rest).contains("ended", "stopped", "the same command goes on");
    assertThat(run(run).json().get("step").getAsLong()).isEqualTo(20);
    assertThat(losses(run)).isEqualTo(losses(whole));
  }

  /** Returns step, loss and gradient norm of each update and the losses of evaluations. */
  private static List<List<Object>> losses(Path run) throws IOException {
    return losses(run, 0);
  }

  private static List<List<Object>> losses(Path run, long firstStep) throws IOException {
    List<List<Object>> all = new ArrayList<>();
    var history = MetricsFile.read(run.resolve("metrics.jsonl"));
    history
        .steps()
        .forEach(step -> all.add(List.of(step.step(), step.loss(), step.gradientNorm())));
    history.evaluations().forEach(one -> all.add(List.of(one.step(), one.loss(), one.samples())));
    all.removeIf(event -> (Long) event.get(0) < firstStep);
    return all;
  }

  @Test
  void leavesAFinishedRunAsItIs() throws IOException {
    List<List<Object>> before = losses(whole);
    JsonObject again = run(whole).json();
    assertThat(again.get("ended").getAsString()).isEqualTo("completed");
    assertThat(losses(whole)).isEqualTo(before);
    run(whole, "--resume", "never", "--json").rejects("whole", "must have no checkpoints");
  }

  @Test
  void findsTheTokenizerWithTheData() {
    Object[] words = {"pretrain", "--config", config, "--data", data, "--json", "--out"};
    Object[] rest = {directory.resolve("run"), "--set", "training.duration=1 steps"};
    JsonObject told =
        Invocation.of(Stream.concat(Stream.of(words), Stream.of(rest)).toArray()).json();
    assertThat(told.get("step").getAsLong()).isEqualTo(1);
  }

  @Test
  void aSmokeRunIsNothingThatARealOneGoesOnFrom() throws IOException {
    Path run = directory.resolve("run");
    JsonObject tried = run(run, "--smoke", "--json").json();
    assertThat(tried.get("step").getAsLong()).isEqualTo(10);
    assertThat(ModelFixture.names(run)).containsExactly("smoke");
    run(run, "--smoke").rejects("smoke", "--smoke needs a new directory");
    JsonObject real = run(run, "--set", "training.duration=1 steps", "--json").json();
    assertThat(real.get("step").getAsLong()).isEqualTo(1);
  }

  @Test
  void goesOnFromTheCheckpointOfAnotherRun() throws IOException {
    Path run = directory.resolve("run");
    Path checkpoint = whole.resolve("checkpoints/step-00000010");
    JsonObject told = run(run, "--resume", checkpoint, "--set", "training.seed=0", "--json").json();
    assertThat(told.getAsJsonObject("options").getAsJsonObject("set").get("training.seed"))
        .hasToString("\"0\"");
    // Ten updates and the evaluation at the end.
    assertThat(losses(run, 11)).hasSize(11).isEqualTo(losses(whole, 11));
  }

  @Test
  void beginsWithTheWeightsOfAModel() throws IOException {
    Path weights = Path.of(figures.get("checkpoint").getAsString());
    Path run = directory.resolve("run");
    Object[] options = {"--weights", weights, "--set", "training.duration=2 steps", "--json"};
    JsonArray evaluations = run(run, options).json().getAsJsonArray("evaluations");
    double end = loss(figures.getAsJsonArray("evaluations").get(2));
    assertThat(loss(evaluations.get(0))).isEqualTo(end);
    // The same command again finds the run's own checkpoints.
    assertThat(run(run, options).json().get("step").getAsLong()).isEqualTo(2);
  }

  @Test
  void triesOutWhatComesWithTheProgramWithoutAnyData() {
    JsonObject tried =
        Invocation.of("pretrain", "--config", "story-tiny-cpu", "--smoke", "--json").json();
    assertThat(tried.get("step").getAsLong()).isEqualTo(10);
    assertThat(tried.has("checkpoint")).as("what is deleted is not named").isFalse();
  }

  @Test
  void reportsAnew() throws IOException {
    Path run = Files.createDirectory(directory.resolve("run"));
    Files.copy(whole.resolve("metrics.jsonl"), run.resolve("metrics.jsonl"));
    String text = Invocation.of("report", run).succeeds().out();
    assertThat(text).contains("completed", "validation loss", "bits per byte", "the best");
    assertThat(ModelFixture.names(run))
        .contains("report.html", "loss.png", "learning-rate.png", "tokens-per-second.png");
    Path page = directory.resolve("page.html");
    JsonObject told = Invocation.of("report", run, "-o", page, "--json").json();
    assertThat(told.get("step").getAsLong()).isEqualTo(20);
    assertThat(told.getAsJsonObject("options").get("run").getAsString()).isEqualTo(run.toString());
    assertThat(Files.readString(page)).isEqualTo(Files.readString(run.resolve("report.html")));
  }

  @Test
  void reportSaysWhatIsWrong() throws IOException {
    Invocation.of("report", directory).rejects("metrics.jsonl", "expected a directory that");
    Path metrics = Files.writeString(directory.resolve("metrics.jsonl"), "{\"event\":\"dance\"}\n");
    Invocation.of("report", directory).rejects("metrics.jsonl", "dance");
    Files.writeString(metrics, "");
    assertThat(Invocation.of("report", directory).succeeds().out()).contains("going on, or killed");
    Invocation.of("report", directory, "-o", directory.resolve("no/page.html")).rejects("no");
  }

  @Test
  void saysWhatIsWrong() throws IOException {
    Path out = directory.resolve("run");
    Invocation.of("pretrain", "--config", "dance").rejects("dance", "story-tiny-cpu");
    Invocation.of("pretrain", "--config", config).rejects("data.directory", "--data");
    Path bare = Files.createDirectory(directory.resolve("bare"));
    Files.copy(data.resolve("manifest.json"), bare.resolve("manifest.json"));
    Invocation.of("pretrain", "--config", config, "--data", bare)
        .rejects("data.tokenizer", "--tokenizer");
    Invocation.of("pretrain", "--config", config, "--data", directory).rejects("manifest.json");
    run(out, "--set", "model.layer=3").rejects("model.layer", "layers");
    run(out, "--set", "model.layers=no").rejects("model.layers", "expected a whole number");
    run(out, "--set", "model.heads=5").rejects("model: headSize must be set");
    run(out, "--set", "model.preset=dance").rejects("model: preset must be one of", "dance");
    run(out, "--set", "data.sequence-length=65").rejects("data.sequenceLength", "at most 64", "65");
    run(out, "--set", "training.tokens-per-step=100").rejects("tokensPerStep", "64", "100");
    run(out, "--set", "training.schedule.kind=dance").rejects("kind", "dance", "cosine");
    run(out, "--resume", out.resolve("none"), "--json").rejects("none");
    run(out, "--weights", out.resolve("none")).rejects("none", "expected a model's directory");
    run(out, "--weights", whole, "--resume", "never").rejects("--weights and --resume");
    assertThat(directory.resolve("run/metrics.jsonl")).doesNotExist();
    Path other = Files.createDirectory(directory.resolve("other"));
    Path wrong = ModelFixture.tokenizer(other);
    Invocation.of("pretrain", "--config", config, "--data", data, "--tokenizer", wrong)
        .rejects("fingerprint");
    Path file = Files.writeString(directory.resolve("file"), "");
    run(file).rejects("file");
  }

  @Test
  void saysThatTrainingFailed() throws IOException {
    Invocation failed =
        run(
            directory.resolve("run"),
            "--set",
            "training.optimizer.kind=sgd",
            "--set",
            "training.optimizer.learning-rate=1e30",
            "--set",
            "training.rules.failure-limit=2",
            "--json");
    failed.rejects("2 updates in a row could not be made", "failed-step-");
  }
}

package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.maque.data.dialogue.Dialogue;
import io.github.maque.data.dialogue.Preference;
import io.github.maque.examples.WorkListener;
import io.github.maque.examples.align.FineTuneConfig;
import io.github.maque.examples.align.FineTuneJob;
import io.github.maque.examples.pretrain.RunResult;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.tokenizer.format.TokenizerFiles;
import io.github.maque.train.TrainingOptions;
import io.github.maque.train.metric.StepMetrics;
import io.github.maque.train.metric.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fine-tuning and learning from preferences, from a model on disk to a model on disk. */
class AlignmentTest {
  @TempDir private static Path shared;
  private static Path model;
  private static Path dialogues;
  private static Path pairs;

  @TempDir private Path directory;

  @BeforeAll
  static void write() throws IOException {
    Path files = ModelFixture.tokenizer(shared);
    DecoderConfig config = ModelFixture.config().toBuilder().contextLength(64).build();
    GenerationOptions greedy = GenerationOptions.builder().greedy().maxNewTokens(9).build();
    model = ModelFixture.write(shared.resolve("model"), config, files, greedy);
    assertThat(TokenizerFiles.load(files).vocabularySize()).isPositive();
    List<String> conversations = new ArrayList<>();
    List<String> preferences = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      conversations.add(Dialogue.of("q" + i, "a b a").toJson());
      preferences.add(Preference.of("q" + i, "a a a a", "b").toJson());
    }
    dialogues = Files.write(shared.resolve("chats.jsonl"), conversations);
    pairs = Files.write(shared.resolve("pairs.jsonl"), preferences);
  }

  private static Invocation sft(Path out, Object... more) {
    return run("sft", dialogues, out, more);
  }

  private static Invocation dpo(Path out, Object... more) {
    return run("dpo", pairs, out, more);
  }

  private static Invocation run(String verb, Path data, Path out, Object... more) {
    Object[] words = {
      verb,
      "--model",
      model,
      "--data",
      data,
      "--out",
      out,
      "--set",
      "engine.precision=float32",
      "--set",
      "data.held-out=0.2",
      "--set",
      "training.tokens-per-step=256",
      "--set",
      "training.rows-per-micro-batch=2",
      "--set",
      "training.evaluation.every=5",
      "--set",
      "training.optimizer.kind=adamw",
      "--set",
      "training.optimizer.learning-rate=3e-3"
    };
    return Invocation.of(Stream.concat(Stream.of(words), Stream.of(more)).toArray());
  }

  private static double loss(JsonObject figures, boolean last) {
    JsonArray evaluations = figures.getAsJsonArray("evaluations");
    return evaluations
        .get(last ? evaluations.size() - 1 : 0)
        .getAsJsonObject()
        .get("loss")
        .getAsDouble();
  }

  @Test
  void fineTuningMakesAModelThatChats() {
    JsonObject figures =
        sft(directory.resolve("sft"), "--set", "training.duration=12 steps", "--json").json();
    assertThat(figures.get("ended").getAsString()).isEqualTo("completed");
    assertThat(loss(figures, true)).isLessThan(loss(figures, false) - 0.1);
    JsonObject data = figures.getAsJsonObject("data");
    assertThat(data.get("dialogues").getAsInt()).isEqualTo(60);
    assertThat(data.get("held_out").getAsInt()).isBetween(1, 30);
    Invocation chat =
        Invocation.of(
            "generate",
            figures.get("checkpoint").getAsString(),
            "--chat",
            "--prompt",
            "q1",
            "--max-new-tokens",
            3);
    assertThat(chat.succeeds().out()).contains("generated");
  }

  @Test
  void previewShowsWhatIsLearntAndTrainsNothing() {
    Path out = directory.resolve("sft");
    String text = sft(out, "--preview").succeeds().out();
    assertThat(text).contains("⟦").contains("dialogues").contains("60");
    assertThat(out).doesNotExist();
  }

  @Test
  void anAdapterIsKeptAloneAndMergedInTheEnd() {
    Path out = directory.resolve("lora");
    JsonObject figures =
        sft(out, "--lora", 4, "--set", "training.duration=6 steps", "--json").json();
    assertThat(Path.of(figures.get("checkpoint").getAsString()))
        .isDirectoryContaining("glob:**adapter_model.safetensors")
        .isDirectoryNotContaining("glob:**/model.safetensors");
    Path merged = Path.of(figures.get("made").getAsString());
    assertThat(merged).isEqualTo(out.resolve("model"));
    assertThat(
            Invocation.of("generate", merged, "--prompt", "a", "--max-new-tokens", 3)
                .succeeds()
                .out())
        .contains("generated");
    assertThat(figures.get("trained_parameters").getAsLong())
        .isLessThan(ModelFixture.config().parameters());
    assertThat(figures.get("note").getAsString()).contains("answers end with <|im_end|>");
  }

  @Test
  void nothingIsSaidOfEndsThatTheBaseKnowsOrThatAreLearnt() {
    for (Object[] more :
        List.of(new Object[] {"--lora", 4, "--set", "chat-template=story"}, new Object[0])) {
      List<Object> all = new ArrayList<>(List.of(more));
      all.addAll(List.of("--set", "training.duration=1 steps", "--json"));
      Path out = directory.resolve("run" + more.length);
      assertThat(sft(out, all.toArray()).json().has("note")).isFalse();
    }
  }

  @Test
  void preferencesAreLearntAndTheReferenceIsKept() {
    Path out = directory.resolve("dpo");
    JsonObject figures =
        dpo(
                out,
                "--set",
                "training.duration=10 steps",
                "--set",
                "warning.action=warn",
                "--set",
                "warning.answer-tokens=8",
                "--json")
            .json();
    assertThat(loss(figures, false)).isCloseTo(Math.log(2), within(1e-4));
    assertThat(loss(figures, true)).isLessThan(0.65);
    JsonObject accuracy = figures.getAsJsonObject("figures").getAsJsonObject("rewards/accuracies");
    assertThat(accuracy.get("last_validation").getAsDouble()).isGreaterThan(0.9);
    assertThat(figures.getAsJsonObject("figures").has("samples/kl")).isTrue();
    assertThat(out.resolve("reference-training.jsonl")).isNotEmptyFile();
    assertThat(out.resolve("reference-validation.jsonl")).isNotEmptyFile();
    assertThat(figures.get("ended_early").getAsString()).isEmpty();
  }

  @Test
  void aRateThatIsTooHighEndsTheRunEarlyWithAReason() {
    JsonObject figures =
        dpo(
                directory.resolve("dpo"),
                "--set",
                "training.duration=60 steps",
                "--set",
                "training.optimizer.learning-rate=0.1",
                "--set",
                "warning.answer-tokens=8",
                "--json")
            .json();
    assertThat(figures.get("ended").getAsString()).isEqualTo("stopped");
    assertThat(figures.get("step").getAsLong()).isLessThan(60);
    assertThat(figures.get("ended_early").getAsString()).contains("step");
  }

  @Test
  void anAdapterCanBeItsOwnReference() {
    JsonObject figures =
        dpo(
                directory.resolve("dpo"),
                "--lora",
                4,
                "--set",
                "reference=adapter-off",
                "--set",
                "training.duration=4 steps",
                "--set",
                "warning.prompts=2",
                "--set",
                "warning.answer-tokens=4",
                "--json")
            .json();
    assertThat(loss(figures, false)).isCloseTo(Math.log(2), within(1e-4));
    assertThat(directory.resolve("dpo/reference-training.jsonl")).doesNotExist();
    assertThat(directory.resolve("dpo/model/model.safetensors")).exists();
  }

  /** Without a model in the engine: what the data holds now is not even looked at. */
  @Test
  void aCompleteRunIsReturnedAtOnceUnlessItsDataIsNewer() throws IOException {
    Path out = directory.resolve("lora");
    Path data = Files.copy(dialogues, directory.resolve("chats.jsonl"));
    Map<String, String> settings =
        Map.of(
            "model", model.toString(),
            "data.files", "[\"" + data + "\"]",
            "adapter.rank", "2",
            "engine.precision", "float32",
            "training.duration", "2 steps",
            "training.tokens-per-step", "256");
    FineTuneConfig config =
        TrainingOptions.yaml().parse("{}", "the defaults", FineTuneConfig.class, settings);
    AtomicInteger steps = new AtomicInteger();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void stepped(StepMetrics step) {
            steps.incrementAndGet();
          }
        };
    RunResult first = FineTuneJob.run(config, out, WorkListener.SILENT, listener);
    assertThat(first.model()).contains(out.resolve("model"));
    assertThat(steps).hasValue(2);
    FileTime end = Files.getLastModifiedTime(out.resolve("metrics.jsonl"));
    Files.writeString(data, "damaged");
    Files.setLastModifiedTime(data, FileTime.fromMillis(end.toMillis() - 1000));
    RunResult again = FineTuneJob.run(config, out, WorkListener.SILENT, listener);
    assertThat(again.training().lastCheckpoint()).isEqualTo(first.training().lastCheckpoint());
    assertThat(again.training().bestCheckpoint()).isEqualTo(first.training().bestCheckpoint());
    assertThat(again.model()).isEqualTo(first.model());
    assertThat(again.training().history().steps()).hasSize(2);
    assertThat(steps).hasValue(2);
    Files.copy(dialogues, data, StandardCopyOption.REPLACE_EXISTING);
    Files.setLastModifiedTime(data, FileTime.fromMillis(end.toMillis() + 1000));
    assertThat(FineTuneJob.complete(config, out)).isEmpty();
  }

  @Test
  void theSameCommandAgainSaysThatNothingWasLeftToDo() {
    Path out = directory.resolve("dpo");
    Object[] more = {"--set", "training.duration=2 steps", "--set", "warning.prompts=0", "--json"};
    JsonObject first = dpo(out, more).json();
    JsonObject again = dpo(out, more).json();
    assertThat(first.has("finished_before")).isFalse();
    assertThat(again.get("finished_before").getAsBoolean()).isTrue();
    assertThat(again.get("made")).isEqualTo(first.get("made"));
    assertThat(again.get("step")).isEqualTo(first.get("step"));
    Object[] longer = {
      "--set", "training.duration=3 steps", "--set", "warning.prompts=0", "--json"
    };
    assertThat(dpo(out, longer).json().get("step").getAsInt()).isEqualTo(3);
  }

  @Test
  void wrongUseIsOneLine() throws IOException {
    Path out = directory.resolve("out");
    assertFails(Invocation.of("sft", "--data", dialogues, "--out", out), "--model must say");
    assertFails(Invocation.of("dpo", "--model", model, "--out", out), "--data must say");
    assertFails(dpo(out, "--set", "reference=adapter-off"), "unless there is an adapter");
    assertFails(dpo(out, "--set", "loss.kind=dpq"), "loss.kind");
    assertFails(dpo(out, "--set", "data.max-length=65"), "data.max-length must be at most");
    assertFails(dpo(out, "--set", "training.objective.z-loss=1e-4"), "training.objective");
    assertFails(sft(out, "--set", "data.prompt-weight=2"), "promptWeight must be from 0 to 1");
    Path empty = Files.write(directory.resolve("empty.jsonl"), List.of("{\"messages\":[]}"));
    assertFails(run("sft", empty, out), "empty.jsonl");
    assertThat(out).doesNotExist();
  }

  private static void assertFails(Invocation told, String part) {
    assertThat(told.exitCode()).isEqualTo(2);
    assertThat(told.err().strip().lines()).hasSize(1);
    assertThat(told.err()).contains(part);
  }

  @Test
  void aRunGoesOnFromTheModelThatItBeganWithOrNotAtAll() throws IOException {
    Path own = directory.resolve("model");
    try (Stream<Path> files = Files.list(model)) {
      Files.createDirectory(own);
      for (Path file : files.toList()) {
        Files.copy(file, own.resolve(file.getFileName()));
      }
    }
    Path out = directory.resolve("lora");
    Object[] more = {"--model", own, "--lora", 4, "--json", "--set"};
    assertThat(own(out, more, "training.duration=4 steps").json().get("step").getAsInt())
        .isEqualTo(4);
    JsonObject longer = own(out, more, "training.duration=6 steps").json();
    assertThat(longer.get("step").getAsInt()).isEqualTo(6);
    assertThat(Path.of(longer.get("made").getAsString())).isEqualTo(out.resolve("model"));
    assertFails(
        own(
            out,
            new Object[] {"--model", model, "--lora", 4, "--set"},
            "training.duration=8 steps"),
        "began with the model");
    Path weights = own.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length - 1] ^= 1;
    Files.write(weights, bytes);
    assertFails(own(out, more, "training.duration=8 steps"), "has changed since");
  }

  private static Invocation own(Path out, Object[] more, String setting) {
    Object[] words = {
      "sft",
      "--data",
      dialogues,
      "--out",
      out,
      "--set",
      "training.tokens-per-step=256",
      "--set",
      "engine.precision=float32"
    };
    return Invocation.of(
        Stream.of(Stream.of(words), Stream.of(more), Stream.of(setting))
            .flatMap(each -> each)
            .toArray());
  }

  @Test
  void frozenParametersStayAsTheyAre() {
    JsonObject figures =
        sft(
                directory.resolve("sft"),
                "--set",
                "training.duration=2 steps",
                "--set",
                "freeze=[model\\.embed_tokens.*, model\\.layers\\.0\\..*]",
                "--json")
            .json();
    assertThat(figures.get("trained_parameters").getAsLong())
        .isLessThan(ModelFixture.config().parameters() / 2);
    assertFails(sft(directory.resolve("other"), "--set", "freeze=[nothing]"), "matches none");
  }
}

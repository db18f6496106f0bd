package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.Initialization;
import io.github.maque.model.generate.GenerationOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluateTest {
  private static final String FIRST = "Birds fly high. Birds fly low.";

  @TempDir private static Path shared;
  private static Path model;
  private static Path other;
  private static Path plain;
  private static Path stories;
  @TempDir private Path directory;

  @BeforeAll
  static void write() throws IOException {
    Path files = ModelFixture.tokenizer(shared);
    DecoderConfig config = ModelFixture.config().toBuilder().contextLength(128).build();
    GenerationOptions greedy = GenerationOptions.builder().greedy().maxNewTokens(3).build();
    model = ModelFixture.write(shared.resolve("model"), config, files, greedy);
    DecoderConfig differently =
        config.toBuilder().initialization(new Initialization(6, 0.3, true)).build();
    other = ModelFixture.write(shared.resolve("other"), differently, files, greedy);
    plain = shared.resolve("plain");
    Invocation.of(
            "model", "export", model, plain, "--format", "huggingface", "--chat-template", "none")
        .succeeds();
    stories =
        Files.writeString(
            shared.resolve("stories.txt"),
            "Words: fly, sea\nStory:\n"
                + FIRST
                + "\n<|endoftext|>\nSummary: an ox\nStory:\nAn ox.\n<|endoftext|>\n"
                + "Words: x\nStory:\n"
                + "x ".repeat(200)
                + "\n<|endoftext|>\n");
  }

  private static Invocation evaluate(Object... words) {
    Object[] common = {"evaluate"};
    Object[] more = {"--precision", "float32", "--max-new-tokens", 10};
    return Invocation.of(Stream.of(common, words, more).flatMap(Stream::of).toArray());
  }

  private static JsonObject all(JsonArray results, int index) {
    return results.get(index).getAsJsonObject().getAsJsonObject("figures").getAsJsonObject("all");
  }

  @Test
  void putsModelsSideBySide() throws IOException {
    Path out = directory.resolve("report");
    JsonObject figures =
        evaluate(model, other, "--names", "甲,乙", "--data", stories, "--out", out, "--json").json();
    JsonArray results = figures.getAsJsonArray("results");
    assertThat(results)
        .extracting(one -> one.getAsJsonObject().get("name").getAsString())
        .containsExactly("data", "甲", "乙");
    assertThat(figures.get("prompts_asked").getAsInt()).isEqualTo(3);
    assertThat(figures.get("held_out_answers").getAsInt()).isEqualTo(3);
    for (int i = 1; i <= 2; i++) {
      // With random weights a token costs at least as much as if all were alike.
      assertThat(all(results, i).get("loss").getAsDouble()).isGreaterThan(Math.log(300) - 0.5);
      assertThat(all(results, i).get("tokens").getAsDouble()).isBetween(4.0, 10.0);
      assertThat(results.get(i).getAsJsonObject().get("held_out_left_out").getAsInt()).isEqualTo(1);
    }
    assertThat(all(results, 1).get("loss")).isNotEqualTo(all(results, 2).get("loss"));
    assertThat(all(results, 0).get("words").getAsDouble()).isCloseTo(0.75, within(1e-6));
    assertThat(all(results, 0).get("summary_recall").getAsDouble()).isEqualTo(1);
    assertThat(ModelFixture.names(out))
        .containsExactly("evaluation.html", "evaluation.json", "evaluation.txt");
    JsonObject report =
        JsonParser.parseString(Files.readString(out.resolve("evaluation.json"))).getAsJsonObject();
    assertThat(report.getAsJsonArray("samples")).hasSize(3);
    assertThat(report.get("generation").getAsString()).contains("temperature=0.8");
    assertThat(evaluate(model, other, "--names", "甲,乙", "--data", stories, "--json").json())
        .extracting(
            again ->
                again
                    .getAsJsonObject()
                    .getAsJsonArray("results")
                    .get(1)
                    .getAsJsonObject()
                    .get("figures"))
        .isEqualTo(results.get(1).getAsJsonObject().get("figures"));
  }

  @Test
  void showsATable() {
    Invocation shown = evaluate(model, "--data", stories).succeeds();
    assertThat(shown.out())
        .contains("all (3 prompts)", "words (2 prompts)", "summary (1 prompt)")
        .containsPattern("(?m)^ +data +model$")
        .containsPattern("(?m)^ +loss +- +[0-9.]+$")
        .contains("model: answers longer than its context, not in its loss: 1");
  }

  @Test
  void measuresEitherAlone() {
    JsonObject losses =
        evaluate(model, other, "--data", stories, "--prompts", 0, "--held-out", 2, "--json").json();
    JsonArray results = losses.getAsJsonArray("results");
    assertThat(results).hasSize(2);
    assertThat(all(results, 0).keySet()).containsExactlyInAnyOrder("loss", "bits_per_byte");
    assertThat(losses.get("held_out_answers").getAsInt()).isEqualTo(2);
    JsonObject answers =
        evaluate(model, "--data", stories, "--prompts", 2, "--held-out", 0, "--json").json();
    assertThat(answers.get("prompts_asked").getAsInt()).isEqualTo(2);
    assertThat(all(answers.getAsJsonArray("results"), 1).has("loss")).isFalse();
  }

  @Test
  void findsWhatWasLearntByHeartInAnyFiles() throws IOException {
    Path dialogues =
        Files.writeString(
            directory.resolve("train.jsonl"),
            "{\"instruction\":\"An ox.\",\"output\":\"“Birds fly high.”\"}\n");
    Path documents = Files.writeString(directory.resolve("texts.jsonl"), "{\"text\":\"An ox.\"}\n");
    Object[] words = {model, "--data", stories, "--prompts", 2, "--held-out", 0, "--json"};
    JsonObject inDialogues = data(words, dialogues);
    assertThat(inDialogues.get("longest_copy_of_all").getAsInt())
        .isEqualTo("Birds fly high.".length());
    assertThat(data(words, documents).get("longest_copy_of_all").getAsInt())
        .isEqualTo("An ox.".length());
    assertThat(data(words, stories).get("longest_copy_of_all").getAsInt())
        .isEqualTo(FIRST.length());
    assertThat(data(words, stories).get("longest_copy").getAsDouble())
        .isEqualTo((FIRST.length() + "An ox.".length()) / 2.0);
  }

  private static JsonObject data(Object[] words, Path train) {
    Object[] more = {"--train", train};
    JsonObject figures = evaluate(Stream.of(words, more).flatMap(Stream::of).toArray()).json();
    return all(figures.getAsJsonArray("results"), 0);
  }

  @Test
  void asksOnlyWhatEveryModelHasRoomFor() throws IOException {
    Path data = directory.resolve("data.jsonl");
    Files.writeString(
        data,
        "{\"question\":\""
            + "x".repeat(500)
            + "\",\"answer\":\"a\"}\n{\"question\":\"b\",\"answer\":\"c\"}\n");
    JsonObject figures = evaluate(model, "--data", data, "--json").json();
    assertThat(figures.get("prompts_asked").getAsInt()).isEqualTo(1);
    assertThat(figures.get("prompts_too_long").getAsInt()).isEqualTo(1);
    evaluate(model, "--data", data, "--prompts", 1).rejects("no question leaves room");
  }

  @Test
  void saysWhatIsWrong() throws IOException {
    evaluate(model, "--data", shared.resolve("no.txt")).rejects("no.txt", "does not exist");
    evaluate(model, plain, "--data", stories).rejects("plain has no chat template");
    evaluate(model, shared.resolve("no"), "--data", stories).rejects("config.json");
    evaluate(model, model, "--data", stories).rejects("differ", "--names");
    evaluate(model, "--names", "a,b", "--data", stories).rejects("--names", "1 models, got 2");
    evaluate(model, "--names", "data", "--data", stories).rejects("\"data\"");
    evaluate(model, "--data", stories, "--prompts", 0, "--held-out", 0).rejects("--prompts");
    evaluate(model, "--data", stories, "--prompts", 0, "--train", stories).rejects("--train");
    evaluate(model, "--data", stories, "--train", shared.resolve("no")).rejects("does not exist");
    evaluate(model, "--data", stories, "--slots", 0).rejects("--slots");
    evaluate(model, "--data", stories, "--out", stories).rejects("--out must be a directory");
    evaluate(model, "--data", stories, "--format", "dialogues").rejects("stories.txt");
    Path unknown = directory.resolve("unknown");
    Invocation.of("model", "export", plain, unknown, "--format", "huggingface").succeeds();
    Files.writeString(unknown.resolve("chat_template.jinja"), "{{ messages }}");
    evaluate(unknown, "--data", stories).rejects("unknown: the model's chat template is one of");
  }
}

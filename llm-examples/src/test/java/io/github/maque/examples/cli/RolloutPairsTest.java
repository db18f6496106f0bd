package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.maque.data.dialogue.Dialogue;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.tokenizer.format.TokenizerFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RolloutPairsTest {
  private static final int QUESTIONS = 6;

  @TempDir private static Path shared;
  private static Path model;
  private static Path plain;
  private static Path dialogues;
  private static Path stories;

  private static int end;

  @TempDir private Path directory;

  @BeforeAll
  static void write() throws IOException {
    Path files = ModelFixture.tokenizer(shared);
    end = TokenizerFiles.load(files).specialTokens().ids().get("<|im_end|>");
    DecoderConfig config = ModelFixture.config().toBuilder().contextLength(128).build();
    GenerationOptions drawn = GenerationOptions.builder().temperature(1).maxNewTokens(12).build();
    model = ModelFixture.write(shared.resolve("model"), config, files, drawn);
    plain = shared.resolve("plain");
    Invocation.of(
            "model", "export", model, plain, "--format", "huggingface", "--chat-template", "none")
        .succeeds();
    dialogues = shared.resolve("dialogues.jsonl");
    Files.write(
        dialogues,
        IntStream.range(0, QUESTIONS)
            .mapToObj(i -> "{\"instruction\":\"q" + i + "\",\"output\":\"a" + i + "\"}")
            .toList());
    stories = shared.resolve("stories.txt");
    Files.writeString(
        stories,
        """
        Words: fly, e
        Story:
        Birds fly.
        <|endoftext|>
        Words: x
        Story:
        An ox.
        <|endoftext|>
        """);
  }

  private Path out() {
    return directory.resolve("pairs.jsonl");
  }

  private Invocation rollout(Path data, Object... more) {
    Object[] common = {
      "rollout", "--model", model, "--data", data, "--out", out(), "--precision", "float32"
    };
    // The model ends some of its answers, but not all.
    Object[] sampling = {"--logit-bias", end + "=3", "--max-new-tokens", 12};
    return Invocation.of(Stream.of(common, sampling, more).flatMap(Stream::of).toArray());
  }

  private static List<JsonObject> lines(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .map(line -> JsonParser.parseString(line).getAsJsonObject())
        .toList();
  }

  private static String content(JsonObject pair, String name) {
    return pair.getAsJsonArray(name).get(0).getAsJsonObject().get("content").getAsString();
  }

  @Test
  void choosesTheDataOverTheModel() throws IOException {
    JsonObject figures = rollout(dialogues, "--samples", 3, "--json").json();
    List<JsonObject> pairs = lines(out());
    assertThat(figures.get("pairs").getAsInt()).isEqualTo(pairs.size()).isPositive();
    assertThat(figures.get("questions").getAsInt()).isEqualTo(QUESTIONS);
    JsonObject leftOut = figures.getAsJsonObject("left_out");
    int missing = leftOut.entrySet().stream().mapToInt(one -> one.getValue().getAsInt()).sum();
    assertThat(missing + pairs.size()).isEqualTo(3 * QUESTIONS);
    assertThat(leftOut.get("unfinished").getAsInt()).isPositive();
    for (JsonObject pair : pairs) {
      String question = content(pair, "prompt");
      assertThat(content(pair, "chosen")).isEqualTo(question.replace('q', 'a'));
      assertThat(content(pair, "rejected")).isNotEqualTo(content(pair, "chosen"));
    }
    JsonObject first = figures.getAsJsonObject("first_pair");
    assertThat(first.get("chosen").getAsString()).isEqualTo(content(pairs.get(0), "chosen"));
    assertThat(figures.get("generated_answers").getAsInt()).isEqualTo(3 * QUESTIONS);
    int tokens = lines(cache()).stream().mapToInt(line -> line.get("tokens").getAsInt()).sum();
    assertThat(figures.get("generated_tokens").getAsInt()).isEqualTo(tokens);
  }

  private Path cache() {
    return directory.resolve("pairs.jsonl.answers");
  }

  @Test
  void takesAnswersThatWereCutShortIfToldTo() throws IOException {
    rollout(dialogues, "--unfinished", "--limit", 4, "--logit-bias", end + "=-Infinity");
    assertThat(lines(out())).hasSize(4);
    rollout(dialogues, "--limit", 4, "--logit-bias", end + "=-Infinity")
        .rejects("no pair came of it: 4 unfinished");
  }

  @Test
  void goesOnFromTheCacheAfterAKill() throws IOException {
    JsonObject whole = rollout(dialogues, "--samples", 2, "--seed", 7, "--json").json();
    assertThat(whole.get("cached_answers").getAsInt()).isZero();
    byte[] pairs = Files.readAllBytes(out());
    byte[] answers = Files.readAllBytes(cache());

    Invocation again = rollout(dialogues, "--samples", 2, "--seed", 7).succeeds();
    assertThat(again.out()).contains("all 12 were known already");
    assertThat(Files.readAllBytes(out())).isEqualTo(pairs);
    assertThat(Files.readAllBytes(cache())).isEqualTo(answers);

    Files.delete(out());
    String firstFive = String.join("\n", Files.readAllLines(cache()).subList(0, 5)) + "\n";
    Files.writeString(cache(), firstFive);
    JsonObject rest = rollout(dialogues, "--samples", 2, "--seed", 7, "--json").json();
    assertThat(rest.get("cached_answers").getAsInt()).isEqualTo(5);
    assertThat(rest.get("generated_answers").getAsInt()).isEqualTo(7);
    assertThat(Files.readAllBytes(out())).isEqualTo(pairs);

    JsonObject other = rollout(dialogues, "--samples", 2, "--seed", 8, "--json").json();
    assertThat(other.get("generated_answers").getAsInt()).isEqualTo(12);
  }

  @Test
  void choosesTheLongestAnswerOverTheShortest() throws IOException {
    Object[] words = {"--choose", "best", "--score", "length", "--samples", 4, "--unfinished"};
    Path kept = directory.resolve("kept");
    Invocation run =
        rollout(
            dialogues,
            Stream.of(words, new Object[] {"--cache", kept}).flatMap(Stream::of).toArray());
    assertThat(run.succeeds().out()).contains("first rejected").contains(kept.toString());
    List<JsonObject> answers = lines(kept);
    assertThat(answers).hasSize(4 * QUESTIONS);
    List<JsonObject> pairs = lines(out());
    assertThat(pairs).hasSizeGreaterThan(QUESTIONS / 2);
    for (JsonObject pair : pairs) {
      int question = Integer.parseInt(content(pair, "prompt").substring(1));
      List<Integer> lengths =
          answers.subList(4 * question, 4 * question + 4).stream()
              .map(answer -> answer.get("text").getAsString())
              .map(text -> text.codePointCount(0, text.length()))
              .sorted()
              .toList();
      String chosen = content(pair, "chosen");
      String rejected = content(pair, "rejected");
      assertThat(chosen.codePointCount(0, chosen.length())).isEqualTo(lengths.get(3));
      assertThat(rejected.codePointCount(0, rejected.length())).isEqualTo(lengths.get(0));
    }
  }

  /** Words of one letter, as the model hardly writes others. */
  @Test
  void choosesWhatKeepsToTheConstraints() throws IOException {
    Path letters = directory.resolve("letters.jsonl");
    Files.writeString(
        letters, "{\"story\":\"a, b\",\"words\":[\"a\",\"e\",\"i\",\"n\",\"o\",\"r\"]}\n");
    Object[] words = {"--choose", "best", "--samples", 16, "--unfinished"};
    rollout(letters, with(words, "--logit-bias", end + "=-Infinity")).succeeds();
    JsonObject pair = lines(out()).get(0);
    assertThat(content(pair, "prompt")).endsWith("词汇：a，e，i，n，o，r");
    List<Long> present =
        lines(cache()).stream()
            .map(answer -> present(answer.get("text").getAsString()))
            .sorted()
            .toList();
    assertThat(present(content(pair, "chosen"))).isEqualTo(present.get(15));
    assertThat(present(content(pair, "rejected"))).isEqualTo(present.get(0));
  }

  private static long present(String answer) {
    String folded = " " + answer.toLowerCase(Locale.ROOT) + " ";
    return Stream.of("a", "e", "i", "n", "o", "r")
        .filter(
            letter ->
                folded.matches(
                    "(?s).*[^\\p{IsLatin}\\p{Nd}]" + letter + "[^\\p{IsLatin}\\p{Nd}].*"))
        .count();
  }

  @Test
  void readsEveryFormat() throws IOException {
    rollout(stories, "--unfinished").succeeds();
    assertThat(lines(out()))
        .extracting(pair -> content(pair, "chosen"))
        .containsExactly("Birds fly.", "An ox.");
    assertThat(content(lines(out()).get(0), "prompt")).contains("词汇：fly，e");
    Path records = Files.writeString(directory.resolve("records.json"), "[{\"story\":\"Hm.\"}]");
    rollout(records, "--unfinished").succeeds();
    assertThat(content(lines(out()).get(0), "chosen")).isEqualTo("Hm.");
    rollout(records, "--unfinished", "--format", "story-records").succeeds();
  }

  @Test
  void leavesOutQuestionsThatFillTheContext() throws IOException {
    Path data = directory.resolve("data.jsonl");
    String tooLong = "x".repeat(500);
    Files.writeString(
        data,
        "{\"instruction\":\""
            + tooLong
            + "\",\"output\":\"a\"}\n{\"question\":\"b\",\"answer\":\"c\"}\n");
    JsonObject figures = rollout(data, "--unfinished", "--json").json();
    assertThat(figures.getAsJsonObject("left_out").get("too_long").getAsInt()).isEqualTo(1);
    assertThat(lines(out())).extracting(pair -> content(pair, "prompt")).containsExactly("b");
    rollout(data, "--limit", 1).rejects("no question leaves room", "128 tokens");
  }

  @Test
  void saysWhatIsWrong() throws IOException {
    rollout(shared.resolve("no.jsonl")).rejects("no.jsonl", "does not exist");
    rollout(dialogues, "--choose", "best").rejects("--choose best needs --samples", "got 1");
    rollout(dialogues, "--score", "length").rejects("--score goes with --choose best");
    rollout(dialogues, "--choose", "best", "--samples", 2)
        .rejects("--score constraints needs data", "--score length");
    rollout(dialogues, "--format", "poems").rejects("--format", "poems", "story-blocks");
    Path chat = directory.resolve("chat.jsonl");
    Files.writeString(chat, Dialogue.of("a", "b").toJson() + "\n");
    rollout(chat, "--format", "story-records").rejects("chat.jsonl: line 1", "story_zh or story");
    rollout(dialogues, "--format", "story-blocks").rejects("dialogues.jsonl");
    rollout(dialogues, "--samples", 0).rejects("--samples must be at least 1, got 0");
    rollout(dialogues, "--samples", 2, "--temperature", 0).rejects("samples", "temperature 0");
    rollout(dialogues, "--cache", out()).rejects("--cache must be another file");
    rollout(dialogues, "--chat-template", "none").rejects("no chat template");
    Path text = Files.writeString(directory.resolve("text.jsonl"), "{\"text\":\"a\"}\n");
    rollout(text).rejects("text.jsonl", "neither a dialogue nor a story", "--format");
    Path damaged =
        Files.writeString(directory.resolve("damaged.jsonl"), "{\"instruction\":\"a\"}\n");
    rollout(damaged, "--format", "dialogues").rejects("damaged.jsonl: line 1");
    Path empty = Files.writeString(directory.resolve("empty.jsonl"), "");
    rollout(empty).rejects("empty.jsonl: there is no record");
    Object[] words = {"rollout", "--data", dialogues, "--out", out(), "--model"};
    Invocation.of(with(words, plain)).rejects("plain has no chat template; --chat-template");
    Invocation.of(with(words, shared.resolve("none"))).rejects("config.json: no such file");
    Invocation.of("rollout", "--model", model, "--data", text, "--out", text)
        .rejects("--out must be another file than --data");
    Invocation.of("rollout").rejects("--model", "--data", "--out");
    Files.writeString(cache(), "nonsense\n");
    rollout(dialogues).rejects("pairs.jsonl.answers: line 1", "expected a cached answer");
    assertThat(out()).doesNotExist();
  }

  private static Object[] with(Object[] words, Object... more) {
    return Stream.of(words, more).flatMap(Stream::of).toArray();
  }
}

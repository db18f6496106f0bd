package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderInput;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.model.kernel.Precision;
import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.DecodeOptions;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.format.TokenizerFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerateTest {
  private static final String PROMPT = "从前，有一只";

  @TempDir private static Path shared;
  private static Path tokenizerPath;
  private static Path model;
  private static Tokenizer tokenizer;
  private static NDManager manager;
  private static Decoder decoder;

  @BeforeAll
  static void write() throws IOException {
    tokenizerPath = ModelFixture.tokenizer(shared);
    tokenizer = TokenizerFiles.load(tokenizerPath);
    GenerationOptions greedy = GenerationOptions.builder().greedy().maxNewTokens(9).build();
    model =
        ModelFixture.write(shared.resolve("model"), ModelFixture.config(), tokenizerPath, greedy);
    manager = NDManager.newBaseManager("PyTorch");
    decoder = Decoder.create(manager, ModelFixture.config(), Precision.FLOAT32);
  }

  @AfterAll
  static void close() {
    manager.close();
  }

  /** The oracle computes all logits anew for each token, with weights that were never in a file. */
  @Test
  void writesWhatTheDecoderFindsMostLikely() {
    int[] expected = mostLikely(tokenizer.encode(PROMPT), 9);
    JsonObject text = generate("--prompt", PROMPT, "--json").get(0);
    assertThat(ints(text.getAsJsonArray("ids"))).isEqualTo(expected);
    assertThat(text.get("finish_reason").getAsString()).isEqualTo("length");
    assertThat(text.get("tokens_per_second").getAsDouble()).isPositive();
    String written = tokenizer.decode(expected, DecodeOptions.SKIP_SPECIAL_TOKENS);
    assertThat(text.get("text").getAsString()).isEqualTo(written);
    Invocation shown = run("--prompt", PROMPT).succeeds();
    assertThat(shown.out()).startsWith(PROMPT + written + System.lineSeparator());
    assertThat(shown.out()).containsPattern("generated +9 tokens in .* tokens/s; length 1");
  }

  private static int[] mostLikely(int[] prompt, int count) {
    int[] ids = prompt.clone();
    try (NDManager scope = manager.newSubManager()) {
      for (int i = 0; i < count; i++) {
        DecoderInput input = DecoderInput.of(scope, new int[][] {ids});
        float[] logits = decoder.logits(scope, input).get(0).get(-1).toFloatArray();
        int best = 0;
        for (int id = 1; id < tokenizer.vocabularySize(); id++) {
          best = logits[id] > logits[best] ? id : best;
        }
        ids = Arrays.copyOf(ids, ids.length + 1);
        ids[ids.length - 1] = best;
      }
    }
    return Arrays.copyOfRange(ids, prompt.length, ids.length);
  }

  @Test
  void writesBehindManyPromptsAsBehindEachAlone() throws IOException {
    List<String> prompts = List.of(PROMPT, "a", "小鸟 sang");
    Path file = Files.writeString(shared.resolve("prompts"), String.join("\n\n", prompts) + "\n");
    List<JsonObject> texts =
        generate("--prompts", file, "--slots", 2, "--temperature", 1, "--seed", 4, "--json");
    assertThat(texts).hasSize(prompts.size() + 1);
    for (int i = 0; i < prompts.size(); i++) {
      JsonObject alone =
          generate("--prompt", prompts.get(i), "--temperature", 1, "--seed", 4, "--json").get(0);
      assertThat(texts.get(i).get("prompt").getAsString()).isEqualTo(prompts.get(i));
      assertThat(texts.get(i).get("ids")).isEqualTo(alone.get("ids"));
    }
    JsonObject total = texts.get(prompts.size());
    assertThat(total.get("texts").getAsInt()).isEqualTo(prompts.size());
    assertThat(total.get("tokens").getAsInt())
        .isEqualTo(
            texts.subList(0, prompts.size()).stream()
                .mapToInt(text -> text.get("tokens").getAsInt())
                .sum());
    assertThat(run("--prompts", file).succeeds().out())
        .contains("--- 1 of 3", "--- 3 of 3", "小鸟 sang");
  }

  @Test
  void samplesAreDifferentAndCanBeRepeated() {
    Object[] options = {"--prompt", PROMPT, "--samples", 3, "--temperature", 2, "--json"};
    List<JsonObject> texts = generate(options);
    assertThat(texts.subList(0, 3).stream().map(text -> text.get("ids")).distinct()).hasSize(3);
    long seed = texts.get(3).get("first_seed").getAsLong();
    assertThat(texts.get(2).get("seed").getAsLong()).isEqualTo(seed + 2);
    JsonObject again =
        generate("--prompt", PROMPT, "--temperature", 2, "--seed", seed + 2, "--json").get(0);
    assertThat(again.get("ids")).isEqualTo(texts.get(2).get("ids"));
  }

  @Test
  void answersInTheModelsLayout() {
    int[] prompt =
        ChatTemplate.chatMl()
            .encodePrompt(tokenizer, List.of(ChatMessage.system("写"), ChatMessage.user("你好")))
            .ids();
    JsonObject answer = generate("--chat", "--system", "写", "--prompt", "你好", "--json").get(0);
    assertThat(answer.get("prompt_tokens").getAsInt()).isEqualTo(prompt.length);
    assertThat(ints(answer.getAsJsonArray("ids"))).isEqualTo(mostLikely(prompt, 9));
    JsonObject story =
        generate("--chat", "--chat-template", "story", "--prompt", "你好", "--json").get(0);
    int[] other =
        ChatTemplate.story("<|endoftext|>")
            .encodePrompt(tokenizer, List.of(ChatMessage.user("你好")))
            .ids();
    assertThat(ints(story.getAsJsonArray("ids"))).isEqualTo(mostLikely(other, 9));
  }

  @Test
  void obeysTheOptions() {
    int[] expected = mostLikely(tokenizer.encode(PROMPT), 9);
    JsonObject stopped = generate("--prompt", PROMPT, "--stop-id", expected[4], "--json").get(0);
    assertThat(stopped.get("finish_reason").getAsString()).isEqualTo("stop_id");
    assertThat(stopped.get("tokens").getAsInt()).isLessThanOrEqualTo(5);
    JsonObject biased =
        generate("--prompt", PROMPT, "--logit-bias", "270=1000", "--max-new-tokens", 3, "--json")
            .get(0);
    assertThat(ints(biased.getAsJsonArray("ids"))).containsExactly(270, 270, 270);
    JsonObject forbidden =
        generate("--prompt", PROMPT, "--logit-bias", expected[0] + "=-Infinity", "--json").get(0);
    assertThat(ints(forbidden.getAsJsonArray("ids"))).doesNotContain(expected[0]);
    JsonObject likely = generate("--prompt", PROMPT, "--log-probabilities", "--json").get(0);
    assertThat(likely.getAsJsonArray("log_probabilities")).hasSize(9);
    assertThat(likely.getAsJsonArray("log_probabilities").get(0).getAsDouble()).isNegative();
    String text = tokenizer.decode(expected);
    String stop = text.substring(text.length() / 2, text.length() / 2 + 1);
    JsonObject before = generate("--prompt", PROMPT, "--stop", stop, "--json").get(0);
    assertThat(before.get("text").getAsString()).isEqualTo(text.substring(0, text.indexOf(stop)));
  }

  @Test
  void goesOnBeyondTheContextIfAskedTo() {
    JsonObject ended = generate("--prompt", PROMPT, "--max-new-tokens", 90, "--json").get(0);
    assertThat(ended.get("finish_reason").getAsString()).isIn("context", "stop_id");
    Object[] slide = {
      "--prompt", PROMPT, "--max-new-tokens", 90, "--slide", 2, "--logit-bias", "270=99", "--json"
    };
    assertThat(generate(slide).get(0).get("tokens").getAsInt()).isEqualTo(90);
    String tooLong = "从".repeat(200);
    run("--prompt", tooLong).rejects("a prompt has", "64", "--slide");
    assertThat(generate("--prompt", tooLong, "--slide", 2, "--json").get(0).get("tokens"))
        .hasToString("9");
  }

  /** The session is as short as the text, but must hold what a slide would keep. */
  @Test
  void keepsRoomForASlideThatNeverComes() {
    Object[] options = {"--prompt", "a", "--max-new-tokens", 1, "--json", "--slide"};
    assertThat(generate(with(options, 20)).get(0).get("tokens").getAsInt()).isEqualTo(1);
    assertThat(generate(with(options, 62)).get(0).get("tokens").getAsInt()).isEqualTo(1);
    run(with(options, 63)).rejects("keptTokens", "62", "63");
  }

  /** Transformers would then choose greedily, which is nobody's choice; the rest is the model's. */
  @Test
  void keepsWhatAModelSaysThatDoesNotSayHowToChoose() throws IOException {
    GenerationOptions options = GenerationOptions.builder().greedy().build();
    Path partial =
        ModelFixture.write(
            shared.resolve("partial"), ModelFixture.config(), tokenizerPath, options);
    Path file = partial.resolve("generation_config.json");
    Files.writeString(file, "{\"max_new_tokens\": 4, \"temperature\": 0.1}");
    Path converted = shared.resolve("converted");
    Invocation.of("model", "convert", partial, converted).succeeds();
    JsonObject said =
        JsonParser.parseString(Files.readString(converted.resolve(file.getFileName())))
            .getAsJsonObject();
    assertThat(said.keySet())
        .containsExactlyInAnyOrder(
            "bos_token_id", "eos_token_id", "pad_token_id", "max_new_tokens");
    for (Path any : List.of(partial, converted)) {
      Object[] words = {"generate", any, "--precision", "float32", "--prompt", PROMPT, "--json"};
      List<JsonObject> texts = parse(Invocation.of(with(words, "--samples", 5)).succeeds().out());
      assertThat(texts.get(0).get("tokens").getAsInt()).isLessThanOrEqualTo(4);
      assertThat(texts.subList(0, 5).stream().map(text -> text.get("ids")).distinct())
          .hasSizeGreaterThan(1);
    }
  }

  @Test
  void beginsATextBehindTheOneBefore() {
    JsonObject text = generate("--prompt", "", "--json").get(0);
    int eos = tokenizer.specialTokens().eos().orElseThrow();
    assertThat(text.get("prompt_tokens").getAsInt()).isEqualTo(1);
    assertThat(ints(text.getAsJsonArray("ids"))).isEqualTo(mostLikely(new int[] {eos}, 9));
  }

  @Test
  void computesInOtherPrecisions() {
    Object[] words = {"generate", model, "--prompt", PROMPT, "--json"};
    Invocation half = Invocation.of(with(words, "--precision", "bfloat16-true")).succeeds();
    assertThat(parse(half.out()).get(1).get("computed_in").getAsString())
        .isEqualTo("bfloat16-true");
    Invocation fastest = Invocation.of(words).succeeds();
    assertThat(parse(fastest.out()).get(1).get("computed_in").getAsString())
        .isIn("float32", "bfloat16-mixed");
    Invocation.of(with(words, "--precision", "int4")).rejects("--precision", "int4", "float32");
  }

  @Test
  void endsWithWhatThereIsWhenToldTo() throws Exception {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-Dai.djl.offline=true", "-DOPT_OUT_TRACKING=true"));
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), Maque.class.getName()));
    words.addAll(List.of("generate", model.toString(), "--prompt", "sparrow", "--slide", "1"));
    words.addAll(List.of("--max-new-tokens", "100000000", "--logit-bias", "270=99"));
    Process process =
        new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (InputStream out = process.getInputStream()) {
      assertThat(out.read()).as("the text begins with its prompt").isEqualTo('s');
      // Process.destroy would close the stream too.
      assertThat(process.toHandle().destroy()).isTrue();
      String rest = new String(out.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(rest).containsPattern("generated +[0-9,]+ tokens in .* tokens/s; cancelled 1");
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void saysWhatIsWrong() throws IOException {
    Path bare = ModelFixture.write(shared.resolve("bare"), ModelFixture.config());
    Invocation.of("generate", bare, "--prompt", "a").rejects("bare has no tokenizer");
    Path plain = shared.resolve("plain");
    Object[] export = {"model", "export", model, plain, "--format", "huggingface"};
    Invocation.of(with(export, "--chat-template", "none")).succeeds();
    Invocation.of("generate", plain, "--prompt", "a", "--chat").rejects("no chat template");
    Files.writeString(plain.resolve("chat_template.jinja"), "{{ messages }}");
    Invocation.of("generate", plain, "--prompt", "a", "--chat")
        .rejects("one of its own, 14 characters", "--chat-template");
    Invocation.of("generate", shared.resolve("no"), "--prompt", "a").rejects("config.json");
    run("--prompt", "a", "--prompts", "b").rejects("--prompt and --prompts");
    run("--prompt", "a", "--temperature", -1).rejects("temperature", "-1");
    run("--prompt", "a", "--stop-id", 300).rejects("stopIds", "300");
    run("--prompt", "a", "--system", "b").rejects("--system", "--chat");
    run("--prompt", "a", "--samples", 0).rejects("--samples");
    run("--prompt", "a", "--slots", 0).rejects("--slots");
    run("--prompt", "a", "--log-probabilities").rejects("--log-probabilities", "--json");
    Path empty = Files.writeString(shared.resolve("empty"), "\n \n");
    run("--prompts", empty).rejects("empty: there is no prompt");
    Path bytes = Files.write(shared.resolve("bytes"), new byte[] {'a', (byte) 0xff});
    run("--prompts", bytes).rejects("bytes: is no text in UTF-8");
  }

  private static Invocation run(Object... options) {
    Object[] words = {"generate", model, "--precision", "float32"};
    return Invocation.of(with(words, options));
  }

  private static Object[] with(Object[] words, Object... more) {
    return Stream.concat(Stream.of(words), Stream.of(more)).toArray();
  }

  /** Returns the lines of JSON, of which the last is about all texts. */
  private static List<JsonObject> generate(Object... options) {
    return parse(run(options).succeeds().out());
  }

  private static List<JsonObject> parse(String lines) {
    return lines.lines().map(line -> JsonParser.parseString(line).getAsJsonObject()).toList();
  }

  private static int[] ints(JsonArray array) {
    return array.asList().stream().mapToInt(id -> id.getAsInt()).toArray();
  }
}

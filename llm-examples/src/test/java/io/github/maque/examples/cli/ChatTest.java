package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.DecoderInput;
import io.github.maque.model.Initialization;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.model.kernel.Precision;
import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.DecodeOptions;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.format.TokenizerFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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

class ChatTest {
  private static final int ANSWER = 9;
  private static final int CONTEXT = 128;

  @TempDir private static Path shared;
  private static Path model;
  private static Path other;
  private static Path plain;
  private static Tokenizer tokenizer;
  private static NDManager manager;
  private static Decoder decoder;

  @BeforeAll
  static void write() throws IOException {
    Path files = ModelFixture.tokenizer(shared);
    tokenizer = TokenizerFiles.load(files);
    DecoderConfig config = ModelFixture.config().toBuilder().contextLength(CONTEXT).build();
    GenerationOptions greedy = GenerationOptions.builder().greedy().maxNewTokens(ANSWER).build();
    model = ModelFixture.write(shared.resolve("model"), config, files, greedy);
    DecoderConfig differently =
        config.toBuilder().initialization(new Initialization(6, 0.3, true)).build();
    other = ModelFixture.write(shared.resolve("other"), differently, files, greedy);
    plain = shared.resolve("bare");
    Invocation.of(
            "model", "export", model, plain, "--format", "huggingface", "--chat-template", "none")
        .succeeds();
    manager = NDManager.newBaseManager("PyTorch");
    decoder = Decoder.create(manager, config, Precision.FLOAT32);
  }

  @AfterAll
  static void close() {
    manager.close();
  }

  private static Invocation chat(String input, Object... words) {
    return chat(input.getBytes(StandardCharsets.UTF_8), words);
  }

  private static Invocation chat(byte[] input, Object... words) {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(input));
    try {
      Object[] common = {"chat", "--precision", "float32"};
      return Invocation.of(Stream.concat(Stream.of(common), Stream.of(words)).toArray());
    } finally {
      System.setIn(before);
    }
  }

  /** Returns the lines of JSON but for the last, which is about all of them. */
  private static List<JsonObject> answers(String input, Object... words) {
    Invocation run = chat(input, Stream.concat(Stream.of(words), Stream.of("--json")).toArray());
    assertThat(run.exitCode()).as(run.err()).isZero();
    List<JsonObject> lines =
        run.out().lines().map(line -> JsonParser.parseString(line).getAsJsonObject()).toList();
    JsonObject total = lines.get(lines.size() - 1);
    assertThat(total.get("answers").getAsInt()).isEqualTo(lines.size() - 1);
    return lines.subList(0, lines.size() - 1);
  }

  private static String text(JsonObject answer) {
    return answer.get("answer").getAsString();
  }

  /** Answers without a cache: all logits anew for each token. */
  private static String expected(String... turns) {
    List<ChatMessage> messages = new ArrayList<>();
    for (int i = 0; i < turns.length; i++) {
      messages.add(i % 2 == 0 ? ChatMessage.user(turns[i]) : ChatMessage.assistant(turns[i]));
    }
    ChatTemplate template = ChatTemplate.chatMl();
    int[] ids = template.encodePrompt(tokenizer, messages).ids();
    int prompt = ids.length;
    int end = template.stopIds(tokenizer)[0];
    try (NDManager scope = manager.newSubManager()) {
      for (int i = 0; i < ANSWER && (i == 0 || ids[ids.length - 1] != end); i++) {
        float[] logits =
            decoder
                .logits(scope, DecoderInput.of(scope, new int[][] {ids}))
                .get(0)
                .get(-1)
                .toFloatArray();
        int best = 0;
        for (int id = 1; id < tokenizer.vocabularySize(); id++) {
          best = logits[id] > logits[best] ? id : best;
        }
        ids = Arrays.copyOf(ids, ids.length + 1);
        ids[ids.length - 1] = best;
      }
    }
    return tokenizer.decode(
        Arrays.copyOfRange(ids, prompt, ids.length), DecodeOptions.SKIP_SPECIAL_TOKENS);
  }

  @Test
  void remembersWhatWasSaid() {
    String first = expected("麻雀");
    String second = expected("麻雀", first, "fly");
    assertThat(first).isNotBlank();
    assertThat(second).isNotBlank().isNotEqualTo(expected("fly"));
    List<JsonObject> answers = answers("麻雀\nfly\n", model);
    assertThat(answers).extracting(ChatTest::text).containsExactly(first, second);
    assertThat(answers.get(0).get("message").getAsString()).isEqualTo("麻雀");
    assertThat(answers.get(0).get("tokens").getAsInt()).isBetween(1, ANSWER);

    Invocation shown = chat("麻雀\nfly\n", model);
    assertThat(shown.exitCode()).isZero();
    String line = System.lineSeparator();
    assertThat(shown.out()).startsWith(first + line + second + line);
    assertThat(shown.out()).containsPattern("answers +2");
    assertThat(shown.err()).isEqualTo("(" + model + ")" + line);
  }

  @Test
  void forgetsWhenToldToAndEndsWhenToldTo() {
    List<JsonObject> answers = answers("麻雀\n\n/reset\n麻雀\n/quit\nfly\n", model);
    assertThat(answers).extracting(ChatTest::text).containsExactly(expected("麻雀"), expected("麻雀"));
    Invocation unknown = chat("/fly\n", model);
    assertThat(unknown.exitCode()).isZero();
    assertThat(unknown.err()).contains("there are /reset, /model N with N from 1 to 1, and /quit");
  }

  @Test
  void modelsTakeTurns() {
    String alone = text(answers("麻雀\n", other).get(0));
    assertThat(alone).isNotEqualTo(expected("麻雀"));
    List<JsonObject> answers = answers("2\n麻雀\n/reset\n/model 1\n麻雀\n/model 3\n3\n", model, other);
    assertThat(answers)
        .extracting(answer -> answer.get("model").getAsString())
        .containsExactly(other.toString(), model.toString(), model.toString());
    assertThat(answers).extracting(ChatTest::text).startsWith(alone, expected("麻雀"));
    assertThat(answers.get(2).get("message").getAsString()).isEqualTo("3");
    assertThat(text(answers("1\n", model).get(0))).isEqualTo(expected("1"));
  }

  @Test
  void forgetsTheOldestTurnsToMakeRoom() {
    List<JsonObject> answers = answers("a\nb\nc\nd\ne\nf\n", model);
    String[] turns = new String[11];
    int kept = 0;
    int forgotten = 0;
    for (int i = 0; i < 6; i++) {
      turns[kept] = answers.get(i).get("message").getAsString();
      int gone = answers.get(i).get("forgotten_turns").getAsInt();
      forgotten += gone;
      String[] told = Arrays.copyOfRange(turns, 2 * gone, kept + 1);
      assertThat(text(answers.get(i))).isNotBlank().isEqualTo(expected(told));
      assertThat(answers.get(i).get("prompt_tokens").getAsInt())
          .isLessThanOrEqualTo(CONTEXT - ANSWER);
      kept = told.length;
      System.arraycopy(told, 0, turns, 0, kept);
      turns[kept++] = text(answers.get(i));
    }
    assertThat(forgotten).isBetween(2, 4);
    assertThat(chat("a\nb\nc\nd\ne\nf\n", model).err())
        .contains("(the oldest turn is forgotten to make room)");
  }

  @Test
  void messageThatFillsTheContextIsNoEnd() {
    String tooLong = "x".repeat(CONTEXT);
    List<JsonObject> answers = answers("麻雀\n" + tooLong + "\nfly\n", model);
    String first = expected("麻雀");
    assertThat(answers)
        .extracting(ChatTest::text)
        .containsExactly(first, expected("麻雀", first, "fly"));
    assertThat(chat(tooLong, model).err()).contains("the message fills the model's context of 128");
  }

  @Test
  void goesOnFromEachLineWithoutAChatTemplate() {
    JsonObject generated =
        JsonParser.parseString(
                Invocation.of(
                        "generate", plain, "--prompt", "fly", "--json", "--precision", "float32")
                    .out()
                    .lines()
                    .findFirst()
                    .orElseThrow())
            .getAsJsonObject();
    List<JsonObject> answers = answers("麻雀\nfly\n", plain);
    assertThat(text(answers.get(1))).isEqualTo(generated.get("text").getAsString());
    assertThat(chat("", plain).err()).contains("has no chat template and goes on from each line");
    assertThat(text(answers("fly\n", model, "--chat-template", "none").get(0)))
        .isEqualTo(text(answers.get(1)));
    assertThat(text(answers("麻雀\n", plain, "--chat-template", "chatml").get(0)))
        .isEqualTo(expected("麻雀"));
  }

  @Test
  void linesThatEndWithABackslashGoOn() {
    List<JsonObject> answers = answers("写故事。\\\n词汇：飞\\\n", model);
    assertThat(answers.get(0).get("message").getAsString()).isEqualTo("写故事。\n词汇：飞");
    assertThat(text(answers.get(0))).isEqualTo(expected("写故事。\n词汇：飞"));
  }

  @Test
  void eachAnswerIsDrawnWithItsOwnSeed() {
    Object[] words = {model, "--temperature", 1, "--seed", 7, "--system", "s"};
    List<JsonObject> answers = answers("麻雀\n麻雀\n", words);
    assertThat(answers).extracting(answer -> answer.get("seed").getAsInt()).containsExactly(7, 8);
    assertThat(answers("麻雀\n麻雀\n", words))
        .extracting(ChatTest::text)
        .containsExactlyElementsOf(answers.stream().map(ChatTest::text).toList());
  }

  @Test
  void saysWhatIsWrong() throws IOException {
    Path adapter = Files.createDirectories(shared.resolve("adapter"));
    Files.writeString(adapter.resolve("adapter_config.json"), "{}");
    chat("a", adapter)
        .rejects("adapter holds an adapter and no model", "leaves the whole model in");
    chat("a", model, plain, "--system", "s").rejects("--system needs a chat template", "bare");
    chat("a", shared.resolve("no")).rejects("config.json");
    chat("a", model, "--temperature", -1).rejects("temperature", "-1");
    chat("a").rejects("MODEL");
    Invocation bytes = chat(new byte[] {'a', (byte) 0xff, '\n'}, model);
    assertThat(bytes.exitCode()).isEqualTo(2);
    assertThat(bytes.err()).contains("standard input: is no text in");
    Path unknown = shared.resolve("unknown");
    Invocation.of("model", "export", plain, unknown, "--format", "huggingface").succeeds();
    Files.writeString(unknown.resolve("chat_template.jinja"), "{{ messages }}");
    chat("a", unknown)
        .rejects("unknown: the model's chat template is one of its own", "--chat-template");
  }

  @Test
  void interruptionEndsTheAnswerAndNotTheProgram() throws Exception {
    // A process that was told to ignore SIGINT hands that down.
    String status = Files.readString(Path.of("/proc/self/status"));
    String ignored = status.replaceAll("(?s).*SigIgn:\\s*([0-9a-f]+).*", "$1");
    assumeThat(Long.parseUnsignedLong(ignored, 16) & 2).isZero();
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-Dai.djl.offline=true", "-DOPT_OUT_TRACKING=true"));
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), Maque.class.getName()));
    words.addAll(List.of("chat", model.toString(), "--slide", "1"));
    words.addAll(List.of("--max-new-tokens", "100000000", "--logit-bias", "270=99"));
    Process process =
        new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (OutputStream in = process.getOutputStream();
        InputStream out = process.getInputStream()) {
      in.write("sparrow\n".getBytes(StandardCharsets.UTF_8));
      in.flush();
      assertThat(out.read()).as("an answer has begun").isNotNegative();
      new ProcessBuilder("kill", "-INT", String.valueOf(process.pid())).start().waitFor();
      in.write("/quit\n".getBytes(StandardCharsets.UTF_8));
      in.flush();
      String rest = new String(out.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(rest).containsPattern("answers +1\\R");
      assertThat(process.waitFor()).isZero();
    } finally {
      process.destroyForcibly();
    }
  }
}

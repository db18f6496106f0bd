package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.github.maque.examples.benchmark.SyntheticChinese;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.format.TokenizerFiles;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTrainTest {
  @TempDir static Path shared;
  @TempDir Path directory;

  private static Path text;

  @BeforeAll
  static void writeText() throws IOException {
    text = shared.resolve("text.txt");
    Files.write(text, new SyntheticChinese(3).documents(200_000));
  }

  @Test
  void learnsFromWhatDataPrepareReads() throws IOException {
    List<String> texts = new SyntheticChinese(3).documents(50_000);
    Path file = directory.resolve("stories.jsonl.gz");
    try (Writer out =
        new OutputStreamWriter(
            new GZIPOutputStream(Files.newOutputStream(file)), StandardCharsets.UTF_8)) {
      for (String each : texts) {
        JsonObject story = new JsonObject();
        story.addProperty("title", "麻雀");
        story.addProperty("story", each);
        out.write(story + "\n");
      }
    }
    Object[] words = {"tokenizer", "train", "--input", file, "--vocab-size", 500, "--out"};
    JsonObject figures =
        Invocation.of(
                Stream.concat(Stream.of(words), Stream.of(directory.resolve("out"), "--json"))
                    .toArray())
            .json();
    assertThat(figures.get("texts").getAsLong()).isEqualTo(texts.size());
    assertThat(figures.get("characters").getAsLong())
        .isEqualTo(texts.stream().mapToLong(each -> each.codePointCount(0, each.length())).sum());
    Invocation.of(
            Stream.concat(
                    Stream.of(words), Stream.of(directory.resolve("no"), "--encoding", "GB18030"))
                .toArray())
        .rejects("--encoding is that of text files");
  }

  @Test
  void writesATokenizerThatSuitsAChineseModel() throws IOException {
    Path out = directory.resolve("new/tokenizer");
    JsonObject figures =
        Invocation.of(
                "tokenizer", "train", "--input", text, "--vocab-size", 1000, "--out", out, "--json")
            .json();

    assertThat(figures.get("command").getAsString()).isEqualTo("maque tokenizer train");
    assertThat(figures.get("vocabulary_size").getAsInt()).isEqualTo(1000);
    assertThat(figures.getAsJsonObject("options").get("vocab_size").getAsInt()).isEqualTo(1000);
    assertThat(figures.get("input_bytes").getAsLong()).isEqualTo(Files.size(text));
    assertThat(figures.get("seconds").getAsDouble()).isPositive();
    assertThat(figures.get("peak_heap_bytes").getAsLong()).isPositive();
    Tokenizer tokenizer = TokenizerFiles.load(out);
    assertThat(tokenizer.vocabularySize()).isEqualTo(1000);
    assertThat(tokenizer.specialTokens().ids())
        .containsOnlyKeys("<|endoftext|>", "<|im_start|>", "<|im_end|>");
    assertThat(tokenizer.specialTokens().eos()).hasValue(0);
    assertThat(tokenizer.specialTokens().pad()).hasValue(0);
    assertThat(TokenizerFiles.config(out).chatTemplate()).isPresent();
    assertThat(children(directory)).containsExactly("new");
    assertThat(children(directory.resolve("new"))).containsExactly("tokenizer");
  }

  @Test
  void printsASummaryForPeople() {
    Invocation run =
        Invocation.of(
            "tokenizer", "train", "--input", text, "--vocab-size", 600, "--out", directory);
    assertThat(run.succeeds().out()).contains("vocabulary size").contains("600").contains("MB/s");
  }

  @Test
  void readsOtherEncodings() throws IOException {
    Path gb = directory.resolve("gb.txt");
    Files.writeString(gb, "从前有一只麻雀。\n".repeat(50), Charset.forName("GB18030"));
    Path out = directory.resolve("out");

    Invocation.of("tokenizer", "train", "--input", gb, "--vocab-size", 300, "--out", out)
        .rejects("gb.txt", "UTF-8", "GB18030");
    assertThat(out).doesNotExist();

    Invocation.of(
            "tokenizer",
            "train",
            "--input",
            gb,
            "--encoding",
            "GB18030",
            "--vocab-size",
            300,
            "--out",
            out)
        .succeeds();
    assertThat(TokenizerFiles.load(out).encode("从前有一只麻雀。")).hasSizeLessThan(8);
  }

  @Test
  void learnsACharacterVocabularyAndWritesItForSentencePieceToo() throws IOException {
    Path out = directory.resolve("out");
    Invocation.of(
            "tokenizer",
            "train",
            "--input",
            text,
            "--kind",
            "char",
            "--vocab-size",
            4000,
            "--out",
            out,
            "--also",
            "sentencepiece",
            "--chat-template",
            "llama2")
        .succeeds();
    assertThat(children(out)).contains("tokenizer.json", "tokenizer.model");
    Tokenizer ours = TokenizerFiles.load(out.resolve("tokenizer.json"));
    Tokenizer same = TokenizerFiles.load(out.resolve("tokenizer.model"));
    String sample = Files.readString(text).substring(0, 2000);
    assertThat(ours.encode(sample)).isEqualTo(same.encode(sample));
    assertThat(ours.specialTokens().bos()).isPresent();
  }

  @Test
  void keepsAModelsFilesAndDropsThoseOfTheTokenizerBefore() throws IOException {
    Path out = directory.resolve("model");
    Files.createDirectory(out);
    Files.writeString(out.resolve("model.safetensors"), "weights");
    Invocation.of("tokenizer", "train", "--input", text, "--vocab-size", 500, "--out", out)
        .rejects("model", "--force");
    assertThat(children(out)).containsExactly("model.safetensors");

    Files.writeString(out.resolve("tokenizer.model"), "of the one before");
    Invocation.of("tokenizer", "train", "--input", text, "--vocab-size", 500, "--out", out)
        .succeeds();
    assertThat(children(out))
        .containsExactlyInAnyOrder(
            "model.safetensors",
            "special_tokens_map.json",
            "tokenizer.json",
            "tokenizer_config.json");
  }

  @Test
  void saysWhatIsWrongBeforeItBegins() throws IOException {
    Path out = directory.resolve("out");
    Path file = Files.writeString(directory.resolve("file"), "x");
    Invocation.of("tokenizer", "train", "--input", directory.resolve("none"), "--out", out)
        .rejects("none", "expected a text file");
    Invocation.of("tokenizer", "train", "--input", text, "--out", file)
        .rejects("file", "directory");
    Invocation.of("tokenizer", "train", "--input", text, "--vocab-size", 10, "--out", out)
        .rejects("vocabularySize", "10");
    Invocation.of("tokenizer", "train", "--input", text, "--memory-limit", "much", "--out", out)
        .rejects("--memory-limit", "much", "512MiB");
    Invocation.of("tokenizer", "train", "--input", text, "--also", "sentencepiece", "--out", out)
        .rejects("--also", "byte");
    Invocation.of("tokenizer", "train", "--input", text, "--encoding", "klingon", "--out", out)
        .rejects("--encoding", "klingon");
    assertThat(children(directory)).containsExactly("file");
  }

  @Test
  void showsTheTraceOnlyWhenAsked() {
    Path none = directory.resolve("none");
    Invocation run =
        Invocation.of("tokenizer", "train", "--input", none, "--out", directory, "--debug");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("NoSuchFileException").contains("at io.github.maque");
  }

  /** Ctrl-C in a terminal is this signal. */
  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void leavesNothingWhenInterrupted() throws Exception {
    Path large = directory.resolve("large.txt");
    Files.write(large, new SyntheticChinese(4).documents(20_000_000));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Maque.class.getName(),
                "tokenizer",
                "train",
                "--input",
                large.toString(),
                "--out",
                directory.resolve("out").toString())
            .redirectErrorStream(true)
            .start();
    Thread.sleep(1500);
    assertThat(process.isAlive()).isTrue();
    new ProcessBuilder("kill", "-INT", String.valueOf(process.pid())).start().waitFor();

    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(130);
    assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .isEmpty();
    assertThat(children(directory)).containsExactly("large.txt");
  }

  static List<String> children(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(path -> path.getFileName().toString()).toList();
    }
  }
}

package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.Initialization;
import io.github.maque.model.format.GgufFile;
import io.github.maque.model.format.HuggingFaceDirectory;
import io.github.maque.model.format.TensorSource;
import io.github.maque.tokenizer.ChatTemplate;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelExportTest {
  @TempDir private Path directory;

  @Test
  void writesANewModelForHuggingFace() throws IOException {
    Path out = directory.resolve("new");
    JsonObject figures =
        export("--preset", "llama-15m", "--vocab-size", 500, "--seed", 3, out, "--json").json();
    DecoderConfig config =
        DecoderConfig.preset("llama-15m").toBuilder()
            .vocabularySize(500)
            .initialization(new Initialization(3))
            .build();
    assertThat(figures.get("parameters").getAsLong()).isEqualTo(config.parameters());
    assertThat(figures.get("type").getAsString()).isEqualTo("f32");
    assertThat(figures.getAsJsonObject("files").keySet())
        .containsExactly("config.json", "generation_config.json", "model.safetensors");
    try (HuggingFaceDirectory model = HuggingFaceDirectory.open(out)) {
      assertThat(model.config()).isEqualTo(config);
      String name = "model.layers.1.mlp.down_proj.weight";
      assertThat(read(model.weights(), name)).isEqualTo(ModelFixture.initial(config, name));
    }
    assertThat(ModelFixture.names(directory)).containsExactly("new");
  }

  @Test
  void writesShardsOfTheTypeAskedFor() throws IOException {
    Path source = ModelFixture.write(directory.resolve("model"), ModelFixture.config());
    Path out = directory.resolve("out");
    export(source, out, "--type", "bf16", "--max-shard-size", "20k").succeeds();
    assertThat(ModelFixture.names(out))
        .contains("model.safetensors.index.json", "model-00001-of-00003.safetensors");
    try (ModelTensors tensors = ModelTensors.open(out)) {
      assertThat(tensors.numbersByType().keySet()).containsExactly("BF16");
    }
  }

  @Test
  void writesGguf() throws IOException {
    Path source = ModelFixture.write(directory.resolve("model"), ModelFixture.config());
    Path tokenizer = ModelFixture.tokenizer(directory);
    Path out = directory.resolve("story.gguf");
    gguf(source, out, "--tokenizer", tokenizer, "--chat-template", "chatml").succeeds();
    try (GgufFile file = GgufFile.open(out)) {
      assertThat(file.metadata())
          .containsEntry("general.name", "story")
          .containsEntry("tokenizer.chat_template", ChatTemplate.chatMl().jinja());
      float[] written = read(file, "blk.1.ffn_down.weight");
      float[] expected =
          ModelFixture.initial(ModelFixture.config(), "model.layers.1.mlp.down_proj.weight");
      for (int i = 0; i < expected.length; i++) {
        assertThat(written[i]).isCloseTo(expected[i], within(Math.abs(expected[i]) / 2048 + 1e-7f));
      }
    }
    gguf(source, out, "--type", "q8_0", "--name", "other", "--force").succeeds();
    try (GgufFile file = GgufFile.open(out)) {
      assertThat(file.metadata()).containsEntry("general.name", "other");
    }
  }

  @Test
  void saysWhatAReaderWillDoOtherwise() throws IOException {
    Path source = ModelFixture.write(directory.resolve("model"), ModelFixture.config());
    Path out = directory.resolve("model.gguf");
    assertThat(gguf(source, out).succeeds().out()).containsPattern("note +there is no tokenizer");
  }

  @Test
  void putsATokenizerIn() throws IOException {
    Path source = ModelFixture.write(directory.resolve("model"), ModelFixture.config());
    Path tokenizer = ModelFixture.tokenizer(directory);
    Path out = directory.resolve("out");
    export(source, out, "--tokenizer", tokenizer, "--chat-template", "story").succeeds();
    try (HuggingFaceDirectory model = HuggingFaceDirectory.open(out)) {
      assertThat(model.tokenizer().vocabularySize()).isEqualTo(ModelFixture.VOCABULARY);
      assertThat(model.tokenizerConfig().chatTemplate())
          .contains(ChatTemplate.story("<|endoftext|>").jinja());
    }
    Path plain = directory.resolve("plain");
    export(out, plain, "--chat-template", "none").succeeds();
    try (HuggingFaceDirectory model = HuggingFaceDirectory.open(plain)) {
      assertThat(model.tokenizerConfig().chatTemplate()).isEmpty();
    }
    export(source, directory.resolve("no"), "--chat-template", "chatml")
        .rejects("--chat-template", "tokenizer");
    export(source, directory.resolve("no"), "--tokenizer", tokenizer, "--chat-template", "llama3")
        .rejects("<|begin_of_text|>");
  }

  @Test
  void refusesWhatAnotherProgramWouldComputeOtherwise() throws IOException {
    Path source = ModelFixture.write(directory.resolve("model"), ModelFixture.ownConfig());
    export(source, directory.resolve("no")).rejects("--format huggingface", "SQUARED_RELU");
    gguf(source, directory.resolve("no.gguf")).rejects("--format gguf", "SQUARED_RELU");
    assertThat(ModelFixture.names(directory)).containsExactly("model");
  }

  @Test
  void replacesOnlyModelsAndOnlyIfToldTo() throws IOException {
    Path source = ModelFixture.write(directory.resolve("model"), ModelFixture.config());
    Path out = directory.resolve("out");
    export(source, out).succeeds();
    export(source, out, "--type", "f16").rejects("out: holds a model", "--force");
    export(source, out, "--type", "f16", "--force").succeeds();
    try (ModelTensors tensors = ModelTensors.open(out)) {
      assertThat(tensors.numbersByType().keySet()).containsExactly("F16");
    }
    Path letters = Files.createDirectory(directory.resolve("letters"));
    Files.writeString(letters.resolve("to.txt"), "dear");
    export(source, letters, "--force").rejects("letters: holds files but no model");
    gguf(source, letters.resolve("to.txt")).rejects("to.txt: is there already", "--force");
    gguf(source, letters, "--force").rejects("letters: is a directory");
    export(source, letters.resolve("to.txt"), "--force").rejects("to.txt: is a file");
    assertThat(Files.readString(letters.resolve("to.txt"))).isEqualTo("dear");
    export(source, source, "--force").rejects("model: is the source");
    assertThat(ModelFixture.names(directory)).containsExactly("letters", "model", "out");
  }

  @Test
  void deletesNothingButModels() throws IOException {
    Path source = ModelFixture.write(directory.resolve("model"), ModelFixture.config());
    Path out = directory.resolve("out");
    export(source, out).succeeds();
    Path state = Files.createDirectories(out.resolve("checkpoints")).resolve("state");
    Files.writeString(state, "weeks");
    export(source, out, "--force").rejects("out: holds checkpoints beside its model");
    assertThat(state).hasContent("weeks");
    Path inner = ModelFixture.write(out.resolve("inner"), ModelFixture.config());
    export(inner, out, "--force").rejects("out: holds the source");
    export(inner, inner.resolve("deeper")).rejects("deeper: lies in the source");
    Invocation.of("model", "convert", inner, out, "--force").rejects("out: holds the source");
    assertThat(inner.resolve("model.safetensors")).exists();
    Path notes = directory.resolve("notes");
    export(source, notes).succeeds();
    Files.writeString(notes.resolve("README.md"), "mine");
    export(source, notes, "--force").rejects("notes: holds README.md beside its model");
    gguf(inner, inner.resolve("inner.gguf")).succeeds();
  }

  @Test
  void leavesNothingBehindIfItFails() throws IOException {
    Path source = ModelFixture.write(directory.resolve("model"), ModelFixture.config());
    Path tokenizer = ModelFixture.tokenizer(directory);
    Path small = directory.resolve("small");
    export("--preset", "llama-15m", "--vocab-size", 200, small, "--tokenizer", tokenizer)
        .rejects("300", "200");
    Path cut = directory.resolve("cut");
    ModelFixture.write(cut, ModelFixture.config());
    byte[] weights = Files.readAllBytes(cut.resolve("model.safetensors"));
    Files.write(cut.resolve("model.safetensors"), Arrays.copyOf(weights, 5000));
    export(cut, small).rejects("model.safetensors");
    export(source, small, "--type", "q8_0").rejects("--type", "q8_0");
    export(source, small, "--max-shard-size", "0").rejects("--max-shard-size", "0");
    assertThat(ModelFixture.names(directory))
        .containsExactly("cut", "learn.txt", "model", "tokenizer");
  }

  @Test
  void rejectsOptionsThatDoNotGoTogether() throws IOException {
    export("only").rejects("SOURCE or OUT is missing");
    export("a", "b", "--preset", "llama-15m").rejects("--preset", "a is one too many");
    export("a", "b", "--seed", 1).rejects("--seed", "--preset");
    export("a", "b", "--name", "x").rejects("--name", "gguf");
    Path source = ModelFixture.write(directory.resolve("model"), ModelFixture.config());
    Path out = directory.resolve("b.gguf");
    gguf(source, out, "--max-shard-size", "1m").rejects("--max-shard-size", "b.gguf");
    Path weights = source.resolve("model.safetensors");
    Invocation.of(
            "model", "convert", weights, directory.resolve("b.safetensors"), "--max-shard-size=1m")
        .rejects("--max-shard-size", "b.safetensors");
    export("out", "--preset", "llama-16m").rejects("llama-16m", "llama-15m");
    export("missing", "b").rejects("missing");
    Invocation.of("model", "export", "a", "b").rejects("--format");
  }

  private static float[] read(TensorSource source, String name) throws IOException {
    FloatBuffer numbers = FloatBuffer.allocate((int) source.size(name));
    source.read(name, 0, numbers);
    return numbers.array();
  }

  private static Invocation export(Object... words) {
    return export("huggingface", words);
  }

  private static Invocation gguf(Object... words) {
    return export("gguf", words);
  }

  private static Invocation export(String format, Object[] words) {
    Stream<Object> all = Stream.of("model", "export", "--format", format);
    return Invocation.of(Stream.concat(all, Stream.of(words)).toArray());
  }
}

package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.maque.model.format.SafetensorsFile;
import io.github.maque.model.format.TensorSource;
import io.github.maque.model.format.WeightType;
import io.github.maque.model.generate.GenerationOptions;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelInspectTest {
  @TempDir private Path directory;

  /** The counts are sums of products that everybody can do; GPT-2's is the published one. */
  @Test
  void countsTheParametersOfPresets() {
    JsonObject storyteller = inspect("storyteller-44m", "--json").json();
    long layer = 4L * 6 * 48 * 512 + 3L * 512 * 768 + 2 * 512;
    long embedding = (127L * 512) * 512;
    assertThat(storyteller.get("parameters").getAsLong()).isEqualTo(embedding + 6 * layer + 512);
    assertThat(storyteller.get("parameters_without_embeddings").getAsLong())
        .isEqualTo(6 * layer + 512);
    JsonObject kinds = storyteller.getAsJsonObject("parameters_by_kind");
    assertThat(kinds.get("token_embedding").getAsLong()).isEqualTo(embedding);
    assertThat(kinds.get("norm").getAsLong()).isEqualTo(13 * 512);
    long sum = kinds.entrySet().stream().mapToLong(kind -> kind.getValue().getAsLong()).sum();
    assertThat(sum).isEqualTo(storyteller.get("parameters").getAsLong());
    assertThat(inspect("gpt2-124m", "--json").json().get("parameters").getAsLong())
        .isEqualTo(124_439_808);
  }

  @Test
  void saysWhichProgramsCouldRunAModelAndWhyNot() {
    JsonObject llama = inspect("llama-15m", "--json").json();
    assertThat(llama.getAsJsonObject("export_hugging_face").get("possible").getAsBoolean())
        .isTrue();
    JsonObject gpt2 = inspect("gpt2-124m", "--json").json().getAsJsonObject("export_gguf");
    assertThat(gpt2.get("possible").getAsBoolean()).isFalse();
    assertThat(gpt2.get("obstacles").toString()).contains("LAYER_NORM", "GELU", "Learned");
    assertThat(inspect("gpt2-124m").succeeds().out())
        .contains("positions", "learned", "not as llama:", "  norm LAYER_NORM");
  }

  @Test
  void estimatesMemoryForTheBatchThatIsAskedFor() {
    JsonArray usual = inspect("llama-15m", "--json").json().getAsJsonArray("training_memory");
    JsonArray twice =
        inspect("llama-15m", "--batch", 16, "--json").json().getAsJsonArray("training_memory");
    JsonObject kept = usual.get(0).getAsJsonObject();
    JsonObject recomputed = usual.get(1).getAsJsonObject();
    assertThat(kept.get("precision").getAsString()).isEqualTo("float32");
    assertThat(recomputed.get("activations_bytes").getAsLong())
        .isLessThan(kept.get("activations_bytes").getAsLong() / 2);
    assertThat(twice.get(0).getAsJsonObject().get("activations_bytes").getAsLong())
        .isBetween(
            19 * kept.get("activations_bytes").getAsLong() / 10,
            2 * kept.get("activations_bytes").getAsLong());
    long sum = 0;
    for (String part : new String[] {"weights", "gradients", "optimizer_state", "working"}) {
      sum += kept.get(part + "_bytes").getAsLong();
    }
    assertThat(kept.get("total_bytes").getAsLong())
        .isEqualTo(sum + kept.get("activations_bytes").getAsLong());
    inspect("llama-15m", "--time", 100_000).rejects("time", "256", "100000");
  }

  @Test
  void showsWhatADirectoryHolds() throws IOException {
    GenerationOptions options = GenerationOptions.builder().temperature(0.7).topK(9).build();
    Path tokenizer = ModelFixture.tokenizer(directory);
    Path model =
        ModelFixture.write(directory.resolve("model"), ModelFixture.config(), tokenizer, options);
    JsonObject figures = inspect(model, "--json").json();
    assertThat(figures.getAsJsonObject("config").get("key_value_heads").getAsInt()).isEqualTo(2);
    assertThat(figures.getAsJsonObject("config").getAsJsonObject("positions").get("base"))
        .hasToString("10000.0");
    assertThat(figures.get("tensors").getAsInt()).isEqualTo(2 + 2 * 9);
    assertThat(figures.getAsJsonObject("numbers_by_type").get("F32").getAsLong())
        .isEqualTo(figures.get("numbers").getAsLong());
    assertThat(figures.get("file_bytes").getAsLong())
        .isEqualTo(Files.size(model.resolve("model.safetensors")));
    assertThat(figures.get("tokenizer").getAsString()).isEqualTo("byte-level BPE");
    assertThat(figures.get("chat_template").getAsString()).contains("<|im_start|>");
    assertThat(figures.getAsJsonObject("generation").get("top_k").getAsInt()).isEqualTo(9);
    assertThat(figures.has("tensor_list")).isFalse();
    assertThat(inspect(model).succeeds().out())
        .containsPattern("chat template +chatml\n")
        .containsPattern("generation +.*temperature 0.7");
  }

  @Test
  void looksAtAModelWhoseTokenizerCannotBeUsed() throws IOException {
    Path model = ModelFixture.write(directory.resolve("model"), ModelFixture.config());
    assertThat(inspect(model, "--json").json().get("tokenizer").getAsString()).isEqualTo("none");
    Files.writeString(model.resolve("tokenizer.json"), "{}");
    assertThat(inspect(model, "--json").json().get("tokenizer").getAsString())
        .startsWith("cannot be used: ");
  }

  @Test
  void tellsWhatTheNumbersOfTensorsAreLike() throws IOException {
    float[] numbers = {1, 2, 4, -9, Float.NaN, Float.POSITIVE_INFINITY, Float.NaN};
    Path file = directory.resolve("odd.safetensors");
    SafetensorsFile.write(file, tensors(numbers), WeightType.FLOAT32);
    JsonObject figures = inspect(file, "--statistics", "--json").json();
    assertThat(figures.get("nan").getAsInt()).isEqualTo(2);
    assertThat(figures.get("infinite").getAsInt()).isEqualTo(1);
    JsonObject tensor = figures.getAsJsonArray("tensor_list").get(0).getAsJsonObject();
    assertThat(tensor.get("name").getAsString()).isEqualTo("odd");
    assertThat(tensor.get("shape")).hasToString("[1,7]");
    assertThat(tensor.get("mean").getAsDouble()).isCloseTo(-0.5, within(1e-6));
    double squares = 1.5 * 1.5 + 2.5 * 2.5 + 4.5 * 4.5 + 8.5 * 8.5;
    assertThat(tensor.get("std").getAsDouble()).isCloseTo(Math.sqrt(squares / 4), within(1e-4));
    assertThat(tensor.get("min").getAsDouble()).isEqualTo(-9);
    assertThat(tensor.get("max").getAsDouble()).isEqualTo(4);
    assertThat(inspect(file, "--statistics").succeeds().out())
        .containsPattern("odd +1 × 7 +F32 +mean -0.5000 .*NaN 2  infinite 1");
  }

  @Test
  void keepsTheDigitsOfNumbersFarFromZero() throws IOException {
    float[] numbers = new float[200_000];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = 4096 + (i % 2 == 0 ? 0.25f : -0.25f);
    }
    Path file = directory.resolve("far.safetensors");
    SafetensorsFile.write(file, tensors(numbers), WeightType.FLOAT32);
    JsonElement tensor =
        inspect(file, "--statistics", "--json").json().getAsJsonArray("tensor_list").get(0);
    assertThat(tensor.getAsJsonObject().get("std").getAsDouble()).isEqualTo(0.25);
  }

  @Test
  void showsTheMetadataOfAGgufFile() throws IOException {
    Path file = directory.resolve("model.gguf");
    Path tokenizer = ModelFixture.tokenizer(directory);
    Path model =
        ModelFixture.write(
            directory.resolve("model"),
            ModelFixture.config(),
            tokenizer,
            GenerationOptions.builder().build());
    Invocation.of("model", "convert", model, file, "--type", "q8_0").succeeds();
    JsonObject figures = inspect(file, "--tensors", "--json").json();
    JsonObject metadata = figures.getAsJsonObject("metadata");
    assertThat(metadata.get("general.architecture").getAsString()).isEqualTo("llama");
    assertThat(metadata.get("llama.embedding_length").getAsInt()).isEqualTo(32);
    assertThat(metadata.get("tokenizer.ggml.tokens").getAsString()).isEqualTo("(300 values)");
    assertThat(figures.getAsJsonObject("numbers_by_type").keySet()).containsOnly("Q8_0", "F32");
    assertThat(figures.get("tensor_list").toString())
        .contains("{\"name\":\"token_embd.weight\",\"shape\":[300,32],\"type\":\"Q8_0\"}");
    assertThat(inspect(file).succeeds().out()).contains("general.architecture = llama");
  }

  @Test
  void rejectsWhatIsNoModel() throws IOException {
    inspect("storyteller").rejects("storyteller is neither", "gpt2-124m, llama-110m");
    inspect(directory).rejects("config.json");
    Path text = Files.writeString(directory.resolve("story.txt"), "once");
    inspect(text).rejects("story.txt", ".safetensors", ".gguf");
    Path damaged = Files.writeString(directory.resolve("a.safetensors"), "damaged");
    inspect(damaged).rejects("a.safetensors");
    inspect("llama-15m", "--statistics").rejects("--statistics", "preset");
    inspect(damaged, "--time", 4).rejects("--time");
    inspect(damaged, "--batch", 4).rejects("--batch");
    inspect("llama-15m", "--batch", 0).rejects("batch", "0");
  }

  private static TensorSource tensors(float[] numbers) {
    return new TensorSource() {
      @Override
      public Set<String> names() {
        return Set.of("odd");
      }

      @Override
      public long[] shape(String name) {
        return new long[] {1, numbers.length};
      }

      @Override
      public void read(String name, long from, FloatBuffer into) {
        into.put(numbers, (int) from, into.remaining());
      }
    };
  }

  private static Invocation inspect(Object what, Object... options) {
    Stream<Object> words = Stream.of("model", "inspect", what);
    return Invocation.of(Stream.concat(words, Stream.of(options)).toArray());
  }
}

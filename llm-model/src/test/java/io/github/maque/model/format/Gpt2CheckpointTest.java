package io.github.maque.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.maque.model.DecoderConfig;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Gpt2CheckpointTest {
  private static final int WIDTH = 12;
  private static final int INNER = 48;

  private static final String CONFIG =
      """
      {"activation_function": "gelu_new", "architectures": ["GPT2LMHeadModel"],
       "attn_pdrop": 0.1, "bos_token_id": 50256, "embd_pdrop": 0.1, "eos_token_id": 50256,
       "initializer_range": 0.02, "layer_norm_epsilon": 1e-05, "model_type": "gpt2",
       "n_ctx": 1024, "n_embd": 768, "n_head": 12, "n_layer": 12, "n_positions": 1024,
       "resid_pdrop": 0.1, "summary_activation": null, "vocab_size": 50257}
      """;

  @TempDir private Path directory;

  @Test
  void theConfigurationIsThatOfThePreset() throws IOException {
    DecoderConfig preset = DecoderConfig.preset("gpt2-124m");
    assertThat(readConfig(CONFIG))
        .isEqualTo(
            preset.toBuilder()
                .vocabularyMultiple(1)
                .dropout(0)
                .initialization(readConfig(CONFIG).initialization())
                .build());
    String wide = CONFIG.replace("\"n_ctx\": 1024", "\"n_inner\": 100");
    assertThat(readConfig(wide).feedForwardWidth()).isEqualTo(100);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"activation_function\": \"relu\"          | field activation_function: expected gelu_new",
        "\"scale_attn_weights\": false              | field scale_attn_weights: expected true",
        "\"scale_attn_by_inverse_layer_idx\": true  | field scale_attn_by_inverse_layer_idx",
        "\"add_cross_attention\": true              | field add_cross_attention: expected false",
        "\"n_head\": 11                             | configuration: headSize must be set",
        "\"n_embd\": 2147483647                     | configuration: ",
      })
  void namesWhatItCannotCompute(String field, String problem) {
    String name = field.substring(0, field.indexOf(':'));
    String rest = CONFIG.replaceAll(name + ": [^,}]*,?", "");
    assertThatThrownBy(() -> readConfig("{" + field + "," + rest.strip().substring(1)))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining(problem);
  }

  /** The published names and layouts: projections as [in, out], queries, keys and values fused. */
  @ParameterizedTest
  @ValueSource(strings = {"", "transformer."})
  void readsTheFusedAndTransposedProjections(String prefix) throws IOException {
    MemoryTensors theirs = checkpoint(prefix);
    Files.writeString(
        directory.resolve("config.json"),
        """
        {"model_type": "gpt2", "n_embd": 12, "n_head": 3, "n_layer": 2, "n_positions": 7,
         "vocab_size": 20}
        """);
    SafetensorsFile.write(directory.resolve("model.safetensors"), theirs, WeightType.FLOAT32);
    try (HuggingFaceDirectory model = HuggingFaceDirectory.open(directory)) {
      TensorSource ours = model.weights();
      for (int layer = 0; layer < 2; layer++) {
        String from = prefix + "h." + layer + ".";
        String to = "model.layers." + layer + ".";
        String[] heads = {"q_proj", "k_proj", "v_proj"};
        for (int i = 0; i < 3; i++) {
          assertTransposed(
              ours,
              to + "self_attn." + heads[i] + ".weight",
              theirs,
              from + "attn.c_attn.weight",
              i * WIDTH);
          float[] bias = MemoryTensors.all(ours, to + "self_attn." + heads[i] + ".bias");
          float[] fused = theirs.values(from + "attn.c_attn.bias");
          for (int j = 0; j < WIDTH; j++) {
            assertThat(bias[j]).isEqualTo(fused[i * WIDTH + j]);
          }
        }
        assertTransposed(
            ours, to + "self_attn.o_proj.weight", theirs, from + "attn.c_proj.weight", 0);
        assertTransposed(ours, to + "mlp.up_proj.weight", theirs, from + "mlp.c_fc.weight", 0);
        assertTransposed(ours, to + "mlp.down_proj.weight", theirs, from + "mlp.c_proj.weight", 0);
        assertSame(ours, to + "mlp.up_proj.bias", theirs, from + "mlp.c_fc.bias");
        assertSame(ours, to + "mlp.down_proj.bias", theirs, from + "mlp.c_proj.bias");
        assertSame(ours, to + "self_attn.o_proj.bias", theirs, from + "attn.c_proj.bias");
        assertSame(ours, to + "input_layernorm.weight", theirs, from + "ln_1.weight");
        assertSame(ours, to + "input_layernorm.bias", theirs, from + "ln_1.bias");
        assertSame(ours, to + "post_attention_layernorm.weight", theirs, from + "ln_2.weight");
        assertSame(ours, to + "post_attention_layernorm.bias", theirs, from + "ln_2.bias");
      }
      assertSame(ours, "model.embed_tokens.weight", theirs, prefix + "wte.weight");
      assertSame(ours, "model.embed_positions.weight", theirs, prefix + "wpe.weight");
      assertSame(ours, "model.norm.weight", theirs, prefix + "ln_f.weight");
      assertSame(ours, "model.norm.bias", theirs, prefix + "ln_f.bias");

      FloatBuffer part = FloatBuffer.allocate(5);
      ours.read("model.layers.1.self_attn.k_proj.weight", 17, part);
      float[] fused = theirs.values(prefix + "h.1.attn.c_attn.weight");
      for (int i = 0; i < 5; i++) {
        int input = (17 + i) % WIDTH;
        int output = WIDTH + (17 + i) / WIDTH;
        assertThat(part.get(i)).isEqualTo(fused[input * 3 * WIDTH + output]);
      }
    }
  }

  @Test
  void whatCannotBeDividedIsNoProjection() {
    MemoryTensors theirs = checkpoint("");
    theirs.putRandom(new SplittableRandom(1), "h.1.attn.c_attn.weight", WIDTH, 3 * WIDTH + 1);
    theirs.putRandom(new SplittableRandom(1), "h.1.attn.c_attn.bias", 3 * WIDTH + 2);
    Gpt2Tensors ours = new Gpt2Tensors(theirs);
    assertThat(ours.shape("model.layers.1.self_attn.q_proj.weight"))
        .containsExactly(3 * WIDTH + 1, WIDTH);
    assertThat(ours.shape("model.layers.1.self_attn.v_proj.bias")).containsExactly(3 * WIDTH + 2);
    assertThat(ours.shape("model.layers.0.self_attn.v_proj.bias")).containsExactly(WIDTH);
  }

  @Test
  void refusesToReadBeyondATensor() throws IOException {
    Gpt2Tensors ours = new Gpt2Tensors(checkpoint(""));
    String matrix = "model.layers.0.self_attn.q_proj.weight";
    String bias = "model.layers.0.self_attn.q_proj.bias";
    for (String name : List.of(matrix, bias, "model.norm.bias")) {
      long size = ours.size(name);
      for (long from : new long[] {-1, size - 1, Long.MAX_VALUE}) {
        assertThatThrownBy(() -> ours.read(name, from, FloatBuffer.allocate(2)))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("are not all within tensor " + name);
      }
      ours.read(name, size, FloatBuffer.allocate(0));
    }
  }

  private static void assertTransposed(
      TensorSource ours, String name, MemoryTensors theirs, String origin, int firstOutput)
      throws IOException {
    long[] stored = theirs.shape(origin);
    long[] shape = ours.shape(name);
    assertThat(shape[1]).isEqualTo(stored[0]);
    float[] values = MemoryTensors.all(ours, name);
    for (int output = 0; output < shape[0]; output++) {
      for (int input = 0; input < shape[1]; input++) {
        assertThat(values[output * (int) shape[1] + input])
            .isEqualTo(theirs.values(origin)[input * (int) stored[1] + firstOutput + output]);
      }
    }
  }

  private static void assertSame(
      TensorSource ours, String name, MemoryTensors theirs, String origin) throws IOException {
    assertThat(MemoryTensors.all(ours, name)).isEqualTo(theirs.values(origin));
  }

  private static MemoryTensors checkpoint(String prefix) {
    SplittableRandom random = new SplittableRandom(41);
    MemoryTensors tensors = new MemoryTensors();
    tensors.putRandom(random, prefix + "wte.weight", 20, WIDTH);
    tensors.putRandom(random, prefix + "wpe.weight", 7, WIDTH);
    List<String> norms = new ArrayList<>(List.of("ln_f"));
    for (int i = 0; i < 2; i++) {
      String layer = prefix + "h." + i + ".";
      norms.add("h." + i + ".ln_1");
      norms.add("h." + i + ".ln_2");
      tensors.putRandom(random, layer + "attn.bias", 1, 1, 7, 7);
      tensors.putRandom(random, layer + "attn.c_attn.weight", WIDTH, 3 * WIDTH);
      tensors.putRandom(random, layer + "attn.c_attn.bias", 3 * WIDTH);
      tensors.putRandom(random, layer + "attn.c_proj.weight", WIDTH, WIDTH);
      tensors.putRandom(random, layer + "attn.c_proj.bias", WIDTH);
      tensors.putRandom(random, layer + "mlp.c_fc.weight", WIDTH, INNER);
      tensors.putRandom(random, layer + "mlp.c_fc.bias", INNER);
      tensors.putRandom(random, layer + "mlp.c_proj.weight", INNER, WIDTH);
      tensors.putRandom(random, layer + "mlp.c_proj.bias", WIDTH);
    }
    for (String norm : norms) {
      tensors.putRandom(random, prefix + norm + ".weight", WIDTH);
      tensors.putRandom(random, prefix + norm + ".bias", WIDTH);
    }
    return tensors;
  }

  private DecoderConfig readConfig(String json) throws IOException {
    Path file = Files.writeString(directory.resolve("config.json"), json);
    return HuggingFaceConfig.read(Json.read(file, 1 << 20));
  }
}

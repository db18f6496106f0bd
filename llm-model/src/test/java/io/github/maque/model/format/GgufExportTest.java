package io.github.maque.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.maque.model.DecoderConfig;
import io.github.maque.model.NormKind;
import io.github.maque.model.ParameterShape;
import io.github.maque.model.Positions;
import io.github.maque.model.RotaryScaling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufExportTest {
  private static final int HEAD_SIZE = 6;

  @TempDir private Path directory;

  private static DecoderConfig.Builder small() {
    return DecoderConfig.builder()
        .vocabularySize(37)
        .vocabularyMultiple(16)
        .contextLength(40)
        .layers(2)
        .width(32)
        .heads(4)
        .headSize(HEAD_SIZE)
        .keyValueHeads(2)
        .feedForwardWidth(64)
        .normEpsilon(2e-6);
  }

  private static MemoryTensors weights(DecoderConfig config) {
    SplittableRandom random = new SplittableRandom(3);
    MemoryTensors weights = new MemoryTensors();
    for (ParameterShape parameter : config.parameterShapes()) {
      weights.putRandom(random, parameter.name(), parameter.shape());
    }
    return weights;
  }

  private PublishedGguf export(DecoderConfig config, TensorSource weights, GgufTensorType type)
      throws IOException {
    Path file = directory.resolve("model.gguf");
    GgufExport.builder(config, weights).name("sparrow").type(type).build().write(file);
    return new PublishedGguf(Files.readAllBytes(file));
  }

  @Test
  void describesTheDecoderInLlamasKeys() throws IOException {
    DecoderConfig config = small().build();
    PublishedGguf file = export(config, weights(config), GgufTensorType.F16);
    assertThat(file.metadata)
        .containsEntry("general.architecture", "llama")
        .containsEntry("general.name", "sparrow")
        .containsEntry("general.file_type", 1L)
        .containsEntry("general.quantization_version", 2L)
        .containsEntry("llama.context_length", 40L)
        .containsEntry("llama.embedding_length", 32L)
        .containsEntry("llama.block_count", 2L)
        .containsEntry("llama.feed_forward_length", 64L)
        .containsEntry("llama.attention.head_count", 4L)
        .containsEntry("llama.attention.head_count_kv", 2L)
        .containsEntry("llama.attention.key_length", 6L)
        .containsEntry("llama.attention.value_length", 6L)
        .containsEntry("llama.attention.layer_norm_rms_epsilon", 2e-6f)
        .containsEntry("llama.rope.dimension_count", 6L)
        .containsEntry("llama.rope.freq_base", 10_000f)
        .containsEntry("llama.vocab_size", 37L)
        .containsEntry("tokenizer.ggml.model", "no_vocab")
        .doesNotContainKey("llama.rope.scaling.type");
  }

  @Test
  void hasEveryWeightUnderLlamasNames() throws IOException {
    DecoderConfig config = small().layers(1).tiedEmbeddings(false).build();
    MemoryTensors weights = weights(config);
    PublishedGguf file = export(config, weights, GgufTensorType.F32);
    assertThat(file.tensors)
        .containsOnlyKeys(
            "token_embd.weight",
            "blk.0.attn_norm.weight",
            "blk.0.attn_q.weight",
            "blk.0.attn_k.weight",
            "blk.0.attn_v.weight",
            "blk.0.attn_output.weight",
            "blk.0.ffn_norm.weight",
            "blk.0.ffn_gate.weight",
            "blk.0.ffn_up.weight",
            "blk.0.ffn_down.weight",
            "output_norm.weight",
            "output.weight");
    assertThat(file.tensors.get("blk.0.ffn_down.weight").dimensions()).containsExactly(64L, 32L);
    assertThat(file.values("blk.0.attn_v.weight"))
        .isEqualTo(weights.values("model.layers.0.self_attn.v_proj.weight"));
    assertThat(file.values("blk.0.attn_output.weight"))
        .isEqualTo(weights.values("model.layers.0.self_attn.o_proj.weight"));
    assertThat(file.values("blk.0.attn_norm.weight"))
        .isEqualTo(weights.values("model.layers.0.input_layernorm.weight"));
    assertThat(file.values("blk.0.ffn_norm.weight"))
        .isEqualTo(weights.values("model.layers.0.post_attention_layernorm.weight"));
    assertThat(file.values("blk.0.ffn_gate.weight"))
        .isEqualTo(weights.values("model.layers.0.mlp.gate_proj.weight"));
    assertThat(file.values("blk.0.ffn_up.weight"))
        .isEqualTo(weights.values("model.layers.0.mlp.up_proj.weight"));
    assertThat(file.values("blk.0.ffn_down.weight"))
        .isEqualTo(weights.values("model.layers.0.mlp.down_proj.weight"));
    assertThat(file.values("output_norm.weight")).isEqualTo(weights.values("model.norm.weight"));
  }

  @Test
  void leavesOutRowsThatOnlyPadTheVocabulary() throws IOException {
    DecoderConfig config = small().tiedEmbeddings(false).build();
    assertThat(config.paddedVocabularySize()).isEqualTo(48);
    MemoryTensors weights = weights(config);
    PublishedGguf file = export(config, weights, GgufTensorType.F32);
    assertThat(file.tensors.get("token_embd.weight").dimensions()).containsExactly(32L, 37L);
    assertThat(file.values("token_embd.weight"))
        .isEqualTo(Arrays.copyOf(weights.values("model.embed_tokens.weight"), 37 * 32));
    assertThat(file.values("output.weight"))
        .isEqualTo(Arrays.copyOf(weights.values("lm_head.weight"), 37 * 32));
  }

  @Test
  void hasNoOutputMatrixIfEmbeddingsAreTied() throws IOException {
    DecoderConfig config = small().tiedEmbeddings(true).build();
    assertThat(export(config, weights(config), GgufTensorType.F32).tensors)
        .containsKey("token_embd.weight")
        .doesNotContainKey("output.weight");
  }

  /**
   * llama.cpp turns neighbouring places of a head of the architecture llama, and not a place of the
   * first half with one of the second. Scores are the same, head by head, biases included.
   */
  @Test
  void rowsOfQueriesAndKeysAreOrderedForTurningNeighbours() throws IOException {
    DecoderConfig config = small().layers(1).attentionBias(true).build();
    MemoryTensors weights = weights(config);
    PublishedGguf file = export(config, weights, GgufTensorType.F32);
    SplittableRandom random = new SplittableRandom(4);
    double[] x = random.doubles(32, -1, 1).toArray();
    double[] y = random.doubles(32, -1, 1).toArray();
    for (int head = 0; head < 4; head++) {
      int keyHead = head / 2;
      double ours =
          score(
              turnHalves(project(weights, "q", x, head), 11),
              turnHalves(project(weights, "k", y, keyHead), 5));
      double theirs =
          score(
              turnNeighbours(project(file, "q", x, head), 11),
              turnNeighbours(project(file, "k", y, keyHead), 5));
      assertThat(theirs).isCloseTo(ours, within(1e-12));
    }
  }

  private static double[] project(MemoryTensors weights, String which, double[] x, int head) {
    String name = "model.layers.0.self_attn." + which + "_proj";
    return project(weights.values(name + ".weight"), weights.values(name + ".bias"), x, head);
  }

  private static double[] project(PublishedGguf file, String which, double[] x, int head) {
    String name = "blk.0.attn_" + which;
    return project(file.values(name + ".weight"), file.values(name + ".bias"), x, head);
  }

  private static double[] project(float[] matrix, float[] bias, double[] x, int head) {
    double[] out = new double[HEAD_SIZE];
    for (int i = 0; i < HEAD_SIZE; i++) {
      int row = head * HEAD_SIZE + i;
      out[i] = bias[row];
      for (int j = 0; j < x.length; j++) {
        out[i] += matrix[row * x.length + j] * x[j];
      }
    }
    return out;
  }

  private static double[] turnHalves(double[] head, int position) {
    double[] out = new double[HEAD_SIZE];
    int half = HEAD_SIZE / 2;
    for (int i = 0; i < half; i++) {
      double angle = position * Math.pow(10_000, -2.0 * i / HEAD_SIZE);
      out[i] = head[i] * Math.cos(angle) - head[half + i] * Math.sin(angle);
      out[half + i] = head[half + i] * Math.cos(angle) + head[i] * Math.sin(angle);
    }
    return out;
  }

  private static double[] turnNeighbours(double[] head, int position) {
    double[] out = new double[HEAD_SIZE];
    for (int i = 0; i < HEAD_SIZE; i += 2) {
      double angle = position * Math.pow(10_000, -1.0 * i / HEAD_SIZE);
      out[i] = head[i] * Math.cos(angle) - head[i + 1] * Math.sin(angle);
      out[i + 1] = head[i + 1] * Math.cos(angle) + head[i] * Math.sin(angle);
    }
    return out;
  }

  private static double score(double[] query, double[] key) {
    double score = 0;
    for (int i = 0; i < query.length; i++) {
      score += query[i] * key[i];
    }
    return score;
  }

  @Test
  void queryKeyNormsMakeItQwen3WhichTurnsHalves() throws IOException {
    DecoderConfig config = small().queryKeyNorm(true).build();
    MemoryTensors weights = weights(config);
    PublishedGguf file = export(config, weights, GgufTensorType.F32);
    assertThat(file.metadata)
        .containsEntry("general.architecture", "qwen3")
        .containsEntry("qwen3.attention.key_length", 6L);
    assertThat(file.values("blk.1.attn_q.weight"))
        .isEqualTo(weights.values("model.layers.1.self_attn.q_proj.weight"));
    assertThat(file.values("blk.1.attn_q_norm.weight"))
        .isEqualTo(weights.values("model.layers.1.self_attn.q_norm.weight"));
    assertThat(file.values("blk.1.attn_k_norm.weight"))
        .isEqualTo(weights.values("model.layers.1.self_attn.k_norm.weight"));
  }

  @Test
  void biasesComeAlong() throws IOException {
    DecoderConfig config =
        small().attentionBias(true).attentionOutputBias(true).feedForwardBias(true).build();
    MemoryTensors weights = weights(config);
    PublishedGguf file = export(config, weights, GgufTensorType.Q8_0);
    for (List<String> names :
        List.of(
            List.of("attn_v", "self_attn.v_proj"),
            List.of("attn_output", "self_attn.o_proj"),
            List.of("ffn_gate", "mlp.gate_proj"),
            List.of("ffn_up", "mlp.up_proj"),
            List.of("ffn_down", "mlp.down_proj"))) {
      assertThat(file.values("blk.1." + names.get(0) + ".bias"))
          .isEqualTo(weights.values("model.layers.1." + names.get(1) + ".bias"));
    }
  }

  @Test
  void scaledFrequenciesAreSaidInKeysOrAsFactors() throws IOException {
    assertThat(scaled(new RotaryScaling.Linear(4)).metadata)
        .containsEntry("llama.rope.scaling.type", "linear")
        .containsEntry("llama.rope.scaling.factor", 4f);
    assertThat(scaled(new RotaryScaling.Yarn(4, 20)).metadata)
        .containsEntry("llama.rope.scaling.type", "yarn")
        .containsEntry("llama.rope.scaling.factor", 4f)
        .containsEntry("llama.rope.scaling.original_context_length", 20L);
    assertThat((Float) scaled(new RotaryScaling.Ntk(4)).metadata.get("llama.rope.freq_base"))
        .isCloseTo((float) (10_000 * Math.pow(4, 6 / 4.0)), within(0.1f));

    // Of 20 tokens: 3.18 turns, 0.148 and 0.0069, where 2 and more stay and 0.1 and less slow down.
    PublishedGguf llama3 = scaled(new RotaryScaling.Llama3(8, 0.1, 2, 20));
    double share = (20 * Math.pow(10_000, -1 / 3.0) / (2 * Math.PI) - 0.1) / (2 - 0.1);
    float[] factors = llama3.values("rope_freqs.weight");
    assertThat(factors).hasSize(3);
    assertThat(factors[0]).isEqualTo(1);
    assertThat(factors[1]).isCloseTo((float) (1 / ((1 - share) / 8 + share)), within(1e-5f));
    assertThat(factors[2]).isEqualTo(8);
    assertThat(llama3.metadata).doesNotContainKey("llama.rope.scaling.type");
  }

  private PublishedGguf scaled(RotaryScaling scaling) throws IOException {
    DecoderConfig config = small().positions(new Positions.Rotary(10_000, 1, scaling)).build();
    return export(config, weights(config), GgufTensorType.F32);
  }

  @Test
  void rowsThatAreNoWholeBlocksAreHalfPrecisionAndItSaysSo() throws IOException {
    DecoderConfig config = small().feedForwardWidth(72).build();
    MemoryTensors weights = weights(config);
    Path file = directory.resolve("model.gguf");
    List<String> notes =
        GgufExport.builder(config, weights).type(GgufTensorType.Q8_0).build().write(file);
    assertThat(notes)
        .contains(
            "2 tensors with rows of 24, which are no whole blocks of 32, are written as F16:"
                + " blk.0.attn_output.weight, blk.1.attn_output.weight",
            "2 tensors with rows of 72, which are no whole blocks of 32, are written as F16:"
                + " blk.0.ffn_down.weight, blk.1.ffn_down.weight");
    PublishedGguf read = new PublishedGguf(Files.readAllBytes(file));
    assertThat(read.metadata).containsEntry("general.file_type", 7L);
    assertThat(read.tensors.get("blk.0.ffn_down.weight").type()).isEqualTo(1);
    assertThat(read.tensors.get("blk.0.ffn_up.weight").type()).isEqualTo(8);
    assertThat(read.tensors.get("output_norm.weight").type()).isEqualTo(0);
  }

  @Test
  void ourReaderReadsWhatWasWritten() throws IOException {
    DecoderConfig config = small().build();
    MemoryTensors weights = weights(config);
    for (GgufTensorType type : GgufTensorType.values()) {
      PublishedGguf published = export(config, weights, type);
      try (GgufFile file = GgufFile.open(directory.resolve("model.gguf"))) {
        assertThat(file.version()).isEqualTo(3);
        assertThat(file.metadata()).isEqualTo(published.metadata);
        assertThat(file.names()).containsExactlyElementsOf(published.tensors.keySet());
        for (GgufTensor tensor : file.tensors()) {
          List<Long> shape = new ArrayList<>(published.tensors.get(tensor.name()).dimensions());
          Collections.reverse(shape);
          assertThat(tensor.shape()).isEqualTo(shape);
          assertThat(MemoryTensors.all(file, tensor.name()))
              .isEqualTo(published.values(tensor.name()));
        }
      }
    }
  }

  @Test
  void refusesDecodersThatLlamaCppCannotRun() {
    DecoderConfig config = small().norm(NormKind.LAYER_NORM).logitSoftCap(30).build();
    assertThatThrownBy(() -> GgufExport.builder(config, weights(config)).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("config cannot be written as GGUF not as llama: ")
        .hasMessageContaining("norm LAYER_NORM")
        .hasMessageContaining("logitSoftCap 30");
  }

  @Test
  void refusesWeightsOfAnotherShape() {
    DecoderConfig config = small().build();
    MemoryTensors weights = weights(config);
    weights.put("model.layers.1.mlp.up_proj.weight", List.of(1L, 2L), 0, 0);
    assertThatThrownBy(() -> export(config, weights, GgufTensorType.F32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "tensor model.layers.1.mlp.up_proj.weight must be of shape [64, 32] as the"
                + " configuration says, got [1, 2]");
    assertThatThrownBy(() -> export(config, new MemoryTensors(), GgufTensorType.F32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("weights have no tensor model.embed_tokens.weight");
  }
}

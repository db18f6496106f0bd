package io.github.maque.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.maque.model.ParameterShape.Kind;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ParameterShapeTest {
  static List<String> names() {
    return TestConfigs.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void listsWhatADecoderNeedsAndNothingElse(String name) {
    DecoderConfig config = TestConfigs.config(name);

    Map<String, long[]> listed =
        config.parameterShapes().stream()
            .collect(Collectors.toMap(ParameterShape::name, ParameterShape::shape));

    Map<String, long[]> expected = TestConfigs.shapes(config);
    assertThat(listed).containsOnlyKeys(expected.keySet());
    expected.forEach((key, shape) -> assertThat(listed.get(key)).as(key).isEqualTo(shape));
  }

  @ParameterizedTest
  @MethodSource("names")
  void countsAsTheClosedFormDoes(String name) {
    DecoderConfig config = TestConfigs.config(name);

    assertThat(config.parameters()).isEqualTo(closedForm(config));
  }

  private static long closedForm(DecoderConfig c) {
    long d = c.width();
    long q = (long) c.heads() * c.headSize();
    long kv = (long) c.keyValueHeads() * c.headSize();
    long f = c.feedForwardWidth();
    long up = c.feedForward().gated() ? 2 : 1;
    long norm = c.norm() == NormKind.LAYER_NORM ? 2 * d : d;
    long norms = 2 - one(c.parallelResidual()) + 2 * one(c.postNorm());
    long layer =
        d * (2 * q + 2 * kv + (up + 1) * f)
            + norms * norm
            + one(c.queryKeyNorm()) * 2 * c.headSize()
            + one(c.attentionBias()) * (q + 2 * kv)
            + one(c.attentionOutputBias()) * d
            + one(c.feedForwardBias()) * (up * f + d);
    long vocabulary = (2 - one(c.tiedEmbeddings())) * c.paddedVocabularySize() * d;
    long positions = c.positions() instanceof Positions.Learned ? c.contextLength() * d : 0;
    return vocabulary + positions + c.layers() * layer + norm;
  }

  private static long one(boolean option) {
    return option ? 1 : 0;
  }

  @Test
  void listsParametersInTheOrderOfTheForwardPass() {
    DecoderConfig config =
        TestConfigs.config("everything").toBuilder().layers(1).parallelResidual(false).build();

    assertThat(config.parameterShapes())
        .extracting(ParameterShape::name)
        .containsExactly(
            "model.embed_tokens.weight",
            "model.layers.0.input_layernorm.weight",
            "model.layers.0.input_layernorm.bias",
            "model.layers.0.self_attn.q_proj.weight",
            "model.layers.0.self_attn.q_proj.bias",
            "model.layers.0.self_attn.k_proj.weight",
            "model.layers.0.self_attn.k_proj.bias",
            "model.layers.0.self_attn.v_proj.weight",
            "model.layers.0.self_attn.v_proj.bias",
            "model.layers.0.self_attn.q_norm.weight",
            "model.layers.0.self_attn.k_norm.weight",
            "model.layers.0.self_attn.o_proj.weight",
            "model.layers.0.self_attn.o_proj.bias",
            "model.layers.0.self_attn_output_layernorm.weight",
            "model.layers.0.self_attn_output_layernorm.bias",
            "model.layers.0.post_attention_layernorm.weight",
            "model.layers.0.post_attention_layernorm.bias",
            "model.layers.0.mlp.gate_proj.weight",
            "model.layers.0.mlp.gate_proj.bias",
            "model.layers.0.mlp.up_proj.weight",
            "model.layers.0.mlp.up_proj.bias",
            "model.layers.0.mlp.down_proj.weight",
            "model.layers.0.mlp.down_proj.bias",
            "model.layers.0.mlp_output_layernorm.weight",
            "model.layers.0.mlp_output_layernorm.bias",
            "model.norm.weight",
            "model.norm.bias",
            "lm_head.weight");
  }

  @Test
  void saysWhatEachParameterDoes() {
    Map<String, Kind> kinds =
        TestConfigs.config("everything").parameterShapes().stream()
            .collect(Collectors.toMap(ParameterShape::name, ParameterShape::kind));

    assertThat(kinds)
        .containsEntry("model.embed_tokens.weight", Kind.TOKEN_EMBEDDING)
        .containsEntry("lm_head.weight", Kind.HEAD)
        .containsEntry("model.layers.1.self_attn.q_norm.weight", Kind.NORM)
        .containsEntry("model.norm.bias", Kind.BIAS)
        .containsEntry("model.layers.1.self_attn.v_proj.weight", Kind.PROJECTION)
        .containsEntry("model.layers.1.mlp.gate_proj.weight", Kind.PROJECTION)
        .containsEntry("model.layers.1.self_attn.o_proj.weight", Kind.RESIDUAL_PROJECTION)
        .containsEntry("model.layers.1.mlp.down_proj.weight", Kind.RESIDUAL_PROJECTION)
        .containsEntry("model.layers.1.mlp.down_proj.bias", Kind.BIAS);
    assertThat(TestConfigs.config("gpt2").parameterShapes().get(1).kind())
        .isEqualTo(Kind.POSITION_EMBEDDING);
  }
}

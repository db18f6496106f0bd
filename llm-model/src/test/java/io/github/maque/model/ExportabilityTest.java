package io.github.maque.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.maque.model.DecoderConfig.Builder;
import io.github.maque.model.Positions.Rotary;
import io.github.maque.model.RotaryScaling.Linear;
import io.github.maque.model.RotaryScaling.Llama3;
import io.github.maque.model.RotaryScaling.Ntk;
import io.github.maque.model.RotaryScaling.Yarn;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ExportabilityTest {
  private static Builder llama() {
    return DecoderConfig.builder().vocabularySize(100).layers(2).width(64).heads(4);
  }

  private static DecoderConfig with(UnaryOperator<Builder> change) {
    return change.apply(llama()).build();
  }

  @ParameterizedTest
  @CsvSource({
    "llama-15m, as LlamaForCausalLM, as llama",
    "llama-42m, as LlamaForCausalLM, as llama",
    "llama-110m, as LlamaForCausalLM, as llama",
    "qwen3-0.6b, as Qwen3ForCausalLM, as qwen3",
    "storyteller-44m, as MistralForCausalLM, as llama",
    "storyteller-export, as LlamaForCausalLM, as llama"
  })
  void knowsWhatPresetsCanBeExportedAs(String preset, String huggingFace, String gguf) {
    DecoderConfig config = DecoderConfig.preset(preset);

    assertThat(config.huggingFaceExport()).hasToString(huggingFace);
    assertThat(config.ggufExport()).hasToString(gguf);
  }

  @Test
  void exportsEverySizeOfTheDial() {
    for (int depth : new int[] {1, 5, 12, 31}) {
      assertThat(DecoderConfig.scaled(depth, 6400).huggingFaceExport().possible()).isTrue();
      assertThat(DecoderConfig.scaled(depth, 6400).ggufExport().possible()).isTrue();
    }
  }

  @Test
  void namesEveryObstacle() {
    Exportability gpt2 = DecoderConfig.preset("gpt2-124m").huggingFaceExport();

    assertThat(gpt2.possible()).isFalse();
    assertThat(gpt2.obstacles())
        .containsExactly(
            "norm LAYER_NORM: it has RMS_NORM",
            "feedForward GELU: it has SWIGLU",
            "positions Learned[]: it has rotary ones");
    assertThat(gpt2)
        .hasToString(
            "not as LlamaForCausalLM: norm LAYER_NORM: it has RMS_NORM; feedForward GELU: it has"
                + " SWIGLU; positions Learned[]: it has rotary ones");
  }

  @ParameterizedTest
  @MethodSource
  void refusesInBothFormats(UnaryOperator<Builder> change, String field) {
    for (boolean queryKeyNorm : new boolean[] {false, true}) {
      DecoderConfig config = change.apply(llama().queryKeyNorm(queryKeyNorm)).build();

      for (Exportability export : List.of(config.huggingFaceExport(), config.ggufExport())) {
        assertThat(export.obstacles()).singleElement().asString().startsWith(field + ": ");
      }
    }
  }

  static Stream<Arguments> refusesInBothFormats() {
    return Stream.of(
        refused(b -> b.norm(NormKind.LAYER_NORM), "norm LAYER_NORM"),
        refused(b -> b.feedForward(FeedForwardKind.GEGLU), "feedForward GEGLU"),
        refused(b -> b.feedForward(FeedForwardKind.GELU), "feedForward GELU"),
        refused(b -> b.feedForward(FeedForwardKind.SQUARED_RELU), "feedForward SQUARED_RELU"),
        refused(b -> b.postNorm(true), "postNorm true"),
        refused(b -> b.parallelResidual(true), "parallelResidual true"),
        refused(b -> b.positions(new Positions.None()), "positions None[]"),
        refused(b -> b.positions(new Positions.Learned()), "positions Learned[]"),
        refused(
            b -> b.positions(new Rotary(100, 0.5, new RotaryScaling.None())),
            "positions with fraction 0.5"),
        refused(b -> b.logitScale(2), "logitScale 2.0"),
        refused(b -> b.logitSoftCap(30), "logitSoftCap 30.0"),
        refused(b -> b.embeddingScale(8), "embeddingScale 8.0"));
  }

  private static Arguments refused(UnaryOperator<Builder> change, String field) {
    return Arguments.of(change, field);
  }

  @Test
  void hasNoUseForLlamaWhereHeadsDoNotDivideTheWidth() {
    DecoderConfig plain = with(b -> b.heads(6).headSize(16));
    DecoderConfig biased = with(b -> b.heads(6).headSize(16).feedForwardBias(true));

    assertThat(plain.huggingFaceExport()).hasToString("as MistralForCausalLM");
    assertThat(biased.huggingFaceExport().obstacles())
        .containsExactly(
            "heads 6 do not divide width 64: LlamaForCausalLM does not allow it, and"
                + " MistralForCausalLM no biases");
    assertThat(plain.ggufExport().possible()).isTrue();
    assertThat(biased.ggufExport().possible()).isTrue();
    assertThat(plain.toBuilder().queryKeyNorm(true).build().huggingFaceExport())
        .hasToString("as Qwen3ForCausalLM");
  }

  @Test
  void exportsHeadsThatDoNotFillTheWidth() {
    DecoderConfig config = with(b -> b.headSize(10));

    assertThat(config.huggingFaceExport()).hasToString("as LlamaForCausalLM");
    assertThat(config.ggufExport()).hasToString("as llama");
  }

  @Test
  void exportsASlidingWindowToHuggingFaceOnly() {
    DecoderConfig config = with(b -> b.slidingWindow(100));

    assertThat(config.huggingFaceExport()).hasToString("as MistralForCausalLM");
    assertThat(config.toBuilder().attentionBias(true).attentionOutputBias(true).build())
        .extracting(DecoderConfig::huggingFaceExport)
        .extracting(Exportability::possible)
        .isEqualTo(false);
    assertThat(config.toBuilder().queryKeyNorm(true).build().huggingFaceExport())
        .hasToString("as Qwen3ForCausalLM");
    assertThat(config.ggufExport().obstacles())
        .containsExactly("slidingWindow 100: it sees all tokens before");
    assertThat(config.toBuilder().slidingWindow(512).build().ggufExport().possible())
        .as("a window as long as the context hides nothing")
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    // Queries, keys and values; output; feed-forward: Hugging Face's Llama and Qwen3, GGUF's.
    "false, false, false, true,  true,  true,  true",
    "true,  true,  false, true,  true,  true,  false",
    "true,  true,  true,  true,  false, true,  false",
    "false, false, true,  true,  false, true,  false",
    "true,  false, false, false, false, true,  false",
    "false, true,  false, false, false, true,  false"
  })
  void exportsTheBiasesThatAFormatHas(
      boolean attention,
      boolean output,
      boolean feedForward,
      boolean llama,
      boolean qwen3,
      boolean llamaGguf,
      boolean qwen3Gguf) {
    DecoderConfig config =
        with(
            b ->
                b.attentionBias(attention)
                    .attentionOutputBias(output)
                    .feedForwardBias(feedForward));
    DecoderConfig normed = config.toBuilder().queryKeyNorm(true).build();

    assertThat(config.huggingFaceExport().possible()).isEqualTo(llama);
    assertThat(normed.huggingFaceExport().possible()).isEqualTo(qwen3);
    assertThat(config.ggufExport().possible()).isEqualTo(llamaGguf);
    assertThat(normed.ggufExport().possible()).isEqualTo(qwen3Gguf);
  }

  @Test
  void exportsEveryScalingToHuggingFace() {
    Stream.of(
            new Linear(2),
            new Ntk(2),
            new Yarn(2, 256),
            new Yarn(2, 256, 20, 2, 1.5),
            new Llama3(2, 1, 4, 256))
        .forEach(
            scaling -> {
              DecoderConfig config = with(b -> b.positions(new Rotary(10_000, 1, scaling)));
              assertThat(config.huggingFaceExport().possible()).isTrue();
            });
  }

  @Test
  void exportsToGgufTheScalingsItHas() {
    assertThat(gguf(new Linear(2), false)).isEmpty();
    assertThat(gguf(new Ntk(2), true)).isEmpty();
    assertThat(gguf(new Yarn(2, 256), true)).isEmpty();
    assertThat(gguf(new Llama3(2, 1, 4, 256), false)).isEmpty();
    assertThat(gguf(new Llama3(2, 1, 4, 256), true))
        .containsExactly("positions with Llama3 scaling: only llama reads the factors it needs");
    assertThat(gguf(new Yarn(Math.E, 256, 20, 1, 1.25), false))
        .containsExactly(
            "positions with Yarn scaling of betas 20.0 and 1.0: it has 32 and 1",
            "positions with Yarn scaling of attentionFactor 1.25: it has 0.1 ln(factor) + 1, which"
                + " is 1.1");
  }

  private static List<String> gguf(RotaryScaling scaling, boolean queryKeyNorm) {
    return with(b -> b.positions(new Rotary(10_000, 1, scaling)).queryKeyNorm(queryKeyNorm))
        .ggufExport()
        .obstacles();
  }
}

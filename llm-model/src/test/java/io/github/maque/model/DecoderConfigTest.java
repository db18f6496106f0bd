package io.github.maque.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.maque.model.DecoderConfig.Builder;
import io.github.maque.model.Positions.Rotary;
import io.github.maque.model.RotaryScaling.Linear;
import io.github.maque.model.RotaryScaling.Llama3;
import io.github.maque.model.RotaryScaling.Ntk;
import io.github.maque.model.RotaryScaling.Yarn;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DecoderConfigTest {
  private static final RotaryScaling AS_IT_IS = new RotaryScaling.None();

  private static Builder small() {
    return DecoderConfig.builder().vocabularySize(100).layers(2).width(64).heads(4);
  }

  @Test
  void followsTheWidthWhereNothingElseIsSaid() {
    DecoderConfig config = small().build();

    assertThat(config)
        .isEqualTo(
            new DecoderConfig(
                100,
                64,
                512,
                2,
                64,
                4,
                16,
                4,
                FeedForwardKind.SWIGLU,
                192,
                NormKind.RMS_NORM,
                1e-5,
                false,
                new Rotary(10_000, 1, AS_IT_IS),
                false,
                false,
                false,
                false,
                1,
                0,
                0,
                true,
                1,
                0,
                false,
                new Initialization(0, 0.02, true)));
    assertThat(config.paddedVocabularySize()).isEqualTo(128);
  }

  @ParameterizedTest
  @CsvSource({
    "SWIGLU, 512, 1408",
    "SWIGLU, 768, 2048",
    "GEGLU, 24, 64",
    "GEGLU, 25, 128",
    "GELU, 768, 3072",
    "SQUARED_RELU, 100, 400"
  })
  void widensTheFeedForwardSubLayerByItsKind(FeedForwardKind kind, int width, int expected) {
    DecoderConfig config = small().heads(1).headSize(2).width(width).feedForward(kind).build();

    assertThat(config.feedForwardWidth()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"64798, 512, 65024", "65024, 512, 65024", "50257, 1, 50257", "2, 64, 64"})
  void padsTheVocabulary(int size, int multiple, int expected) {
    DecoderConfig config = small().vocabularySize(size).vocabularyMultiple(multiple).build();

    assertThat(config.paddedVocabularySize()).isEqualTo(expected);
  }

  @Test
  void comesBackFromItsBuilder() {
    for (String name : TestConfigs.names()) {
      DecoderConfig config = TestConfigs.config(name);

      assertThat(config.toBuilder().build()).isEqualTo(config);
    }
  }

  @Test
  void changesOneFieldAndNoOther() {
    DecoderConfig config = small().keyValueHeads(2).feedForwardWidth(100).build();

    DecoderConfig wider = config.toBuilder().width(128).build();

    assertThat(wider.headSize()).isEqualTo(16);
    assertThat(wider.feedForwardWidth()).isEqualTo(100);
    assertThat(wider.toBuilder().width(64).build()).isEqualTo(config);
  }

  @ParameterizedTest
  @MethodSource
  void refuses(Consumer<Builder> change, String message) {
    Builder builder = small();
    change.accept(builder);

    assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageContaining(message);
  }

  static Stream<Arguments> refuses() {
    return Stream.of(
        refused(b -> b.vocabularySize(1), "vocabularySize must be at least 2, got 1"),
        refused(b -> b.vocabularyMultiple(0), "vocabularyMultiple must be at least 1, got 0"),
        refused(
            b -> b.vocabularySize(Integer.MAX_VALUE).vocabularyMultiple(64).width(1).headSize(2),
            "vocabularySize, rounded up to a multiple of vocabularyMultiple, must be below 2^31,"
                + " got 2147483647 and 64"),
        refused(b -> b.contextLength(0), "contextLength must be at least 1, got 0"),
        refused(b -> b.layers(0), "layers must be between 1 and 65536, got 0"),
        refused(b -> b.layers(65537), "layers must be between 1 and 65536, got 65537"),
        refused(b -> b.width(0), "width must be at least 1, got 0"),
        refused(b -> b.width(-64).headSize(16), "width must be at least 1, got -64"),
        refused(b -> b.heads(0), "heads must be at least 1, got 0"),
        refused(b -> b.heads(0).headSize(16), "heads must be at least 1, got 0"),
        refused(
            b -> b.heads(3), "headSize must be set where heads do not divide width, got heads 3"),
        refused(b -> b.headSize(0), "headSize must be at least 1, got 0"),
        refused(b -> b.headSize(7), "fraction times headSize must be an even number from 2"),
        refused(b -> b.keyValueHeads(0), "keyValueHeads must be at least 1, got 0"),
        refused(b -> b.keyValueHeads(3), "keyValueHeads must divide heads"),
        refused(b -> b.keyValueHeads(8), "keyValueHeads must divide heads"),
        refused(b -> b.feedForwardWidth(0), "feedForwardWidth must be at least 1, got 0"),
        refused(b -> b.normEpsilon(0), "normEpsilon must be between 1e-12 and 1, got 0.0"),
        refused(b -> b.normEpsilon(Double.NaN), "normEpsilon must be between 1e-12 and 1, got NaN"),
        refused(b -> b.normEpsilon(2), "normEpsilon must be between 1e-12 and 1, got 2.0"),
        refused(b -> b.logitScale(0), "logitScale must be positive, got 0.0"),
        refused(
            b -> b.logitScale(Double.POSITIVE_INFINITY), "logitScale must be positive, got Inf"),
        refused(b -> b.logitSoftCap(-1), "logitSoftCap must be positive, or 0 for none, got -1.0"),
        refused(b -> b.logitSoftCap(Double.NaN), "logitSoftCap must be"),
        refused(b -> b.slidingWindow(-1), "slidingWindow must be at least 0, got -1"),
        refused(b -> b.embeddingScale(-2), "embeddingScale must be positive, got -2.0"),
        refused(b -> b.dropout(1), "dropout must be at least 0 and below 1, got 1.0"),
        refused(b -> b.dropout(-0.1), "dropout must be at least 0 and below 1, got -0.1"),
        refused(
            b -> b.positions(new Rotary(10_000, 0.3, AS_IT_IS)),
            "fraction times headSize must be an even number from 2, since places turn in pairs; got"
                + " 0.3 times 16"),
        refused(
            b -> b.positions(new Rotary(10_000, 0.0625, AS_IT_IS)),
            "fraction times headSize must be an even number from 2"),
        refused(
            b -> b.positions(new Rotary(10_000, 0.125, new Ntk(2))),
            "Ntk needs fraction times headSize to be at least 4"),
        refused(
            b -> b.vocabularySize(1 << 20).width(2048), "width times paddedVocabularySize must be"),
        refused(b -> b.heads(1 << 16).headSize(1 << 16), "heads times headSize must be below 2^31"),
        refused(
            b -> b.width(1 << 16).heads(1 << 8).headSize(1 << 8),
            "width times heads times headSize must be below 2^31, got 65536 times 65536"),
        refused(
            b -> b.feedForwardWidth(1 << 25),
            "width times feedForwardWidth must be below 2^31, got 64 times 33554432"),
        refused(
            b -> b.contextLength(1 << 25).positions(new Positions.Learned()),
            "contextLength times width must be below 2^31"),
        refused(
            b -> b.contextLength(1 << 27),
            "contextLength times rotated places must be below 2^31"));
  }

  private static Arguments refused(Consumer<Builder> change, String message) {
    return arguments(change, message);
  }

  @ParameterizedTest
  @MethodSource
  void refusesParts(Runnable part, String message) {
    assertThatIllegalArgumentException().isThrownBy(part::run).withMessage(message);
  }

  static Stream<Arguments> refusesParts() {
    return Stream.of(
        refusedPart(() -> new Rotary(1), "base must be more than 1, got 1.0"),
        refusedPart(() -> new Rotary(Double.NaN), "base must be more than 1, got NaN"),
        refusedPart(
            () -> new Rotary(10, 0, AS_IT_IS), "fraction must be over 0, at most 1, got 0.0"),
        refusedPart(
            () -> new Rotary(10, 1.5, AS_IT_IS), "fraction must be over 0, at most 1, got 1.5"),
        refusedPart(() -> new Linear(0.5), "factor must be at least 1, got 0.5"),
        refusedPart(() -> new Ntk(0), "factor must be at least 1, got 0.0"),
        refusedPart(() -> new Yarn(0.9, 512), "factor must be at least 1, got 0.9"),
        refusedPart(() -> new Yarn(2, 0), "originalContextLength must be at least 1, got 0"),
        refusedPart(() -> new Yarn(2, 8, 32, 0, 1), "betaSlow must be positive, got 0.0"),
        refusedPart(
            () -> new Yarn(2, 8, 1, 1, 1),
            "betaFast must be more than betaSlow, which is 1.0, got 1.0"),
        refusedPart(() -> new Yarn(2, 8, 32, 1, 0), "attentionFactor must be positive, got 0.0"),
        refusedPart(() -> new Llama3(0, 1, 4, 8), "factor must be at least 1, got 0.0"),
        refusedPart(() -> new Llama3(8, 0, 4, 8), "lowFrequencyFactor must be positive, got 0.0"),
        refusedPart(
            () -> new Llama3(8, 4, 4, 8),
            "highFrequencyFactor must be more than lowFrequencyFactor, which is 4.0, got 4.0"),
        refusedPart(
            () -> new Llama3(8, 1, 4, -8), "originalContextLength must be at least 1, got -8"),
        refusedPart(
            () -> new Initialization(1, 0, true),
            "standardDeviation must be over 0, at most 1, got 0.0"),
        refusedPart(
            () -> new Initialization(1, 1.1, true),
            "standardDeviation must be over 0, at most 1, got 1.1"));
  }

  private static Arguments refusedPart(Runnable part, String message) {
    return arguments(part, message);
  }

  @Test
  void allowsHeadsThatDoNotFillTheWidth() {
    DecoderConfig config = small().width(100).heads(3).headSize(10).keyValueHeads(1).build();

    assertThat(config.heads() * config.headSize()).isEqualTo(30);
  }

  @Test
  void allowsOddHeadsWhereNothingTurns() {
    DecoderConfig config = small().headSize(7).positions(new Positions.Learned()).build();

    assertThat(config.headSize()).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource({"0.25, 64, 16", "0.4, 80, 32", "1, 48, 48", "0.7, 20, 14"})
  void rotatesAShareOfAHead(double fraction, int headSize, int expected) {
    assertThat(new Rotary(10_000, fraction, AS_IT_IS).rotated(headSize)).isEqualTo(expected);
  }
}

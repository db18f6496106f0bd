package io.github.maque.examples.pretrain;

import io.github.maque.model.DecoderConfig;
import io.github.maque.model.FeedForwardKind;
import io.github.maque.model.Initialization;
import io.github.maque.model.NormKind;
import io.github.maque.model.Positions;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * The shape of a new decoder as people write it: a preset with changes, or the fields of {@link
 * DecoderConfig} that must be set and any of the others. The vocabulary is the tokenizer's.
 *
 * @param preset one of {@link DecoderConfig#presetNames}, whose fields hold where nothing else is
 *     said; without one, {@code layers}, {@code width} and {@code heads} must be there
 * @param vocabularyMultiple see {@link DecoderConfig}, as for all of the following
 * @param initialization how weights begin; without it as GPT-2's, from the seed of training
 */
public record ModelSettings(
    Optional<String> preset,
    OptionalInt vocabularyMultiple,
    OptionalInt contextLength,
    OptionalInt layers,
    OptionalInt width,
    OptionalInt heads,
    OptionalInt headSize,
    OptionalInt keyValueHeads,
    Optional<FeedForwardKind> feedForward,
    OptionalInt feedForwardWidth,
    Optional<NormKind> norm,
    OptionalDouble normEpsilon,
    Optional<Boolean> postNorm,
    Optional<Positions> positions,
    Optional<Boolean> queryKeyNorm,
    Optional<Boolean> attentionBias,
    Optional<Boolean> attentionOutputBias,
    Optional<Boolean> feedForwardBias,
    OptionalDouble logitScale,
    OptionalDouble logitSoftCap,
    OptionalInt slidingWindow,
    Optional<Boolean> tiedEmbeddings,
    OptionalDouble embeddingScale,
    OptionalDouble dropout,
    Optional<Boolean> parallelResidual,
    Optional<Initialization> initialization) {
  /** Returns settings that say everything about a decoder's shape. */
  public static ModelSettings of(DecoderConfig config) {
    return new ModelSettings(
        Optional.empty(),
        OptionalInt.of(config.vocabularyMultiple()),
        OptionalInt.of(config.contextLength()),
        OptionalInt.of(config.layers()),
        OptionalInt.of(config.width()),
        OptionalInt.of(config.heads()),
        OptionalInt.of(config.headSize()),
        OptionalInt.of(config.keyValueHeads()),
        Optional.of(config.feedForward()),
        OptionalInt.of(config.feedForwardWidth()),
        Optional.of(config.norm()),
        OptionalDouble.of(config.normEpsilon()),
        Optional.of(config.postNorm()),
        Optional.of(config.positions()),
        Optional.of(config.queryKeyNorm()),
        Optional.of(config.attentionBias()),
        Optional.of(config.attentionOutputBias()),
        Optional.of(config.feedForwardBias()),
        OptionalDouble.of(config.logitScale()),
        OptionalDouble.of(config.logitSoftCap()),
        OptionalInt.of(config.slidingWindow()),
        Optional.of(config.tiedEmbeddings()),
        OptionalDouble.of(config.embeddingScale()),
        OptionalDouble.of(config.dropout()),
        Optional.of(config.parallelResidual()),
        Optional.of(config.initialization()));
  }

  /**
   * Returns the decoder's shape.
   *
   * @param vocabularySize how many ids the tokenizer has
   * @param seed of the first weights, if the settings do not say how they begin
   * @throws IllegalArgumentException if a setting is missing, out of range or does not go with
   *     another
   */
  public DecoderConfig config(int vocabularySize, long seed) {
    DecoderConfig.Builder builder = start().vocabularySize(vocabularySize);
    builder.initialization(initialization.orElse(new Initialization(seed)));
    setSizes(builder);
    setParts(builder);
    return builder.build();
  }

  private DecoderConfig.Builder start() {
    if (preset.isPresent()) {
      return DecoderConfig.preset(preset.get()).toBuilder();
    }
    if (layers.isEmpty() || width.isEmpty() || heads.isEmpty()) {
      throw new IllegalArgumentException(
          "expected a preset, one of "
              + String.join(", ", DecoderConfig.presetNames())
              + ", or else layers, width and heads");
    }
    return DecoderConfig.builder();
  }

  private void setSizes(DecoderConfig.Builder builder) {
    vocabularyMultiple.ifPresent(builder::vocabularyMultiple);
    contextLength.ifPresent(builder::contextLength);
    layers.ifPresent(builder::layers);
    width.ifPresent(builder::width);
    heads.ifPresent(builder::heads);
    headSize.ifPresent(builder::headSize);
    keyValueHeads.ifPresent(builder::keyValueHeads);
    feedForwardWidth.ifPresent(builder::feedForwardWidth);
    slidingWindow.ifPresent(builder::slidingWindow);
    normEpsilon.ifPresent(builder::normEpsilon);
    logitScale.ifPresent(builder::logitScale);
    logitSoftCap.ifPresent(builder::logitSoftCap);
    embeddingScale.ifPresent(builder::embeddingScale);
    dropout.ifPresent(builder::dropout);
  }

  private void setParts(DecoderConfig.Builder builder) {
    feedForward.ifPresent(builder::feedForward);
    norm.ifPresent(builder::norm);
    postNorm.ifPresent(builder::postNorm);
    positions.ifPresent(builder::positions);
    queryKeyNorm.ifPresent(builder::queryKeyNorm);
    attentionBias.ifPresent(builder::attentionBias);
    attentionOutputBias.ifPresent(builder::attentionOutputBias);
    feedForwardBias.ifPresent(builder::feedForwardBias);
    tiedEmbeddings.ifPresent(builder::tiedEmbeddings);
    parallelResidual.ifPresent(builder::parallelResidual);
  }
}

package io.github.maque.model.format;

import io.github.maque.model.DecoderConfig;
import io.github.maque.model.FeedForwardKind;
import io.github.maque.model.Initialization;
import io.github.maque.model.NormKind;
import io.github.maque.model.Positions;
import io.github.maque.model.RotaryScaling;
import java.util.SplittableRandom;

/** Small configurations of all kinds. */
final class RandomConfigs {
  private final SplittableRandom random;

  RandomConfigs(long seed) {
    random = new SplittableRandom(seed);
  }

  /** One that some architecture of Hugging Face's can express. */
  DecoderConfig exportable() {
    while (true) {
      boolean llama = random.nextBoolean();
      boolean bias = random.nextInt(3) == 0;
      DecoderConfig config =
          common()
              .headSize(2 * random.nextInt(2, 9))
              .queryKeyNorm(!llama)
              .attentionBias(bias)
              .attentionOutputBias(bias)
              .feedForwardBias(llama && random.nextInt(3) == 0)
              .slidingWindow(random.nextBoolean() ? 0 : random.nextInt(1, 200))
              .positions(new Positions.Rotary(1 + random.nextDouble() * 1e6, 1, scaling()))
              .build();
      if (config.huggingFaceExport().possible()) {
        return config;
      }
    }
  }

  /** Any. */
  DecoderConfig any() {
    int kinds = FeedForwardKind.values().length;
    return common()
        .headSize(8)
        .feedForward(FeedForwardKind.values()[random.nextInt(kinds)])
        .norm(random.nextBoolean() ? NormKind.RMS_NORM : NormKind.LAYER_NORM)
        .postNorm(random.nextBoolean())
        .positions(positions())
        .queryKeyNorm(random.nextBoolean())
        .attentionBias(random.nextBoolean())
        .attentionOutputBias(random.nextBoolean())
        .feedForwardBias(random.nextBoolean())
        .logitScale(random.nextDouble() + 0.1)
        .logitSoftCap(random.nextBoolean() ? 0 : 30)
        .slidingWindow(random.nextInt(100))
        .embeddingScale(random.nextDouble() + 0.1)
        .parallelResidual(random.nextBoolean())
        .build();
  }

  private DecoderConfig.Builder common() {
    int keyValueHeads = random.nextInt(1, 4);
    return DecoderConfig.builder()
        .vocabularySize(random.nextInt(20, 300))
        .vocabularyMultiple(random.nextInt(1, 70))
        .contextLength(random.nextInt(4, 300))
        .layers(random.nextInt(1, 4))
        .width(2 * random.nextInt(4, 30))
        .heads(keyValueHeads * random.nextInt(1, 4))
        .keyValueHeads(keyValueHeads)
        .feedForwardWidth(random.nextInt(1, 60))
        .normEpsilon(random.nextDouble() * 1e-3 + 1e-9)
        .tiedEmbeddings(random.nextBoolean())
        .dropout(random.nextDouble() * 0.5)
        .initialization(
            new Initialization(
                random.nextLong(), random.nextDouble() * 0.1 + 1e-4, random.nextBoolean()));
  }

  private Positions positions() {
    return switch (random.nextInt(4)) {
      case 0 -> new Positions.None();
      case 1 -> new Positions.Learned();
      case 2 -> new Positions.Rotary(10_000, 0.5, new RotaryScaling.None());
      default -> new Positions.Rotary(random.nextInt(2, 1_000_000), 1, scaling());
    };
  }

  private RotaryScaling scaling() {
    double factor = 1 + random.nextDouble() * 15;
    return switch (random.nextInt(5)) {
      case 0 -> new RotaryScaling.None();
      case 1 -> new RotaryScaling.Linear(factor);
      case 2 -> new RotaryScaling.Ntk(factor);
      case 3 ->
          random.nextBoolean()
              ? new RotaryScaling.Yarn(factor, random.nextInt(1, 200))
              : new RotaryScaling.Yarn(factor, 64, 16, 2.5, 1.25);
      default -> new RotaryScaling.Llama3(factor, 1 + random.nextDouble(), 4, 128);
    };
  }
}

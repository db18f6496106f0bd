package io.github.maque.examples.cli;

import io.github.maque.examples.model.ModelSource;
import io.github.maque.model.generate.BeyondContext;
import io.github.maque.model.generate.GenerationOptions;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how tokens are chosen and when to stop. */
final class GenerateSampling {
  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      description = "The most tokens to write (256, or as the model says).")
  private @Nullable Integer maxNewTokens;

  @Option(
      names = "--temperature",
      paramLabel = "X",
      description =
          "How freely to choose: 0 always takes the most likely token (0.8). This and the two below"
              + " are as the model says if it does.")
  private @Nullable Double temperature;

  @Option(
      names = "--top-k",
      paramLabel = "N",
      description = "Choose among the N most likely tokens; 0 for all (30).")
  private @Nullable Integer topK;

  @Option(
      names = "--top-p",
      paramLabel = "SHARE",
      description =
          "Choose among the fewest most likely tokens of this probability together (0.9).")
  private @Nullable Double topP;

  @Option(
      names = "--min-p",
      paramLabel = "SHARE",
      description = "Choose among tokens at least this share as likely as the most likely one.")
  private @Nullable Double minP;

  @Option(
      names = "--repetition-penalty",
      paramLabel = "X",
      description = "Divide the logits of tokens that occurred by this; 1 changes nothing.")
  private @Nullable Double repetitionPenalty;

  @Option(
      names = "--presence-penalty",
      paramLabel = "X",
      description = "Take this from the logits of tokens written before.")
  private @Nullable Double presencePenalty;

  @Option(
      names = "--frequency-penalty",
      paramLabel = "X",
      description = "Take this from the logits of tokens for each time they were written.")
  private @Nullable Double frequencyPenalty;

  @Option(
      names = "--no-repeat-ngram",
      paramLabel = "N",
      description = "Never write the same N tokens in a row twice; 0 for no such rule.")
  private @Nullable Integer noRepeatNgram;

  @Option(
      names = "--logit-bias",
      paramLabel = "ID=X",
      description = "Add this to the logit of a token; -Infinity forbids it.")
  private @Nullable Map<Integer, Double> logitBias;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description = "End before this text; may be given several times.")
  private @Nullable List<String> stopStrings;

  @Option(
      names = "--stop-id",
      split = ",",
      paramLabel = "ID",
      description = "End at these tokens too, besides those the model says and EOS.")
  private List<Integer> stopIds = List.of();

  @Option(
      names = "--slide",
      paramLabel = "KEPT",
      description =
          "When the context is full, keep this many tokens of its beginning and the later half of"
              + " the rest, and go on; without this, end.")
  private @Nullable Integer slide;

  /** Returns options as a model says, or else as is usual, with what was given in place of that. */
  GenerationOptions of(ModelSource model) {
    GenerationOptions own = model.generation().orElse(GenerationOptions.builder().build());
    return over(
        model.saysHowToChoose()
            ? own
            : own.toBuilder().temperature(0.8).topK(30).topP(0.9).build());
  }

  private GenerationOptions over(GenerationOptions options) {
    GenerationOptions.Builder builder = options.toBuilder();
    if (maxNewTokens != null) {
      builder.maxNewTokens(maxNewTokens);
    }
    if (temperature != null) {
      builder.temperature(temperature);
    }
    if (topK != null) {
      builder.topK(topK);
    }
    if (topP != null) {
      builder.topP(topP);
    }
    if (minP != null) {
      builder.minP(minP);
    }
    if (repetitionPenalty != null) {
      builder.repetitionPenalty(repetitionPenalty);
    }
    if (presencePenalty != null) {
      builder.presencePenalty(presencePenalty);
    }
    if (frequencyPenalty != null) {
      builder.frequencyPenalty(frequencyPenalty);
    }
    if (noRepeatNgram != null) {
      builder.noRepeatNgram(noRepeatNgram);
    }
    if (logitBias != null) {
      logitBias.forEach(builder::logitBias);
    }
    if (stopStrings != null) {
      builder.stopStrings(stopStrings);
    }
    builder.stopIds(stopIds.stream().mapToInt(id -> id).toArray());
    if (slide != null) {
      builder.beyondContext(new BeyondContext.Slide(slide));
    }
    return builder.build();
  }
}

package io.github.maque.align.sft;

import io.github.maque.data.pack.Mixture;
import io.github.maque.data.pack.PackedSequences;
import io.github.maque.data.pack.Samples;
import io.github.maque.data.pack.Sequences;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.train.schedule.Amount;
import java.util.Optional;

/**
 * Conversations as a model is fine-tuned on them: encoded by its chat template, with a loss weight
 * for each token, and packed into rows. By default what counts are the assistant's answers, each
 * with the token that ends its turn. Immutable.
 *
 * <pre>{@code
 * FineTuningData data =
 *     FineTuningData.builder(ChatTemplate.chatMl(), tokenizer)
 *         .dialogues(RecordSource.of(DialogueFormats.dialogues(), Path.of("alpaca.json")))
 *         .length(512)
 *         .heldOut(0.02)
 *         .replay(stories, 0.1)
 *         .read();
 * TrainingOptions options = FineTuning.options();
 * Trainer.on(decoder)
 *     .options(options)
 *     .duration(data.passes(3, options.tokensPerStep()))
 *     .data(data.mixture())
 *     .validation(data.validation().orElseThrow())
 *     .build()
 *     .train();
 * }</pre>
 */
public final class FineTuningData {
  private final PackedSequences sequences;
  private final Samples samples;
  private final Optional<Sequences> validation;
  private final Mixture mixture;
  private final double replayShare;
  private final FineTuningReport report;

  FineTuningData(
      PackedSequences sequences,
      Samples samples,
      Optional<Sequences> validation,
      Mixture mixture,
      double replayShare,
      FineTuningReport report) {
    this.sequences = sequences;
    this.samples = samples;
    this.validation = validation;
    this.mixture = mixture;
    this.replayShare = replayShare;
    this.report = report;
  }

  /**
   * Returns a builder without data.
   *
   * @throws IllegalArgumentException if the tokenizer lacks special tokens of the template
   */
  public static FineTuningDataBuilder builder(ChatTemplate template, Tokenizer tokenizer) {
    return new FineTuningDataBuilder(template, tokenizer);
  }

  /** Returns what to train on: the dialogues that are not held out, and what is replayed. */
  public Mixture mixture() {
    return mixture;
  }

  /** Returns the dialogues that are not held out alone, in rows. */
  public PackedSequences sequences() {
    return sequences;
  }

  /** Returns the dialogues that are not held out, one by one: for {@link MaskPreview}. */
  public Samples samples() {
    return samples;
  }

  /** Returns the dialogues that are held out, in rows, if any are. */
  public Optional<Sequences> validation() {
    return validation;
  }

  /**
   * Returns how long it takes to go through the dialogues so many times. What is replayed comes on
   * top: it makes a run longer and is no part of a pass.
   *
   * @param passes greater than 0
   * @param tokensPerStep of the run, a multiple of the rows' length
   */
  public Amount passes(double passes, long tokensPerStep) {
    if (!(passes > 0 && passes < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("passes must be greater than 0 and finite, got " + passes);
    }
    if (tokensPerStep < 1 || tokensPerStep % sequences.length() != 0) {
      throw new IllegalArgumentException(
          "tokensPerStep must be a multiple of "
              + sequences.length()
              + ", the length of the rows, got "
              + tokensPerStep);
    }
    double rows = passes * sequences.size() / (1 - replayShare);
    double rowsPerStep = (double) tokensPerStep / sequences.length();
    return Amount.ofSteps((long) Math.ceil(rows / rowsPerStep));
  }

  /** Returns what became of the dialogues that were read. */
  public FineTuningReport report() {
    return report;
  }
}

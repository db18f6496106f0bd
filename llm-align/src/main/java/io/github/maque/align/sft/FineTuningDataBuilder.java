package io.github.maque.align.sft;

import io.github.maque.align.HeldOut;
import io.github.maque.data.MalformedDataException;
import io.github.maque.data.dialogue.Dialogue;
import io.github.maque.data.dialogue.DialogueEncoder;
import io.github.maque.data.dialogue.DialogueEncoder.Loss;
import io.github.maque.data.dialogue.StoryInstruction;
import io.github.maque.data.pack.Mixture;
import io.github.maque.data.pack.OverlongPolicy;
import io.github.maque.data.pack.PackedSequences;
import io.github.maque.data.pack.SampleList;
import io.github.maque.data.pack.Samples;
import io.github.maque.data.pack.Sequences;
import io.github.maque.data.source.RecordSource;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.SpecialTokens;
import io.github.maque.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Says which conversations to fine-tune on and how. There must be some, and a {@link #length}. */
public final class FineTuningDataBuilder {
  private final Tokenizer tokenizer;
  private final DialogueEncoder encoder;
  private final List<Source<?>> sources = new ArrayList<>();
  private int length;
  private Loss loss = Loss.EVERY_ANSWER;
  private OptionalDouble promptWeight = OptionalDouble.empty();
  private OverlongPolicy overlong = OverlongPolicy.TRUNCATE_END;
  private boolean onePerRow;
  private HeldOut heldOut = new HeldOut(0);
  private @Nullable Sequences replay;
  private double replayShare;

  /** Files, and the dialogue that a record of them is. */
  private record Source<T>(RecordSource<T> records, Function<T, Dialogue> dialogue) {
    /** Reads all, and returns how many records were unreadable. */
    long read(SampleCollector samples) throws IOException {
      return records.forEach(value -> samples.add(dialogue.apply(value))).errors();
    }

    private String name() {
      List<Path> files = records.files();
      String first = files.get(0).toString();
      return files.size() == 1 ? first : first + " and " + (files.size() - 1) + " more files";
    }
  }

  FineTuningDataBuilder(ChatTemplate template, Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
    encoder = new DialogueEncoder(template, tokenizer);
  }

  /**
   * Adds files of dialogues, in the shapes of {@link
   * io.github.maque.data.dialogue.DialogueFormats#dialogues}.
   */
  public FineTuningDataBuilder dialogues(RecordSource<Dialogue> files) {
    sources.add(new Source<>(files, dialogue -> dialogue));
    return this;
  }

  /**
   * Adds files of stories and what they were asked to keep to, each as the dialogue of {@link
   * StoryInstruction#toDialogue()}.
   */
  public FineTuningDataBuilder stories(RecordSource<StoryInstruction> files) {
    sources.add(new Source<>(files, StoryInstruction::toDialogue));
    return this;
  }

  /** Sets how many tokens a row has; the decoder's context must be that long. */
  public FineTuningDataBuilder length(int tokens) {
    length = tokens;
    return this;
  }

  /** Sets which answers are learnt; every one if not set. */
  public FineTuningDataBuilder loss(Loss which) {
    loss = which;
    return this;
  }

  /**
   * Sets how much a token counts that belongs to no answer that is learnt, from 0, if not set, to
   * 1, where such an answer's tokens count 1 each.
   */
  public FineTuningDataBuilder promptWeight(double weight) {
    if (!(weight >= 0 && weight <= 1)) {
      throw new IllegalArgumentException("promptWeight must be from 0 to 1, got " + weight);
    }
    promptWeight = OptionalDouble.of(weight);
    return this;
  }

  /**
   * Sets what becomes of dialogues with more tokens than a row:
   *
   * <ul>
   *   <li>{@link OverlongPolicy#TRUNCATE_END}, if not set: the end is cut off. An answer that is
   *       cut has no end of turn; if nothing is left of any answer, the dialogue is left out.
   *   <li>{@link OverlongPolicy#DROP}: they are left out
   *   <li>{@link OverlongPolicy#REJECT}: they are an error
   * </ul>
   *
   * @throws IllegalArgumentException if it is another one: an answer without its question teaches
   *     to make things up
   */
  public FineTuningDataBuilder overlong(OverlongPolicy policy) {
    if (policy == OverlongPolicy.TRUNCATE_START || policy == OverlongPolicy.SPLIT) {
      throw new IllegalArgumentException(
          "overlong must be TRUNCATE_END, DROP or REJECT, which keep questions with their answers,"
              + " got "
              + policy);
    }
    overlong = policy;
    return this;
  }

  /** Gives each dialogue a row of its own; if not called they are packed by best fit. */
  public FineTuningDataBuilder onePerRow() {
    onePerRow = true;
    return this;
  }

  /**
   * Holds dialogues out for validation, none if not set. Which they are depends on their first
   * question alone: it stays on its side when files are added, with all of its answers.
   *
   * @param share of all first questions, at least 0 and less than 1
   */
  public FineTuningDataBuilder heldOut(double share) {
    heldOut = new HeldOut(share);
    return this;
  }

  /**
   * Mixes in sequences of pre-training, so that less of it is forgotten (Scialom et al.,
   * "Fine-tuned language models are continual learners", 2022).
   *
   * @param sequences as long as the rows
   * @param share of all sequences, between 0 and 1. Every token of them counts, but of dialogues
   *     only answers: so their part of the loss is larger.
   */
  public FineTuningDataBuilder replay(Sequences sequences, double share) {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException(
          "share must be greater than 0 and less than 1, got " + share);
    }
    replay = sequences;
    replayShare = share;
    return this;
  }

  /**
   * Reads and encodes all dialogues.
   *
   * @throws MalformedDataException if too many records are no dialogues, or if one cannot be
   *     encoded or is too long and may not be: the first is named by its file and line; or if none
   *     is left to train on, or none held out of those that are to be
   * @throws IllegalArgumentException if something is not set or does not go together
   */
  public FineTuningData read() throws IOException {
    check();
    SampleCollector collector =
        new SampleCollector(
            encoder,
            loss == Loss.EVERYTHING ? Loss.EVERY_ANSWER : loss,
            loss == Loss.EVERYTHING ? 1 : promptWeight.orElse(0),
            length,
            overlong,
            heldOut);
    long unreadable = 0;
    for (Source<?> source : sources) {
      unreadable += source.read(collector);
    }
    SampleList training = collector.training();
    SampleList validation = collector.validation();
    PackedSequences rows = packed(training);
    FineTuningReport report = collector.report(unreadable, rows.report());
    requireSome(training, "to train on", report);
    if (heldOut.share() > 0) {
      requireSome(validation, "to hold out at a share of " + heldOut.share(), report);
    }
    return new FineTuningData(
        rows,
        training,
        validation.size() == 0 ? Optional.empty() : Optional.of(packed(validation)),
        mixture(rows),
        replayShare,
        report);
  }

  private void check() {
    if (sources.isEmpty()) {
      throw new IllegalArgumentException("dialogues or stories must be set: what to train on");
    }
    if (length < 2) {
      throw new IllegalArgumentException("length must be at least 2, got " + length);
    }
    if (loss == Loss.EVERYTHING && promptWeight.isPresent()) {
      throw new IllegalArgumentException(
          "promptWeight must not be set where the loss is EVERYTHING, which counts all tokens 1");
    }
    if (replay != null && replay.length() != length) {
      throw new IllegalArgumentException(
          "replay must have sequences of "
              + length
              + " tokens as rows have, got "
              + replay.length());
    }
  }

  private void requireSome(Samples samples, String purpose, FineTuningReport report)
      throws MalformedDataException {
    if (samples.size() == 0) {
      throw new MalformedDataException(
          sources.get(0).name() + (sources.size() == 1 ? "" : " and the other sources"),
          String.format(
              "no dialogue is left %s: of %d, %d are longer than %d tokens and dropped, %d have"
                  + " nothing of an answer in these, %d of the others are held out",
              purpose,
              report.dialogues(),
              report.dropped(),
              length,
              report.withoutAnswer(),
              report.heldOut()));
    }
  }

  private PackedSequences packed(Samples samples) {
    SpecialTokens special = tokenizer.specialTokens();
    int pad = special.pad().orElse(special.eos().orElse(0));
    // Whatever is too long has been dealt with.
    return onePerRow
        ? PackedSequences.onePerRow(samples, length, OverlongPolicy.REJECT, pad)
        : PackedSequences.bestFit(samples, length, OverlongPolicy.REJECT, pad);
  }

  private Mixture mixture(Sequences rows) {
    return replay == null
        ? Mixture.of(rows)
        : Mixture.of(rows, 1 - replayShare).and(replay, replayShare);
  }
}

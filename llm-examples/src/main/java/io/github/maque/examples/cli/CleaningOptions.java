package io.github.maque.examples.cli;

import io.github.maque.data.Document;
import io.github.maque.data.clean.Cleaning;
import io.github.maque.data.clean.CleaningStep;
import io.github.maque.data.clean.CleaningSteps;
import io.github.maque.data.clean.Decontamination;
import io.github.maque.data.clean.NearDuplicates;
import io.github.maque.data.source.RecordSource;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say which documents are worth learning from. */
final class CleaningOptions {
  private static final int SHORTEST = 20;
  private static final int LONGEST = 20_000;
  private static final int HELD_OUT_NGRAM = 13;
  private static final double HELD_OUT_SHARE = 0.5;

  /** What {@code --clean} chooses from. */
  enum Kind {
    STORIES,
    NONE
  }

  @Option(
      names = "--clean",
      paramLabel = "stories|none",
      description =
          "stories (the default): normalise Unicode, width and white space, drop what is shorter"
              + " than 20 or longer than 20,000 characters or repeats itself, and drop exact and"
              + " near duplicates. none: only what the following options ask for.")
  private Kind kind = Kind.STORIES;

  @Option(
      names = "--min-length",
      paramLabel = "N",
      description = "Drop documents of fewer characters.")
  private @Nullable Integer minLength;

  @Option(
      names = "--max-length",
      paramLabel = "N",
      description = "Drop documents of more characters.")
  private @Nullable Integer maxLength;

  @Option(
      names = "--min-han",
      paramLabel = "SHARE",
      description = "Drop documents with a smaller share of Han among their letters and digits.")
  private @Nullable Double minHan;

  @Option(
      names = "--exact-duplicates",
      negatable = true,
      description = "Drop documents that are equal to an earlier one, or do not.")
  private @Nullable Boolean exactDuplicates;

  // Sets of stories made by language models tell the same one again and again, and who trained on
  // them without looking regretted it: so this is what happens unless somebody says no.
  @Option(
      names = "--near-duplicates",
      arity = "0..1",
      fallbackValue = "0.72",
      paramLabel = "THRESHOLD",
      description =
          "Of documents whose 5-grams are at least so similar, keep only the longest; 0.72 if no"
              + " number is given.")
  private @Nullable Double nearDuplicates;

  @Option(
      names = "--no-near-duplicates",
      description = "Keep near duplicates, which saves the search for them.")
  private boolean keepNearDuplicates;

  @Option(
      names = "--decontaminate",
      arity = "1..*",
      paramLabel = "PATH",
      description =
          "Drop documents that mostly consist of pieces of the documents in these files, such as a"
              + " validation set of one's own; they are laid out as --format says.")
  private List<String> heldOut = List.of();

  /**
   * Returns the cleaning.
   *
   * @param input says how the held-out files are laid out
   */
  Cleaning cleaning(DocumentInput input) throws IOException {
    Cleaning cleaning = Cleaning.none();
    for (CleaningStep step : kind == Kind.NONE ? List.<CleaningStep>of() : stories()) {
      cleaning = cleaning.then(step);
    }
    if (kind == Kind.NONE && (minLength != null || maxLength != null)) {
      cleaning = cleaning.then(length(0, Integer.MAX_VALUE));
    }
    if (minHan != null) {
      Shares.require("--min-han", minHan);
      cleaning = cleaning.then(CleaningSteps.hanShare(minHan));
    }
    if (!heldOut.isEmpty()) {
      RecordSource<Document> documents = input.open(heldOut);
      cleaning =
          cleaning.then(
              Decontamination.against(
                  sink -> documents.forEach(document -> sink.accept(document.text())),
                  HELD_OUT_NGRAM,
                  HELD_OUT_SHARE));
    }
    return withoutDuplicates(cleaning);
  }

  /** The steps for stories, with the bounds that were asked for in the place of theirs. */
  private List<CleaningStep> stories() {
    String usual = CleaningSteps.length(SHORTEST, LONGEST).name();
    return Cleaning.stories().steps().stream()
        .map(step -> step.name().equals(usual) ? length(SHORTEST, LONGEST) : step)
        .toList();
  }

  private CleaningStep length(int shortest, int longest) {
    int min = minLength == null ? shortest : minLength;
    int max = maxLength == null ? longest : maxLength;
    if (min < 0 || max < min) {
      throw new IllegalArgumentException(
          "--min-length must be from 0 to --max-length, got " + min + " and " + max);
    }
    return CleaningSteps.length(min, max);
  }

  private Cleaning withoutDuplicates(Cleaning cleaning) {
    if (nearDuplicates != null && keepNearDuplicates) {
      throw new IllegalArgumentException(
          "--near-duplicates and --no-near-duplicates exclude each other");
    }
    boolean near = nearDuplicates != null || kind == Kind.STORIES && !keepNearDuplicates;
    boolean exact = exactDuplicates != null ? exactDuplicates : kind == Kind.STORIES;
    if (!near) {
      return exact ? cleaning.withoutExactDuplicates() : cleaning;
    }
    if (exactDuplicates != null && !exactDuplicates) {
      throw new IllegalArgumentException(
          "--no-exact-duplicates needs --no-near-duplicates: what is equal is nearly equal, too");
    }
    NearDuplicates chinese = NearDuplicates.chinese();
    if (nearDuplicates == null) {
      return cleaning.withoutNearDuplicates(chinese);
    }
    if (!(nearDuplicates > 0 && nearDuplicates <= 1)) {
      throw new IllegalArgumentException(
          "--near-duplicates must be above 0 and at most 1, got " + nearDuplicates);
    }
    return cleaning.withoutNearDuplicates(chinese.withThreshold(nearDuplicates));
  }
}

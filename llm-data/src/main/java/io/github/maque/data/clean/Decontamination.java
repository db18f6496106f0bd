package io.github.maque.data.clean;

import io.github.maque.data.internal.SplitMix64;
import io.github.maque.tokenizer.bpe.TextSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Drops texts that are held out for validation, or mostly consist of pieces of such texts, so that
 * a low loss in validation is not one of texts learned by heart. The way of Brown et al., "Language
 * Models are Few-Shot Learners" (GPT-3, 2020), appendix C, with characters instead of words and a
 * share instead of a single match, because stories share many a phrase.
 *
 * <pre>{@code
 * Cleaning cleaning = Cleaning.stories().then(Decontamination.against(validationStories));
 * }</pre>
 *
 * <p>What is compared are runs of some letters, marks and digits (n-grams), in NFC and lower case
 * and with full-width forms made narrow; white space, punctuation and symbols make no difference. A
 * text is dropped if more than a given share of its n-grams occur in any of the held-out texts, or
 * if all of it equals one of them, which is how texts are compared that are shorter than an n-gram.
 *
 * <p>Of the n-grams that do not occur, fewer than 5 in 1,000 are taken to occur. Held-out texts
 * take two to four bytes a character, up to 32 MiB for 16.7 million characters, about 40,000
 * stories; of more, only one n-gram of 2, 4, 8… is looked at, chosen by its hash, so that the
 * memory stays the same and the share becomes an estimate. Each text takes 8 bytes besides.
 * Immutable and safe for many threads.
 */
public final class Decontamination implements CleaningStep {
  private static final int DEFAULT_NGRAM = 13;
  private static final double DEFAULT_MAX_SHARE = 0.5;
  private static final int MAX_NGRAM = 1000;

  private static final Verdict EQUAL = Verdict.drop("equal to a held-out text");
  private static final Verdict OVERLAPPING = Verdict.drop("overlaps with held-out texts");

  private final int ngram;
  private final double maxShare;
  private final NgramFilter ngrams;

  /** A hash of each whole text, sorted. */
  private final long[] wholeTexts;

  private final String name;

  private Decontamination(int ngram, double maxShare, NgramFilter ngrams, long[] wholeTexts) {
    this.ngram = ngram;
    this.maxShare = maxShare;
    this.ngrams = ngrams;
    this.wholeTexts = wholeTexts;
    long fingerprint = 0;
    for (long whole : wholeTexts) {
      fingerprint = SplitMix64.mix(fingerprint ^ whole);
    }
    name =
        String.format(Locale.ROOT, "decontamination(%d, %s, %016x)", ngram, maxShare, fingerprint);
  }

  /**
   * Returns the step for Chinese: n-grams of 13 characters, which are about eight words, and at
   * most half of them. A text is then recognised in which up to about three characters in 100 were
   * changed; a phrase that many stories have does not make two of them the same.
   *
   * @param heldOut the texts to stay away from, which are gone through twice
   */
  public static Decontamination against(Iterable<String> heldOut) {
    return against(heldOut, DEFAULT_NGRAM, DEFAULT_MAX_SHARE);
  }

  /**
   * Returns the step.
   *
   * @param heldOut the texts to stay away from, which are gone through twice
   * @param ngram how many characters a run has, 1 to 1,000
   * @param maxShare which share of a text's n-grams may occur in held-out texts, from 0 to below 1
   * @throws IllegalArgumentException if there is no letter in the texts, or if going through them
   *     again gave others
   */
  public static Decontamination against(Iterable<String> heldOut, int ngram, double maxShare) {
    try {
      return against(TextSource.of(heldOut), ngram, maxShare);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // nothing is read from anywhere
    }
  }

  /**
   * Returns the step for texts that are read from somewhere, such as a {@code RecordSource}: {@code
   * sink -> stories.forEach(story -> sink.accept(story.text()))}.
   *
   * @param heldOut the texts to stay away from, which are read twice
   * @param ngram how many characters a run has, 1 to 1,000
   * @param maxShare which share of a text's n-grams may occur in held-out texts, from 0 to below 1
   * @throws IllegalArgumentException if there is no letter in the texts, or if reading them again
   *     gave others
   */
  public static Decontamination against(TextSource heldOut, int ngram, double maxShare)
      throws IOException {
    if (ngram < 1 || ngram > MAX_NGRAM) {
      throw new IllegalArgumentException(
          "ngram must be between 1 and " + MAX_NGRAM + ", got " + ngram);
    }
    if (!(maxShare >= 0 && maxShare < 1)) {
      throw new IllegalArgumentException(
          "maxShare must be at least 0 and below 1, got " + maxShare);
    }
    Inventory inventory = new Inventory(ngram);
    heldOut.forEach(inventory);
    if (inventory.texts == 0) {
      throw new IllegalArgumentException("heldOut must have a text with letters, found none");
    }
    NgramFilter filter = new NgramFilter(inventory.ngrams);
    Inventory again = new Inventory(ngram);
    heldOut.forEach(
        text -> {
          for (long hash : again.take(text).ngrams()) {
            filter.add(hash);
          }
        });
    long[] wholeTexts = inventory.wholeTexts();
    if (!Arrays.equals(wholeTexts, again.wholeTexts())) {
      throw new IllegalArgumentException(
          "heldOut must give the same texts each time, gave "
              + again.texts
              + " other ones after "
              + inventory.texts);
    }
    return new Decontamination(ngram, maxShare, filter, wholeTexts);
  }

  /** Returns what the step does, with a fingerprint of the held-out texts. */
  @Override
  public String name() {
    return name;
  }

  @Override
  public Verdict apply(String text) {
    TextHashes hashes = TextHashes.of(text, ngram);
    if (!hashes.isEmpty() && Arrays.binarySearch(wholeTexts, hashes.whole()) >= 0) {
      return EQUAL;
    }
    return share(hashes) > maxShare ? OVERLAPPING : Verdict.keep(text);
  }

  /** Returns the share of the n-grams of {@code text} that occur in held-out texts. */
  public double share(String text) {
    return share(TextHashes.of(text, ngram));
  }

  private double share(TextHashes hashes) {
    int sampled = 0;
    int found = 0;
    for (long hash : hashes.ngrams()) {
      if (ngrams.isSampled(hash)) {
        sampled++;
        found += ngrams.contains(hash) ? 1 : 0;
      }
    }
    return found == 0 ? 0 : (double) found / sampled;
  }

  @Override
  public String toString() {
    return name;
  }

  /** What the held-out texts are. */
  private static final class Inventory implements Consumer<String> {
    private final int ngram;
    private long[] wholeTexts = new long[1024];
    private int texts;
    private long ngrams;

    Inventory(int ngram) {
      this.ngram = ngram;
    }

    @Override
    public void accept(String text) {
      take(text);
    }

    TextHashes take(String text) {
      TextHashes hashes = TextHashes.of(text, ngram);
      if (!hashes.isEmpty()) {
        if (texts == wholeTexts.length) {
          wholeTexts = Arrays.copyOf(wholeTexts, 2 * texts);
        }
        wholeTexts[texts++] = hashes.whole();
        ngrams += hashes.ngrams().length;
      }
      return hashes;
    }

    long[] wholeTexts() {
      return Arrays.stream(wholeTexts, 0, texts).sorted().distinct().toArray();
    }
  }
}

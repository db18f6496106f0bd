package io.github.maque.data.clean;

/**
 * When two texts count as nearly equal: MinHash signatures over character n-grams, compared only
 * where they agree in a whole band (locality-sensitive hashing), as in Broder, "On the resemblance
 * and containment of documents" (1997), and Leskovec, Rajaraman and Ullman, "Mining of Massive
 * Datasets", chapter 3.
 *
 * <p>What is compared is the set of n-grams over a text's letters, marks and numbers (Unicode's
 * categories L, M and N), in lower case and with full-width ASCII made narrow: white space,
 * punctuation and symbols make no difference. A text with fewer of them than an n-gram has is
 * nobody's near duplicate.
 *
 * <p>Two texts are compared if {@code rows} neighbouring hashes are equal in at least one of {@code
 * bands} bands, which {@link #probability} gives the chance of, and are duplicates if their Jaccard
 * similarity, estimated from the share of all hashes that are equal, is at least {@code threshold}.
 * The estimate has a standard error of {@code sqrt(s (1 - s) / (bands * rows))}.
 *
 * @param ngram how many characters a shingle has, 1 to 100
 * @param bands how many bands a signature has
 * @param rows how many hashes a band has; a signature has at most 4,096
 * @param threshold which estimated Jaccard similarity of their shingles makes two texts duplicates,
 *     above 0 and at most 1
 */
public record NearDuplicates(int ngram, int bands, int rows, double threshold) {
  private static final int MAX_NGRAM = 100;
  private static final int MAX_HASHES = 4096;

  /** Checks the parameters. */
  public NearDuplicates {
    require("ngram", ngram, MAX_NGRAM);
    require("bands", bands, MAX_HASHES);
    require("rows", rows, MAX_HASHES);
    if ((long) bands * rows > MAX_HASHES) {
      throw new IllegalArgumentException(
          "bands * rows must be at most " + MAX_HASHES + ", got " + bands + " * " + rows);
    }
    if (!(threshold > 0 && threshold <= 1)) {
      throw new IllegalArgumentException(
          "threshold must be above 0 and at most 1, got " + threshold);
    }
  }

  /**
   * Character 5-grams, 14 bands of 8 hashes, threshold 0.72: the banding of FineWeb (Penedo et al.,
   * 2024), whose probability rises most steeply there. A change of one character in a text of 500
   * lowers the similarity by about 0.02.
   */
  public static NearDuplicates chinese() {
    return new NearDuplicates(5, 14, 8, 0.72);
  }

  /** Returns this with shingles of another length. */
  public NearDuplicates withNgram(int ngram) {
    return new NearDuplicates(ngram, bands, rows, threshold);
  }

  /** Returns this with other bands. */
  public NearDuplicates withBanding(int bands, int rows) {
    return new NearDuplicates(ngram, bands, rows, threshold);
  }

  /** Returns this with another threshold. */
  public NearDuplicates withThreshold(double threshold) {
    return new NearDuplicates(ngram, bands, rows, threshold);
  }

  /**
   * Returns how probable it is that two texts are compared.
   *
   * @param similarity the Jaccard similarity of their shingles, 0 to 1
   */
  public double probability(double similarity) {
    if (!(similarity >= 0 && similarity <= 1)) {
      throw new IllegalArgumentException("similarity must be in 0…1, got " + similarity);
    }
    return 1 - Math.pow(1 - Math.pow(similarity, rows), bands);
  }

  /**
   * Returns all parameters and the version of the algorithm: the same name, the same duplicates.
   */
  public String name() {
    return "nearDuplicates(ngram="
        + ngram
        + ", bands="
        + bands
        + ", rows="
        + rows
        + ", threshold="
        + threshold
        + ", version="
        + DuplicateSurvey.VERSION
        + ")";
  }

  int hashes() {
    return bands * rows;
  }

  private static void require(String name, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException(name + " must be in 1…" + most + ", got " + value);
    }
  }
}

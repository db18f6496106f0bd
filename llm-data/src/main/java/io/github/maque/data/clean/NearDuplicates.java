package io.github.maque.data.clean;

/**
 * When two texts count as nearly equal: MinHash signatures over character n-grams, compared only
 * where they agree in a whole band (locality-sensitive hashing), as in Broder, "On the resemblance
 * and containment of documents" (1997), and Leskovec, Rajaraman and Ullman, "Mining of Massive
 * Datasets", chapter 3.
 *
 * @param ngram how many characters a shingle has
 * @param bands how many bands a signature has
 * @param rows how many hashes a band has
 * @param threshold which estimated Jaccard similarity of their shingles makes two texts duplicates
 */
public record NearDuplicates(int ngram, int bands, int rows, double threshold) {

  /** Character 5-grams, 14 bands of 8 hashes, threshold 0.72. */
  public static NearDuplicates chinese() {
    return new NearDuplicates(5, 14, 8, 0.72);
  }
}

package io.github.maque.data.clean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MinHashTest {
  private static final int PAIRS = 800;

  @Test
  void signsOnlyWhatHasAShingle() {
    MinHash hash = new MinHash(5, 16);
    assertThat(hash.sign("")).isEmpty();
    assertThat(hash.sign("一二三四，。！？……")).isEmpty();
    assertThat(hash.sign("一二，三四五")).hasSize(16).isEqualTo(hash.sign("一二三四五。"));
    assertThat(hash.sign("一二三四五六")).isNotEqualTo(hash.sign("一二三四五"));
  }

  /** The signature of a text is the minimum over those of its shingles, whatever their number. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 63})
  void signsASetOfShingles(int shingles) {
    MinHash hash = new MinHash(3, 20);
    String text = new Stories(shingles).noise(shingles + 2);
    int[] expected = new int[20];
    Arrays.fill(expected, Integer.MAX_VALUE);
    for (int i = 0; i < shingles; i++) {
      int[] single = hash.sign(text.substring(i, i + 3));
      for (int h = 0; h < expected.length; h++) {
        expected[h] = Math.min(expected[h], single[h]);
      }
    }
    assertThat(hash.sign(text)).isEqualTo(expected);
  }

  /** Signatures are written to files: another one for the same text needs another version. */
  @Test
  void keepsItsSignatures() {
    assertThat(DuplicateSurvey.VERSION).isEqualTo(1);
    assertThat(new MinHash(2, 4).sign("从前有座山"))
        .containsExactly(188766953, 242009712, 40672742, 337177894);
    assertThat(MinHash.bucket(new int[] {1, 2, 3}, 0, 3)).isEqualTo(1013929323);
    assertThat(MinHash.fingerprint(12345)).isEqualTo((byte) -95);
  }

  /** Bias and variance of the estimate from eight bits, against Broder's and Li and König's. */
  @ParameterizedTest
  @ValueSource(doubles = {0, 0.1, 0.3, 0.5, 0.72, 0.85, 0.95})
  void estimatesTheJaccardSimilarity(double similarity) {
    MinHash hash = new MinHash(5, 112);
    Stories stories = new Stories(Double.hashCode(similarity));
    double error = 0;
    double squares = 0;
    double variance = 0;
    for (int i = 0; i < PAIRS; i++) {
      String[] pair = pair(stories, similarity);
      double exact = Stories.jaccard(pair[0], pair[1]);
      int[] a = hash.sign(pair[0]);
      int[] b = hash.sign(pair[1]);
      int equal = 0;
      for (int h = 0; h < a.length; h++) {
        equal += MinHash.fingerprint(a[h]) == MinHash.fingerprint(b[h]) ? 1 : 0;
      }
      double estimate = (256.0 * equal / 112 - 1) / 255;
      double share = exact + (1 - exact) / 256;
      variance += share * (1 - share) / 112 * Math.pow(256.0 / 255, 2);
      error += estimate - exact;
      squares += Math.pow(estimate - exact, 2);
    }
    // Four standard errors, and the sampling error of a variance.
    assertThat(error / PAIRS).isCloseTo(0, within(4 * Math.sqrt(variance) / PAIRS));
    assertThat(squares / variance).isCloseTo(1, within(4 * Math.sqrt(2.0 / PAIRS)));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.3, 0.6, 0.7, 0.8, 0.9})
  void putsSimilarTextsIntoOneBucketWithTheStatedProbability(double similarity) {
    NearDuplicates near = NearDuplicates.chinese();
    MinHash hash = new MinHash(near.ngram(), near.hashes());
    Stories stories = new Stories(Double.hashCode(similarity) + 1);
    int met = 0;
    double expected = 0;
    double variance = 0;
    for (int i = 0; i < PAIRS; i++) {
      String[] pair = pair(stories, similarity);
      double probability = near.probability(Stories.jaccard(pair[0], pair[1]));
      expected += probability;
      variance += probability * (1 - probability);
      met += sharesABucket(near, hash.sign(pair[0]), hash.sign(pair[1])) ? 1 : 0;
    }
    assertThat((double) met).isCloseTo(expected, within(4 * Math.sqrt(variance) + 1));
  }

  private static boolean sharesABucket(NearDuplicates near, int[] a, int[] b) {
    for (int from = 0; from < near.hashes(); from += near.rows()) {
      int to = from + near.rows();
      if (MinHash.bucket(a, from, to) == MinHash.bucket(b, from, to)) {
        return true;
      }
    }
    return false;
  }

  /** Two texts of 200 characters that begin alike. */
  private static String[] pair(Stories stories, double similarity) {
    int common = (int) Math.round(200 * 2 * similarity / (1 + similarity));
    String beginning = stories.noise(common);
    return new String[] {
      beginning + stories.noise(200 - common), beginning + stories.noise(200 - common)
    };
  }
}

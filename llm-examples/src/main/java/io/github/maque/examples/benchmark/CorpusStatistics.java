package io.github.maque.examples.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What makes a Chinese corpus easy or hard for a tokenizer: how long its clauses are, how often
 * they repeat, and how its characters and pairs of characters are distributed.
 *
 * <p>A clause is a run of Han characters with anything else on both sides: the unit that
 * pre-tokenizers hand to byte-pair encoding. Pairs are counted inside clauses.
 */
public final class CorpusStatistics {
  private static final int LONGEST_CLAUSE = 200;

  private final LongCounter characters = new LongCounter();
  private final LongCounter pairs = new LongCounter();
  private final LongCounter triples = new LongCounter();
  private final LongCounter clauses = new LongCounter();
  private final long[] clauseLengths = new long[LONGEST_CLAUSE + 1];
  private final long[] uniqueByLength = new long[LONGEST_CLAUSE + 1];
  private long bytes;
  private long allCharacters;
  private long clauseBytes;
  private long uniqueClauseBytes;

  private int clauseLength;
  private long clauseHash;

  /** The last characters, the last of all in the lowest 16 bits. */
  private long lastThree;

  /** Returns the statistics of the first {@code bytes} bytes of a file, to the end of a page. */
  public static CorpusStatistics of(Path file, long bytes) throws IOException {
    CorpusStatistics statistics = new CorpusStatistics();
    Documents.read(file, bytes).texts().forEach(statistics::add);
    return statistics;
  }

  /** Adds a text; clauses end with it. */
  public void add(CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      // Surrogates come in pairs and make four bytes.
      bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
      allCharacters += Character.isLowSurrogate(c) ? 0 : 1;
      if (isHan(c)) {
        addHan(c);
      } else {
        endClause();
      }
    }
    endClause();
  }

  private void addHan(char c) {
    characters.add(c);
    lastThree = lastThree << 16 | c;
    if (clauseLength > 0) {
      pairs.add(lastThree & 0xFFFF_FFFFL);
    }
    if (clauseLength > 1) {
      triples.add(lastThree & 0xFFFF_FFFF_FFFFL);
    }
    clauseHash = (clauseHash + c) * 0xD1342543DE82EF95L;
    clauseHash ^= clauseHash >>> 29;
    clauseLength++;
  }

  private void endClause() {
    if (clauseLength == 0) {
      return;
    }
    clauseLengths[Math.min(clauseLength, LONGEST_CLAUSE)]++;
    clauseBytes += 3L * clauseLength;
    if (clauses.add(clauseHash)) {
      uniqueClauseBytes += 3L * clauseLength;
      uniqueByLength[Math.min(clauseLength, LONGEST_CLAUSE)]++;
    }
    clauseLength = 0;
    clauseHash = 0;
  }

  private static boolean isHan(char c) {
    return c >= 0x4E00 && c <= 0x9FFF || c >= 0x3400 && c <= 0x4DBF;
  }

  /** Returns the size of all texts in UTF-8. */
  public long bytes() {
    return bytes;
  }

  /** Returns which part of all characters is Han. */
  public double hanShare() {
    return (double) characters.total() / allCharacters;
  }

  /** Returns how many different Han characters there are. */
  public int distinctCharacters() {
    return characters.distinct();
  }

  /** Returns the entropy of Han characters in bits. */
  public double characterEntropy() {
    return characters.entropy();
  }

  /** Returns which part of all Han characters the {@code k} most frequent ones make up. */
  public double topCharacterShare(int k) {
    int[] counts = characters.descendingCounts();
    long sum = 0;
    for (int i = 0; i < Math.min(k, counts.length); i++) {
      sum += counts[i];
    }
    return (double) sum / characters.total();
  }

  /** Returns how many different pairs of neighbouring Han characters there are. */
  public int distinctPairs() {
    return pairs.distinct();
  }

  /** Returns the entropy of pairs of neighbouring Han characters in bits. */
  public double pairEntropy() {
    return pairs.entropy();
  }

  /** Returns how many different triples of neighbouring Han characters there are. */
  public int distinctTriples() {
    return triples.distinct();
  }

  /** Returns the entropy of triples of neighbouring Han characters in bits. */
  public double tripleEntropy() {
    return triples.entropy();
  }

  /** Returns which part of all pairs the {@code k} most frequent ones make up. */
  public double topPairShare(int k) {
    int[] counts = pairs.descendingCounts();
    long sum = 0;
    for (int i = 0; i < Math.min(k, counts.length); i++) {
      sum += counts[i];
    }
    return (double) sum / pairs.total();
  }

  /** Returns how many clauses there are. */
  public long clauses() {
    return clauses.total();
  }

  /** Returns the number of different clauses over the number of clauses. */
  public double uniqueClauseShare() {
    return (double) clauses.distinct() / clauses.total();
  }

  /** Returns the size of the different clauses over the size of all clauses. */
  public double uniqueClauseByteShare() {
    return (double) uniqueClauseBytes / clauseBytes;
  }

  /** Returns the number of different clauses over the number of clauses, of one length alone. */
  public double uniqueClauseShare(int length) {
    return (double) uniqueByLength[length] / clauseLengths[length];
  }

  /** Returns the mean length of a clause in characters. */
  public double meanClauseLength() {
    return (double) characters.total() / clauses.total();
  }

  /** Returns the standard deviation of a clause's length in characters. */
  public double clauseLengthDeviation() {
    double mean = meanClauseLength();
    double sum = 0;
    for (int length = 1; length <= LONGEST_CLAUSE; length++) {
      sum += clauseLengths[length] * (length - mean) * (length - mean);
    }
    return Math.sqrt(sum / clauses.total());
  }

  /** Returns the length in characters below or at which {@code share} of all clauses lie. */
  public int clauseLengthQuantile(double share) {
    long sum = 0;
    for (int length = 1; length <= LONGEST_CLAUSE; length++) {
      sum += clauseLengths[length];
      if (sum >= share * clauses.total()) {
        return length;
      }
    }
    return LONGEST_CLAUSE;
  }

  /**
   * Returns every figure under its name, in the order of a report. Without a Han character in the
   * text there is not much to say.
   */
  public Map<String, Double> figures() {
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("MB", bytes / 1e6);
    figures.put("Han share of characters", hanShare());
    if (clauses.total() == 0) {
      return figures;
    }
    figures.put("clause length, mean", meanClauseLength());
    figures.put("clause length, deviation", clauseLengthDeviation());
    for (int percent : new int[] {10, 25, 50, 75, 90, 99}) {
      figures.put(
          "clause length, " + percent + " %", (double) clauseLengthQuantile(percent / 100.0));
    }
    figures.put("unique clauses / clauses", uniqueClauseShare());
    figures.put("unique clause bytes / clause bytes", uniqueClauseByteShare());
    for (int length : new int[] {2, 3, 4, 5, 6, 8}) {
      figures.put("unique clauses, length " + length, uniqueClauseShare(length));
    }
    figures.put("distinct characters", (double) distinctCharacters());
    figures.put("character entropy, bits", characterEntropy());
    for (int k : new int[] {1, 10, 100, 500, 1000, 3000}) {
      figures.put("share of top " + k + " characters", topCharacterShare(k));
    }
    figures.put("distinct pairs", (double) distinctPairs());
    figures.put("pair entropy, bits", pairEntropy());
    for (int k : new int[] {10, 100, 1000, 10000, 100000}) {
      figures.put("share of top " + k + " pairs", topPairShare(k));
    }
    figures.put("distinct triples", (double) distinctTriples());
    figures.put("triple entropy, bits", tripleEntropy());
    return figures;
  }
}

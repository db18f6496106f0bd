package io.github.maque.align.evaluation;

import java.util.EnumMap;
import java.util.Map;

/** What the figures of some examples are the means of. */
final class FigureSums {
  private final Map<Figure, Double> sums = new EnumMap<>(Figure.class);
  private final Map<Figure, Integer> counts = new EnumMap<>(Figure.class);
  private final Ngrams bigrams = new Ngrams(2);
  private final Ngrams fourgrams = new Ngrams(4);
  private double longestCopy = Double.NaN;
  private double logProbability;
  private long tokens;
  private long bytes;

  /** Adds an answer and what was measured of it. */
  void add(String answer, Map<Figure, Double> measured) {
    measured.forEach(
        (figure, value) -> {
          sums.merge(figure, value, Double::sum);
          counts.merge(figure, 1, Integer::sum);
        });
    bigrams.add(answer);
    fourgrams.add(answer);
    Double copied = measured.get(Figure.LONGEST_COPY);
    if (copied != null && !(copied <= longestCopy)) {
      longestCopy = copied;
    }
  }

  /** Adds the likelihood of a held-out answer of so many bytes. */
  void add(AnswerLikelihood likelihood, long answerBytes) {
    logProbability += likelihood.logProbability();
    tokens += likelihood.tokens();
    bytes += answerBytes;
  }

  Map<Figure, Double> figures() {
    Map<Figure, Double> figures = new EnumMap<>(Figure.class);
    sums.forEach((figure, sum) -> figures.put(figure, sum / counts.getOrDefault(figure, 0)));
    if (bigrams.total() > 0) {
      figures.put(Figure.DISTINCT_2, bigrams.distinct());
    }
    if (fourgrams.total() > 0) {
      figures.put(Figure.DISTINCT_4, fourgrams.distinct());
    }
    if (!Double.isNaN(longestCopy)) {
      figures.put(Figure.LONGEST_COPY_OF_ALL, longestCopy);
    }
    if (tokens > 0) {
      figures.put(Figure.LOSS, -logProbability / tokens);
      figures.put(Figure.BITS_PER_BYTE, -logProbability / Math.log(2) / bytes);
    }
    return figures;
  }
}

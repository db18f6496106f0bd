package io.github.maque.model.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * The same choice of tokens, written out straight: every step makes a new array over the whole
 * vocabulary, and what is ordered is sorted.
 */
final class NaiveSampling {
  private NaiveSampling() {}

  /** Returns the logits after bias, penalties and n-gram blocking. */
  static float[] processed(float[] raw, GenerationOptions options, int[] tokens, int promptLength) {
    float[] logits = raw.clone();
    int[] fresh = Arrays.copyOfRange(tokens, promptLength, tokens.length);
    for (int id = 0; id < logits.length; id++) {
      int here = id;
      if (options.logitBias().containsKey(id)) {
        logits[id] += options.logitBias().get(id).floatValue();
      }
      if (Arrays.stream(tokens).anyMatch(t -> t == here)) {
        float penalty = (float) options.repetitionPenalty();
        logits[id] = logits[id] < 0 ? logits[id] * penalty : logits[id] / penalty;
      }
      long count = Arrays.stream(fresh).filter(t -> t == here).count();
      if (count > 0) {
        logits[id] -= (float) (options.presencePenalty() + count * options.frequencyPenalty());
      }
      if (options.noRepeatNgram() > 0 && repeats(tokens, id, options.noRepeatNgram())) {
        logits[id] = Float.NEGATIVE_INFINITY;
      }
    }
    return logits;
  }

  private static boolean repeats(int[] tokens, int next, int n) {
    List<Integer> all = new ArrayList<>(IntStream.of(tokens).boxed().toList());
    all.add(next);
    if (all.size() <= n) {
      return false;
    }
    List<Integer> last = all.subList(all.size() - n, all.size());
    for (int i = 0; i + n < all.size(); i++) {
      if (all.subList(i, i + n).equals(last)) {
        return true;
      }
    }
    return false;
  }

  static int greedy(float[] logits) {
    int best = 0;
    for (int id = 1; id < logits.length; id++) {
      if (logits[id] > logits[best]) {
        best = id;
      }
    }
    return best;
  }

  /** Returns the probabilities of the tokens that temperature and truncation leave. */
  static Map<Integer, Double> distribution(float[] logits, GenerationOptions options) {
    double[] scaled = new double[logits.length];
    for (int id = 0; id < logits.length; id++) {
      // Sorting tells -0.0 from 0.0; adding 0.0 makes them one.
      scaled[id] = logits[id] / options.temperature() + 0.0;
    }
    Integer[] order = IntStream.range(0, logits.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparing((Integer id) -> -scaled[id]).thenComparing(id -> id));
    if (options.topK() > 0) {
      double last = scaled[order[Math.min(options.topK(), order.length) - 1]];
      for (int id = 0; id < scaled.length; id++) {
        scaled[id] = scaled[id] < last ? Double.NEGATIVE_INFINITY : scaled[id];
      }
    }
    double[] probabilities = softmax(scaled);
    double before = 0;
    for (int id : order) {
      boolean kept = options.topP() == 1 || before < options.topP();
      scaled[id] = kept ? scaled[id] : Double.NEGATIVE_INFINITY;
      before += probabilities[id];
    }
    probabilities = softmax(scaled);
    double max = Arrays.stream(probabilities).max().orElseThrow();
    for (int id = 0; id < scaled.length; id++) {
      if (probabilities[id] < options.minP() * max) {
        scaled[id] = Double.NEGATIVE_INFINITY;
      }
    }
    probabilities = softmax(scaled);
    Map<Integer, Double> left = new TreeMap<>();
    for (int id = 0; id < scaled.length; id++) {
      if (scaled[id] > Double.NEGATIVE_INFINITY) {
        left.put(id, probabilities[id]);
      }
    }
    return left;
  }

  /** Returns the token at the place {@code uniform} when the tokens stand in the order of ids. */
  static int draw(Map<Integer, Double> distribution, double uniform) {
    double before = 0;
    int last = -1;
    for (Map.Entry<Integer, Double> entry : distribution.entrySet()) {
      before += entry.getValue();
      last = entry.getKey();
      if (uniform < before) {
        return last;
      }
    }
    return last;
  }

  static double[] softmax(double[] logits) {
    double max = Arrays.stream(logits).max().orElseThrow();
    double[] weights = Arrays.stream(logits).map(x -> StrictMath.exp(x - max)).toArray();
    double sum = Arrays.stream(weights).sum();
    return Arrays.stream(weights).map(w -> w / sum).toArray();
  }

  static double logProbability(float[] logits, int id) {
    double[] all = IntStream.range(0, logits.length).mapToDouble(i -> logits[i]).toArray();
    double max = Arrays.stream(all).max().orElseThrow();
    double sum = Arrays.stream(all).map(x -> StrictMath.exp(x - max)).sum();
    return logits[id] - max - StrictMath.log(sum);
  }
}

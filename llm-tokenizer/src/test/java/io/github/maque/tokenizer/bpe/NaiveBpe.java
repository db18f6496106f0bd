package io.github.maque.tokenizer.bpe;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Byte-pair encoding as its definition reads, without a thought for speed: what ours must equal.
 */
final class NaiveBpe {
  private NaiveBpe() {}

  record Pair(int left, int right) {}

  record Merge(int rank, int merged) {}

  /** Merges the pair of lowest rank, the leftmost of them, until there is none. */
  static List<Integer> encode(List<Integer> symbols, Map<Pair, Merge> merges) {
    List<Integer> ids = new ArrayList<>(symbols);
    while (true) {
      int best = -1;
      Merge bestMerge = null;
      for (int i = 0; i + 1 < ids.size(); i++) {
        Merge merge = merges.get(new Pair(ids.get(i), ids.get(i + 1)));
        if (merge != null && (bestMerge == null || merge.rank() < bestMerge.rank())) {
          best = i;
          bestMerge = merge;
        }
      }
      if (bestMerge == null) {
        return ids;
      }
      ids.set(best, bestMerge.merged());
      ids.remove(best + 1);
    }
  }

  /**
   * Learns merges over the bytes of words: the most frequent pair, of equal ones the smallest.
   *
   * @param symbolOfByte the id of every byte; new pieces are numbered from {@code nextId} on
   */
  static List<Pair> learn(
      Map<String, Integer> words, int[] symbolOfByte, int nextId, int merges, int minimumCount) {
    Map<List<Integer>, Integer> spelled = new HashMap<>();
    words.forEach(
        (word, count) -> {
          List<Integer> symbols = new ArrayList<>();
          for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
            symbols.add(symbolOfByte[b & 0xFF]);
          }
          spelled.merge(symbols, count, Integer::sum);
        });
    List<Pair> learned = new ArrayList<>();
    while (learned.size() < merges) {
      Map<Pair, Integer> counts =
          new TreeMap<>(
              java.util.Comparator.comparingInt(Pair::left).thenComparingInt(Pair::right));
      spelled.forEach(
          (symbols, count) -> {
            for (int i = 0; i + 1 < symbols.size(); i++) {
              counts.merge(new Pair(symbols.get(i), symbols.get(i + 1)), count, Integer::sum);
            }
          });
      Pair best = null;
      for (Map.Entry<Pair, Integer> entry : counts.entrySet()) {
        if (best == null || entry.getValue() > counts.get(best)) {
          best = entry.getKey();
        }
      }
      if (best == null || counts.get(best) < minimumCount) {
        break;
      }
      int id = nextId + learned.size();
      learned.add(best);
      Map<Pair, Merge> merge = Map.of(best, new Merge(0, id));
      Map<List<Integer>, Integer> merged = new HashMap<>();
      spelled.forEach(
          (symbols, count) -> merged.merge(encode(symbols, merge), count, Integer::sum));
      spelled.clear();
      spelled.putAll(merged);
    }
    return learned;
  }
}

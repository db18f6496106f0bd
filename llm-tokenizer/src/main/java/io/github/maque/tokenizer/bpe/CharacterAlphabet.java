package io.github.maque.tokenizer.bpe;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The characters that get pieces of their own, numbered by code point. */
final class CharacterAlphabet implements InitialSymbols {
  private static final int METASPACE = '▁';

  private final int[] codePoints;
  private final long[] frequencies;
  private final Map<Integer, Integer> symbols = new HashMap<>();

  /** Where a character lies in the Basic Multilingual Plane, its symbol. */
  private final int[] symbolOfUnit = new int[0x10000];

  private CharacterAlphabet(List<Map.Entry<Integer, Long>> characters) {
    characters.sort(Map.Entry.comparingByKey());
    codePoints = new int[characters.size()];
    frequencies = new long[characters.size()];
    Arrays.fill(symbolOfUnit, SymbolArray.SEPARATOR);
    for (int i = 0; i < codePoints.length; i++) {
      codePoints[i] = characters.get(i).getKey();
      frequencies[i] = characters.get(i).getValue();
      symbols.put(codePoints[i], i);
      if (codePoints[i] < 0x10000) {
        symbolOfUnit[codePoints[i]] = i;
      }
    }
  }

  /**
   * Takes the most frequent characters of {@code words}, as many as make up {@code coverage} of all
   * occurrences. Control characters and U+FFFD never get pieces: they are spelled as bytes.
   */
  static CharacterAlphabet of(WordCounts words, double coverage) {
    Map<Integer, Long> counts = count(words);
    List<Map.Entry<Integer, Long>> byFrequency = new ArrayList<>(counts.entrySet());
    byFrequency.sort(
        Map.Entry.<Integer, Long>comparingByValue(Comparator.reverseOrder())
            .thenComparing(Map.Entry.comparingByKey()));
    double total = 0;
    for (Map.Entry<Integer, Long> entry : byFrequency) {
      total += entry.getValue();
    }
    double covered = 0;
    int taken = 0;
    while (taken < byFrequency.size() && covered < coverage * total) {
      covered += byFrequency.get(taken++).getValue();
    }
    List<Map.Entry<Integer, Long>> chosen = new ArrayList<>(byFrequency.subList(0, taken));
    // However rare: decoding has to tell the space in front of a text from the text.
    byFrequency.subList(taken, byFrequency.size()).stream()
        .filter(entry -> entry.getKey() == METASPACE)
        .forEach(chosen::add);
    return new CharacterAlphabet(chosen);
  }

  private static Map<Integer, Long> count(WordCounts words) {
    long[] units = new long[0x10000];
    Map<Integer, Long> counts = new HashMap<>();
    for (int p = 0; p < WordCounts.PARTITIONS; p++) {
      WordCounts.Partition partition = words.partition(p);
      char[] text = partition.arena();
      for (int word = 0; word < partition.size(); word++) {
        for (int i = partition.start(word); i < partition.end(word); i++) {
          if (Character.isHighSurrogate(text[i]) && i + 1 < partition.end(word)) {
            int codePoint = Character.toCodePoint(text[i], text[++i]);
            counts.merge(codePoint, partition.count(word), Long::sum);
          } else {
            units[text[i]] += partition.count(word);
          }
        }
      }
    }
    for (int unit = 0; unit < units.length; unit++) {
      if (units[unit] > 0 && !Character.isISOControl(unit) && unit != Utf8.REPLACEMENT) {
        counts.put(unit, units[unit]);
      }
    }
    return counts;
  }

  @Override
  public int size() {
    return codePoints.length;
  }

  /** Returns the UTF-8 of a symbol. */
  byte[] utf8(int symbol) {
    return Character.toString(codePoints[symbol]).getBytes(StandardCharsets.UTF_8);
  }

  /** Returns the symbols, the most frequent first, of equally frequent ones the smaller. */
  List<Integer> byFrequency() {
    List<Integer> order = new ArrayList<>();
    for (int symbol = 0; symbol < codePoints.length; symbol++) {
      order.add(symbol);
    }
    order.sort(Comparator.comparingLong((Integer symbol) -> -frequencies[symbol]));
    return order;
  }

  @Override
  public int spell(char[] text, int from, int to, int[] out) {
    int count = 0;
    for (int i = from; i < to; i++) {
      if (Character.isHighSurrogate(text[i]) && i + 1 < to) {
        int codePoint = Character.toCodePoint(text[i], text[++i]);
        out[count++] = symbols.getOrDefault(codePoint, SymbolArray.SEPARATOR);
      } else {
        out[count++] = symbolOfUnit[text[i]];
      }
    }
    return count;
  }
}

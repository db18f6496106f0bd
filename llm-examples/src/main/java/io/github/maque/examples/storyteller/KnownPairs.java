package io.github.maque.examples.storyteller;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The pairs of neighbouring letters that some texts have. A sentence of other pairs only is no
 * sentence of their language, whatever a language model finds of it.
 */
final class KnownPairs {
  private static final String SENTENCE_ENDS = "[。！？!?\\n]+";

  private final Set<Long> pairs = new HashSet<>();

  /** Learns the pairs of a text. */
  void add(String text) {
    pairs(text).forEach(pairs::add);
  }

  /** Returns the share of sentences all of whose pairs are known; NaN of no sentence. */
  double share(List<String> texts) {
    long all = 0;
    long known = 0;
    for (String text : texts) {
      for (String sentence : text.split(SENTENCE_ENDS)) {
        List<Long> own = pairs(sentence).toList();
        if (!own.isEmpty()) {
          all++;
          known += pairs.containsAll(own) ? 1 : 0;
        }
      }
    }
    return all == 0 ? Double.NaN : (double) known / all;
  }

  private static Stream<Long> pairs(String text) {
    int[] characters = text.codePoints().toArray();
    Stream.Builder<Long> found = Stream.builder();
    for (int i = 1; i < characters.length; i++) {
      if (Character.isLetter(characters[i - 1]) && Character.isLetter(characters[i])) {
        found.add((long) characters[i - 1] << 32 | characters[i]);
      }
    }
    return found.build();
  }
}

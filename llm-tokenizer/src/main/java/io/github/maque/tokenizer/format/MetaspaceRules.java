package io.github.maque.tokenizer.format;

import io.github.maque.tokenizer.bpe.Normalizer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What SentencePiece does to white space, which it always writes as {@code ▁}.
 *
 * @param dummyPrefix whether a space is put in front of every text
 * @param removeExtra whether spaces at the ends are dropped and runs of them become one
 */
record MetaspaceRules(boolean dummyPrefix, boolean removeExtra) {
  private static final String METASPACE = "▁";
  private static final Normalizer ESCAPE = Normalizer.replace(" ", METASPACE);

  /** Returns a normaliser that does this. */
  Normalizer normalizer() {
    List<Normalizer> parts = new ArrayList<>();
    if (removeExtra) {
      // At the end of a text, but not at its start, SentencePiece takes ▁ for a space too.
      parts.add(Normalizer.replaceRegex("\\A +|[ ▁]+\\z", ""));
      parts.add(Normalizer.replaceRegex(" +", " "));
    }
    if (dummyPrefix) {
      parts.add(Normalizer.prepend(METASPACE));
    }
    parts.add(ESCAPE);
    return Normalizer.sequence(parts);
  }

  /** Returns the rules that {@code normalizer} follows, or null if it does anything else. */
  static @Nullable MetaspaceRules of(Normalizer normalizer) {
    for (boolean dummyPrefix : new boolean[] {false, true}) {
      for (boolean removeExtra : new boolean[] {false, true}) {
        MetaspaceRules rules = new MetaspaceRules(dummyPrefix, removeExtra);
        if (normalizer.equals(rules.normalizer())) {
          return rules;
        }
      }
    }
    // The same in another order, and with a space that is then written as ▁.
    boolean prefixes =
        normalizer.equals(Normalizer.sequence(List.of(ESCAPE, Normalizer.prepend(METASPACE))))
            || normalizer.equals(Normalizer.sequence(List.of(Normalizer.prepend(" "), ESCAPE)));
    return prefixes ? new MetaspaceRules(true, false) : null;
  }
}

package io.github.maque.tokenizer.bpe;

import io.github.maque.tokenizer.IdBuffer;
import java.util.BitSet;

/**
 * Hugging Face's {@code Whitespace}: drops white space, and parts words from symbols, {@code
 * \w+|[^\w\s]+}. Words are letters, marks, decimal digits, letter numbers such as {@code Ⅷ},
 * circled letters, connectors such as {@code _} and the two joiners.
 */
enum WordSplit implements PreTokenizer {
  /** The one there is. */
  INSTANCE;

  private static final BitSet WORD = new BitSet();

  static {
    byte[] categories = UnicodeData.categories();
    for (int c = 0; c < categories.length; c++) {
      WORD.set(c, "ultmoMdnc".indexOf(categories[c]) >= 0);
    }
    WORD.or(UnicodeData.set("alphabetic symbols"));
    WORD.set(0x200C, 0x200E);
  }

  @Override
  public void split(char[] text, int from, int to, IdBuffer ends) {
    for (int i = from; i < to; ) {
      int kind = kind(text, i, to);
      do {
        i = UnicodeClasses.next(text, i, to);
      } while (i < to && kind(text, i, to) == kind);
      ends.add(kind == 0 ? ~i : i);
    }
  }

  /** 0 for white space, 1 for words, 2 for symbols. */
  private static int kind(char[] text, int at, int to) {
    if ((UnicodeClasses.at(text, at, to) & UnicodeClasses.SPACE) != 0) {
      return 0;
    }
    return WORD.get(Character.codePointAt(text, at, to)) ? 1 : 2;
  }

  @Override
  public boolean alwaysSplitsBetween(char before, char after) {
    char[] both = {before, after};
    return !Character.isSurrogate(before)
        && !Character.isSurrogate(after)
        && kind(both, 0, 1) != kind(both, 1, 2);
  }
}

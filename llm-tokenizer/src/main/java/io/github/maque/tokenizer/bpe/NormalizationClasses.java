package io.github.maque.tokenizer.bpe;

import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.Map;

/**
 * What a normalisation form has to do with a character: nothing, as long as nothing that follows
 * combines with it; or the form changes it; or it may combine with, or be put in front of, what
 * stands before it.
 */
final class NormalizationClasses {
  private static final Map<Form, NormalizationClasses> BY_FORM = new EnumMap<>(Form.class);

  private static final int FIRST_SYLLABLE = 0xAC00;
  private static final int LAST_SYLLABLE = 0xD7A3;

  private static final byte SETTLED = 0;
  private static final byte CHANGES = 1;
  private static final byte COMBINES = 2;

  /** Unassigned characters, and those that Hugging Face's older tables know nothing about. */
  private static final class Inert {
    static final BitSet SET = UnicodeData.set("hugging face unnormalized");

    static {
      byte[] categories = UnicodeData.categories();
      for (int c = 0; c < categories.length; ) {
        int first = c;
        while (c < categories.length && categories[c] == 'x') {
          c++;
        }
        SET.set(first, c++);
      }
    }
  }

  private final Form form;
  private final byte[] bmp = new byte[0x10000];
  private final BitSet changes = new BitSet();
  private final BitSet combines = new BitSet();

  private NormalizationClasses(Form form) {
    this.form = form;
    byte[] categories = UnicodeData.categories();
    for (int c = 0; c < categories.length; c++) {
      if (categories[c] == 'M' || isVowelOrFinal(c)) {
        set(c, COMBINES);
      }
    }
    BitSet decomposed = UnicodeData.set("hugging face decomposed");
    for (int c = decomposed.nextSetBit(0); c >= 0; c = decomposed.nextSetBit(c + 1)) {
      if (!mayCombine(c)) {
        set(c, classOfDecomposed(c));
      }
    }
  }

  private void set(int codePoint, byte found) {
    if (Inert.SET.get(codePoint)) {
      return;
    }
    if (codePoint < bmp.length) {
      bmp[codePoint] = found;
    } else {
      changes.set(codePoint, found == CHANGES);
      combines.set(codePoint, found == COMBINES);
    }
  }

  /** Returns the classes for a form, computed once when first asked for. */
  static synchronized NormalizationClasses of(Form form) {
    return BY_FORM.computeIfAbsent(form, NormalizationClasses::new);
  }

  /** The class of a character that compatibility decomposition, if not every form, changes. */
  private byte classOfDecomposed(int codePoint) {
    boolean decomposes = form == Form.NFD || form == Form.NFKD;
    if (codePoint >= FIRST_SYLLABLE && codePoint <= LAST_SYLLABLE) {
      return decomposes ? CHANGES : SETTLED;
    }
    String text = Character.toString(codePoint);
    boolean compatible = form == Form.NFKC || form == Form.NFKD;
    int first = Normalizer.normalize(text, compatible ? Form.NFKD : Form.NFD).codePointAt(0);
    if (mayCombine(first)) {
      return COMBINES;
    }
    return Normalizer.normalize(text, form).equals(text) ? SETTLED : CHANGES;
  }

  /** Marks, and the vowels and finals of Hangul syllables. */
  private static boolean mayCombine(int codePoint) {
    int markOrLetter =
        UnicodeClasses.of(codePoint) & (UnicodeClasses.LETTER | UnicodeClasses.LOWER);
    return markOrLetter == UnicodeClasses.LOWER || isVowelOrFinal(codePoint);
  }

  private static boolean isVowelOrFinal(int codePoint) {
    return codePoint >= 0x1160 && codePoint <= 0x11FF;
  }

  /** Returns where the next character is that the form may change or combine, or {@code to}. */
  int skipSettled(char[] text, int from, int to) {
    int i = from;
    while (i < to && bmp[text[i]] == SETTLED) {
      if (Character.isHighSurrogate(text[i]) && classOf(text, i, to) != SETTLED) {
        return i;
      }
      i++;
    }
    return i;
  }

  /** Returns whether what stands at {@code at} may combine with what is before it. */
  boolean combinesWithPrevious(char[] text, int at, int to) {
    return classOf(text, at, to) == COMBINES;
  }

  /** Returns whether nothing ever combines with what stands at {@code at}. */
  boolean isInert(char[] text, int at, int to) {
    int codePoint = Character.codePointAt(text, at, to);
    return Inert.SET.get(codePoint)
        || (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE);
  }

  private byte classOf(char[] text, int at, int to) {
    if (!Surrogates.isPair(text, at, to)) {
      return bmp[text[at]];
    }
    int codePoint = Character.toCodePoint(text[at], text[at + 1]);
    return combines.get(codePoint) ? COMBINES : changes.get(codePoint) ? CHANGES : SETTLED;
  }
}

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

  private static final byte SETTLED = 0;
  private static final byte CHANGES = 1;
  private static final byte COMBINES = 2;

  /** Unassigned characters, and those that Hugging Face's older tables know nothing about. */
  private static final class Inert {
    static final BitSet SET = UnicodeData.set("hugging face unnormalized");

    static {
      UnicodeData.categories(
          (first, last, category) -> {
            if (category == 'x') {
              SET.set(first, last + 1);
            }
          });
    }
  }

  private final Form form;
  private final byte[] bmp = new byte[0x10000];
  private final BitSet changes = new BitSet();
  private final BitSet combines = new BitSet();

  private NormalizationClasses(Form form) {
    this.form = form;
    UnicodeData.categories(
        (first, last, category) -> {
          for (int c = first; c <= last; c++) {
            if (category == 'x' || category == 'C' || isUnifiedHan(c)) {
              continue;
            }
            byte found = Inert.SET.get(c) ? SETTLED : classify(c);
            if (c < bmp.length) {
              bmp[c] = found;
            } else {
              changes.set(c, found == CHANGES);
              combines.set(c, found == COMBINES);
            }
          }
        });
  }

  /** Returns the classes for a form, computed once when first asked for. */
  static synchronized NormalizationClasses of(Form form) {
    return BY_FORM.computeIfAbsent(form, NormalizationClasses::new);
  }

  private static boolean isUnifiedHan(int codePoint) {
    return (codePoint >= 0x3400 && codePoint <= 0x4DBF)
        || (codePoint >= 0x4E00 && codePoint <= 0x9FFF)
        || (codePoint >= 0x20000 && codePoint <= 0x2F7FF)
        || codePoint >= 0x30000;
  }

  private byte classify(int codePoint) {
    if (mayCombine(codePoint)) {
      return COMBINES;
    }
    String text = Character.toString(codePoint);
    if (Normalizer.isNormalized(text, Form.NFKD)) {
      return SETTLED; // then all forms leave it alone
    }
    boolean compatible = form == Form.NFKC || form == Form.NFKD;
    int first = Normalizer.normalize(text, compatible ? Form.NFKD : Form.NFD).codePointAt(0);
    if (first != codePoint && mayCombine(first)) {
      return COMBINES;
    }
    return Normalizer.normalize(text, form).equals(text) ? SETTLED : CHANGES;
  }

  /** Marks, and the vowels and finals of Hangul syllables. */
  private static boolean mayCombine(int codePoint) {
    char[] chars = Character.toChars(codePoint);
    int found = UnicodeClasses.at(chars, 0, chars.length);
    boolean isMark =
        (found & (UnicodeClasses.LETTER | UnicodeClasses.LOWER)) == UnicodeClasses.LOWER;
    return isMark || (codePoint >= 0x1160 && codePoint <= 0x11FF);
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

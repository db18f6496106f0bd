package io.github.maque.tokenizer.bpe;

import java.text.Normalizer.Form;
import java.util.List;

/**
 * Unicode normalisation (UAX #15) as Hugging Face's {@code NFC}, {@code NFD}, {@code NFKC} and
 * {@code NFKD} do it, with tables of Unicode 9: characters that normalisation has to do with only
 * since later versions stay as they are, on any JDK.
 *
 * <p>Only the places where something may change are normalised, each a character with what may
 * combine with it. So ordinary text costs one look at each character, and origins are exact up to
 * such a place.
 */
public final class UnicodeNormalizer extends Normalizer {
  /** From how many chars on the marks of one character are a case of their own. */
  private static final int LONG = 64;

  private final Form form;
  private final NormalizationClasses classes;

  UnicodeNormalizer(Form form) {
    this.form = form;
    this.classes = NormalizationClasses.of(form);
  }

  /** Returns the form. */
  public Form form() {
    return form;
  }

  @Override
  void apply(TextBuffer text) {
    char[] chars = text.chars();
    int length = text.length();
    int kept = 0;
    boolean rewrites = false;
    for (int i = classes.skipSettled(chars, 0, length);
        i < length;
        i = classes.skipSettled(chars, i, length)) {
      int start = classes.combinesWithPrevious(chars, i, length) ? baseOf(chars, kept, i) : i;
      int end = UnicodeClasses.next(chars, i, length);
      while (end < length && classes.combinesWithPrevious(chars, end, length)) {
        end = UnicodeClasses.next(chars, end, length);
      }
      CharRange place = new CharRange(chars, start, end);
      String normalized =
          place.length() > LONG
              ? CanonicalOrder.normalize(place, form)
              : java.text.Normalizer.normalize(place, form);
      if (!normalized.contentEquals(place)) {
        if (!rewrites) {
          text.beginRewrite();
          rewrites = true;
        }
        text.keep(kept, start);
        text.put(normalized, start, end);
        kept = end;
      }
      i = end;
    }
    if (rewrites) {
      text.keep(kept, length);
      text.endRewrite();
    }
  }

  /** Where the character starts that what stands at {@code at} may combine with. */
  private int baseOf(char[] chars, int from, int at) {
    if (at == from) {
      return at;
    }
    int previous = at - 1;
    if (previous > from && Surrogates.isPair(chars, previous - 1, at)) {
      previous--;
    }
    return classes.isInert(chars, previous, at) ? at : previous;
  }

  @Override
  List<?> settings() {
    return List.of(form);
  }
}

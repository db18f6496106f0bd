package io.github.maque.tokenizer.bpe;

import java.util.ArrayList;
import java.util.List;

/**
 * Changes a text before it is split, as the normalizers of Hugging Face tokenizers do.
 *
 * <p>Each kind is a class of its own that tells its settings, so that a {@code tokenizer.json} can
 * be written from it. Two normalizers are equal if they are of the same kind and settings.
 * Immutable and thread-safe.
 */
public abstract sealed class Normalizer
    permits NormalizerSequence,
        UnicodeNormalizer,
        LowercaseNormalizer,
        PrependNormalizer,
        ReplaceNormalizer,
        StripNormalizer,
        MetaspaceNormalizer {

  Normalizer() {}

  /** Returns the normalizer that changes nothing. */
  public static Normalizer none() {
    return sequence(List.of());
  }

  /** Returns canonical composition, Unicode's NFC. */
  public static Normalizer nfc() {
    return new UnicodeNormalizer(java.text.Normalizer.Form.NFC);
  }

  /** Returns compatibility composition, Unicode's NFKC. */
  public static Normalizer nfkc() {
    return new UnicodeNormalizer(java.text.Normalizer.Form.NFKC);
  }

  /** Returns canonical decomposition, Unicode's NFD. */
  public static Normalizer nfd() {
    return new UnicodeNormalizer(java.text.Normalizer.Form.NFD);
  }

  /** Returns compatibility decomposition, Unicode's NFKD. */
  public static Normalizer nfkd() {
    return new UnicodeNormalizer(java.text.Normalizer.Form.NFKD);
  }

  /**
   * Returns what makes every character lower case, by itself: {@code Σ} is {@code σ} everywhere.
   */
  public static Normalizer lowercase() {
    return LowercaseNormalizer.INSTANCE;
  }

  /** Returns what puts {@code text} in front of every text that is not empty. */
  public static Normalizer prepend(String text) {
    return new PrependNormalizer(text);
  }

  /**
   * Returns what puts {@code replacement} in the place of every {@code text}.
   *
   * @throws IllegalArgumentException if {@code text} is empty
   */
  public static Normalizer replace(String text, String replacement) {
    return new ReplaceNormalizer(text, false, replacement);
  }

  /**
   * Returns what puts {@code replacement}, as it is, in the place of every match of a regular
   * expression.
   *
   * @param regex the regular expression in Oniguruma's dialect; see {@link RegexSplit}
   * @throws IllegalArgumentException if the expression is wrong or not supported
   */
  public static Normalizer replaceRegex(String regex, String replacement) {
    return new ReplaceNormalizer(regex, true, replacement);
  }

  /** Returns what drops the white space at the start and the end of a text. */
  public static Normalizer strip(boolean left, boolean right) {
    return new StripNormalizer(left, right);
  }

  /**
   * Returns the part of Hugging Face's {@code Metaspace} that changes the text: every space becomes
   * {@code replacement}, and one is put in front of a text that does not start with it.
   *
   * <p>Its other part, splitting, is {@code PreTokenizer.literal(replacement, MERGED_WITH_NEXT,
   * false)}.
   *
   * @param replacement most often {@code ▁}, U+2581
   * @param scheme in front of which texts one is put
   */
  public static Normalizer metaspace(char replacement, MetaspaceNormalizer.PrependScheme scheme) {
    return new MetaspaceNormalizer(replacement, scheme);
  }

  /** Returns the normalizers one after the other. */
  public static Normalizer sequence(List<? extends Normalizer> parts) {
    List<Normalizer> flat = new ArrayList<>();
    for (Normalizer part : parts) {
      if (part instanceof NormalizerSequence inner) {
        flat.addAll(inner.parts());
      } else {
        flat.add(part);
      }
    }
    return flat.size() == 1 ? flat.get(0) : new NormalizerSequence(flat);
  }

  /** Changes {@code text}. */
  abstract void apply(TextBuffer text);

  /** What makes this normalizer the one of its kind. */
  abstract List<?> settings();

  /** Returns {@code text}, changed. Unpaired surrogates become U+FFFD. */
  public final String normalize(String text) {
    TextBuffer buffer = new TextBuffer();
    buffer.set(text, 0, text.length(), false);
    apply(buffer);
    return buffer.toString();
  }

  @Override
  public final boolean equals(Object other) {
    return other instanceof Normalizer that
        && getClass() == that.getClass()
        && settings().equals(that.settings());
  }

  @Override
  public final int hashCode() {
    return 31 * getClass().hashCode() + settings().hashCode();
  }

  @Override
  public final String toString() {
    return getClass().getSimpleName() + settings();
  }
}

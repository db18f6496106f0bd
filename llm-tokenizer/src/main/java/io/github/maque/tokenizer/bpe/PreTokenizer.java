package io.github.maque.tokenizer.bpe;

import io.github.maque.tokenizer.IdBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Cuts a text into pre-tokens, the stretches that merges never cross.
 *
 * <p>Texts are UTF-16. Where bytes that are not valid UTF-8 have to be carried, a byte {@code b} of
 * 0x80–0xFF stands as the unpaired low surrogate {@code U+DC00 + b}; pre-tokenizers treat an
 * unpaired surrogate as they treat U+FFFD. Implementations are immutable and safe for use by many
 * threads.
 */
public interface PreTokenizer {

  /**
   * Appends the end of every pre-token of {@code text[from, to)} to {@code ends}, in order; the
   * last one is {@code to}, and none is empty. A stretch that is dropped from the text is given as
   * the bitwise complement ({@code ~end}) of its end. Nothing outside the range is looked at. An
   * empty range appends nothing.
   */
  void split(char[] text, int from, int to, IdBuffer ends);

  /**
   * Returns whether a pre-token always ends between {@code before} and {@code after}, whatever
   * stands around them, and both sides would be split alike if the text were cut there: so that a
   * long text can be encoded in parts.
   */
  default boolean alwaysSplitsBetween(char before, char after) {
    return false;
  }

  /** Returns the pre-tokenizer that leaves the whole text as one pre-token. */
  static PreTokenizer none() {
    return sequence(List.of());
  }

  /**
   * Returns the pre-tokenizer whose pre-tokens are the matches of a regular expression and what is
   * between them, as Hugging Face's {@code Split} with behaviour {@code Isolated}.
   *
   * @see #regex(String, SplitBehavior, boolean)
   */
  static PreTokenizer regex(String regex) {
    return regex(regex, SplitBehavior.ISOLATED, false);
  }

  /**
   * Returns the pre-tokenizer that splits by a regular expression, as Hugging Face's {@code Split}:
   * a {@link PreTokenPattern} where the expression is one of those, else a {@link RegexSplit}.
   *
   * @param regex the regular expression in Oniguruma's dialect, that of {@code tokenizer.json}
   * @param behavior what becomes of the delimiters
   * @param invert whether the delimiters are what does not match
   * @throws IllegalArgumentException if the expression is wrong or not supported
   */
  static PreTokenizer regex(String regex, SplitBehavior behavior, boolean invert) {
    // The matches of these patterns leave nothing between them, so that there is nothing to remove.
    boolean isolates =
        behavior == SplitBehavior.ISOLATED || (behavior == SplitBehavior.REMOVED && invert);
    Optional<PreTokenPattern> known = isolates ? PreTokenPattern.ofRegex(regex) : Optional.empty();
    return known.isPresent() ? known.get() : new RegexSplit(regex, behavior, invert);
  }

  /**
   * Returns the pre-tokenizer that splits where {@code text} stands, as Hugging Face's {@code
   * Split} by a string.
   *
   * @throws IllegalArgumentException if the text is empty
   */
  static PreTokenizer literal(String text, SplitBehavior behavior, boolean invert) {
    return new LiteralSplit(text, behavior, invert);
  }

  /**
   * Returns Hugging Face's {@code Digits}, which parts numbers of all scripts from the rest.
   *
   * @param individually whether every single one stands alone, rather than every run of them
   */
  static PreTokenizer digits(boolean individually) {
    return new CharacterSplit(
        CharacterSplit.Kind.NUMBER,
        individually ? SplitBehavior.ISOLATED : SplitBehavior.CONTIGUOUS);
  }

  /** Returns Hugging Face's {@code Punctuation}, which splits at every punctuation character. */
  static PreTokenizer punctuation(SplitBehavior behavior) {
    return new CharacterSplit(CharacterSplit.Kind.PUNCTUATION, behavior);
  }

  /** Returns Hugging Face's {@code WhitespaceSplit}, which splits at white space and drops it. */
  static PreTokenizer whiteSpace() {
    return new CharacterSplit(CharacterSplit.Kind.WHITE_SPACE, SplitBehavior.REMOVED);
  }

  /** Returns Hugging Face's {@code Whitespace}: words and runs of symbols, white space dropped. */
  static PreTokenizer words() {
    return WordSplit.INSTANCE;
  }

  /**
   * Returns the pre-tokenizer that splits the pieces of each part by the next, which sees nothing
   * but its piece. {@link #digits(boolean) Single digits} before {@link PreTokenPattern#GPT2} are
   * {@link PreTokenPattern#DIGITS}.
   */
  static PreTokenizer sequence(List<? extends PreTokenizer> parts) {
    List<PreTokenizer> flat = new ArrayList<>();
    for (PreTokenizer part : parts) {
      if (part instanceof PreTokenizerSequence inner) {
        flat.addAll(inner.parts());
      } else {
        flat.add(part);
      }
    }
    if (flat.equals(List.of(digits(true), PreTokenPattern.GPT2))) {
      return PreTokenPattern.DIGITS;
    }
    return flat.size() == 1 ? flat.get(0) : new PreTokenizerSequence(flat);
  }
}

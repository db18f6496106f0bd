package io.github.maque.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;

/**
 * Turns text into token ids and back. Implementations are immutable and safe for use by many
 * threads at once.
 *
 * <pre>{@code
 * Tokenizer tokenizer = TokenizerFiles.load(Path.of("my-tokenizer"));
 * int[] ids = tokenizer.encode("从前有一只麻雀。");
 * String text = tokenizer.decode(ids);
 * }</pre>
 */
public interface Tokenizer {

  /** Returns one more than the largest id, so that every id is below it. */
  int vocabularySize();

  /** Returns the special tokens and their parts. */
  SpecialTokens specialTokens();

  /**
   * Returns the bytes that {@code id} decodes to in the middle of a text: UTF-8, possibly a part of
   * a character. A special token gives its text; an id without a piece gives no bytes.
   *
   * @throws IllegalArgumentException if the id is negative or not below {@link #vocabularySize()}
   */
  byte[] pieceBytes(int id);

  /** Returns the id whose {@link #pieceBytes} are exactly {@code piece}, if there is one. */
  OptionalInt idOf(byte[] piece);

  /**
   * Appends the ids of {@code text} to {@code out}. Once {@code out} and the tokenizer's own
   * buffers have grown to their working size, this allocates nothing.
   *
   * <p>Unpaired surrogates count as U+FFFD.
   *
   * @throws IllegalArgumentException if the policy is {@link SpecialTokenPolicy#ERROR} and the text
   *     spells out a special token, or if BOS or EOS is asked for and the tokenizer has none
   */
  void encode(CharSequence text, EncodeOptions options, IdBuffer out);

  /**
   * Appends the ids of UTF-8 bytes to {@code out}. Bytes that are not valid UTF-8 are kept as they
   * are if the vocabulary can spell single bytes, so that {@link #decodeBytes} gives the very same
   * bytes again; otherwise each counts as U+FFFD.
   *
   * @throws IndexOutOfBoundsException if the range does not lie inside {@code utf8}
   */
  void encodeUtf8(byte[] utf8, int from, int to, EncodeOptions options, IdBuffer out);

  /** Encodes {@code text} and tells which part of it every id stands for. */
  Encoding encodeWithOffsets(CharSequence text, EncodeOptions options);

  /** Returns the ids of {@code text}, special tokens in it being ordinary text. */
  default int[] encode(CharSequence text) {
    return encode(text, EncodeOptions.TEXT);
  }

  /** Returns the ids of {@code text}. */
  default int[] encode(CharSequence text, EncodeOptions options) {
    IdBuffer out = new IdBuffer(text.length() / 2 + 8);
    encode(text, options, out);
    return out.toArray();
  }

  /**
   * Encodes many texts on {@code threads} threads; the result is in the order of {@code texts}.
   *
   * @throws IllegalArgumentException if {@code threads} is below 1, or as {@link #encode} does
   */
  default List<int[]> encodeAll(
      List<? extends CharSequence> texts, EncodeOptions options, int threads) {
    return BatchEncoding.run(this, texts, options, threads);
  }

  /**
   * Returns the bytes that ids {@code from} to {@code to} of {@code ids} stand for.
   *
   * <p>At the beginning of a text a tokenizer may drop bytes, such as a space that encoding put
   * there. Apart from that, the pieces stand one behind the other: once an id that is no special
   * token has given a byte, each further one that is not skipped adds exactly its {@link
   * #pieceBytes}.
   *
   * @throws IllegalArgumentException if an id is outside the vocabulary
   */
  byte[] decodeBytes(int[] ids, int from, int to, DecodeOptions options);

  /** Returns the bytes of {@code ids}, special tokens written out as their text. */
  default byte[] decodeBytes(int[] ids) {
    return decodeBytes(ids, 0, ids.length, DecodeOptions.ALL);
  }

  /**
   * Returns the text of {@code ids}. Bytes that do not form characters become U+FFFD, as in {@link
   * String#String(byte[], java.nio.charset.Charset)}.
   */
  default String decode(int[] ids, DecodeOptions options) {
    return new String(decodeBytes(ids, 0, ids.length, options), StandardCharsets.UTF_8);
  }

  /** Returns the text of {@code ids}, special tokens written out as their text. */
  default String decode(int[] ids) {
    return decode(ids, DecodeOptions.ALL);
  }

  /** Returns a decoder for ids that arrive one by one. */
  default StreamingDecoder streamingDecoder(DecodeOptions options) {
    return new StreamingDecoder(this, options);
  }
}

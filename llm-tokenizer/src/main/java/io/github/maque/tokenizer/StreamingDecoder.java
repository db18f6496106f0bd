package io.github.maque.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;

/**
 * Decodes ids that arrive one by one, as while a model writes. What comes out are whole characters:
 * a token that ends inside one holds it back until the rest has come.
 *
 * <p>All that is returned, up to and including {@link #finish}, is together exactly {@link
 * Tokenizer#decode(int[], DecodeOptions)} of the same ids, whatever they are: bytes that can no
 * longer become a character turn into U+FFFD as there, bytes that still can are waited for.
 *
 * <pre>{@code
 * StreamingDecoder decoder = tokenizer.streamingDecoder(DecodeOptions.SKIP_SPECIAL_TOKENS);
 * for (int id = first; id != eos; id = model.next(id)) {
 *   out.print(decoder.next(id));
 * }
 * out.println(decoder.finish());
 * }</pre>
 *
 * <p>One decoder serves one text at a time and one thread.
 */
public final class StreamingDecoder {
  private final Tokenizer tokenizer;
  private final DecodeOptions options;
  private final BitSet special = new BitSet();

  /** The ids so far, until one that is no special token has given a byte. */
  private final IdBuffer start = new IdBuffer(8);

  /** How many bytes {@link #start} has given. */
  private int startBytes;

  private boolean atStart = true;

  private final CharsetDecoder utf8 =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);

  /** Bytes of the character that is not complete yet, at most three between calls. */
  private ByteBuffer bytes = ByteBuffer.allocate(64);

  /** As large as {@link #bytes}: a byte never becomes more than one char. */
  private CharBuffer chars = CharBuffer.allocate(64);

  /**
   * Creates a decoder at the beginning of a text.
   *
   * @param tokenizer the tokenizer the ids belong to
   * @param options how special tokens are treated
   */
  public StreamingDecoder(Tokenizer tokenizer, DecodeOptions options) {
    this.tokenizer = tokenizer;
    this.options = options;
    tokenizer.specialTokens().ids().values().forEach(special::set);
  }

  /**
   * Takes the next id and returns the text that it completes, often empty or several characters.
   *
   * @throws IllegalArgumentException if the id is outside the vocabulary; the decoder is then as
   *     before
   */
  public String next(int id) {
    return decode(id) ? chars.toString() : "";
  }

  /**
   * Takes the next id and appends the text that it completes to {@code out}.
   *
   * @throws IllegalArgumentException as {@link #next(int)}
   */
  public void next(int id, StringBuilder out) {
    if (decode(id)) {
      out.append(chars);
    }
  }

  /**
   * Returns what a character that was never completed decodes to, mostly nothing. The decoder is
   * then ready for another text.
   */
  public String finish() {
    bytes.flip();
    chars.clear();
    utf8.decode(bytes, chars, true);
    utf8.flush(chars);
    String rest = chars.flip().toString();
    utf8.reset();
    bytes.clear();
    start.clear();
    startBytes = 0;
    atStart = true;
    return rest;
  }

  /**
   * Leaves in {@link #chars} what {@code id} completes; returns false if that is surely nothing.
   */
  private boolean decode(int id) {
    byte[] piece = tokenizer.pieceBytes(id);
    if (piece.length == 0 || (options.skipSpecialTokens() && special.get(id))) {
      return false;
    }
    int from = 0;
    if (atStart) {
      // Only the tokenizer knows what it drops at the beginning of a text; behind the beginning
      // every id adds its own bytes (see Tokenizer.decodeBytes).
      start.add(id);
      piece = tokenizer.decodeBytes(start.array(), 0, start.size(), options);
      from = startBytes;
      if (piece.length == from) {
        return false;
      }
      startBytes = piece.length;
      atStart = special.get(id);
    }
    makeRoom(piece.length - from);
    bytes.put(piece, from, piece.length - from).flip();
    chars.clear();
    utf8.decode(bytes, chars, false);
    bytes.compact();
    chars.flip();
    return true;
  }

  private void makeRoom(int more) {
    if (bytes.remaining() < more) {
      int capacity = Math.max(bytes.position() + more, 2 * bytes.capacity());
      bytes = ByteBuffer.allocate(capacity).put(bytes.flip());
      chars = CharBuffer.allocate(capacity);
    }
  }
}

package io.github.maque.tokenizer.format;

import io.github.maque.tokenizer.AddedToken;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import io.github.maque.tokenizer.bpe.BpeVocabulary;
import io.github.maque.tokenizer.bpe.BpeVocabulary.Alphabet;
import io.github.maque.tokenizer.bpe.Normalizer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Files of the {@code tiktoken} library: on every line the bytes of a piece in base64, a space, and
 * its rank, which is its id as well. How text is split and which special tokens there are is not in
 * the file ({@link TiktokenEncoding}).
 */
public final class TiktokenFile {
  private static final int MAX_FILE_BYTES = 1 << 28;

  private TiktokenFile() {}

  /**
   * Reads a tokenizer. Ids without a piece are allowed only where a special token has them.
   *
   * <p>The token {@code <|endoftext|>}, if there is one, begins and ends documents, as in GPT-2.
   *
   * @throws TokenizerFormatException if the file is damaged or does not fit the encoding
   */
  public static BpeTokenizer read(Path file, TiktokenEncoding encoding) throws IOException {
    return read(FileBytes.read(file, MAX_FILE_BYTES), file.toString(), encoding);
  }

  /**
   * Reads a tokenizer from memory.
   *
   * @param content the content of a file
   * @param source what to call it in errors
   * @param encoding what the file leaves out
   * @throws TokenizerFormatException if the content is damaged or does not fit the encoding
   */
  public static BpeTokenizer read(byte[] content, String source, TiktokenEncoding encoding)
      throws TokenizerFormatException {
    Reader reader = new Reader(source);
    reader.readLines(content);
    BpeVocabulary vocabulary = reader.vocabulary(encoding);
    List<AddedToken> specials = new ArrayList<>();
    encoding.specialTokens().forEach((text, id) -> specials.add(AddedToken.special(id, text)));
    BpeTokenizer.Builder builder =
        BpeTokenizer.builder(vocabulary)
            .preTokenizer(encoding.preTokenizer())
            .addedTokens(specials);
    Integer endOfText = encoding.specialTokens().get("<|endoftext|>");
    if (endOfText != null) {
      builder.bos(endOfText).eos(endOfText);
    }
    return builder.build();
  }

  /**
   * Writes the pieces of a byte-level tokenizer; its added tokens and how it splits text are left
   * out.
   *
   * @throws IllegalArgumentException if tiktoken would give other ids: it merges by the order of
   *     ids, takes a pre-token that is a piece as a whole, needs every single byte, and normalises
   *     nothing
   */
  public static void write(BpeTokenizer tokenizer, Path file) throws IOException {
    byte[] content = content(tokenizer);
    AtomicFile.write(file, out -> out.write(content));
  }

  private static byte[] content(BpeTokenizer tokenizer) {
    BpeVocabulary vocabulary = tokenizer.vocabulary();
    if (vocabulary.alphabet() != Alphabet.BYTES) {
      throw new IllegalArgumentException("a .tiktoken file holds bytes, not characters");
    }
    if (!tokenizer.normalizer().equals(Normalizer.none()) || tokenizer.addsPrefixSpace()) {
      throw new IllegalArgumentException("tiktoken does not change the text before splitting it");
    }
    for (int b = 0; b < 256; b++) {
      if (vocabulary.byteId(b) < 0) {
        throw new IllegalArgumentException("tiktoken needs every byte, there is no piece for " + b);
      }
    }
    boolean[] isAdded = new boolean[vocabulary.size()];
    for (AddedToken token : tokenizer.addedTokens()) {
      if (token.id() < isAdded.length) {
        isAdded[token.id()] = true;
      }
    }
    int[] ranks = new MergeOrder(vocabulary).ranks(id -> isAdded[id]);
    StringBuilder lines = new StringBuilder();
    int highest = -1;
    for (int id = 0; id < ranks.length; id++) {
      if (isAdded[id] || !vocabulary.isInModel(id)) {
        continue;
      }
      if (ranks[id] >= 0 && ranks[id] < highest) {
        throw new IllegalArgumentException(
            "piece " + id + " merges before a piece with a smaller id, tiktoken merges by id");
      }
      highest = Math.max(highest, ranks[id]);
      lines
          .append(Base64.getEncoder().encodeToString(vocabulary.piece(id)))
          .append(' ')
          .append(id)
          .append('\n');
    }
    return lines.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /** Reads the lines of one file. */
  private static final class Reader {
    private static final int MAX_PIECE_BYTES = 1 << 16;

    private final String source;
    private final Map<ByteBuffer, Integer> lineOfPiece = new HashMap<>();
    private final Map<Integer, Integer> lineOfRank = new HashMap<>();
    private byte[][] pieces = new byte[1024][];
    private int size;
    private long sumOfSquaredLengths;
    private int line;

    Reader(String source) {
      this.source = source;
    }

    void readLines(byte[] content) throws TokenizerFormatException {
      for (int from = 0; from < content.length; ) {
        line++;
        int to = from;
        while (to < content.length && content[to] != '\n') {
          to++;
        }
        int end = to > from && content[to - 1] == '\r' ? to - 1 : to;
        if (end > from) {
          readLine(content, from, end);
        }
        from = to + 1;
      }
    }

    private void readLine(byte[] content, int from, int to) throws TokenizerFormatException {
      int space = from;
      while (space < to && content[space] != ' ') {
        space++;
      }
      if (space == to) {
        throw error("expected a piece in base64, a space, and its rank");
      }
      byte[] piece = piece(Arrays.copyOfRange(content, from, space));
      int rank = rank(content, space + 1, to);
      Integer samePiece = lineOfPiece.put(ByteBuffer.wrap(piece), line);
      if (samePiece != null) {
        throw error("the piece is already on line " + samePiece);
      }
      Integer sameRank = lineOfRank.put(rank, line);
      if (sameRank != null) {
        throw error("rank " + rank + " is already on line " + sameRank);
      }
      if (rank >= pieces.length) {
        pieces = Arrays.copyOf(pieces, Math.max(rank + 1, pieces.length * 2));
      }
      pieces[rank] = piece;
      size = Math.max(size, rank + 1);
      sumOfSquaredLengths += (long) piece.length * piece.length;
    }

    private byte[] piece(byte[] base64) throws TokenizerFormatException {
      byte[] piece;
      try {
        piece = Base64.getDecoder().decode(base64);
      } catch (IllegalArgumentException e) {
        throw error("the piece is not base64: " + e.getMessage());
      }
      // The decoder forgives missing padding and bits that do not count.
      if (!Arrays.equals(Base64.getEncoder().encode(piece), base64)) {
        throw error("the piece is not base64 in its usual form");
      }
      if (piece.length == 0 || piece.length > MAX_PIECE_BYTES) {
        throw error("a piece has 1…" + MAX_PIECE_BYTES + " bytes, this one has " + piece.length);
      }
      return piece;
    }

    private int rank(byte[] content, int from, int to) throws TokenizerFormatException {
      String digits = new String(content, from, to - from, StandardCharsets.ISO_8859_1);
      if (digits.isEmpty()
          || digits.length() > 9
          || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
        throw error("the rank \"" + Excerpt.of(digits) + "\" is not a number");
      }
      int rank = Integer.parseInt(digits);
      if (rank >= BpeVocabulary.MAX_SIZE) {
        throw error("the rank must be in 0…" + (BpeVocabulary.MAX_SIZE - 1) + ", got " + rank);
      }
      return rank;
    }

    BpeVocabulary vocabulary(TiktokenEncoding encoding) throws TokenizerFormatException {
      Map<Integer, String> specials = new HashMap<>();
      for (Map.Entry<String, Integer> special : encoding.specialTokens().entrySet()) {
        Integer rankLine = lineOfRank.get(special.getValue());
        if (rankLine != null) {
          throw new TokenizerFormatException(
              source,
              "line " + rankLine,
              "rank " + special.getValue() + " is that of the special token " + special.getKey());
        }
        specials.put(special.getValue(), special.getKey());
      }
      for (int b = 0; b < 256; b++) {
        if (!lineOfPiece.containsKey(ByteBuffer.wrap(new byte[] {(byte) b}))) {
          throw new TokenizerFormatException(
              source, "line " + line, "the file ends and the single byte " + b + " has no rank");
        }
      }
      BpeVocabulary.Builder builder = BpeVocabulary.byteLevel().ignoreMerges(true);
      int[] ranks = new int[size];
      Arrays.fill(ranks, -1);
      for (int id = 0; id < size; id++) {
        byte[] piece = pieces[id];
        if (piece == null) {
          if (!specials.containsKey(id)) {
            throw new TokenizerFormatException(
                source, "line " + line, "the file ends and no piece has rank " + id);
          }
          continue;
        }
        builder.piece(id, piece);
        ranks[id] = piece.length == 1 ? -1 : id;
      }
      try {
        MergeOrder.requireBounded(sumOfSquaredLengths);
        return builder.ranks(ranks).build();
      } catch (IllegalArgumentException e) {
        throw new TokenizerFormatException(source, "pieces", String.valueOf(e.getMessage()), e);
      }
    }

    private TokenizerFormatException error(String problem) {
      return new TokenizerFormatException(source, "line " + line, problem);
    }
  }
}

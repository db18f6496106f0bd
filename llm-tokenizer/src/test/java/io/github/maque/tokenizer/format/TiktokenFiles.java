package io.github.maque.tokenizer.format;

import io.github.maque.tokenizer.bpe.PreTokenPattern;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** A small {@code .tiktoken} file. */
final class TiktokenFiles {
  static final TiktokenEncoding SMALL_ENCODING =
      new TiktokenEncoding("small", PreTokenPattern.CL100K, Map.of("<|endoftext|>", 300));

  private static final List<String> MERGED =
      List.of(
          "th",
          " t",
          "he",
          " th",
          "the",
          " the",
          "in",
          "ing",
          "\u9ebb",
          "\u9ebb\u96c0",
          "  ",
          "    ",
          "17");

  private TiktokenFiles() {}

  /** The 256 bytes and a few pieces. */
  static byte[] small() {
    StringBuilder lines = new StringBuilder(new String(singleBytes(), StandardCharsets.US_ASCII));
    int rank = 256;
    // A part of a character first, so that what the character is merged from is there.
    line(lines, new byte[] {(byte) 0xE9, (byte) 0xBA}, rank++);
    for (String piece : MERGED) {
      line(lines, piece.getBytes(StandardCharsets.UTF_8), rank++);
    }
    return lines.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /** The 256 bytes. */
  static byte[] singleBytes() {
    StringBuilder lines = new StringBuilder();
    for (int b = 0; b < 256; b++) {
      line(lines, new byte[] {(byte) b}, b);
    }
    return lines.toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static void line(StringBuilder lines, byte[] piece, int rank) {
    lines.append(Base64.getEncoder().encodeToString(piece)).append(' ').append(rank).append('\n');
  }
}

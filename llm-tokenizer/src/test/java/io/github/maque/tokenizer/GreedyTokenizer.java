package io.github.maque.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A tokenizer simple enough to be trusted: the 256 bytes, then pieces of which the longest that
 * fits is taken, then special tokens. It has the habits that make decoding and masking hard: tokens
 * over several characters, tokens inside a character, a space put in front, special tokens that
 * swallow white space, characters missing from the vocabulary.
 */
final class GreedyTokenizer implements Tokenizer {

  /** What happens to spaces at the beginning. */
  enum Start {
    /** Nothing. */
    PLAIN,
    /** Encoding puts one in front of every stretch of text, decoding drops one (Llama). */
    ONE_SPACE,
    /** The same, but decoding drops all, behind special tokens too (SentencePiece's defaults). */
    ALL_SPACES
  }

  private final Start start;
  private final List<String> pieces;
  private final List<AddedToken> specials = new ArrayList<>();
  private final SpecialTokens specialTokens;

  /**
   * Special tokens that begin or end with a tilde swallow the white space on that side. If there is
   * an {@code <unk>}, characters beyond U+FFFF become it unless they are pieces.
   */
  GreedyTokenizer(Start start, List<String> pieces, List<String> specials) {
    this.start = start;
    this.pieces = pieces;
    int id = 256 + pieces.size();
    Map<String, Integer> ids = new LinkedHashMap<>();
    for (String special : specials) {
      boolean left = special.startsWith("~");
      boolean right = special.endsWith("~");
      String content = special.substring(left ? 1 : 0, special.length() - (right ? 1 : 0));
      this.specials.add(new AddedToken(id, content, true, false, false, left, right));
      ids.put(content, id++);
    }
    OptionalInt none = OptionalInt.empty();
    OptionalInt eos = ids.containsKey("</s>") ? OptionalInt.of(ids.get("</s>")) : none;
    OptionalInt unk = ids.containsKey("<unk>") ? OptionalInt.of(ids.get("<unk>")) : none;
    specialTokens = new SpecialTokens(ids, none, eos, none, unk);
  }

  static GreedyTokenizer of(ChatTemplate template, String... pieces) {
    return new GreedyTokenizer(Start.PLAIN, List.of(pieces), template.specialTokens());
  }

  int special(String content) {
    return specialTokens.ids().get(content);
  }

  @Override
  public int vocabularySize() {
    return 256 + pieces.size() + specials.size();
  }

  @Override
  public SpecialTokens specialTokens() {
    return specialTokens;
  }

  @Override
  public byte[] pieceBytes(int id) {
    if (id < 0 || id >= vocabularySize()) {
      throw new IllegalArgumentException("id " + id);
    }
    if (id < 256) {
      return new byte[] {(byte) id};
    }
    String text =
        id < 256 + pieces.size()
            ? pieces.get(id - 256)
            : specials.get(id - 256 - pieces.size()).content();
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public OptionalInt idOf(byte[] piece) {
    for (int id = 0; id < vocabularySize(); id++) {
      if (Arrays.equals(pieceBytes(id), piece)) {
        return OptionalInt.of(id);
      }
    }
    return OptionalInt.empty();
  }

  @Override
  public void encode(CharSequence text, EncodeOptions options, IdBuffer out) {
    for (int id : encodeWithOffsets(text, options).ids()) {
      out.add(id);
    }
  }

  @Override
  public void encodeUtf8(byte[] utf8, int from, int to, EncodeOptions options, IdBuffer out) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Encoding encodeWithOffsets(CharSequence chars, EncodeOptions options) {
    String text = chars.toString();
    List<int[]> tokens = new ArrayList<>();
    int from = 0;
    if (options.specialTokens() == SpecialTokenPolicy.ALLOW) {
      for (int at = 0; at < text.length(); at++) {
        int here = at;
        AddedToken found =
            specials.stream()
                .filter(special -> text.startsWith(special.content(), here))
                .max(Comparator.comparingInt(special -> special.content().length()))
                .orElse(null);
        if (found != null) {
          int left = at;
          while (found.leftStrip() && left > from && text.charAt(left - 1) <= ' ') {
            left--;
          }
          int right = at + found.content().length();
          while (found.rightStrip() && right < text.length() && text.charAt(right) <= ' ') {
            right++;
          }
          encodeText(text, from, left, tokens);
          tokens.add(new int[] {found.id(), left, right});
          from = right;
          at = right - 1;
        }
      }
    }
    encodeText(text, from, text.length(), tokens);
    return new Encoding(
        tokens.stream().mapToInt(token -> token[0]).toArray(),
        tokens.stream().mapToInt(token -> token[1]).toArray(),
        tokens.stream().mapToInt(token -> token[2]).toArray());
  }

  private void encodeText(String text, int from, int to, List<int[]> tokens) {
    if (from < to && start != Start.PLAIN) {
      tokens.add(new int[] {' ', from, from});
    }
    for (int at = from; at < to; ) {
      int here = at;
      String piece =
          pieces.stream()
              .filter(p -> text.startsWith(p, here) && here + p.length() <= to)
              .max(Comparator.comparingInt(String::length))
              .orElse(null);
      int end = at + (piece == null ? Character.charCount(text.codePointAt(at)) : piece.length());
      if (piece != null) {
        tokens.add(new int[] {256 + pieces.indexOf(piece), at, end});
      } else if (end - at == 2 && specialTokens.unk().isPresent()) {
        tokens.add(new int[] {specialTokens.unk().getAsInt(), at, end});
      } else {
        for (byte b : text.substring(at, end).getBytes(StandardCharsets.UTF_8)) {
          tokens.add(new int[] {b & 0xff, at, end});
        }
      }
      at = end;
    }
  }

  @Override
  public byte[] decodeBytes(int[] ids, int from, int to, DecodeOptions options) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    boolean drops = start != Start.PLAIN;
    for (int i = from; i < to; i++) {
      byte[] piece = pieceBytes(ids[i]);
      boolean special = specialTokens.contains(ids[i]);
      if (special && options.skipSpecialTokens()) {
        continue;
      }
      int dropped = 0;
      if (drops && !special) {
        int most = start == Start.ONE_SPACE ? 1 : piece.length;
        while (dropped < most && piece[dropped] == ' ') {
          dropped++;
        }
      }
      out.write(piece, dropped, piece.length - dropped);
      drops &= start == Start.ONE_SPACE ? false : special || dropped == piece.length;
    }
    return out.toByteArray();
  }
}

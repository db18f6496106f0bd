package io.github.maque.tokenizer.bpe;

import io.github.maque.tokenizer.IdBuffer;

/**
 * Turns pre-tokens into ids: cuts them where no piece spans the boundary ({@link BoundaryFilter}),
 * takes the ids of the fragments from the cache, and merges those that are not in it. Works for one
 * thread at a time.
 */
final class BpeEncoder {
  private final BpeVocabulary vocabulary;
  private final BoundaryFilter boundaries;
  private final WholeCharacters wholeCharacters;
  private final BpeMerger merger;
  private final FragmentCache cache = new FragmentCache();
  private final boolean ignoreMerges;
  private final int fusedUnk;
  private final byte[] wholePiece;

  BpeEncoder(BpeVocabulary vocabulary, BoundaryFilter boundaries, WholeCharacters wholeCharacters) {
    this.vocabulary = vocabulary;
    this.boundaries = boundaries;
    this.wholeCharacters = wholeCharacters;
    this.merger = new BpeMerger(vocabulary, wholeCharacters);
    this.ignoreMerges = vocabulary.ignoresMerges();
    this.fusedUnk = vocabulary.fusesUnk() ? vocabulary.unk().orElse(-1) : -1;
    this.wholePiece = new byte[vocabulary.longestPiece() + 4];
  }

  /** Appends the ids of the pre-token {@code text[from, to)}. */
  void encode(char[] text, int from, int to, IdBuffer out) {
    if (from == to) {
      return;
    }
    if (cache.selectAscii(text, from, to, ignoreMerges)) {
      encodeSelected(text, from, to, ignoreMerges, out);
      return;
    }
    int size = out.size();
    int start = from;
    while (start < to) {
      int end = start + 1;
      while (end < to && boundaries.spans(text[end - 1], text[end])) {
        end++;
      }
      boolean whole = ignoreMerges && start == from && end == to;
      int before = out.size();
      int single = end == start + 1 ? wholeCharacters.idAlone(text[start]) : -1;
      if (single >= 0) {
        out.add(single);
      } else if (cache.select(text, start, end, whole)) {
        encodeSelected(text, start, end, whole, out);
      } else {
        mergeInto(text, start, end, whole, out);
      }
      if (fusedUnk >= 0 && before > size) {
        fuseUnkAt(before, out);
      }
      start = end;
    }
  }

  /** Appends the ids of the pre-token {@code text[from, to)} and where each begins and ends. */
  void encode(char[] text, int from, int to, IdBuffer ids, IdBuffer starts, IdBuffer ends) {
    int whole = ignoreMerges ? findWhole(text, from, to) : -1;
    if (whole >= 0) {
      ids.add(whole);
      starts.add(from);
      ends.add(to);
      return;
    }
    int count = merger.merge(text, from, to);
    for (int i = 0; i < count; i++) {
      ids.add(merger.ids()[i]);
      starts.add(merger.start(i));
      ends.add(merger.end(i));
    }
  }

  /** Whether bytes that are not valid UTF-8 can be spelled one by one. */
  boolean spellsAllBytes() {
    return vocabulary.spellsAllBytes();
  }

  /** Gives up memory that one very long pre-token took. */
  void shrink() {
    merger.shrink();
  }

  private void encodeSelected(char[] text, int from, int to, boolean whole, IdBuffer out) {
    if (!cache.lookUp(out)) {
      int before = out.size();
      mergeInto(text, from, to, whole, out);
      cache.store(out.array(), before, out.size());
    }
  }

  private void mergeInto(char[] text, int from, int to, boolean whole, IdBuffer out) {
    int id = whole ? findWhole(text, from, to) : -1;
    if (id >= 0) {
      out.add(id);
    } else {
      int count = merger.merge(text, from, to);
      out.add(merger.ids(), 0, count);
    }
  }

  /** The id of the piece that {@code text[from, to)} is as a whole, or -1. */
  private int findWhole(char[] text, int from, int to) {
    int length = 0;
    byte[] utf8 = wholePiece;
    for (int i = from; i < to; i++) {
      if (length > utf8.length - 4) {
        return -1;
      }
      int codePoint = text[i];
      if (Character.isHighSurrogate(text[i])
          && i + 1 < to
          && Character.isLowSurrogate(text[i + 1])) {
        codePoint = Character.toCodePoint(text[i], text[++i]);
      } else if (codePoint >= 0xDC80 && codePoint <= 0xDCFF) {
        utf8[length++] = (byte) codePoint;
        continue;
      }
      length += Utf8.encode(codePoint, utf8, length);
    }
    return vocabulary.index().find(utf8, 0, length);
  }

  /** Two UNK that meet at {@code at}, where two fragments join, become one. */
  private void fuseUnkAt(int at, IdBuffer out) {
    if (at < out.size() && out.get(at) == fusedUnk && out.get(at - 1) == fusedUnk) {
      int[] ids = out.array();
      System.arraycopy(ids, at + 1, ids, at, out.size() - at - 1);
      out.truncate(out.size() - 1);
    }
  }
}

package io.github.maque.tokenizer.bpe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The pieces and merges of a byte-pair encoding model: everything that decides how one pre-token
 * becomes ids. Immutable.
 *
 * <p>Merges come in one of two forms. <em>Listed</em> merges are pairs in order of rank, as GPT-2
 * and Hugging Face {@code tokenizer.json} have them. <em>Ranked</em> pieces say only in which order
 * pieces are preferred, any two neighbours that together spell a ranked piece may merge: so {@code
 * .tiktoken} files and SentencePiece models work.
 */
public final class BpeVocabulary {
  /** Ids are below this, so that several of them fit in one cache entry. */
  public static final int MAX_SIZE = 1 << 21;

  /** What merging starts from. */
  public enum Alphabet {
    /** Single bytes (GPT-2, Llama 3, Qwen): any input can be spelled. */
    BYTES,
    /** Characters (SentencePiece, Llama 2): what is missing falls back to bytes or to UNK. */
    CHARACTERS
  }

  private static final byte[] NO_PIECE = {};

  private final Alphabet alphabet;
  private final byte[][] pieces;
  private final boolean[] inModel;
  private final int[] byteIds;
  private final int[] mergeLefts;
  private final int[] mergeRights;
  private final int[] ranks;
  private final PairTable pairs;
  private final PieceIndex index;
  private final int unk;
  private final boolean fuseUnk;
  private final boolean byteFallback;
  private final boolean ignoreMerges;

  private BpeVocabulary(Builder builder) {
    alphabet = builder.alphabet;
    pieces = builder.pieces();
    inModel = Arrays.copyOf(builder.inModel, pieces.length);
    byteIds = builder.byteIds.clone();
    unk = builder.unk;
    fuseUnk = builder.fuseUnk;
    byteFallback = builder.byteFallback;
    ignoreMerges = builder.ignoreMerges;
    index = new PieceIndex(pieces, idsInModel());
    if (alphabet == Alphabet.BYTES) {
      for (int b = 0; b < 256; b++) {
        byteIds[b] = index.find(new byte[] {(byte) b}, 0, 1);
      }
    }
    if (builder.ranks != null) {
      ranks = Arrays.copyOf(builder.ranks, pieces.length);
      mergeLefts = new int[0];
      mergeRights = new int[0];
      pairs = pairsFromRanks();
    } else {
      ranks = new int[0];
      mergeLefts = Arrays.copyOf(builder.mergeLefts, builder.mergeCount);
      mergeRights = Arrays.copyOf(builder.mergeRights, builder.mergeCount);
      pairs = pairsFromMerges();
    }
  }

  /** Returns a builder for a model over bytes: every piece is given as the bytes it stands for. */
  public static Builder byteLevel() {
    return new Builder(Alphabet.BYTES);
  }

  /** Returns a builder for a model over characters: every piece is given as its UTF-8. */
  public static Builder characterLevel() {
    return new Builder(Alphabet.CHARACTERS);
  }

  /** Returns what merging starts from. */
  public Alphabet alphabet() {
    return alphabet;
  }

  /** Returns one more than the largest id of a piece. */
  public int size() {
    return pieces.length;
  }

  /** Returns the bytes of piece {@code id}; empty where the id has no piece. */
  public byte[] piece(int id) {
    return pieces[id].clone();
  }

  /** Returns the bytes of piece {@code id} without copying; not to be changed. */
  byte[] pieceShared(int id) {
    return id < pieces.length ? pieces[id] : NO_PIECE;
  }

  /**
   * Returns whether merging can look {@code id} up by its bytes: true but for byte-fallback pieces
   * and pieces that exist only for decoding.
   */
  public boolean isInModel(int id) {
    return inModel[id];
  }

  /** Returns the id of the piece that merging would find for {@code bytes}. */
  public OptionalInt find(byte[] bytes) {
    int id = index.find(bytes, 0, bytes.length);
    return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** Returns whether merges are listed pairs rather than ranked pieces. */
  public boolean hasListedMerges() {
    return ranks.length == 0;
  }

  /** Returns how many merges are listed. */
  public int mergeCount() {
    return mergeLefts.length;
  }

  /** Returns the left id of the merge with this rank. */
  public int mergeLeft(int rank) {
    return mergeLefts[rank];
  }

  /** Returns the right id of the merge with this rank. */
  public int mergeRight(int rank) {
    return mergeRights[rank];
  }

  /**
   * Returns the rank of piece {@code id} (smaller merges first), or -1 if nothing merges into it.
   */
  public int rank(int id) {
    return id < ranks.length ? ranks[id] : -1;
  }

  /** Returns the id of the piece that stands for the single byte {@code value}, or -1. */
  public int byteId(int value) {
    return byteIds[value & 0xFF];
  }

  /** Returns the id for what the vocabulary cannot spell; without one, such text is dropped. */
  public OptionalInt unk() {
    return unk < 0 ? OptionalInt.empty() : OptionalInt.of(unk);
  }

  /** Returns whether neighbouring unknown characters become a single UNK. */
  public boolean fusesUnk() {
    return fuseUnk;
  }

  /** Returns whether a character without a piece is spelled by byte pieces {@code <0x00>}…. */
  public boolean hasByteFallback() {
    return byteFallback;
  }

  /** Returns whether a pre-token that is a piece as a whole becomes that piece, merges or not. */
  public boolean ignoresMerges() {
    return ignoreMerges;
  }

  /** Returns the length in bytes of the longest piece. */
  int longestPiece() {
    int longest = 0;
    for (byte[] piece : pieces) {
      longest = Math.max(longest, piece.length);
    }
    return longest;
  }

  /** Returns whether every byte has a piece of its own. */
  boolean spellsAllBytes() {
    return Arrays.stream(byteIds).allMatch(id -> id >= 0);
  }

  /**
   * Returns whether some text gives no symbol at all, so that what stands around it becomes
   * neighbours and may merge.
   */
  boolean dropsText() {
    boolean spellsAll = (alphabet == Alphabet.BYTES || byteFallback) && spellsAllBytes();
    return unk < 0 && !spellsAll;
  }

  PairTable pairs() {
    return pairs;
  }

  PieceIndex index() {
    return index;
  }

  private List<Integer> idsInModel() {
    List<Integer> ids = new ArrayList<>();
    for (int id = 0; id < pieces.length; id++) {
      if (inModel[id]) {
        ids.add(id);
      }
    }
    return ids;
  }

  private PairTable pairsFromMerges() {
    PairTable table = new PairTable(mergeLefts.length);
    for (int rank = 0; rank < mergeLefts.length; rank++) {
      byte[] left = pieces[mergeLefts[rank]];
      byte[] right = pieces[mergeRights[rank]];
      int merged = index.findJoined(left, right);
      if (merged < 0) {
        throw new IllegalArgumentException(
            "merge "
                + rank
                + " ("
                + mergeLefts[rank]
                + ", "
                + mergeRights[rank]
                + ") spells a piece that is not in the vocabulary");
      }
      table.put(mergeLefts[rank], mergeRights[rank], rank, merged);
    }
    return table;
  }

  /** Every way to cut a ranked piece in two pieces is a merge with the rank of that piece. */
  private PairTable pairsFromRanks() {
    PairTable table = new PairTable(pieces.length * 2);
    for (int id = 0; id < pieces.length; id++) {
      if (ranks[id] < 0 || !inModel[id]) {
        continue;
      }
      byte[] piece = pieces[id];
      for (int cut = 1; cut < piece.length; cut++) {
        int left = index.find(piece, 0, cut);
        int right = left < 0 ? -1 : index.find(piece, cut, piece.length);
        if (right >= 0) {
          table.put(left, right, ranks[id], id);
        }
      }
    }
    return table;
  }

  /** Collects pieces and merges. */
  public static final class Builder {
    private final Alphabet alphabet;
    private byte[][] pieces = new byte[1024][];
    private boolean[] inModel = new boolean[1024];
    private int size;
    private final int[] byteIds = new int[256];
    private int[] mergeLefts = new int[1024];
    private int[] mergeRights = new int[1024];
    private int mergeCount;
    private int @Nullable [] ranks;
    private int unk = -1;
    private boolean fuseUnk;
    private boolean byteFallback;
    private boolean ignoreMerges;

    private Builder(Alphabet alphabet) {
      this.alphabet = alphabet;
      Arrays.fill(byteIds, -1);
    }

    /** Sets the bytes of piece {@code id}, which merging can reach. */
    public Builder piece(int id, byte[] bytes) {
      set(id, bytes, true);
      return this;
    }

    /** Sets the bytes of {@code id}, which merging never reaches: it is only decoded. */
    public Builder decodeOnlyPiece(int id, byte[] bytes) {
      set(id, bytes, false);
      return this;
    }

    /** Makes {@code id} the byte-fallback piece of byte {@code value}. */
    public Builder bytePiece(int id, int value) {
      set(id, new byte[] {(byte) value}, false);
      byteIds[value & 0xFF] = id;
      return this;
    }

    /** Appends a listed merge; its rank is the number of merges before it. */
    public Builder merge(int left, int right) {
      requireKnown(left);
      requireKnown(right);
      if (mergeCount == mergeLefts.length) {
        mergeLefts = Arrays.copyOf(mergeLefts, mergeCount * 2);
        mergeRights = Arrays.copyOf(mergeRights, mergeCount * 2);
      }
      mergeLefts[mergeCount] = left;
      mergeRights[mergeCount++] = right;
      return this;
    }

    /**
     * Makes pieces merge by rank instead of by listed pairs.
     *
     * @param ranks rank by id, smaller ones first; -1 where nothing merges into the piece
     */
    public Builder ranks(int[] ranks) {
      this.ranks = ranks.clone();
      return this;
    }

    /** Sets the id for what the vocabulary cannot spell. */
    public Builder unk(int id) {
      unk = id;
      return this;
    }

    /** Sets whether neighbouring unknown characters become a single UNK. */
    public Builder fuseUnk(boolean fuse) {
      fuseUnk = fuse;
      return this;
    }

    /** Sets whether a character without a piece is spelled by byte pieces. */
    public Builder byteFallback(boolean fallBack) {
      byteFallback = fallBack;
      return this;
    }

    /** Sets whether a pre-token that is a piece as a whole becomes that piece, merges or not. */
    public Builder ignoreMerges(boolean ignore) {
      ignoreMerges = ignore;
      return this;
    }

    /**
     * Builds the vocabulary.
     *
     * @throws IllegalArgumentException if a merge spells a piece that is not in the vocabulary, if
     *     there are both merges and ranks, or not a rank for every id, or if UNK has no piece
     */
    public BpeVocabulary build() {
      if (ranks != null && mergeCount > 0) {
        throw new IllegalArgumentException("a vocabulary has listed merges or ranks, not both");
      }
      if (ranks != null && ranks.length != size) {
        throw new IllegalArgumentException(
            "ranks has " + ranks.length + " entries for " + size + " pieces");
      }
      if (unk >= 0) {
        requireKnown(unk);
      }
      return new BpeVocabulary(this);
    }

    private void set(int id, byte[] bytes, boolean reachable) {
      if (id < 0 || id >= MAX_SIZE) {
        throw new IllegalArgumentException(
            "piece id must be in 0…" + (MAX_SIZE - 1) + ", got " + id);
      }
      if (bytes.length == 0) {
        throw new IllegalArgumentException("piece " + id + " is empty");
      }
      if (id >= pieces.length) {
        int capacity = Math.max(id + 1, pieces.length * 2);
        pieces = Arrays.copyOf(pieces, capacity);
        inModel = Arrays.copyOf(inModel, capacity);
      }
      if (pieces[id] != null) {
        throw new IllegalArgumentException("piece id " + id + " is given twice");
      }
      pieces[id] = bytes.clone();
      inModel[id] = reachable;
      size = Math.max(size, id + 1);
    }

    private void requireKnown(int id) {
      if (id < 0 || id >= size || pieces[id] == null) {
        throw new IllegalArgumentException("there is no piece with id " + id);
      }
    }

    private byte[][] pieces() {
      byte[][] all = Arrays.copyOf(pieces, size);
      for (int id = 0; id < size; id++) {
        if (all[id] == null) {
          all[id] = NO_PIECE;
        }
      }
      return all;
    }
  }
}

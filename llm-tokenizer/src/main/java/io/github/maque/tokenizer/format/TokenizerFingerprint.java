package io.github.maque.tokenizer.format;

import io.github.maque.tokenizer.AddedToken;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import io.github.maque.tokenizer.bpe.BpeVocabulary;
import io.github.maque.tokenizer.bpe.BpeVocabulary.Alphabet;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;

/**
 * Computes what {@link TokenizerFiles#fingerprint} gives. What is digested, and in which order, is
 * version 1 and never changes: fingerprints are kept beside data.
 */
final class TokenizerFingerprint {
  private static final String VERSION = "maque tokenizer 1";

  private final BpeTokenizer tokenizer;
  private final BpeVocabulary vocabulary;
  private final MessageDigest digest;
  private final DataOutputStream out;

  TokenizerFingerprint(BpeTokenizer tokenizer) {
    this.tokenizer = tokenizer;
    this.vocabulary = tokenizer.vocabulary();
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
    out =
        new DataOutputStream(
            new BufferedOutputStream(
                new DigestOutputStream(OutputStream.nullOutputStream(), digest)));
  }

  String compute() {
    try {
      write();
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private void write() throws IOException {
    writeText(VERSION);
    writeText(vocabulary.alphabet().name());
    JsonText parts = new JsonText().beginObject();
    TokenizerJsonWriter.writeNormalizerAndPreTokenizer(tokenizer, parts);
    writeText(parts.endObject().toString());
    out.writeInt(vocabulary.unk().orElse(-1));
    out.writeBoolean(vocabulary.fusesUnk());
    out.writeBoolean(vocabulary.hasByteFallback());
    out.writeBoolean(vocabulary.ignoresMerges());
    writePieces();
    out.writeInt(tokenizer.addedTokens().size());
    for (AddedToken token : tokenizer.addedTokens()) {
      out.writeInt(token.id());
      writeText(token.content());
      out.writeBoolean(token.special());
      out.writeBoolean(token.normalized());
      out.writeBoolean(token.singleWord());
      out.writeBoolean(token.leftStrip());
      out.writeBoolean(token.rightStrip());
    }
  }

  /** Writes the pieces that ids can come from, and how they merge. */
  private void writePieces() throws IOException {
    BitSet found = new BitSet();
    for (int id = 0; id < vocabulary.size(); id++) {
      if (vocabulary.isInModel(id) && (vocabulary.ignoresMerges() || isSymbol(id))) {
        found.set(id);
      }
    }
    ByteArrayOutputStream merging = new ByteArrayOutputStream();
    writeMerges(new DataOutputStream(merging), found);
    for (int id = 0; id < vocabulary.size(); id++) {
      byte[] piece = vocabulary.piece(id);
      boolean isByte =
          piece.length == 1 && !vocabulary.isInModel(id) && vocabulary.byteId(piece[0]) == id;
      if (found.get(id) || isByte) {
        out.writeInt(id);
        out.writeBoolean(isByte);
        out.writeInt(piece.length);
        out.write(piece);
      }
    }
    out.writeInt(-1);
    merging.writeTo(out);
  }

  /** Ranked pieces count as the list of merges that they amount to, if there is one. */
  private void writeMerges(DataOutputStream merging, BitSet found) throws IOException {
    List<MergeOrder.Merge> merges;
    try {
      merges = new MergeOrder(vocabulary).listed();
    } catch (IllegalArgumentException e) {
      merging.writeBoolean(false);
      for (int id = 0; id < vocabulary.size(); id++) {
        if (vocabulary.rank(id) >= 0 && vocabulary.isInModel(id)) {
          found.set(id);
          merging.writeInt(id);
          merging.writeInt(vocabulary.rank(id));
        }
      }
      return;
    }
    merging.writeBoolean(true);
    for (MergeOrder.Merge merge : merges) {
      found.set(merge.left());
      found.set(merge.right());
      found.set(vocabulary.find(join(merge)).orElseThrow());
      merging.writeInt(merge.left());
      merging.writeInt(merge.right());
    }
  }

  private byte[] join(MergeOrder.Merge merge) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.writeBytes(vocabulary.piece(merge.left()));
    joined.writeBytes(vocabulary.piece(merge.right()));
    return joined.toByteArray();
  }

  private boolean isSymbol(int id) {
    byte[] piece = vocabulary.piece(id);
    if (vocabulary.alphabet() == Alphabet.BYTES) {
      return piece.length == 1;
    }
    String text = new String(piece, StandardCharsets.UTF_8);
    return text.codePointCount(0, text.length()) == 1;
  }

  private void writeText(String text) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(utf8.length);
    out.write(utf8);
  }
}

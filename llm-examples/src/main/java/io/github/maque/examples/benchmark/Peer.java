package io.github.maque.examples.benchmark;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.sentencepiece.SpTokenizer;
import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import io.github.maque.tokenizer.format.SentencePieceModel;
import io.github.maque.tokenizer.format.TiktokenEncoding;
import io.github.maque.tokenizer.format.TiktokenFile;
import io.github.maque.tokenizer.format.TokenizerConfig;
import io.github.maque.tokenizer.format.TokenizerFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Another tokenizer in this JVM, with a vocabulary that ours has too. */
interface Peer extends AutoCloseable {
  /** The file inside jtokkit's jar. */
  String CL100K_BASE = "/com/knuddels/jtokkit/cl100k_base.tiktoken";

  /** Returns the ids of {@code text}, special tokens in it being text. */
  int[] encode(String text);

  /** Encodes {@code text} the fastest way there is, and forgets the ids. */
  default void run(String text) {
    encode(text);
  }

  @Override
  default void close() {}

  /**
   * Returns Hugging Face's tokenizers through DJL, reading a {@code tokenizer.json} that we write.
   */
  static Peer huggingFace(BpeTokenizer tokenizer, Path scratch) throws IOException {
    // Otherwise DJL looks for CUDA, warns where there is none, and downloads where there is one.
    System.setProperty("RUST_FLAVOR", "cpu");
    Path directory = Files.createTempDirectory(scratch, "huggingface");
    TokenizerFiles.save(tokenizer, directory, TokenizerConfig.DEFAULT);
    HuggingFaceTokenizer peer =
        HuggingFaceTokenizer.newInstance(
            directory.resolve("tokenizer.json"),
            Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false"));
    return new Peer() {
      @Override
      public int[] encode(String text) {
        long[] ids = peer.encode(text).getIds();
        int[] copy = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
          copy[i] = (int) ids[i];
        }
        return copy;
      }

      @Override
      public void run(String text) {
        peer.encode(text);
      }

      @Override
      public void close() {
        peer.close();
      }
    };
  }

  /** Returns SentencePiece through DJL, reading a {@code .model} that we write. */
  static Peer sentencePiece(BpeTokenizer tokenizer, Path scratch) throws IOException {
    Path file = Files.createTempFile(scratch, "sentencepiece", ".model");
    SentencePieceModel.of(tokenizer).write(file);
    SpTokenizer peer = new SpTokenizer(file);
    return new Peer() {
      @Override
      public int[] encode(String text) {
        return peer.getProcessor().encode(text);
      }

      @Override
      public void close() {
        peer.close();
      }
    };
  }

  /** Returns jtokkit with {@code cl100k_base}. */
  static Peer jtokkit() {
    Encoding peer = Encodings.newDefaultEncodingRegistry().getEncoding(EncodingType.CL100K_BASE);
    return new Peer() {
      @Override
      public int[] encode(String text) {
        return peer.encodeOrdinary(text).toArray();
      }

      @Override
      public void run(String text) {
        peer.encodeOrdinary(text);
      }
    };
  }

  /** Returns our tokenizer with the {@code cl100k_base} that jtokkit brings. */
  static BpeTokenizer cl100k() throws IOException {
    try (InputStream in = Encodings.class.getResourceAsStream(CL100K_BASE)) {
      if (in == null) {
        throw new IOException("jtokkit's jar does not hold " + CL100K_BASE);
      }
      return TiktokenFile.read(in.readAllBytes(), CL100K_BASE, TiktokenEncoding.CL100K_BASE);
    }
  }
}

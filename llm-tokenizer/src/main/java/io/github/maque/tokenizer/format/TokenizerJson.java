package io.github.maque.tokenizer.format;

import io.github.maque.tokenizer.bpe.BpeTokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Hugging Face's {@code tokenizer.json}, for byte-level models (GPT-2, Llama 3, Qwen) and
 * character-level ones (Llama 2).
 *
 * <p>Reading takes everything that decides ids, or else refuses the file and names what it cannot
 * take. Not taken, because ids do not depend on it, are truncation, padding, the trimming of
 * offsets, and what the post-processor puts around a text: that is for {@link
 * io.github.maque.tokenizer.EncodeOptions} to say, and the post-processor only tells which ids are
 * BOS and EOS.
 *
 * <p>Decoding puts bytes together, and of a character-level file follows its decoder. Where Hugging
 * Face's tokenizers do something else, it is this: without a decoder they put a space between
 * tokens, and in a byte-level file they take added tokens that consist of Latin letters such as
 * {@code é} for bytes.
 *
 * <p>Writing gives the same text for equal tokenizers, and Hugging Face's tokenizers read it as a
 * tokenizer that gives the same ids.
 */
public final class TokenizerJson {
  private TokenizerJson() {}

  /**
   * Reads a tokenizer. Only its post-processor tells which tokens are BOS and EOS; {@link
   * TokenizerFiles#load} also reads the files beside it, which know more.
   *
   * @throws TokenizerFormatException if the file is damaged or describes what is not supported
   */
  public static BpeTokenizer read(Path file) throws IOException {
    return read(file, TokenizerConfig.DEFAULT);
  }

  /**
   * Reads a tokenizer.
   *
   * @param file the file
   * @param config says which tokens are BOS, EOS and PAD; one that the tokenizer does not have
   *     plays no part
   * @throws TokenizerFormatException if the file is damaged or describes what is not supported
   */
  public static BpeTokenizer read(Path file, TokenizerConfig config) throws IOException {
    return JsonSource.read(file, json -> new TokenizerJsonReader(json, config).read());
  }

  /**
   * Reads a tokenizer from a stream, to its end.
   *
   * @param in the content of the file
   * @param source what to call it in errors
   * @param config says which tokens are BOS, EOS and PAD
   * @throws TokenizerFormatException if the content is damaged or describes what is not supported
   */
  public static BpeTokenizer read(InputStream in, String source, TokenizerConfig config)
      throws IOException {
    return JsonSource.read(in, source, json -> new TokenizerJsonReader(json, config).read());
  }

  /**
   * Writes a tokenizer to a file, which appears as a whole or not at all.
   *
   * @param tokenizer the tokenizer
   * @param config says whether Hugging Face's tokenizers put BOS and EOS around texts by default
   * @param file the file
   * @throws IllegalArgumentException if the format cannot express the tokenizer, for a reason that
   *     the message gives
   */
  public static void write(BpeTokenizer tokenizer, TokenizerConfig config, Path file)
      throws IOException {
    byte[] content = write(tokenizer, config).getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(file, out -> out.write(content));
  }

  /**
   * Returns the content of a {@code tokenizer.json}.
   *
   * @param tokenizer the tokenizer
   * @param config says whether Hugging Face's tokenizers put BOS and EOS around texts by default
   * @throws IllegalArgumentException if the format cannot express the tokenizer, for a reason that
   *     the message gives
   */
  public static String write(BpeTokenizer tokenizer, TokenizerConfig config) {
    return TokenizerJsonWriter.write(tokenizer, config);
  }
}

package io.github.maque.examples.cli;

import io.github.maque.tokenizer.DecodeOptions;
import io.github.maque.tokenizer.IdBuffer;
import io.github.maque.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.LongConsumer;

/** Turns a file of little-endian 32-bit ids of any size into the bytes they stand for. */
final class FileDecoder {
  private static final int BUFFER_BYTES = 1 << 18;

  private final Tokenizer tokenizer;
  private final DecodeOptions options;

  /** The bytes of every id in the middle of a text, looked up once. */
  private final byte[][] pieces;

  private final ByteBuffer text;

  /** What was read and written. */
  record Result(long tokens, long bytes) {}

  FileDecoder(Tokenizer tokenizer, DecodeOptions options) {
    this.tokenizer = tokenizer;
    this.options = options;
    pieces = new byte[tokenizer.vocabularySize()][];
    int longest = 0;
    for (int id = 0; id < pieces.length; id++) {
      boolean skipped = options.skipSpecialTokens() && tokenizer.specialTokens().contains(id);
      byte[] piece = skipped ? new byte[0] : tokenizer.pieceBytes(id);
      pieces[id] = piece;
      longest = Math.max(longest, piece.length);
    }
    text = ByteBuffer.allocate(BUFFER_BYTES + longest + 1);
  }

  /**
   * Decodes {@code input} into {@code output}.
   *
   * @param progress hears how many bytes of the input are done
   * @throws IOException if the file does not hold ids of the vocabulary; the message says where
   */
  Result decode(Path input, OutputFile output, LongConsumer progress) throws IOException {
    // Only the tokenizer knows what it drops at the beginning of a text; once the ids have given a
    // byte, each further one adds its own bytes (see StreamingDecoder).
    IdBuffer beginning = new IdBuffer(8);
    boolean begun = false;
    long read = 0;
    long written = 0;
    ByteBuffer ids = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel = FileChannel.open(input, StandardOpenOption.READ)) {
      while (channel.read(ids) >= 0) {
        ids.flip();
        while (ids.remaining() >= 4) {
          int id = ids.getInt();
          if (id < 0 || id >= pieces.length) {
            throw new IOException(
                String.format(
                    "%s: byte %d: expected an id from 0 to %d, got %d",
                    input, read, pieces.length - 1, id));
          }
          read += 4;
          byte[] piece = pieces[id];
          if (!begun) {
            beginning.add(id);
            piece = tokenizer.decodeBytes(beginning.array(), 0, beginning.size(), options);
            begun = piece.length > 0;
          }
          text.put(piece);
          if (text.position() >= BUFFER_BYTES) {
            written += flush(output);
            progress.accept(read);
          }
        }
        ids.compact();
      }
    }
    if (ids.position() > 0) {
      throw new IOException(
          String.format(
              "%s: byte %d: the file ends inside an id, expected 4 bytes each", input, read));
    }
    written += flush(output);
    return new Result(read / 4, written);
  }

  private int flush(OutputFile output) throws IOException {
    text.flip();
    int length = text.remaining();
    output.write(text);
    text.clear();
    return length;
  }
}

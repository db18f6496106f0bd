package io.github.maque.train.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Small files of text in a checkpoint. */
final class TextFile {
  /** More than any state or configuration has, and nothing that memory could not hold. */
  private static final int MAX_BYTES = 1 << 26;

  private TextFile() {}

  /**
   * Writes a file that must not exist.
   *
   * @throws IOException if it cannot be written, is too long, or holds half a surrogate pair
   */
  static void write(Path file, String text) throws IOException {
    ByteBuffer utf8;
    try {
      utf8 = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
    } catch (CharacterCodingException e) {
      throw new IOException(file + ": the text holds half a surrogate pair", e);
    }
    if (utf8.remaining() > MAX_BYTES) {
      throw new IOException(
          file + ": must have at most " + MAX_BYTES + " bytes, got " + utf8.remaining());
    }
    byte[] bytes = new byte[utf8.remaining()];
    utf8.get(bytes);
    Files.write(file, bytes, StandardOpenOption.CREATE_NEW);
  }

  /**
   * Reads a file.
   *
   * @throws CheckpointException if there is none, or it is no text
   */
  static String read(Path file) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new CheckpointException(file, "the file is missing");
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    }
    if (bytes.length > MAX_BYTES) {
      throw new CheckpointException(file, "expected at most " + MAX_BYTES + " bytes");
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new CheckpointException(file, "expected a text in UTF-8", e);
    }
  }
}

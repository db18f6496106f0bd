package io.github.maque.tokenizer.format;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads whole files of limited size. */
final class FileBytes {
  private FileBytes() {}

  /**
   * Returns the content of {@code file}.
   *
   * @throws TokenizerFormatException if it is longer than {@code limit} bytes
   */
  static byte[] read(Path file, int limit) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      // The size is asked first only to fail early: a file can grow, a device has none.
      byte[] bytes = Files.size(file) > limit ? new byte[0] : in.readNBytes(limit);
      if (in.read() >= 0) {
        throw new TokenizerFormatException(
            file.toString(), "byte " + limit, "the file is longer than any tokenizer file");
      }
      return bytes;
    }
  }
}

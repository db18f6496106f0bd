package io.github.maque.data.shard;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** Says where writing failed: "No space left on device" alone does not. */
final class WriteFailure {
  private WriteFailure() {}

  /** Returns {@code e} if it names a file or is none of a file, and else one that names it. */
  static IOException of(Path file, IOException e) {
    return e instanceof FileSystemException || e instanceof ClosedByInterruptException
        ? e
        : new IOException(file + ": cannot be written: " + e.getMessage(), e);
  }
}

package io.github.maque.train.tune;

import io.github.maque.tokenizer.format.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A recommended learning rate, and the measurements that it rests on. */
public sealed interface LearningRateEvidence permits SearchEvidence, RangeTestEvidence {
  /** Returns the rate, how far to trust it, and why. */
  Recommendation recommendation();

  /** Returns the measurements as lines of text, each with a line break. */
  String table();

  /**
   * Returns files that show all that was measured, by name: text, CSV and PNG. On a machine that
   * cannot draw there is no PNG.
   */
  Map<String, byte[]> files();

  /**
   * Writes {@link #files} into a directory, over those that are there.
   *
   * @param directory is made if need be
   */
  default void write(Path directory) throws IOException {
    Files.createDirectories(directory);
    for (Map.Entry<String, byte[]> file : files().entrySet()) {
      AtomicFile.write(directory.resolve(file.getKey()), out -> out.write(file.getValue()));
    }
  }
}

package io.github.maque.data.clean;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds duplicates among any number of texts, in two stages: first every text gives one row of
 * bytes, which the caller writes to a file, row behind row in the order of the texts; then the file
 * of all rows tells which texts to keep. Thread-safe.
 */
public final class DuplicateSurvey {
  DuplicateSurvey(boolean exact, @Nullable NearDuplicates near) {}

  /** Returns how many bytes a row has. */
  public int rowBytes() {
    throw new UnsupportedOperationException();
  }

  /** Appends the row of a text to {@code row}. */
  public void sign(String text, ByteBuffer row) {
    throw new UnsupportedOperationException();
  }

  /** Appends the row of a text that is out already, and is nobody's duplicate. */
  public void skip(ByteBuffer row) {
    throw new UnsupportedOperationException();
  }

  /**
   * Decides which texts to keep and writes that to {@code decisions}, as a whole or not at all.
   *
   * @param rows the file of all rows
   * @param scratch a directory for intermediate files, which are deleted in the end
   * @param progress hears the share that is done
   */
  public void resolve(Path rows, Path decisions, Path scratch, int threads, DoubleConsumer progress)
      throws IOException {
    throw new UnsupportedOperationException();
  }
}

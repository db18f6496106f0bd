package io.github.maque.data.clean;

import java.io.IOException;
import java.nio.file.Path;

/** Which texts are duplicates of which, as a {@link DuplicateSurvey} found it. Thread-safe. */
public final class DuplicateDecisions {
  /** What a text is. */
  public enum Kind {
    /** No duplicate, or the one of several that is kept. */
    KEPT,
    /** Equal to one that is kept. */
    EXACT_DUPLICATE,
    /** Nearly equal to one that is kept. */
    NEAR_DUPLICATE
  }

  private DuplicateDecisions() {}

  /**
   * Opens a file of decisions.
   *
   * @throws io.github.maque.data.MalformedDataException if it is none or is cut short
   */
  public static DuplicateDecisions open(Path file) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Returns how many texts were looked at. */
  public long size() {
    throw new UnsupportedOperationException();
  }

  /** Returns what text {@code index} is. */
  public Kind kind(long index) {
    throw new UnsupportedOperationException();
  }

  /** Returns the text that is kept in the place of text {@code index}, which may be itself. */
  public long keptInstead(long index) {
    throw new UnsupportedOperationException();
  }
}

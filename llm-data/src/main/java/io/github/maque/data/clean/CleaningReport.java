package io.github.maque.data.clean;

import io.github.maque.data.Document;
import java.util.Map;

/**
 * What cleaning did: how many documents went for which reason, with samples. Filled by one thread,
 * with documents in their order; it survives a restart as JSON.
 */
public final class CleaningReport {
  /** Counts a document that is kept. {@code changed} is whether its text was changed. */
  public void kept(Document document, boolean changed) {
    throw new UnsupportedOperationException();
  }

  /** Counts a document that was dropped, keeping the first few of each reason as samples. */
  public void dropped(Document document, String reason) {
    throw new UnsupportedOperationException();
  }

  /** Returns the report as a JSON value. */
  public Map<String, Object> toJson() {
    throw new UnsupportedOperationException();
  }

  /** Returns the report that {@link #toJson} gave. */
  public static CleaningReport fromJson(Map<String, Object> json) {
    throw new UnsupportedOperationException();
  }

  /** Returns the report for people. */
  public String toText() {
    throw new UnsupportedOperationException();
  }
}

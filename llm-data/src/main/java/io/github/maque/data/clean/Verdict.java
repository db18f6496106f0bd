package io.github.maque.data.clean;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What becomes of a text: it goes on, perhaps changed, or it is dropped for a reason. */
public final class Verdict {
  private final @Nullable String text;
  private final @Nullable String reason;

  private Verdict(@Nullable String text, @Nullable String reason) {
    this.text = text;
    this.reason = reason;
  }

  /** Returns the verdict that a text goes on as {@code text}. */
  public static Verdict keep(String text) {
    return new Verdict(Objects.requireNonNull(text, "text"), null);
  }

  /**
   * Returns the verdict that a text is dropped.
   *
   * @param reason a few words that are the same for all texts dropped for this reason, such as
   *     {@code too short}
   */
  public static Verdict drop(String reason) {
    return new Verdict(null, Objects.requireNonNull(reason, "reason"));
  }

  /** Returns whether the text goes on. */
  public boolean isKept() {
    return text != null;
  }

  /**
   * Returns the text that goes on.
   *
   * @throws IllegalStateException if it is dropped
   */
  public String text() {
    if (text == null) {
      throw new IllegalStateException("dropped: " + reason);
    }
    return text;
  }

  /**
   * Returns why the text is dropped.
   *
   * @throws IllegalStateException if it is kept
   */
  public String reason() {
    if (reason == null) {
      throw new IllegalStateException("kept");
    }
    return reason;
  }
}

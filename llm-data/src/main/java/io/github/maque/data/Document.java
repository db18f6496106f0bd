package io.github.maque.data;

import java.util.Objects;

/**
 * One text to learn from, such as a story.
 *
 * @param text what it says
 * @param location where it was found
 */
public record Document(String text, Location location) {

  /** Checks that both parts are there. */
  public Document {
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(location, "location");
  }
}

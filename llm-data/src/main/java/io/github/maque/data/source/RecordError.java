package io.github.maque.data.source;

import io.github.maque.data.Location;

/**
 * A record that could not be read and was left out.
 *
 * @param location where it begins
 * @param problem what is wrong and what was expected
 */
public record RecordError(Location location, String problem) {

  @Override
  public String toString() {
    return location + ": " + problem;
  }
}

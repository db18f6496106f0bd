package io.github.maque.model.generate;

import java.util.List;

/**
 * Looks for stop strings in a text that comes char by char: Knuth, Morris and Pratt's automaton for
 * each, whose state says how much of the string the text ends with.
 */
final class StopStrings {
  private final String[] stops;

  /** For a stop string and a length, the longest shorter beginning that is also an end of it. */
  private final int[][] borders;

  private final int[] states;

  StopStrings(List<String> stops) {
    this.stops = stops.toArray(String[]::new);
    states = new int[this.stops.length];
    borders = new int[this.stops.length][];
    for (int i = 0; i < borders.length; i++) {
      borders[i] = borders(this.stops[i]);
    }
  }

  private static int[] borders(String stop) {
    int[] borders = new int[stop.length() + 1];
    for (int end = 1; end < stop.length(); end++) {
      borders[end + 1] = follow(stop, borders, borders[end], stop.charAt(end));
    }
    return borders;
  }

  private static int follow(String stop, int[] borders, int state, char next) {
    int matched = state;
    while (matched > 0 && stop.charAt(matched) != next) {
      matched = borders[matched];
    }
    return stop.charAt(matched) == next ? matched + 1 : 0;
  }

  /**
   * Takes the next char and returns the length of the longest stop string that it completes, or 0.
   * After that there is nothing more to look for.
   */
  int next(char c) {
    int longest = 0;
    for (int i = 0; i < stops.length; i++) {
      states[i] = follow(stops[i], borders[i], states[i], c);
      if (states[i] == stops[i].length()) {
        longest = Math.max(longest, states[i]);
      }
    }
    return longest;
  }

  /** Returns how many of the last chars may be the beginning of a stop string. */
  int pending() {
    int most = 0;
    for (int state : states) {
      most = Math.max(most, state);
    }
    return most;
  }
}

package io.github.maque.data.source;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Finds where records end. It sees every byte of a file once and in order, in pieces of any size,
 * so that what it finds cannot depend on how the bytes arrive.
 */
abstract class RecordScanner {
  /**
   * Goes through {@code data[from, to)}, which follows what it saw before, up to the end of a
   * record.
   *
   * @return the offset behind the record and its delimiter, or -1 if it does not end there
   * @throws IllegalArgumentException if a byte cannot be there; the message says why
   */
  abstract int next(byte[] data, int from, int to);

  /** Returns how many bytes delimiters have. */
  int delimiter() {
    return 1;
  }

  /** Returns what is missing if the file ends here, or null if nothing is. */
  @Nullable String missingAtEnd() {
    return null;
  }

  /** Every line is a record. */
  static final class Lines extends RecordScanner {
    @Override
    int next(byte[] data, int from, int to) {
      int lineFeed = LineFeeds.indexOf(data, from, to);
      return lineFeed < 0 ? -1 : lineFeed + 1;
    }
  }

  /** A line of nothing but spaces and tabs ends a record. */
  static final class Paragraphs extends RecordScanner {
    private boolean blank = true;

    @Override
    int next(byte[] data, int from, int to) {
      for (int i = from; i < to; i++) {
        byte c = data[i];
        if (c == '\n') {
          if (blank) {
            return i + 1;
          }
          blank = true;
        } else if (c != ' ' && c != '\t' && c != '\r') {
          blank = false;
        }
      }
      return -1;
    }
  }

  /** A text stands between records: Knuth, Morris and Pratt's search, which never looks back. */
  static final class Separated extends RecordScanner {
    private final byte[] separator;

    /** How much of the separator still matches if all but the byte after so many did. */
    private final int[] fallback;

    private int matched;

    Separated(String separator) {
      this.separator = separator.getBytes(StandardCharsets.UTF_8);
      fallback = new int[this.separator.length];
      for (int i = 1, length = 0; i < fallback.length; i++) {
        length = advance(length, this.separator[i]);
        fallback[i] = length;
      }
    }

    @Override
    int next(byte[] data, int from, int to) {
      byte first = separator[0];
      for (int i = from; i < to; i++) {
        if (matched == 0 && data[i] != first) {
          continue;
        }
        matched = advance(matched, data[i]);
        if (matched == separator.length) {
          matched = 0;
          return i + 1;
        }
      }
      return -1;
    }

    private int advance(int length, byte next) {
      int l = length;
      while (l > 0 && separator[l] != next) {
        l = fallback[l - 1];
      }
      return separator[l] == next ? l + 1 : l;
    }

    @Override
    int delimiter() {
      return separator.length;
    }
  }

  /** The whole file is one record. */
  static final class WholeFile extends RecordScanner {
    @Override
    int next(byte[] data, int from, int to) {
      return -1;
    }

    @Override
    int delimiter() {
      return 0;
    }
  }

  /**
   * Lines of JSON, or the elements of one JSON array if the first byte that is not blank opens one.
   * What stands in front of the array and behind it comes out as blank records.
   */
  static final class Json extends RecordScanner {
    private enum Place {
      START,
      LINES,
      ARRAY,
      BEHIND_ARRAY
    }

    private final Lines lines = new Lines();
    private Place place = Place.START;

    /** How many braces and brackets are open. */
    private int depth;

    private boolean inString;
    private boolean escaped;

    @Override
    int next(byte[] data, int from, int to) {
      return switch (place) {
        case START -> start(data, from, to);
        case LINES -> lines.next(data, from, to);
        case ARRAY -> element(data, from, to);
        case BEHIND_ARRAY -> behind(data, from, to);
      };
    }

    private int start(byte[] data, int from, int to) {
      for (int i = from; i < to; i++) {
        switch (data[i]) {
          case ' ', '\t', '\r' -> {}
          case '\n' -> {
            return i + 1;
          }
          case '[' -> {
            place = Place.ARRAY;
            depth = 1;
            return i + 1;
          }
          default -> {
            place = Place.LINES;
            return lines.next(data, i, to);
          }
        }
      }
      return -1;
    }

    private int element(byte[] data, int from, int to) {
      int i = from;
      while (i < to) {
        byte c = data[i++];
        if (inString) {
          if (escaped) {
            escaped = false;
          } else if (c == '\\') {
            escaped = true;
          } else if (c == '"') {
            inString = false;
          }
        } else if (c == '"') {
          inString = true;
        } else if (c == ',') {
          if (depth == 1) {
            return i;
          }
        } else if (c == '{' || c == '[') {
          depth++;
        } else if (c == '}' || c == ']') {
          if (depth > 1) {
            depth--;
          } else if (c == ']') {
            place = Place.BEHIND_ARRAY;
            return i;
          }
        }
      }
      return -1;
    }

    private int behind(byte[] data, int from, int to) {
      for (int i = from; i < to; i++) {
        switch (data[i]) {
          case ' ', '\t', '\r' -> {}
          case '\n' -> {
            return i + 1;
          }
          default ->
              throw new IllegalArgumentException(
                  "expected nothing behind the end of the JSON array; in a file of JSON lines"
                      + " records cannot be arrays");
        }
      }
      return -1;
    }

    @Override
    @Nullable String missingAtEnd() {
      return place == Place.ARRAY ? "the JSON array is not closed" : null;
    }
  }
}

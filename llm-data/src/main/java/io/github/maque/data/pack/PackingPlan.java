package io.github.maque.data.pack;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Which samples lie in which row. A piece is a sample or, where it is too long, a part of one; all
 * pieces have as many tokens as their sample has from their first token on, but no more than a row.
 */
final class PackingPlan {
  /** What keeps an array with an entry for each possible length small. */
  static final int MAX_LENGTH = 1 << 24;

  private final int[] pieceSample;
  private final int[] pieceFrom;
  // Row r has the pieces rowStart[r] … rowStart[r + 1] - 1.
  private final int[] rowStart;
  private final PackingReport report;

  private PackingPlan(int[] pieceSample, int[] pieceFrom, int[] rowStart, PackingReport report) {
    this.pieceSample = pieceSample;
    this.pieceFrom = pieceFrom;
    this.rowStart = rowStart;
    this.report = report;
  }

  int rows() {
    return rowStart.length - 1;
  }

  int firstPiece(int row) {
    return rowStart[row];
  }

  int sample(int piece) {
    return pieceSample[piece];
  }

  /** Returns the first token of a piece, counted in its sample. */
  int from(int piece) {
    return pieceFrom[piece];
  }

  PackingReport report() {
    return report;
  }

  static PackingPlan of(Samples samples, int length, OverlongPolicy overlong, boolean onePerRow) {
    return new Planner(samples, length, overlong).plan(onePerRow);
  }

  private static final class Planner {
    private final Samples samples;
    private final int length;
    private final OverlongPolicy overlong;
    private final int[] pieceSample;
    private final int[] pieceFrom;
    private int pieces;
    private long tokens;
    private long lostTokens;
    private int truncated;
    private int split;
    private int dropped;

    Planner(Samples samples, int length, OverlongPolicy overlong) {
      this.samples = samples;
      this.length = length;
      this.overlong = overlong;
      int most = countPieces();
      pieceSample = new int[most];
      pieceFrom = new int[most];
      for (int sample = 0; sample < samples.size(); sample++) {
        addPieces(sample);
      }
    }

    PackingPlan plan(boolean onePerRow) {
      if (onePerRow) {
        int[] rowStart = new int[pieces + 1];
        Arrays.setAll(rowStart, row -> row);
        return new PackingPlan(pieceSample, pieceFrom, rowStart, report(pieces));
      }
      int[] order = longestFirst();
      int[] rowOf = new int[pieces];
      int rows = fit(order, rowOf);
      return collect(order, rowOf, rows);
    }

    /** Returns how many pieces there will be at most. */
    private int countPieces() {
      long count = 0;
      for (int sample = 0; sample < samples.size(); sample++) {
        int whole = samples.length(sample);
        if (whole < 1) {
          throw new IllegalArgumentException("sample " + sample + " has no tokens");
        }
        boolean cut = whole > length && overlong == OverlongPolicy.SPLIT;
        count += cut ? (whole - 1) / length + 1 : 1;
      }
      if (count > Integer.MAX_VALUE - 8) {
        throw new IllegalArgumentException(
            "at most 2^31 - 9 samples and pieces of samples can be packed, got " + count);
      }
      return (int) count;
    }

    private void addPieces(int sample) {
      int whole = samples.length(sample);
      if (whole <= length) {
        addPiece(sample, 0, whole);
        return;
      }
      switch (overlong) {
        case TRUNCATE_END, TRUNCATE_START -> {
          truncated++;
          lostTokens += whole - length;
          addPiece(sample, overlong == OverlongPolicy.TRUNCATE_END ? 0 : whole - length, length);
        }
        case SPLIT -> {
          split++;
          for (long from = 0; from < whole; from += length) {
            addPiece(sample, (int) from, (int) Math.min(length, whole - from));
          }
        }
        case DROP -> {
          dropped++;
          lostTokens += whole;
        }
        case REJECT ->
            throw new IllegalArgumentException(
                "sample " + sample + " has " + whole + " tokens, and a row has only " + length);
      }
    }

    private void addPiece(int sample, int from, int count) {
      pieceSample[pieces] = sample;
      pieceFrom[pieces++] = from;
      tokens += count;
    }

    private int pieceLength(int piece) {
      return Math.min(length, samples.length(pieceSample[piece]) - pieceFrom[piece]);
    }

    /** Returns the pieces from the longest to the shortest, equally long ones in their order. */
    private int[] longestFirst() {
      int[] next = new int[length + 1];
      for (int piece = 0; piece < pieces; piece++) {
        next[length - pieceLength(piece) + 1]++;
      }
      for (int shorter = 1; shorter <= length; shorter++) {
        next[shorter] += next[shorter - 1];
      }
      int[] order = new int[pieces];
      for (int piece = 0; piece < pieces; piece++) {
        order[next[length - pieceLength(piece)]++] = piece;
      }
      return order;
    }

    /** Finds a row for each piece of {@code order}, and returns how many rows there are. */
    private int fit(int[] order, int[] rowOf) {
      // Rows with the same room left are a stack: its top, and for each row what is below it.
      int[] top = new int[length + 1];
      int[] below = new int[pieces];
      BitSet rooms = new BitSet(length + 1);
      int rows = 0;
      for (int i = 0; i < pieces; i++) {
        int needed = pieceLength(order[i]);
        int room = rooms.nextSetBit(needed);
        int row;
        if (room < 0) {
          room = length;
          row = rows++;
        } else {
          row = top[room];
          top[room] = below[row];
          if (top[room] < 0) {
            rooms.clear(room);
          }
        }
        rowOf[i] = row;
        int left = room - needed;
        below[row] = rooms.get(left) ? top[left] : -1;
        top[left] = row;
        rooms.set(left);
      }
      return rows;
    }

    /** Brings the pieces of each row together, in the order in which they came into it. */
    private PackingPlan collect(int[] order, int[] rowOf, int rows) {
      int[] rowStart = new int[rows + 1];
      for (int row : rowOf) {
        rowStart[row + 1]++;
      }
      for (int row = 0; row < rows; row++) {
        rowStart[row + 1] += rowStart[row];
      }
      int[] next = Arrays.copyOf(rowStart, rows);
      int[] sample = new int[pieces];
      int[] from = new int[pieces];
      for (int i = 0; i < pieces; i++) {
        int place = next[rowOf[i]]++;
        sample[place] = pieceSample[order[i]];
        from[place] = pieceFrom[order[i]];
      }
      return new PackingPlan(sample, from, rowStart, report(rows));
    }

    private PackingReport report(int rows) {
      return new PackingReport(
          length, rows, samples.size(), tokens, lostTokens, truncated, split, dropped);
    }
  }
}

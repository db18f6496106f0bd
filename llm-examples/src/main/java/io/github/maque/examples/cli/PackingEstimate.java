package io.github.maque.examples.cli;

import java.util.Map;
import java.util.TreeMap;

/**
 * How well documents fill rows of one length, known from their lengths alone. A document that is
 * longer than a row is cut into whole rows and a rest.
 *
 * @param rows how many rows there are if each document, or piece of one, has a row of its own
 * @param packedRows how many there are if they are packed by best fit, the longest first, as {@link
 *     io.github.maque.data.pack.PackedSequences#bestFit} does it
 * @param paddingShare which share of {@code rows} is padding
 * @param packedPaddingShare which share of {@code packedRows} is padding
 */
record PackingEstimate(long rows, long packedRows, double paddingShare, double packedPaddingShare) {

  /** Estimates for rows of {@code window} tokens. */
  static PackingEstimate of(LengthFigures lengths, int window) {
    TreeMap<Integer, Long> pieces = new TreeMap<>();
    lengths
        .counts()
        .forEach(
            (length, count) -> {
              if (length >= window) {
                pieces.merge(window, length / window * count, Long::sum);
              }
              if (length % window > 0) {
                pieces.merge(length % window, count, Long::sum);
              }
            });
    long rows = pieces.values().stream().mapToLong(Long::longValue).sum();
    long packedRows = bestFit(pieces, window);
    return new PackingEstimate(
        rows,
        packedRows,
        1 - lengths.total() / ((double) rows * window),
        1 - lengths.total() / ((double) packedRows * window));
  }

  /**
   * Returns how many rows best fit takes. Pieces of one length are all alike, and so are rows with
   * the same room left: what is done to one of them is done to as many as there are at once. A row
   * that has got a piece is the best fit for the next one of the same length, as long as it has
   * room.
   */
  private static long bestFit(TreeMap<Integer, Long> pieces, int window) {
    TreeMap<Integer, Long> rowsByRoom = new TreeMap<>();
    long rows = 0;
    for (Map.Entry<Integer, Long> entry : pieces.descendingMap().entrySet()) {
      int length = entry.getKey();
      long left = entry.getValue();
      while (left > 0) {
        Map.Entry<Integer, Long> best = rowsByRoom.ceilingEntry(length);
        int room = best == null ? window : best.getKey();
        int pieceCount = (int) Math.min(left, room / length);
        long filled = left / pieceCount;
        if (best == null) {
          rows += filled;
        } else {
          filled = Math.min(filled, best.getValue());
          rowsByRoom.merge(room, -filled, PackingEstimate::sumUnlessZero);
        }
        rowsByRoom.merge(room - pieceCount * length, filled, Long::sum);
        left -= filled * pieceCount;
      }
    }
    return rows;
  }

  @SuppressWarnings("NullAway") // null removes the entry
  private static Long sumUnlessZero(Long a, Long b) {
    return a + b == 0 ? null : Long.valueOf(a + b);
  }
}

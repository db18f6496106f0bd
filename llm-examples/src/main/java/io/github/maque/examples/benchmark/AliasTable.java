package io.github.maque.examples.benchmark;

/**
 * Draws from a fixed distribution in constant time (A. J. Walker, "An efficient method for
 * generating discrete random variables with general distributions", 1977).
 */
final class AliasTable {
  /** For every column, the bound of the 32-bit draw below which the column itself is the result. */
  private final long[] bounds;

  private final int[] aliases;

  /**
   * Creates a table.
   *
   * @param weights how likely each index is, relative to the others
   */
  AliasTable(double... weights) {
    int size = weights.length;
    double sum = 0;
    for (double weight : weights) {
      sum += weight;
    }
    double[] scaled = new double[size];
    int[] poor = new int[size];
    int[] rich = new int[size];
    int poorCount = 0;
    int richCount = 0;
    for (int i = 0; i < size; i++) {
      scaled[i] = weights[i] / sum * size;
      if (scaled[i] < 1) {
        poor[poorCount++] = i;
      } else {
        rich[richCount++] = i;
      }
    }
    bounds = new long[size];
    aliases = new int[size];
    while (poorCount > 0 && richCount > 0) {
      int taker = poor[--poorCount];
      int giver = rich[richCount - 1];
      bounds[taker] = (long) (scaled[taker] * 0x1p32);
      aliases[taker] = giver;
      scaled[giver] -= 1 - scaled[taker];
      if (scaled[giver] < 1) {
        richCount--;
        poor[poorCount++] = giver;
      }
    }
    // What is left over is 1 but for rounding.
    while (richCount > 0) {
      bounds[rich[--richCount]] = 1L << 32;
    }
    while (poorCount > 0) {
      bounds[poor[--poorCount]] = 1L << 32;
    }
  }

  /** Draws an index. */
  int draw(SplitMix random) {
    long bits = random.nextLong();
    int column = (int) ((bits >>> 32) * bounds.length >>> 32);
    return (bits & 0xFFFFFFFFL) < bounds[column] ? column : aliases[column];
  }
}

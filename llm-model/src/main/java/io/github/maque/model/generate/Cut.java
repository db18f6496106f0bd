package io.github.maque.model.generate;

/**
 * Finds how far down the largest of many values go, without sorting them: quickselect, whose three
 * parts above, at and below a pivot are weighed by number or by sum.
 */
final class Cut {
  private double value;
  private int ties;

  /** Returns the smallest value that is kept. */
  double value() {
    return value;
  }

  /** Returns how many of the values equal to {@link #value} are kept. */
  int ties() {
    return ties;
  }

  /**
   * Cuts behind the {@code count} largest of the first {@code size} values and puts these in front.
   */
  void byCount(double[] values, int size, int count) {
    find(values, size, count, false);
  }

  /**
   * Cuts behind the fewest of the largest of the first {@code size} values, none negative, that
   * have {@code mass} together; behind all if they have not. The values are left in another order.
   */
  void byMass(double[] values, int size, double mass) {
    find(values, size, mass, true);
  }

  private void find(double[] values, int size, double target, boolean byMass) {
    int from = 0;
    int to = size;
    double missing = target;
    while (true) {
      double pivot = values[from + pick(from, to)];
      int equal = from;
      int below = to;
      double mass = 0;
      for (int at = from; at < below; ) {
        double x = values[at];
        if (x > pivot) {
          values[at++] = values[equal];
          values[equal++] = x;
          mass += x;
        } else if (x < pivot) {
          values[at] = values[--below];
          values[below] = x;
        } else {
          at++;
        }
      }
      double above = byMass ? mass : equal - from;
      if (above >= missing) {
        to = equal;
        continue;
      }
      missing -= above;
      double each = byMass ? pivot : 1;
      if (each * (below - equal) >= missing || below == to) {
        value = pivot;
        ties = (int) Math.min(below - equal, Math.ceil(missing / each));
        return;
      }
      missing -= each * (below - equal);
      from = below;
    }
  }

  /** Returns a place in the range, from 0, that no order of the values makes a bad choice often. */
  private static int pick(int from, int to) {
    long mixed = RandomDraw.mix(((long) from << 32) | to);
    return (int) Math.floorMod(mixed, (long) (to - from));
  }
}

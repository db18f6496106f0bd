package io.github.maque.examples.cli;

import io.github.maque.model.format.TensorSource;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * What the numbers of a tensor are like.
 *
 * @param mean of the finite ones
 * @param deviation the standard deviation of the finite ones, of all and not of a sample
 * @param minimum the smallest finite one
 * @param maximum the largest finite one
 * @param notNumbers how many are NaN
 * @param infinite how many are infinite
 */
record TensorStatistics(
    double mean, double deviation, double minimum, double maximum, long notNumbers, long infinite) {
  private static final int CHUNK = 1 << 16;

  /**
   * Reads a tensor.
   *
   * @param progress hears how many more numbers were read
   */
  static TensorStatistics of(TensorSource source, String name, LongConsumer progress)
      throws IOException {
    Sums sums = new Sums();
    FloatBuffer numbers = FloatBuffer.allocate(CHUNK);
    long size = source.size(name);
    for (long from = 0; from < size; from += CHUNK) {
      numbers.clear().limit((int) Math.min(CHUNK, size - from));
      source.read(name, from, numbers);
      sums.add(numbers.flip());
      progress.accept(numbers.limit());
    }
    return sums.statistics();
  }

  /** Returns the figures by name; a tensor without finite numbers has no mean. */
  Map<String, Object> figures() {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("mean", mean);
    figures.put("std", deviation);
    figures.put("min", minimum);
    figures.put("max", maximum);
    figures.put("nan", notNumbers);
    figures.put("infinite", infinite);
    return figures;
  }

  @Override
  public String toString() {
    return String.format(
            Locale.ROOT,
            "mean % .4g  std %.4g  min % .4g  max % .4g",
            mean,
            deviation,
            minimum,
            maximum)
        + (notNumbers > 0 ? String.format(Locale.ROOT, "  NaN %,d", notNumbers) : "")
        + (infinite > 0 ? String.format(Locale.ROOT, "  infinite %,d", infinite) : "");
  }

  /** Mean and squares about it so far (Welford, 1962): no digits are lost far from zero. */
  private static final class Sums {
    private long count;
    private double mean;
    private double squares;
    private double minimum = Double.NaN;
    private double maximum = Double.NaN;
    private long notNumbers;
    private long infinite;

    void add(FloatBuffer numbers) {
      for (int i = 0; i < numbers.limit(); i++) {
        float number = numbers.get(i);
        if (Float.isNaN(number)) {
          notNumbers++;
        } else if (Float.isInfinite(number)) {
          infinite++;
        } else {
          add(number);
        }
      }
    }

    private void add(float number) {
      count++;
      double difference = number - mean;
      mean += difference / count;
      squares += difference * (number - mean);
      minimum = count == 1 ? number : Math.min(minimum, number);
      maximum = count == 1 ? number : Math.max(maximum, number);
    }

    TensorStatistics statistics() {
      return new TensorStatistics(
          count == 0 ? Double.NaN : mean,
          Math.sqrt(squares / count),
          minimum,
          maximum,
          notNumbers,
          infinite);
    }
  }
}

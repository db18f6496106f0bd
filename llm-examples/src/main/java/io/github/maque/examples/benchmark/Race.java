package io.github.maque.examples.benchmark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Measures contestants that do the same work, taking turns (A B A B …), so that whatever else the
 * machine does meets all of them alike.
 */
final class Race {
  private static final int WARM_UP_TURNS = 2;

  private final List<Contestant> contestants = new ArrayList<>();
  private final double turnSeconds;
  private final int rounds;

  private record Contestant(String name, Runnable preparation, Runnable work) {}

  /**
   * The speed of a contestant.
   *
   * @param name who it is
   * @param mbPerSecond the median over the rounds
   * @param slowest the slowest round
   * @param fastest the fastest round
   */
  record Speed(String name, double mbPerSecond, double slowest, double fastest) {

    /** Returns how far the rounds are apart, as a part of the median. */
    double spread() {
      return (fastest - slowest) / mbPerSecond;
    }
  }

  /**
   * Creates a race.
   *
   * @param rounds how many turns each contestant has
   * @param turnSeconds how long a turn lasts at least; fast work is repeated
   */
  Race(int rounds, double turnSeconds) {
    this.rounds = rounds;
    this.turnSeconds = turnSeconds;
  }

  /** Adds a contestant. */
  Race add(String name, Runnable work) {
    return add(name, () -> {}, work);
  }

  /** Adds a contestant that has something to do before each piece of work, which is not timed. */
  Race add(String name, Runnable preparation, Runnable work) {
    contestants.add(new Contestant(name, preparation, work));
    return this;
  }

  /**
   * Runs the race.
   *
   * @param bytes how much text each piece of work goes through
   * @param progress hears the contestant at work, and how many turns of how many are over
   */
  List<Speed> run(long bytes, BiConsumer<String, Double> progress) {
    int turns = contestants.size() * (rounds + WARM_UP_TURNS);
    int done = 0;
    double[][] speeds = new double[contestants.size()][rounds];
    for (int round = -WARM_UP_TURNS; round < rounds; round++) {
      for (int c = 0; c < contestants.size(); c++) {
        progress.accept(contestants.get(c).name, (double) done++ / turns);
        double seconds = secondsPerRun(contestants.get(c));
        if (round >= 0) {
          speeds[c][round] = bytes / 1e6 / seconds;
        }
      }
    }
    List<Speed> results = new ArrayList<>();
    for (int c = 0; c < speeds.length; c++) {
      Arrays.sort(speeds[c]);
      results.add(
          new Speed(
              contestants.get(c).name, median(speeds[c]), speeds[c][0], speeds[c][rounds - 1]));
    }
    return results;
  }

  private double secondsPerRun(Contestant contestant) {
    int runs = 0;
    double seconds = 0;
    do {
      contestant.preparation.run();
      long start = System.nanoTime();
      contestant.work.run();
      seconds += (System.nanoTime() - start) / 1e9;
      runs++;
    } while (seconds < turnSeconds);
    return seconds / runs;
  }

  static double median(double[] sorted) {
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}

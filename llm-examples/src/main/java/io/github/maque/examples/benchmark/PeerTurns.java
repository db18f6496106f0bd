package io.github.maque.examples.benchmark;

import io.github.maque.model.kernel.Precision;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;

/**
 * Whole steps of training beside PyTorch, in turns, ours before and after each of the others: what
 * else the machine does meets all of them alike.
 *
 * @param peer PyTorch
 * @param batch how many sequences of the context's length a step has
 * @param rounds how many turns each has
 * @param steps how many steps a turn has, of which the first half warms up
 */
record PeerTurns(TorchPeer peer, ModelShape shape, int batch, int rounds, int steps) {
  private static final List<String> MODES = List.of("eager", "compile");

  /** What is promised, in the order of the modes. */
  private static final double[] BOUNDS = {1.2, 1.0};

  /** Ours. */
  @FunctionalInterface
  interface Contestant {
    /** Makes steps, and returns the tokens per second of the median of their second half. */
    double tokensPerSecond(int steps) throws IOException;
  }

  /**
   * Runs it.
   *
   * @param what the name of what is promised
   * @param precision of ours
   * @param measurements are added to
   * @param remarks are added to
   * @param requirements are added to
   */
  void run(
      String what,
      Precision precision,
      Contestant ours,
      BiConsumer<String, Double> progress,
      List<Measurement> measurements,
      List<String> remarks,
      List<Requirement> requirements)
      throws IOException {
    boolean comparable = true;
    List<double[]> ratios = new ArrayList<>();
    MODES.forEach(mode -> ratios.add(new double[rounds]));
    progress.accept("ours", 0.0);
    double before = ours.tokensPerSecond(steps);
    int turns = 0;
    for (int round = 0; round < rounds; round++) {
      for (int mode = 0; mode < MODES.size(); mode++) {
        progress.accept("PyTorch " + MODES.get(mode), turns++ / (double) (rounds * MODES.size()));
        TorchPeer.Result result = peer.run(shape, batch, MODES.get(mode), steps);
        requireSameSize(shape, result);
        comparable &= result.computesIn(precision);
        double after = ours.tokensPerSecond(steps);
        ratios.get(mode)[round] = (before + after) / 2 / result.tokensPerSecond();
        measurements.add(measurement(result, before, after));
        before = after;
      }
    }
    if (!comparable) {
      remarks.add(
          "Nothing is promised against PyTorch: it did not say that it computes in "
              + TorchPeer.name(precision)
              + " as ours does.");
      return;
    }
    for (int mode = 0; mode < MODES.size(); mode++) {
      Arrays.sort(ratios.get(mode));
      requirements.add(
          Requirement.atLeast(
              what + " against PyTorch " + MODES.get(mode),
              BOUNDS[mode],
              "×",
              Race.median(ratios.get(mode))));
    }
  }

  /**
   * Tries the other out with a tiny decoder, so that what is wrong with it is known before anything
   * is measured.
   *
   * @throws IOException if it does not do what it should
   */
  void tryOut(BiConsumer<String, Double> progress) throws IOException {
    for (String mode : MODES) {
      progress.accept("trying PyTorch " + mode, 0.0);
      requireSameSize(ModelShape.TINY, peer.run(ModelShape.TINY, 2, mode, 2));
    }
  }

  private void requireSameSize(ModelShape expected, TorchPeer.Result result) throws IOException {
    long parameters = expected.config().parameters();
    if (result.parameters() != parameters) {
      throw new IOException(
          String.format(
              "%s: trains %d parameters, expected a decoder of %d as ours is",
              peer.script(), result.parameters(), parameters));
    }
  }

  private static Measurement measurement(TorchPeer.Result result, double before, double after) {
    return new Measurement(
        "forward, backward, clipping and AdamW",
        result.peer(),
        result.tokensPerSecond(),
        "tokens/s",
        0,
        String.format(
            Locale.ROOT,
            "%.0f %% of its matrix products; ours before and after: %.0f and %.0f",
            100 * result.matmulShare(),
            before,
            after));
  }

  /** Returns the median of the second half of {@code seconds}. */
  static double late(double[] seconds) {
    double[] late = Arrays.copyOfRange(seconds, seconds.length / 2, seconds.length);
    Arrays.sort(late);
    return late[late.length / 2];
  }
}

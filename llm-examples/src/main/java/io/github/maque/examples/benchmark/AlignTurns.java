package io.github.maque.examples.benchmark;

import ai.djl.ndarray.NDManager;
import io.github.maque.model.kernel.Precision;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Whole steps of trainers that learn by different methods, some steps each in turn: what else the
 * machine does meets all of them alike.
 *
 * @param shape the decoder; rows are as long as its context
 * @param batch how many rows a step has
 * @param pairs how many pairs are drawn to train on
 * @param rounds how many turns each method has, after one that is not counted
 * @param warmUps how many steps at the beginning of each turn are not counted
 * @param steps how many steps of a turn are counted
 */
record AlignTurns(ModelShape shape, int batch, int pairs, int rounds, int warmUps, int steps) {

  /**
   * How long a method takes.
   *
   * @param rowsAtOnce how many rows it computed at once
   * @param padding which share of its rows is padding
   * @param seconds of a step, in each round
   */
  record Times(AlignTraining.Method method, int rowsAtOnce, double padding, double[] seconds) {
    double median() {
      return Race.median(sorted(seconds));
    }

    double spread() {
      double[] sorted = sorted(seconds);
      return (sorted[sorted.length - 1] - sorted[0]) / Race.median(sorted);
    }

    /** Returns the median over the rounds of the times by those of another. */
    double by(Times other) {
      double[] ratios = new double[seconds.length];
      Arrays.setAll(ratios, round -> seconds[round] / other.seconds[round]);
      return Race.median(sorted(ratios));
    }

    private static double[] sorted(double[] values) {
      double[] sorted = values.clone();
      Arrays.sort(sorted);
      return sorted;
    }
  }

  /** Measures, and returns the times in the order of the methods. */
  List<Times> run(
      Precision precision, List<AlignTraining.Method> methods, BiConsumer<String, Double> progress)
      throws IOException {
    AlignData data = AlignData.of(shape.contextLength(), shape.vocabulary(), pairs);
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      List<AlignTraining> trainings =
          methods.stream()
              .map(method -> new AlignTraining(manager, method, shape, precision))
              .toList();
      double[][] seconds = new double[methods.size()][rounds];
      for (int round = -1; round < rounds; round++) {
        for (int i = 0; i < seconds.length; i++) {
          double done = round + 1 + (double) i / seconds.length;
          progress.accept(methods.get(i).toString(), done / (rounds + 1));
          double taken = secondsPerStep(trainings.get(i), data);
          if (round >= 0) {
            seconds[i][round] = taken;
          }
        }
      }
      List<Times> times = new ArrayList<>();
      for (int i = 0; i < seconds.length; i++) {
        AlignTraining.Method method = methods.get(i);
        double padding = method.packing(data).paddingShare();
        times.add(new Times(method, trainings.get(i).rowsAtOnce(), padding, seconds[i]));
      }
      return times;
    }
  }

  private double secondsPerStep(AlignTraining training, AlignData data) throws IOException {
    double[] taken = training.seconds(data, batch, warmUps + steps);
    return Arrays.stream(taken, warmUps, taken.length).average().orElseThrow();
  }
}

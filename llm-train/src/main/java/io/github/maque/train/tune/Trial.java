package io.github.maque.train.tune;

import java.util.ArrayList;
import java.util.List;

/**
 * A short run.
 *
 * @param rate the highest learning rate of the run, which the schedule's factors apply to
 * @param seed of the order of its data and of dropout
 * @param steps how many updates it was to make
 * @param losses of each batch before its update, in order; fewer than {@code steps} if it diverged
 * @param diverged whether it was stopped, as a loss was no finite number, the smoothed loss was
 *     more than a tenth above the first one, or the trainer gave up
 */
public record Trial(double rate, long seed, int steps, List<Double> losses, boolean diverged) {
  /** Copies the list. */
  public Trial {
    losses = List.copyOf(losses);
  }

  /**
   * Returns an exponential average of the losses, corrected for having begun with nothing (as
   * Kingma and Ba 2015 do, <a href="https://arxiv.org/abs/1412.6980">arXiv:1412.6980</a>). It looks
   * back over a twentieth of the run, at least 5 updates.
   */
  public List<Double> smoothed() {
    LossAverage average = new LossAverage(steps);
    List<Double> smoothed = new ArrayList<>(losses.size());
    losses.forEach(loss -> smoothed.add(average.add(loss)));
    return smoothed;
  }

  /** Returns the losses that count: those of the last fifth of the run, at least 5. */
  double[] last() {
    int count = Math.max(5, steps / 5);
    return losses.stream().skip(Math.max(0, losses.size() - count)).mapToDouble(x -> x).toArray();
  }
}

package io.github.maque.train.schedule;

/**
 * A learning rate that falls as half a wave of the cosine does (Loshchilov and Hutter 2017, <a
 * href="https://arxiv.org/abs/1608.03983">arXiv:1608.03983</a>, without restarts), after a warm-up
 * of {@code W} of the run's {@code S} updates:
 *
 * <pre>{@code
 * factor(step) = (step + 1) / W                                    in the warm-up
 *                finalFactor + (1 − finalFactor) · (1 + cos(π · (step − W) / (S − W))) / 2
 * }</pre>
 *
 * <p>The wave ends where the run does, after its last update.
 *
 * @param warmup during which the rate grows linearly
 * @param finalFactor at the end of the run, 0 to 1
 */
public record Cosine(Amount warmup, double finalFactor) implements Schedule {
  /** Checks the final factor. */
  public Cosine {
    Phases.requireFactor(finalFactor);
  }

  /** A warm-up of 2 % of the run, and a decay to a tenth. */
  public static Cosine defaults() {
    return new Cosine(Amount.ofFraction(0.02), 0.1);
  }

  @Override
  public double factor(long step, Horizon horizon) {
    Phases phases = Phases.of(warmup, horizon);
    double fallen = (1 - Math.cos(Math.PI * phases.decayed(step))) / 2;
    return phases.warmedUp(step) * Phases.between1And(finalFactor, fallen);
  }
}

package io.github.maque.train.schedule;

/**
 * A learning rate that stays for most of the run and falls on a straight line at its end; also
 * called trapezoid (Hu et al. 2024, <a
 * href="https://arxiv.org/abs/2404.06395">arXiv:2404.06395</a>; Hägele et al. 2024, <a
 * href="https://arxiv.org/abs/2405.18392">arXiv:2405.18392</a>). A run can be made longer from any
 * checkpoint before the decay. With a warm-up of {@code W} and a decay of {@code D} of the run's
 * {@code S} updates:
 *
 * <pre>{@code
 * factor(step) = (step + 1) / W                                    in the warm-up
 *                1                                                 between them
 *                1 − (1 − finalFactor) · (step − (S − D)) / D      in the decay
 * }</pre>
 *
 * <p>The line ends where the run does, after its last update.
 *
 * @param warmup during which the rate grows linearly
 * @param decay during which the rate falls
 * @param finalFactor at the end of the run, 0 to 1
 */
public record WarmupStableDecay(Amount warmup, Amount decay, double finalFactor)
    implements Schedule {
  /** Checks the final factor. */
  public WarmupStableDecay {
    Phases.requireFactor(finalFactor);
  }

  /** A warm-up of 2 % of the run, and a decay to 0 over its last 20 %. */
  public static WarmupStableDecay defaults() {
    return new WarmupStableDecay(Amount.ofFraction(0.02), Amount.ofFraction(0.2), 0);
  }

  @Override
  public double factor(long step, Horizon horizon) {
    Phases phases = Phases.of(warmup, decay, horizon);
    return phases.warmedUp(step) * Phases.between1And(finalFactor, phases.decayed(step));
  }
}

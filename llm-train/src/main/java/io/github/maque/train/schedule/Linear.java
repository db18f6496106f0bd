package io.github.maque.train.schedule;

/**
 * A learning rate that falls on a straight line, after a warm-up of {@code W} of the run's {@code
 * S} updates:
 *
 * <pre>{@code
 * factor(step) = (step + 1) / W                                    in the warm-up
 *                1 − (1 − finalFactor) · (step − W) / (S − W)      after it
 * }</pre>
 *
 * <p>The line ends where the run does, after its last update, which therefore is not lost if the
 * final factor is 0. For decays to 0, see Bergsma et al. 2025, <a
 * href="https://arxiv.org/abs/2502.15938">arXiv:2502.15938</a>.
 *
 * @param warmup during which the rate grows linearly
 * @param finalFactor at the end of the run, 0 to 1
 */
public record Linear(Amount warmup, double finalFactor) implements Schedule {
  /** Checks the final factor. */
  public Linear {
    Phases.requireFactor(finalFactor);
  }

  /** A warm-up of 2 % of the run, and a decay to 0. */
  public static Linear defaults() {
    return new Linear(Amount.ofFraction(0.02), 0);
  }

  @Override
  public double factor(long step, Horizon horizon) {
    Phases phases = Phases.of(warmup, horizon);
    return phases.warmedUp(step) * Phases.between1And(finalFactor, phases.decayed(step));
  }
}

package io.github.maque.train.schedule;

/**
 * A learning rate that stays, after a warm-up of {@code W} updates:
 *
 * <pre>{@code
 * factor(step) = min((step + 1) / W, 1)
 * }</pre>
 *
 * @param warmup during which the rate grows linearly (Goyal et al. 2017, <a
 *     href="https://arxiv.org/abs/1706.02677">arXiv:1706.02677</a>)
 */
public record Constant(Amount warmup) implements Schedule {
  /** A warm-up of 2 % of the run. */
  public static Constant defaults() {
    return new Constant(Amount.ofFraction(0.02));
  }

  @Override
  public double factor(long step, Horizon horizon) {
    return Phases.of(warmup, horizon).warmedUp(step);
  }
}

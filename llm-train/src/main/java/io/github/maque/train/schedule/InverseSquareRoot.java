package io.github.maque.train.schedule;

/**
 * A learning rate that falls with the square root of the number of updates (Vaswani et al. 2017, <a
 * href="https://arxiv.org/abs/1706.03762">arXiv:1706.03762</a>, section 5.3, as a part of its
 * highest rate), after a warm-up of {@code W} updates:
 *
 * <pre>{@code
 * factor(step) = min((step + 1) / W, √(W / (step + 1)))
 * }</pre>
 *
 * <p>It does not depend on the length of the run but by the warm-up. A short warm-up makes a quick
 * decay; one of 0 updates counts as 1.
 *
 * @param warmup during which the rate grows linearly
 */
public record InverseSquareRoot(Amount warmup) implements Schedule {
  /** A warm-up of 5 % of the run, after which the rate falls to 0.22. */
  public static InverseSquareRoot defaults() {
    return new InverseSquareRoot(Amount.ofFraction(0.05));
  }

  @Override
  public double factor(long step, Horizon horizon) {
    double warmed = Math.max(1, Phases.of(warmup, horizon).warmup());
    double number = step + 1.0;
    return Math.min(number / warmed, Math.sqrt(warmed / number));
  }
}

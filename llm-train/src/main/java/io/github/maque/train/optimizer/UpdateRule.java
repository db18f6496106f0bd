package io.github.maque.train.optimizer;

import java.util.List;

/**
 * How a kernel of {@code optimizer.py} updates parameters. It is given the lists of weights,
 * gradients and state, then learning rate and weight decay of the group, then settings, then the
 * scale of gradients and whether to skip.
 *
 * @param kernel the function
 * @param weightDecay of what is no vector
 * @param state what it keeps for each parameter
 * @param settings other numbers it takes
 */
record UpdateRule(
    String kernel,
    double learningRate,
    double weightDecay,
    List<State> state,
    List<Object> settings) {

  /** What is kept for a parameter. */
  enum State {
    /** The number of updates so far, {@code [1]}. */
    STEP("step", true),
    EXP_AVG("exp_avg", false),
    EXP_AVG_SQ("exp_avg_sq", false),
    MOMENTUM_BUFFER("momentum_buffer", false);

    private final String title;
    private final boolean single;

    State(String title, boolean single) {
      this.title = title;
      this.single = single;
    }

    /** What comes before a parameter's name; PyTorch's optimizers call their state the same. */
    String title() {
      return title;
    }

    /** Whether this is one number, instead of an array of the weight's shape. */
    boolean single() {
      return single;
    }
  }
}

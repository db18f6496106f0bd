package io.github.maque.train.tune;

import java.util.List;
import java.util.OptionalDouble;

/**
 * What the evidence says.
 *
 * @param rate the learning rate to use; empty if there is none to recommend
 * @param divergesAt the lowest rate that was seen to diverge, if one was
 * @param verdict how far to trust the rate
 * @param reasons sentences that say why, and what to do if the verdict is not {@link Verdict#CLEAR}
 */
public record Recommendation(
    OptionalDouble rate, OptionalDouble divergesAt, Verdict verdict, List<String> reasons) {
  /** Copies the list. */
  public Recommendation {
    reasons = List.copyOf(reasons);
  }

  /** How far to trust a recommendation. */
  public enum Verdict {
    /** Lower and higher rates were tried, and are worse. */
    CLEAR("clear"),
    /** Too many rates are as good as each other, as far as can be told. */
    FLAT("flat"),
    /**
     * The best rates are too close to where runs diverge: the recommended one is measurably worse.
     */
    NEAR_DIVERGENCE("best rates too close to divergence"),
    /** The best rate may be beyond those that were tried. */
    AT_THE_EDGE("at the edge of the range");

    private final String text;

    Verdict(String text) {
      this.text = text;
    }

    /** Returns the verdict in words. */
    @Override
    public String toString() {
      return text;
    }
  }

  /** Returns a rate and a verdict, and below them the reasons, a line each. */
  @Override
  public String toString() {
    String told = rate.isPresent() ? RateRange.text(rate.getAsDouble()) : "none";
    return "recommended rate: "
        + told
        + "\nverdict: "
        + verdict
        + "\n- "
        + String.join("\n- ", reasons)
        + "\n";
  }
}

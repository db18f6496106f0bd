package io.github.maque.model;

/** What a feed-forward sub-layer computes between its projections. */
public enum FeedForwardKind {
  /** {@code down(silu(gate(x)) * up(x))} (Shazeer, 2020). */
  SWIGLU,
  /** {@code down(gelu(gate(x)) * up(x))}, with the tanh form of GELU. */
  GEGLU,
  /** {@code down(gelu(up(x)))}, with the tanh form of GELU, as GPT-2 has it. */
  GELU,
  /** {@code down(max(0, up(x))²)} (So et al., 2021). */
  SQUARED_RELU;

  /** Returns whether there is a gate projection beside the up projection. */
  public boolean gated() {
    return this == SWIGLU || this == GEGLU;
  }
}

package io.github.maque.model;

import java.util.List;

/**
 * A parameter of a decoder: what it is called, what it does and how large it is.
 *
 * @param name as in Hugging Face's Llama, such as {@code model.layers.0.self_attn.q_proj.weight}
 * @param kind what it does
 * @param dimensions {@code [out, in]} of a matrix, {@code [size]} of a norm or a bias
 */
public record ParameterShape(String name, Kind kind, List<Integer> dimensions) {
  /** What a parameter does, as far as starting, training or counting it depends on it. */
  public enum Kind {
    /** A vector per token of the padded vocabulary; also the head, where the two are tied. */
    TOKEN_EMBEDDING,
    /** A vector per position. */
    POSITION_EMBEDDING,
    /** A matrix that reads normalised hidden states. */
    PROJECTION,
    /** A matrix whose products are added to the residual stream: {@code o_proj, down_proj}. */
    RESIDUAL_PROJECTION,
    /** The matrix that gives the logits, where it is not the token embedding. */
    HEAD,
    /** What normalised values are multiplied by. */
    NORM,
    /** What is added to products or normalised values. */
    BIAS
  }

  /** Copies the list. */
  public ParameterShape {
    dimensions = List.copyOf(dimensions);
  }

  /** Returns the dimensions as the engine and file formats take them. */
  public long[] shape() {
    return dimensions.stream().mapToLong(Integer::longValue).toArray();
  }

  /** Returns how many numbers the parameter has. */
  public long size() {
    return dimensions.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
  }
}

package io.github.maque.model.format;

import java.util.List;
import java.util.Optional;

/**
 * What a GGUF file says about one of its tensors.
 *
 * @param name its name, such as {@code blk.0.attn_q.weight}
 * @param shape the lengths of its dimensions, the outermost first (in the file they stand the other
 *     way round)
 * @param typeCode the number by which the file says how its numbers are spelt ({@code ggml_type})
 * @param type what {@code typeCode} means; empty if this library cannot read it
 * @param offset where in the file its numbers begin, in bytes
 */
public record GgufTensor(
    String name, List<Long> shape, int typeCode, Optional<GgufTensorType> type, long offset) {

  /** Copies the shape. */
  public GgufTensor {
    shape = List.copyOf(shape);
  }

  /** Returns how many numbers there are. */
  public long size() {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }

  /** Returns how many bytes the numbers take, as far as known: 0 for a type not known here. */
  long bytes() {
    return type.map(known -> size() / known.blockLength() * known.blockBytes()).orElse(0L);
  }
}

package io.github.maque.model.format;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint of GPT-2 under this library's names. There, projections are stored as {@code [in,
 * out]}, and those to queries, keys and values are one. What has no name here keeps its own.
 */
final class Gpt2Tensors implements TensorSource {
  private static final List<String> QUERY_KEY_VALUE = List.of("q_proj", "k_proj", "v_proj");

  /**
   * Where a tensor comes from.
   *
   * @param name the tensor in the checkpoint
   * @param part which of {@code parts} equal parts of its outputs
   * @param transposed whether it is stored as {@code [in, out]}
   */
  private record Origin(String name, int part, int parts, boolean transposed) {}

  private final TensorSource source;
  private final Map<String, Origin> origins = new LinkedHashMap<>();
  private @Nullable String cachedName;
  private float[] cached = {};

  Gpt2Tensors(TensorSource source) {
    this.source = source;
    for (String name : source.names()) {
      String plain = name.startsWith("transformer.") ? name.substring(12) : name;
      String[] path = plain.split("\\.", -1);
      if (path.length == 5 && path[0].equals("h")) {
        addProjection(name, path);
      } else if (path.length == 4 && path[0].equals("h") && path[2].startsWith("ln_")) {
        String norm = path[2].equals("ln_1") ? "input_layernorm" : "post_attention_layernorm";
        add("model.layers." + path[1] + "." + norm + "." + path[3], name);
      } else if (!isMask(path)) {
        add(
            switch (plain) {
              case "wte.weight" -> "model.embed_tokens.weight";
              case "wpe.weight" -> "model.embed_positions.weight";
              case "ln_f.weight" -> "model.norm.weight";
              case "ln_f.bias" -> "model.norm.bias";
              default -> name;
            },
            name);
      }
    }
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(origins.keySet());
  }

  @Override
  public long[] shape(String name) {
    Origin origin = origin(name);
    long[] shape = source.shape(origin.name()).clone();
    int last = shape.length - 1;
    if (last >= 0 && shape[last] % origin.parts() == 0) {
      // What cannot be divided keeps its shape, which no configuration asks for.
      shape[last] /= origin.parts();
    }
    return origin.transposed() && shape.length == 2 ? new long[] {shape[1], shape[0]} : shape;
  }

  @Override
  public synchronized void read(String name, long from, FloatBuffer into) throws IOException {
    requireWithin(name, from, into.remaining());
    Origin origin = origin(name);
    if (!origin.transposed()) {
      source.read(origin.name(), origin.part() * size(name) + from, into);
      return;
    }
    if (!origin.name().equals(cachedName)) {
      cached = new float[Math.toIntExact(source.size(origin.name()))];
      source.read(origin.name(), 0, FloatBuffer.wrap(cached));
      cachedName = origin.name();
    }
    long[] shape = shape(name);
    int inputs = (int) shape[1];
    int outputs = (int) shape[0] * origin.parts();
    int first = origin.part() * (int) shape[0];
    for (long i = from; into.hasRemaining(); i++) {
      int output = first + (int) (i / inputs);
      into.put(cached[(int) (i % inputs) * outputs + output]);
    }
  }

  private Origin origin(String name) {
    Origin origin = origins.get(name);
    if (origin == null) {
      throw new IllegalArgumentException("there is no tensor " + name);
    }
    return origin;
  }

  private void add(String ours, String theirs) {
    origins.put(ours, new Origin(theirs, 0, 1, false));
  }

  /** Adds a tensor such as {@code h.0.attn.c_attn.weight}. */
  private void addProjection(String name, String[] path) {
    String layer = "model.layers." + path[1] + ".";
    boolean matrix = path[4].equals("weight");
    switch (path[2] + "." + path[3]) {
      case "attn.c_attn" -> {
        for (int i = 0; i < 3; i++) {
          String ours = layer + "self_attn." + QUERY_KEY_VALUE.get(i) + "." + path[4];
          origins.put(ours, new Origin(name, i, 3, matrix));
        }
      }
      case "attn.c_proj" ->
          origins.put(layer + "self_attn.o_proj." + path[4], new Origin(name, 0, 1, matrix));
      case "mlp.c_fc" ->
          origins.put(layer + "mlp.up_proj." + path[4], new Origin(name, 0, 1, matrix));
      case "mlp.c_proj" ->
          origins.put(layer + "mlp.down_proj." + path[4], new Origin(name, 0, 1, matrix));
      default -> add(name, name);
    }
  }

  /** Old checkpoints hold the causal mask. */
  private static boolean isMask(String[] path) {
    return path.length == 4
        && path[0].equals("h")
        && path[2].equals("attn")
        && (path[3].equals("bias") || path[3].equals("masked_bias"));
  }
}

package io.github.maque.model.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.kernel.GradientMode;
import io.github.maque.model.kernel.Kernel;
import io.github.maque.model.kernel.KernelSource;
import io.github.maque.model.kernel.KernelValue;
import io.github.maque.model.kernel.Kernels;
import io.github.maque.model.kernel.Precision;
import io.github.maque.model.layer.LowRankUpdates;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decodes with keys and values kept in arrays that are allocated once. A step is one call into the
 * engine, whatever the number of layers.
 *
 * <p>All slots are computed in each step, taking part or not: so what a slot answers does not
 * depend on how many others there are at work, bit for bit.
 */
@SuppressWarnings("try") // what a mode is there for is to end
final class CachedSession implements DecodingSession {
  private static final String[] LAYER = {
    "input_layernorm.weight",
    "input_layernorm.bias",
    "self_attn.q_proj.weight",
    "self_attn.k_proj.weight",
    "self_attn.v_proj.weight",
    "self_attn.q_proj.bias",
    "self_attn.k_proj.bias",
    "self_attn.v_proj.bias",
    "self_attn.q_norm.weight",
    "self_attn.k_norm.weight",
    "self_attn.o_proj.weight",
    "self_attn.o_proj.bias",
    "self_attn_output_layernorm.weight",
    "self_attn_output_layernorm.bias",
    "post_attention_layernorm.weight",
    "post_attention_layernorm.bias",
    "mlp.gate_proj.weight",
    "mlp.gate_proj.bias",
    "mlp.up_proj.weight",
    "mlp.up_proj.bias",
    "mlp.down_proj.weight",
    "mlp.down_proj.bias",
    "mlp_output_layernorm.weight",
    "mlp_output_layernorm.bias",
  };

  /** Capacities are multiples of so many places. */
  private static final int PLACES = 64;

  private final DecoderConfig config;
  private final NDManager manager;
  private final Kernel prefill;
  private final Kernel step;
  private final KernelValue weights;
  private final Kernel resize;
  private final KernelValue cache;
  private final int contextLength;
  private final int[] lengths;
  private final long[] ids;
  private final long[] positions;
  private final long[] writes;

  /** How many places of each slot lie together at the front of the buffers: more than it holds. */
  private int capacity = 1;

  CachedSession(Decoder decoder, int slots, int contextLength, Precision precision) {
    config = decoder.config();
    this.contextLength = contextLength;
    manager = decoder.manager().newSubManager();
    lengths = new int[slots];
    ids = new long[slots];
    positions = new long[slots];
    writes = new long[slots];
    try {
      Kernels kernels = compile(decoder, precision);
      prefill = kernels.get("prefill");
      step = kernels.get("step");
      resize = kernels.get("resize");
      int layers = config.layers();
      try (NDManager scratch = manager.newSubManager()) {
        NDList declared = declared(decoder, scratch);
        weights = kernels.get("prepare").value(manager, declared, layers, config.vocabularySize());
      }
      cache =
          kernels
              .get("cache")
              .value(manager, decoder.headTable().getArray(), layers, slots, contextLength + 1);
    } catch (RuntimeException | Error e) {
      manager.close();
      throw e;
    }
  }

  private Kernels compile(Decoder decoder, Precision precision) {
    String products = PackedProducts.work(manager, precision) ? "packed.py" : "unpacked.py";
    return Kernels.compile(
        manager,
        decoder
            .kernelSource(precision)
            .followedBy(KernelSource.resource(CachedSession.class, "session.py"))
            .with("parallel", config.parallelResidual())
            .followedBy(KernelSource.resource(CachedSession.class, products)));
  }

  /**
   * Returns the weights, with the low-rank updates in force merged into copies.
   *
   * @param scratch what the copies are attached to
   */
  private NDList declared(Decoder decoder, NDManager scratch) {
    NDArray none = decoder.none();
    Map<String, Parameter> parameters = decoder.parametersByName();
    LowRankUpdates updates = decoder.projections().updates();
    NDList arrays = new NDList();
    for (int layer = 0; layer < config.layers(); layer++) {
      for (String name : LAYER) {
        String full = "model.layers." + layer + "." + name;
        Parameter parameter = parameters.get(full);
        String projection = LowRankUpdates.projection(full);
        if (parameter != null && updates.byProjection().containsKey(projection)) {
          arrays.add(merged(parameter, updates.product(scratch, projection)));
        } else {
          add(arrays, parameter, none);
        }
      }
    }
    add(arrays, parameters.get("model.norm.weight"), none);
    add(arrays, parameters.get("model.norm.bias"), none);
    arrays.add(decoder.headTable().getArray());
    add(arrays, parameters.get("model.embed_tokens.weight"), none);
    add(arrays, parameters.get("model.embed_positions.weight"), none);
    arrays.addAll(decoder.rotaryTables());
    return arrays;
  }

  private static NDArray merged(Parameter weight, NDArray product) {
    try (GradientMode off = GradientMode.notRecording()) {
      return product.add(weight.getArray());
    }
  }

  private static void add(NDList arrays, @Nullable Parameter parameter, NDArray none) {
    arrays.add(parameter == null ? none : parameter.getArray());
  }

  @Override
  public int slots() {
    return lengths.length;
  }

  @Override
  public int contextLength() {
    return contextLength;
  }

  @Override
  public int vocabularySize() {
    return config.vocabularySize();
  }

  @Override
  public int length(int slot) {
    return lengths[slot];
  }

  @Override
  public void clear(int slot) {
    SessionRules.requireSlot(this, slot);
    lengths[slot] = 0;
  }

  @Override
  public void prefill(int[] slots, int[][] prompts, float[][] logits) {
    SessionRules.requirePrompts(this, slots, prompts, logits);
    int longest = 0;
    for (int slot : slots) {
      lengths[slot] = 0;
    }
    for (int[] prompt : prompts) {
      longest = Math.max(longest, prompt.length);
    }
    reserve(longest);
    for (int i = 0; i < slots.length; i++) {
      try (NDManager scope = manager.newSubManager()) {
        NDArray next =
            prefill
                .infer(
                    scope,
                    weights,
                    cache,
                    scope.create(prompts[i]),
                    slots[i],
                    lengths.length,
                    capacity,
                    config.layers(),
                    config.embeddingScale(),
                    config.logitScale(),
                    config.logitSoftCap())
                .singletonOrThrow();
        copy(next, new int[] {0}, new float[][] {logits[i]});
      }
      lengths[slots[i]] = prompts[i].length;
    }
  }

  @Override
  public void step(int[] slots, int[] tokens, float[][] logits) {
    SessionRules.requireTokens(this, slots, tokens, logits);
    int longest = 0;
    for (int slot : slots) {
      longest = Math.max(longest, lengths[slot] + 1);
    }
    reserve(longest);
    // Slots without a part see their first place, and write where their next token will.
    Arrays.fill(ids, 0);
    Arrays.fill(positions, 0);
    for (int slot = 0; slot < writes.length; slot++) {
      writes[slot] = lengths[slot];
    }
    for (int i = 0; i < slots.length; i++) {
      ids[slots[i]] = tokens[i];
      positions[slots[i]] = lengths[slots[i]];
    }
    try (NDManager scope = manager.newSubManager()) {
      NDArray next =
          step.infer(
                  scope,
                  weights,
                  cache,
                  scope.create(ids),
                  scope.create(positions),
                  scope.create(writes),
                  capacity,
                  config.layers(),
                  config.embeddingScale(),
                  config.logitScale(),
                  config.logitSoftCap())
              .singletonOrThrow();
      copy(next, slots, logits);
    }
    for (int slot : slots) {
      lengths[slot]++;
    }
  }

  /** Gives all slots room for what they hold, and for so many tokens, and not much more. */
  private void reserve(int places) {
    int longest = places;
    for (int length : lengths) {
      longest = Math.max(longest, length);
    }
    int wanted = Math.min((longest + PLACES) / PLACES * PLACES, contextLength + 1);
    if (wanted > capacity || wanted < capacity / 2) {
      resize.value(manager, cache, lengths.length, capacity, wanted).close();
      capacity = wanted;
    }
  }

  private static void copy(NDArray from, int[] rows, float[][] into) {
    FloatBuffer values = from.toByteBuffer(true).asFloatBuffer();
    for (int i = 0; i < rows.length; i++) {
      values.get(rows[i] * into[i].length, into[i]);
    }
  }

  @Override
  public void close() {
    manager.close();
  }
}

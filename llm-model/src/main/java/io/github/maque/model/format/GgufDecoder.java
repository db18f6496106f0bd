package io.github.maque.model.format;

import io.github.maque.model.DecoderConfig;
import io.github.maque.model.Positions;
import io.github.maque.model.RotaryScaling;
import io.github.maque.model.RotaryTable;
import io.github.maque.model.format.GgufWriter.Numbers;
import io.github.maque.model.format.GgufWriter.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A decoder as llama.cpp has it: keys and names of tensors of its architectures {@code llama} and
 * {@code qwen3}.
 *
 * <p>The two differ in the norm of queries and keys, and in which places rotary embedding turns
 * together. Ours, and that of {@code qwen3}, turns place {@code i} of a head's first half with
 * place {@code i} of its second half; {@code llama} turns neighbours. So for {@code llama} the rows
 * of the query and key projections are put in another order, which attention does not notice, for
 * it is the same for both.
 */
final class GgufDecoder {
  private static final List<String> PROJECTION_PARTS = List.of(".weight", ".bias");

  private final DecoderConfig config;
  private final TensorSource weights;
  private final String architecture;
  private final GgufTensorType type;
  private final Positions.Rotary rotary;
  private final RotaryTable rotaryTable;
  private final List<Tensor> tensors = new ArrayList<>();

  /** Names of the matrices that cannot be spelt as asked for, by the length of their rows. */
  private final Map<Long, List<String>> unfit = new TreeMap<>();

  /**
   * Creates the decoder.
   *
   * @param config a configuration that can be exported
   * @param type how to spell matrices
   */
  GgufDecoder(DecoderConfig config, TensorSource weights, GgufTensorType type) {
    this.config = config;
    this.weights = weights;
    this.architecture = config.ggufExport().architecture();
    this.type = type;
    this.rotary = (Positions.Rotary) config.positions();
    this.rotaryTable = RotaryTable.of(rotary, config.headSize());
  }

  /**
   * Returns what in the file is not as was asked for; complete once {@link #tensors} was called.
   */
  List<String> notes() {
    List<String> notes = new ArrayList<>();
    unfit.forEach(
        (row, names) ->
            notes.add(
                String.format(
                    "%d tensors with rows of %d, which are no whole blocks of %d, are written as"
                        + " F16: %s",
                    names.size(), row, type.blockLength(), String.join(", ", names))));
    return notes;
  }

  /** Writes what the decoder is like. */
  void describe(GgufMetadata metadata) {
    metadata.string("general.architecture", architecture);
    metadata.uint32(key("context_length"), config.contextLength());
    metadata.uint32(key("embedding_length"), config.width());
    metadata.uint32(key("block_count"), config.layers());
    metadata.uint32(key("feed_forward_length"), config.feedForwardWidth());
    metadata.uint32(key("attention.head_count"), config.heads());
    metadata.uint32(key("attention.head_count_kv"), config.keyValueHeads());
    metadata.uint32(key("attention.key_length"), config.headSize());
    metadata.uint32(key("attention.value_length"), config.headSize());
    metadata.float32(key("attention.layer_norm_rms_epsilon"), config.normEpsilon());
    metadata.uint32(key("vocab_size"), config.vocabularySize());
    describeRotary(metadata);
  }

  private void describeRotary(GgufMetadata metadata) {
    metadata.uint32(key("rope.dimension_count"), rotaryTable.rotated());
    metadata.float32(key("rope.freq_base"), rotaryTable.base());
    if (rotary.scaling() instanceof RotaryScaling.Linear linear) {
      metadata.string(key("rope.scaling.type"), "linear");
      metadata.float32(key("rope.scaling.factor"), linear.factor());
    } else if (rotary.scaling() instanceof RotaryScaling.Yarn yarn) {
      metadata.string(key("rope.scaling.type"), "yarn");
      metadata.float32(key("rope.scaling.factor"), yarn.factor());
      metadata.uint32(key("rope.scaling.original_context_length"), yarn.originalContextLength());
    }
  }

  private String key(String name) {
    return architecture + "." + name;
  }

  /** Returns all tensors. Their numbers are read from the weights when they are asked for. */
  List<Tensor> tensors() {
    addVocabulary("token_embd.weight", "model.embed_tokens.weight");
    if (rotary.scaling() instanceof RotaryScaling.Llama3) {
      addFactors();
    }
    for (int layer = 0; layer < config.layers(); layer++) {
      addLayer("blk." + layer + ".", "model.layers." + layer + ".");
    }
    add("output_norm.weight", "model.norm.weight", config.width());
    if (!config.tiedEmbeddings()) {
      addVocabulary("output.weight", "lm_head.weight");
    }
    return tensors;
  }

  private void addLayer(String to, String from) {
    int width = config.width();
    int queries = config.heads() * config.headSize();
    int keys = config.keyValueHeads() * config.headSize();
    add(to + "attn_norm.weight", from + "input_layernorm.weight", width);
    addHeads(to + "attn_q", from + "self_attn.q_proj", queries);
    addHeads(to + "attn_k", from + "self_attn.k_proj", keys);
    addProjection(to + "attn_v", from + "self_attn.v_proj", keys, width, config.attentionBias());
    addProjection(
        to + "attn_output",
        from + "self_attn.o_proj",
        width,
        queries,
        config.attentionOutputBias());
    if (config.queryKeyNorm()) {
      add(to + "attn_q_norm.weight", from + "self_attn.q_norm.weight", config.headSize());
      add(to + "attn_k_norm.weight", from + "self_attn.k_norm.weight", config.headSize());
    }
    int inner = config.feedForwardWidth();
    boolean bias = config.feedForwardBias();
    add(to + "ffn_norm.weight", from + "post_attention_layernorm.weight", width);
    addProjection(to + "ffn_gate", from + "mlp.gate_proj", inner, width, bias);
    addProjection(to + "ffn_up", from + "mlp.up_proj", inner, width, bias);
    addProjection(to + "ffn_down", from + "mlp.down_proj", width, inner, bias);
  }

  /** Adds a matrix with a row per token, without the rows that only pad the vocabulary. */
  private void addVocabulary(String name, String weight) {
    requireShape(weight, config.paddedVocabularySize(), config.width());
    long[] shape = {config.vocabularySize(), config.width()};
    tensors.add(tensor(name, shape, (from, into) -> weights.read(weight, from, into)));
  }

  private void addProjection(String name, String weight, int out, int in, boolean bias) {
    add(name + ".weight", weight + ".weight", out, in);
    if (bias) {
      add(name + ".bias", weight + ".bias", out);
    }
  }

  private void add(String name, String weight, long... shape) {
    requireShape(weight, shape);
    tensors.add(tensor(name, shape, (from, into) -> weights.read(weight, from, into)));
  }

  /** Adds a projection to queries or keys. */
  private void addHeads(String name, String weight, int out) {
    if (!architecture.equals("llama")) {
      addProjection(name, weight, out, config.width(), config.attentionBias());
      return;
    }
    for (String part : PROJECTION_PARTS.subList(0, config.attentionBias() ? 2 : 1)) {
      boolean matrix = part.equals(".weight");
      long[] shape = matrix ? new long[] {out, config.width()} : new long[] {out};
      requireShape(weight + part, shape);
      int rowLength = matrix ? config.width() : 1;
      tensors.add(tensor(name + part, shape, neighbours(weight + part, rowLength)));
    }
  }

  /** Rows of each head in the order 0, half, 1, half + 1, and so on. */
  private Numbers neighbours(String weight, int rowLength) {
    int headSize = config.headSize();
    return (from, into) -> {
      long next = from;
      int end = into.limit();
      while (into.position() < end) {
        long row = next / rowLength;
        long column = next % rowLength;
        long head = row / headSize;
        long place = row % headSize;
        long source = head * headSize + place % 2 * (headSize / 2) + place / 2;
        int count = (int) Math.min(rowLength - column, end - into.position());
        weights.read(weight, source * rowLength + column, into.limit(into.position() + count));
        next += count;
      }
    };
  }

  /** Adds what the rotary frequencies that follow from the base are divided by. */
  private void addFactors() {
    double[] frequencies = rotaryTable.frequencies();
    float[] factors = new float[frequencies.length];
    for (int i = 0; i < factors.length; i++) {
      double plain = Math.pow(rotaryTable.base(), -2.0 * i / rotaryTable.rotated());
      factors[i] = (float) (plain / frequencies[i]);
    }
    tensors.add(
        new Tensor(
            "rope_freqs.weight",
            List.of((long) factors.length),
            GgufTensorType.F32,
            (from, into) -> into.put(factors, (int) from, into.remaining())));
  }

  private Tensor tensor(String name, long[] shape, Numbers numbers) {
    GgufTensorType written = shape.length == 1 ? GgufTensorType.F32 : type;
    long row = shape[shape.length - 1];
    if (row % written.blockLength() != 0) {
      unfit.computeIfAbsent(row, length -> new ArrayList<>()).add(name);
      written = GgufTensorType.F16;
    }
    return new Tensor(name, Arrays.stream(shape).boxed().toList(), written, numbers);
  }

  private void requireShape(String name, long... shape) {
    if (!weights.names().contains(name)) {
      throw new IllegalArgumentException("weights have no tensor " + name);
    }
    long[] found = weights.shape(name);
    if (!Arrays.equals(found, shape)) {
      throw new IllegalArgumentException(
          String.format(
              "tensor %s must be of shape %s as the configuration says, got %s",
              name, Arrays.toString(shape), Arrays.toString(found)));
    }
  }
}

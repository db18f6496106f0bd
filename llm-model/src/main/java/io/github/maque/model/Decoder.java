package io.github.maque.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.util.Pair;
import ai.djl.util.PairList;
import io.github.maque.model.kernel.GradientMode;
import io.github.maque.model.kernel.KernelSource;
import io.github.maque.model.kernel.Precision;
import io.github.maque.model.layer.DecoderKernels;
import io.github.maque.model.layer.DecoderLayer;
import io.github.maque.model.layer.FeedForward;
import io.github.maque.model.layer.GroupedQueryAttention;
import io.github.maque.model.layer.LanguageModelHead;
import io.github.maque.model.layer.SequenceContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A decoder-only transformer: a DJL block from ids {@code [batch, time]} to logits {@code [batch,
 * time, vocabulary]}.
 *
 * <pre>{@code
 * try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
 *   Decoder decoder = Decoder.create(manager, DecoderConfig.preset("storyteller-44m"), Precision.FLOAT32);
 *   NDArray logits = decoder.logits(manager, DecoderInput.of(manager, new int[][] {{1, 2, 3}}));
 * }
 * }</pre>
 *
 * <p>As a block it trains with DJL's own means, and the layers in it may be any blocks: see {@link
 * Builder}. {@link #forwardPass} is the way to train it well: it checkpoints, never holds the
 * logits of a batch, and differentiates by hand what the engine is slow at.
 *
 * <p>Parameters are 32-bit floats whatever the {@link Precision}. They have the names of {@link
 * DecoderConfig#parameterShapes}; those of users' blocks are named after what they stand for, such
 * as {@code model.layers.3.mlp.01Linear_weight}.
 *
 * <p>A decoder lives as long as the manager it was created with. Inference may run on several
 * threads, training on one.
 */
@SuppressWarnings("try") // what a mode is there for is to end
public final class Decoder extends AbstractBlock {
  private final DecoderConfig config;
  private final NDManager manager;
  private final DecoderKernels kernels;
  private final LanguageModelHead head;
  private final Map<String, Parameter> own = new LinkedHashMap<>();
  private final Projections projections = new Projections(own);
  private final List<Block> layers = new ArrayList<>();
  private final List<Parameter> finalNorm;
  private final boolean custom;
  private final NDArray cos;
  private final NDArray sin;
  private final NDArray places;

  private Decoder(Builder builder) {
    config = builder.config;
    manager = builder.manager;
    custom = builder.attention != null || builder.feedForward != null || builder.layer != null;
    Precision precision = builder.precision.resolve(manager);
    kernels = DecoderKernels.compile(manager, kernelSource(precision), precision);
    head =
        new LanguageModelHead(
            kernels, config.vocabularySize(), config.logitScale(), config.logitSoftCap());
    Map<String, Parameter> declared = declare(config, builder.zeros);
    for (int layer = 0; layer < config.layers(); layer++) {
      layers.add(addChildBlock("layer", layer(builder, layer, declared)));
    }
    for (ParameterShape shape : config.parameterShapes()) {
      if (!shape.name().startsWith("model.layers.")) {
        addParameter(own(shape.name(), declared));
      }
    }
    finalNorm = norm("model.norm", declared);
    int context = config.contextLength();
    if (config.positions() instanceof Positions.Rotary rotary) {
      NDList tables = RotaryArrays.of(manager, RotaryTable.of(rotary, config.headSize()), context);
      cos = tables.get(0);
      sin = tables.get(1);
    } else {
      cos = kernels.none();
      sin = kernels.none();
    }
    places = manager.arange(0, context, 1, DataType.INT64).reshape(1, context);
    initialize(manager, DataType.FLOAT32, new Shape(1, 1));
  }

  /**
   * Creates a decoder with new weights.
   *
   * @param manager what it lives with; its device is where it computes
   */
  public static Decoder create(NDManager manager, DecoderConfig config, Precision precision) {
    return new Builder(manager, config).precision(precision).build();
  }

  /** Starts to build a decoder, some of whose parts may be blocks of the caller's. */
  public static Builder builder(NDManager manager, DecoderConfig config) {
    return new Builder(manager, config);
  }

  /** Makes a block that takes the place of one in a layer. */
  @FunctionalInterface
  public interface BlockFactory {
    /**
     * Makes the block.
     *
     * @param config the configuration of the decoder
     * @param layer the number of the layer, from 0
     */
    Block create(DecoderConfig config, int layer);
  }

  /**
   * Builds decoders. Any DJL block can take the place of the attention, of the feed-forward or of
   * whole layers. It is called with hidden states {@code [batch, time, width]} and returns the same
   * shape: the first two get normalised hidden states and return what is to be added to the
   * residual stream. What else there is to know, positions and masks, is in {@link
   * SequenceContext}.
   *
   * <pre>{@code
   * Decoder.builder(manager, config)
   *     .feedForward((c, layer) -> Linear.builder().setUnits(c.width()).build())
   *     .build();
   * }</pre>
   */
  public static final class Builder {
    private final NDManager manager;
    private final DecoderConfig config;
    private Precision precision = Precision.FLOAT32;
    private @Nullable BlockFactory attention;
    private @Nullable BlockFactory feedForward;
    private @Nullable BlockFactory layer;
    private boolean zeros;

    private Builder(NDManager manager, DecoderConfig config) {
      this.manager = manager;
      this.config = config;
    }

    /** Sets in what to compute; 32-bit floats if not set. */
    public Builder precision(Precision precision) {
      this.precision = precision;
      return this;
    }

    /** Sets what makes the attention of each layer. */
    public Builder attention(BlockFactory attention) {
      this.attention = attention;
      return this;
    }

    /** Sets what makes the feed-forward of each layer. */
    public Builder feedForward(BlockFactory feedForward) {
      this.feedForward = feedForward;
      return this;
    }

    /** Sets what makes whole layers, norms and residual additions included. */
    public Builder layer(BlockFactory layer) {
      this.layer = layer;
      return this;
    }

    /**
     * Makes all weights but those of a user's blocks zero, norms too: for a decoder whose weights
     * will be loaded, which saves computing first ones.
     */
    public Builder zeros() {
      zeros = true;
      return this;
    }

    /**
     * Builds the decoder and gives it its first weights.
     *
     * @throws IllegalArgumentException if whole layers are given beside parts of them
     */
    public Decoder build() {
      if (layer != null && (attention != null || feedForward != null)) {
        throw new IllegalArgumentException(
            "layer makes whole layers: attention and feedForward would not be used");
      }
      return new Decoder(this);
    }
  }

  /** Returns the configuration. */
  public DecoderConfig config() {
    return config;
  }

  /** Returns in what this decoder computes; never {@link Precision#AUTO}, but what that became. */
  public Precision precision() {
    return kernels.precision();
  }

  /** Returns what the decoder lives with. */
  public NDManager manager() {
    return manager;
  }

  /** Returns whether a block of a user's takes the place of one of ours. */
  public boolean hasCustomBlocks() {
    return custom;
  }

  /**
   * Returns all parameters by name: those of {@link DecoderConfig#parameterShapes} in their order,
   * then those of users' blocks.
   */
  public Map<String, Parameter> parametersByName() {
    Map<String, Parameter> all = new LinkedHashMap<>(own);
    for (int layer = 0; layer < layers.size(); layer++) {
      String prefix = "model.layers." + layer + ".";
      if (layers.get(layer) instanceof DecoderLayer ours) {
        putCustom(prefix + "self_attn.", ours.attention(), all);
        putCustom(prefix + "mlp.", ours.feedForward(), all);
      } else {
        putCustom(prefix, layers.get(layer), all);
      }
    }
    return Collections.unmodifiableMap(all);
  }

  /**
   * Returns all parameters by name: {@link #parametersByName}, then those of the low-rank updates
   * in force, such as {@code model.layers.0.self_attn.q_proj.lora_A.weight}.
   */
  public Map<String, Parameter> allParametersByName() {
    Map<String, Parameter> all = new LinkedHashMap<>(parametersByName());
    all.putAll(projections.updates().parametersByName());
    return Collections.unmodifiableMap(all);
  }

  /** Returns the projections, beside which low-rank updates can be put in force. */
  public Projections projections() {
    return projections;
  }

  private static void putCustom(String prefix, Block block, Map<String, Parameter> all) {
    if (!(block instanceof GroupedQueryAttention || block instanceof FeedForward)) {
      for (Pair<String, Parameter> parameter : block.getParameters()) {
        all.put(prefix + parameter.getKey(), parameter.getValue());
      }
    }
  }

  /**
   * Stops or resumes training of those of {@link #allParametersByName} whose names a pattern
   * matches as a whole, such as {@code model\.layers\.[0-3]\..*}.
   *
   * @return how many parameters it matched
   */
  public int freeze(Pattern names, boolean frozen) {
    int count = 0;
    for (Map.Entry<String, Parameter> parameter : allParametersByName().entrySet()) {
      if (names.matcher(parameter.getKey()).matches()) {
        parameter.getValue().freeze(frozen);
        count++;
      }
    }
    return count;
  }

  /**
   * Returns the array in which the gradient of a parameter is added up, the same one over a whole
   * training: what it holds changes, what it is does not.
   *
   * @param manager what it is attached to
   * @param parameter one of this decoder's that requires a gradient
   * @return float32, of the parameter's shape
   */
  public NDArray gradient(NDManager manager, Parameter parameter) {
    NDArray gradient = Gradients.accumulator(parameter.getArray());
    gradient.attach(manager);
    return gradient;
  }

  /** Makes all gradients zero that are there. */
  public void zeroGradients() {
    try (NDManager scratch = manager.newSubManager()) {
      NDList gradients = new NDList();
      for (Parameter parameter : allParametersByName().values()) {
        NDArray gradient = Gradients.present(parameter.getArray());
        if (gradient != null) {
          gradient.attach(scratch);
          gradients.add(gradient);
        }
      }
      kernels.zero(scratch, gradients);
    }
  }

  /**
   * Returns logits, without gradients.
   *
   * @param manager what they are attached to
   * @return {@code [batch, time, vocabulary]}
   * @throws IllegalArgumentException if sequences without positions are longer than the context
   */
  public NDArray logits(NDManager manager, DecoderInput input) {
    try (var off = GradientMode.notRecording();
        NDManager scratch = manager.newSubManager()) {
      NDArray logits = logits(new ParameterStore(scratch, false), scratch, input, false);
      logits.attach(manager);
      return logits;
    }
  }

  /**
   * Returns what the head makes probabilities of, without gradients and dropout: with {@link
   * LanguageModelHead#logProbabilities} the way to a loss for which no logits need to exist.
   *
   * @param manager what they are attached to
   * @return normalised hidden states {@code [batch, time, width]}
   * @throws IllegalArgumentException if sequences without positions are longer than the context
   */
  public NDArray hiddenStates(NDManager manager, DecoderInput input) {
    try (GradientMode off = GradientMode.notRecording();
        NDManager scratch = manager.newSubManager()) {
      NDArray hidden = hiddenStates(new ParameterStore(scratch, false), scratch, input, false);
      hidden.attach(manager);
      return hidden;
    }
  }

  /**
   * Runs the decoder up to its head, so that a gradient can be taken back.
   *
   * @param checkpointing which activations to keep
   * @param dropoutSeed what the places of dropout are derived from; not used without dropout
   * @return the pass, to be closed
   * @throws IllegalArgumentException if sequences without positions are longer than the context
   */
  public ForwardPass forwardPass(
      DecoderInput input, Checkpointing checkpointing, long dropoutSeed) {
    return new ForwardPass(this, input, checkpointing, dropoutSeed, null);
  }

  /**
   * As {@link #forwardPass(DecoderInput, Checkpointing, long)}, with noise on the embeddings, which
   * keeps fine-tuning on little data from learning it by heart (NEFTune; Jain et al., 2023).
   *
   * @param seed what the noise and the places of dropout are derived from
   * @param noise how large it is at most at each token, float32 {@code [batch, time]}; the paper
   *     takes {@code α / √(tokens · width)}
   * @throws IllegalArgumentException if sequences without positions are longer than the context, or
   *     the noise is of another shape or type
   */
  public ForwardPass forwardPass(
      DecoderInput input, Checkpointing checkpointing, long seed, NDArray noise) {
    return new ForwardPass(this, input, checkpointing, seed, noise);
  }

  /** Returns the head, which turns hidden states into probabilities. */
  public LanguageModelHead head() {
    return head;
  }

  /** Returns the matrix of the head, {@code [padded vocabulary, width]}. */
  public Parameter headTable() {
    return parameter(config.tiedEmbeddings() ? "model.embed_tokens.weight" : "lm_head.weight");
  }

  /**
   * Returns the text of this decoder's kernels with their constants: what kernels of one's own that
   * do the same arithmetic can go on from.
   *
   * @param precision in what they are to compute
   */
  public KernelSource kernelSource(Precision precision) {
    return DecoderKernels.source()
        .with("heads", config.heads())
        .with("kv_heads", config.keyValueHeads())
        .with("head_size", config.headSize())
        .with("grouped", config.keyValueHeads() < config.heads())
        .with("window", config.slidingWindow())
        .with("epsilon", config.normEpsilon())
        .with("layer_norm", config.norm() == NormKind.LAYER_NORM)
        .with("post_norm", config.postNorm())
        .with("qk_norm", config.queryKeyNorm())
        .with("attention_bias", config.attentionBias())
        .with("output_bias", config.attentionOutputBias())
        .with("feed_forward_bias", config.feedForwardBias())
        .with("gated", config.feedForward().gated())
        .with(
            "activation",
            switch (config.feedForward()) {
              case SWIGLU -> 0;
              case GEGLU, GELU -> 1;
              case SQUARED_RELU -> 2;
            })
        .with("dropout", config.dropout())
        .with("compute", precision.dtype())
        .with("round_residual", precision == Precision.BFLOAT16_TRUE);
  }

  /** Returns the array without elements that stands for one that is not there. */
  public NDArray none() {
    return kernels.none();
  }

  /**
   * Returns cosines and sines of the rotary angles, each {@code [context, rotated / 2]}; without
   * elements if positions are not rotary.
   */
  public NDList rotaryTables() {
    return new NDList(cos, sin);
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore store,
      NDList inputs,
      boolean training,
      @Nullable PairList<String, Object> params) {
    NDManager scope = inputs.get(0).getManager();
    return new NDList(logits(store, scope, DecoderInput.of(inputs), training));
  }

  private NDArray logits(
      ParameterStore store, NDManager scope, DecoderInput input, boolean training) {
    NDArray hidden = hiddenStates(store, scope, input, training);
    return head.logits(scope, hidden, value(store, headTable(), training));
  }

  private NDArray hiddenStates(
      ParameterStore store, NDManager scope, DecoderInput input, boolean training) {
    SequenceContext context = context(scope, input, false);
    NDArray hidden = embed(store, scope, input, context, training);
    for (Block layer : layers) {
      hidden =
          layer
              .forward(store, new NDList(hidden), training, context.asParameters())
              .singletonOrThrow();
    }
    return kernels.norm(scope, hidden, finalNorm(store, training));
  }

  /** Returns the embeddings of ids, with dropout when training. */
  NDArray embed(
      ParameterStore store,
      NDManager scope,
      DecoderInput input,
      SequenceContext context,
      boolean training) {
    NDArray table = value(store, parameter("model.embed_tokens.weight"), training);
    if (config.positions() instanceof Positions.Learned) {
      NDArray positionTable = value(store, parameter("model.embed_positions.weight"), training);
      return kernels.embed(
          scope,
          input.ids(),
          table,
          context.positions(),
          positionTable,
          config.embeddingScale(),
          training);
    }
    return kernels.embed(scope, input.ids(), table, config.embeddingScale(), training);
  }

  /** Returns what layers are told about sequences. */
  SequenceContext context(NDManager scope, DecoderInput input, boolean recording) {
    long time = input.ids().getShape().get(1);
    NDArray positions = input.positions().orElseGet(() -> firstPlaces(scope, time));
    Optional<NDArray> segments = input.segments();
    boolean masked =
        segments.isPresent() || (config.slidingWindow() > 0 && config.slidingWindow() < time);
    boolean split = recording && !scope.getDevice().isGpu();
    NDArray mask =
        masked ? kernels.mask(scope, segments.orElse(kernels.none()), time) : kernels.none();
    NDArray bias =
        !split
            ? kernels.none()
            : masked ? kernels.bias(scope, mask) : kernels.causalBias(scope, time);
    NDList rotary =
        config.positions() instanceof Positions.Rotary
            ? kernels.rotary(scope, positions, cos, sin)
            : new NDList(kernels.none(), kernels.none());
    return new SequenceContext(
        positions,
        segments.orElse(null),
        mask,
        bias,
        rotary.get(0),
        rotary.get(1),
        projections.updates());
  }

  private NDArray firstPlaces(NDManager scope, long time) {
    if (time > config.contextLength()) {
      throw new IllegalArgumentException(
          "sequences have " + time + " tokens, but contextLength is " + config.contextLength());
    }
    NDArray first = places.get(":, :{}", time);
    first.attach(scope);
    return first;
  }

  /**
   * Returns how many layers, counted from the first, a gradient need not be taken back to, because
   * nothing in them or before them learns.
   */
  int layersWithoutGradient() {
    if (embeddingsLearn()) {
      return 0;
    }
    Map<String, Parameter> added = projections.updates().parametersByName();
    int layer = 0;
    while (layer < layers.size() && !learns(layer, added)) {
      layer++;
    }
    return layer;
  }

  private boolean learns(int layer, Map<String, Parameter> added) {
    String prefix = "model.layers." + layer + ".";
    return layers.get(layer).getParameters().values().stream().anyMatch(Parameter::requiresGradient)
        || added.entrySet().stream()
            .anyMatch(
                each -> each.getKey().startsWith(prefix) && each.getValue().requiresGradient());
  }

  /** Whether a gradient of the embeddings is of use. */
  boolean embeddingsLearn() {
    return parameter("model.embed_tokens.weight").requiresGradient()
        || (config.positions() instanceof Positions.Learned
            && parameter("model.embed_positions.weight").requiresGradient());
  }

  List<Block> layers() {
    return layers;
  }

  DecoderKernels kernels() {
    return kernels;
  }

  NDList finalNorm(ParameterStore store, boolean training) {
    NDList weights = new NDList();
    finalNorm.forEach(parameter -> weights.add(value(store, parameter, training)));
    return weights;
  }

  private NDArray value(ParameterStore store, Parameter parameter, boolean training) {
    return store.getValue(parameter, manager.getDevice(), training);
  }

  private Parameter parameter(String name) {
    Parameter parameter = own.get(name);
    if (parameter == null) {
      throw new IllegalStateException("no parameter " + name);
    }
    return parameter;
  }

  /** Makes a parameter of each shape, named within its block. */
  private static Map<String, Parameter> declare(DecoderConfig config, boolean zeros) {
    Map<String, Parameter> declared = new LinkedHashMap<>();
    for (ParameterShape shape : config.parameterShapes()) {
      Parameter.Type type =
          switch (shape.kind()) {
            case NORM -> Parameter.Type.GAMMA;
            case BIAS -> Parameter.Type.BIAS;
            default -> Parameter.Type.WEIGHT;
          };
      declared.put(
          shape.name(),
          Parameter.builder()
              .setName(shape.name())
              .setType(type)
              .optShape(new Shape(shape.shape()))
              .optInitializer(zeros ? Initializer.ZEROS : new SeededInitializer(config, shape))
              .build());
    }
    return declared;
  }

  private Block layer(Builder builder, int layer, Map<String, Parameter> declared) {
    if (builder.layer != null) {
      return builder.layer.create(config, layer);
    }
    String prefix = "model.layers." + layer + ".";
    List<Parameter> input = norm(prefix + "input_layernorm", declared);
    DecoderLayer.Norms norms =
        new DecoderLayer.Norms(
            input,
            norm(prefix + "self_attn_output_layernorm", declared),
            norm(prefix + "post_attention_layernorm", declared),
            norm(prefix + "mlp_output_layernorm", declared));
    Block attention =
        builder.attention != null
            ? builder.attention.create(config, layer)
            : new GroupedQueryAttention(
                kernels,
                named(
                    prefix + "self_attn.",
                    declared,
                    "q_proj.weight",
                    "k_proj.weight",
                    "v_proj.weight",
                    "o_proj.weight",
                    "q_proj.bias",
                    "k_proj.bias",
                    "v_proj.bias",
                    "o_proj.bias",
                    "q_norm.weight",
                    "k_norm.weight"));
    Block feedForward =
        builder.feedForward != null
            ? builder.feedForward.create(config, layer)
            : new FeedForward(
                kernels,
                named(
                    prefix + "mlp.",
                    declared,
                    "gate_proj.weight",
                    "up_proj.weight",
                    "down_proj.weight",
                    "gate_proj.bias",
                    "up_proj.bias",
                    "down_proj.bias"));
    return new DecoderLayer(kernels, norms, attention, feedForward, config.parallelResidual());
  }

  private List<Parameter> norm(String name, Map<String, Parameter> declared) {
    return named(name, declared, ".weight", ".bias");
  }

  /** Returns those of some parameters that there are, and counts them as the decoder's own. */
  private List<Parameter> named(String prefix, Map<String, Parameter> declared, String... names) {
    List<Parameter> parameters = new ArrayList<>();
    for (String name : names) {
      if (declared.containsKey(prefix + name)) {
        parameters.add(own(prefix + name, declared));
      }
    }
    return parameters;
  }

  private Parameter own(String name, Map<String, Parameter> declared) {
    Parameter parameter = declared.get(name);
    if (parameter == null) {
      throw new IllegalStateException("no parameter " + name);
    }
    own.put(name, parameter);
    return parameter;
  }

  @Override
  protected void initializeChildBlocks(NDManager manager, DataType dataType, Shape... inputShapes) {
    for (Block layer : layers) {
      layer.initialize(manager, dataType, new Shape(1, 1, config.width()));
    }
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputShapes) {
    return new Shape[] {inputShapes[0].add(config.vocabularySize())};
  }
}

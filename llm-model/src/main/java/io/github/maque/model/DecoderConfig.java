package io.github.maque.model;

import io.github.maque.model.kernel.Precision;
import java.nio.FloatBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The shape of a decoder: everything but its weights. Made by a builder, from a preset or with one
 * dial:
 *
 * <pre>{@code
 * DecoderConfig own =
 *     DecoderConfig.builder().vocabularySize(6400).layers(8).width(512).heads(8).build();
 * DecoderConfig reference = DecoderConfig.preset("storyteller-44m");
 * DecoderConfig shallow = reference.toBuilder().layers(2).build();
 * DecoderConfig dialled = DecoderConfig.scaled(6, 6400);
 * }</pre>
 *
 * <p>Values that are out of range or do not go together are refused with an {@link
 * IllegalArgumentException} that says why. {@link #huggingFaceExport} and {@link #ggufExport} say
 * before any training in which form the model will open elsewhere.
 *
 * @param vocabularySize how many ids the tokenizer has, at least 2
 * @param vocabularyMultiple what the embedding's rows are rounded up to a multiple of, since some
 *     matrix products are faster then; ids in the padding are never inputs, targets or outputs
 * @param contextLength the most tokens of a sequence
 * @param layers how many layers there are
 * @param width how many numbers represent a token between layers
 * @param heads how many query heads a layer has
 * @param headSize how many numbers a head has; even if all of them are rotated. Heads times head
 *     size may differ from the width
 * @param keyValueHeads how many heads keys and values have; as many query heads share each as the
 *     division of {@code heads} gives (Ainslie et al., 2023)
 * @param feedForward what the feed-forward sub-layer computes
 * @param feedForwardWidth how many numbers it has between its projections
 * @param norm how activations are normalised before each sub-layer and at the end
 * @param normEpsilon what keeps norms from dividing by 0, 1e-12 to 1
 * @param postNorm whether a sub-layer's output is normalised too, before it is added to the
 *     residual stream
 * @param positions how the decoder knows where a token stands
 * @param queryKeyNorm whether queries and keys have an RMS norm over each head, before they are
 *     rotated
 * @param attentionBias whether the projections to queries, keys and values have biases
 * @param attentionOutputBias whether the projection from the heads has a bias
 * @param feedForwardBias whether the projections of the feed-forward sub-layer have biases
 * @param logitScale what logits are multiplied by, positive
 * @param logitSoftCap the {@code c} of {@code c · tanh(logits / c)}, which bounds logits after they
 *     are scaled; 0 for none
 * @param slidingWindow how many tokens a token sees at most, itself included; 0 for all before it
 * @param tiedEmbeddings whether the head's matrix is the token embedding
 * @param embeddingScale what token embeddings are multiplied by, positive; positions are added
 *     after it
 * @param dropout which share of the numbers is dropped when training, of the embedding's sum and of
 *     each sub-layer's output; at least 0, below 1
 * @param parallelResidual whether both sub-layers of a layer read the same normalised input: {@code
 *     x + attention(norm(x)) + feedForward(norm(x))}
 * @param initialization how weights begin
 */
public record DecoderConfig(
    int vocabularySize,
    int vocabularyMultiple,
    int contextLength,
    int layers,
    int width,
    int heads,
    int headSize,
    int keyValueHeads,
    FeedForwardKind feedForward,
    int feedForwardWidth,
    NormKind norm,
    double normEpsilon,
    boolean postNorm,
    Positions positions,
    boolean queryKeyNorm,
    boolean attentionBias,
    boolean attentionOutputBias,
    boolean feedForwardBias,
    double logitScale,
    double logitSoftCap,
    int slidingWindow,
    boolean tiedEmbeddings,
    double embeddingScale,
    double dropout,
    boolean parallelResidual,
    Initialization initialization) {
  /** Refuses values that are out of range or do not go together. */
  public DecoderConfig {
    DecoderRules.checkVocabulary(vocabularySize, vocabularyMultiple);
    Ranges.requirePositive("contextLength", contextLength);
    Ranges.requireBetween("layers", layers, 1, DecoderRules.MOST_LAYERS);
    Ranges.requirePositive("width", width);
    DecoderRules.checkHeads(heads, headSize, keyValueHeads);
    Ranges.requirePositive("feedForwardWidth", feedForwardWidth);
    long padded = DecoderRules.padded(vocabularySize, vocabularyMultiple);
    DecoderRules.requireProduct("width", width, "paddedVocabularySize", padded);
    DecoderRules.requireProduct("width", width, "heads times headSize", (long) heads * headSize);
    DecoderRules.requireProduct("width", width, "feedForwardWidth", feedForwardWidth);
    DecoderRules.checkPositions(positions, headSize, contextLength, width);
    boolean rightEpsilon = normEpsilon >= 1e-12 && normEpsilon <= 1;
    Ranges.requireFinite("normEpsilon", normEpsilon, rightEpsilon, "between 1e-12 and 1");
    Ranges.requireFinite("logitScale", logitScale, logitScale > 0, "positive");
    Ranges.requireFinite(
        "logitSoftCap", logitSoftCap, logitSoftCap >= 0, "positive, or 0 for none");
    Ranges.requireBetween("slidingWindow", slidingWindow, 0, Integer.MAX_VALUE);
    Ranges.requireFinite("embeddingScale", embeddingScale, embeddingScale > 0, "positive");
    boolean rightDropout = dropout >= 0 && dropout < 1;
    Ranges.requireFinite("dropout", dropout, rightDropout, "at least 0 and below 1");
  }

  /**
   * Returns a builder with the settings of a small modern decoder: pre-norm with RMS norms, SwiGLU,
   * rotary positions, tied embeddings, no biases. Four fields have no default and must be set:
   * {@code vocabularySize, layers, width} and {@code heads}.
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns a builder with all fields as they are here: those that follow from others by default
   * too, so that another width, for instance, leaves the head size as it is.
   */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /**
   * Returns the shape of a known model.
   *
   * @param name one of {@link #presetNames}
   * @throws IllegalArgumentException if there is none of that name; the message lists those there
   *     are
   */
  public static DecoderConfig preset(String name) {
    return DecoderPresets.get(name);
  }

  /**
   * Returns the names of the presets, in alphabetical order.
   *
   * <table>
   *   <caption>Presets</caption>
   *   <tr><th>name</th><th>what it is</th></tr>
   *   <tr><td>{@code gpt2-124m}</td><td>GPT-2 small (Radford et al., 2019)</td></tr>
   *   <tr><td>{@code llama-15m}, {@code llama-42m}, {@code llama-110m}</td><td>small Llamas in the
   *   shapes of llama2.c's story models</td></tr>
   *   <tr><td>{@code qwen3-0.6b}</td><td>Qwen3-0.6B (Qwen team, 2025)</td></tr>
   *   <tr><td>{@code storyteller-44m}</td><td>a model for Chinese children's stories</td></tr>
   *   <tr><td>{@code storyteller-export}</td><td>a deeper one with a small vocabulary and grouped
   *   key-value heads, 104 million parameters</td></tr>
   * </table>
   */
  public static List<String> presetNames() {
    return DecoderPresets.names();
  }

  /**
   * Returns a decoder whose size follows from one number, as nanochat's does: {@code depth} layers
   * and heads of size 64, so that the width is {@code 64 · depth}; all else as {@link #builder} has
   * it. It has {@code 49,152 · depth³} parameters and a little in its layers, and so 10.6 million
   * at depth 6, 85 million at 12 and 680 million at 24, and {@code 64 · depth} for each token of
   * the padded vocabulary.
   *
   * @param depth how many layers there are
   * @param vocabularySize how many ids the tokenizer has
   */
  public static DecoderConfig scaled(int depth, int vocabularySize) {
    Ranges.requireBetween("depth", depth, 1, DecoderPresets.MOST_DEPTH);
    return builder()
        .vocabularySize(vocabularySize)
        .layers(depth)
        .width(64 * depth)
        .heads(depth)
        .build();
  }

  /** Returns {@code vocabularySize} rounded up to a multiple of {@code vocabularyMultiple}. */
  public int paddedVocabularySize() {
    return (int) DecoderRules.padded(vocabularySize, vocabularyMultiple);
  }

  /**
   * Returns all parameters in the order in which a token meets them: embeddings, layers from the
   * first, the last norm, the head unless it is tied.
   */
  public List<ParameterShape> parameterShapes() {
    return ParameterList.of(this);
  }

  /** Returns how many numbers a model of this shape has; tied embeddings count once. */
  public long parameters() {
    return DecoderCosts.parameters(this);
  }

  /**
   * Returns how many parameters take part in the arithmetic of every token: all but embeddings that
   * are only looked up.
   */
  public long activeParameters() {
    return DecoderCosts.activeParameters(this);
  }

  /**
   * Returns how many floating-point operations a token of a sequence costs in training, forward and
   * backward: {@code 6 · activeParameters + 6 · layers · heads · headSize · time}, where the second
   * term is causal attention, in which a token sees half of the sequence on average; with a sliding
   * window less. Recomputation is not counted.
   *
   * @param time how many tokens the sequence has
   */
  public double trainingFlopsPerToken(int time) {
    return DecoderCosts.trainingFlopsPerToken(this, time);
  }

  /**
   * Returns how many floating-point operations the next token costs when those before it are
   * cached: {@code 2 · activeParameters + 4 · layers · heads · headSize · visible}.
   *
   * @param position how many tokens are before it
   */
  public double inferenceFlopsPerToken(int position) {
    return DecoderCosts.inferenceFlopsPerToken(this, position);
  }

  /**
   * Estimates what a layer keeps of its forward pass for the backward pass, as {@link
   * TrainingMemory} explains.
   *
   * @param batch how many sequences a micro-batch has
   * @param time how many tokens a sequence has
   * @param precision not {@link Precision#AUTO}, which may stand for either
   * @return bytes
   */
  public long activationBytesPerLayer(int batch, int time, Precision precision) {
    return DecoderCosts.activationBytesPerLayer(this, batch, time, precision);
  }

  /**
   * Estimates the memory that training takes.
   *
   * @param batch how many sequences a micro-batch has
   * @param time how many tokens a sequence has
   * @param precision not {@link Precision#AUTO}, which may stand for either
   * @param checkpointEvery how many layers are recomputed together; 0 if all activations are kept
   */
  public TrainingMemory trainingMemory(
      int batch, int time, Precision precision, int checkpointEvery) {
    return DecoderCosts.trainingMemory(this, batch, time, precision, checkpointEvery);
  }

  /**
   * Returns the size of keys and values cached for generation.
   *
   * @param sequences how many are generated at once
   * @param positions how many tokens of each are cached
   * @param precision in what values are kept; keys are 32-bit floats always
   * @return bytes
   */
  public long keyValueCacheBytes(int sequences, int positions, Precision precision) {
    return DecoderCosts.keyValueCacheBytes(this, sequences, positions, precision);
  }

  /**
   * Returns the first values of a parameter, as {@link Initialization} says: whoever asks, for
   * whichever part, on whichever machine, gets the same bits.
   *
   * @param parameter one of {@link #parameterShapes}
   * @param from the place of the first value asked for, in row-major order
   * @param into filled from its position to its limit
   * @throws IndexOutOfBoundsException if the parameter has fewer values than that
   */
  public void initialValues(ParameterShape parameter, long from, FloatBuffer into) {
    InitialValues.fill(this, parameter, from, into);
  }

  /** Says whether models of this shape can be written as Hugging Face's Transformers reads them. */
  public Exportability huggingFaceExport() {
    return ExportRules.huggingFace(this);
  }

  /** Says whether models of this shape can be written as GGUF files that llama.cpp reads. */
  public Exportability ggufExport() {
    return ExportRules.gguf(this);
  }

  /** Collects the fields of a {@link DecoderConfig}. */
  public static final class Builder {
    private int vocabularySize;
    private int vocabularyMultiple = 64;
    private int contextLength = 512;
    private int layers;
    private int width;
    private int heads;
    private @Nullable Integer headSize;
    private @Nullable Integer keyValueHeads;
    private FeedForwardKind feedForward = FeedForwardKind.SWIGLU;
    private @Nullable Integer feedForwardWidth;
    private NormKind norm = NormKind.RMS_NORM;
    private double normEpsilon = 1e-5;
    private boolean postNorm;
    private Positions positions = Positions.Rotary.defaults();
    private boolean queryKeyNorm;
    private boolean attentionBias;
    private boolean attentionOutputBias;
    private boolean feedForwardBias;
    private double logitScale = 1;
    private double logitSoftCap;
    private int slidingWindow;
    private boolean tiedEmbeddings = true;
    private double embeddingScale = 1;
    private double dropout;
    private boolean parallelResidual;
    private Initialization initialization = new Initialization(0);

    private Builder() {}

    private Builder(DecoderConfig config) {
      this.vocabularySize = config.vocabularySize;
      this.vocabularyMultiple = config.vocabularyMultiple;
      this.contextLength = config.contextLength;
      this.layers = config.layers;
      this.width = config.width;
      this.heads = config.heads;
      this.headSize = config.headSize;
      this.keyValueHeads = config.keyValueHeads;
      this.feedForward = config.feedForward;
      this.feedForwardWidth = config.feedForwardWidth;
      this.norm = config.norm;
      this.normEpsilon = config.normEpsilon;
      this.postNorm = config.postNorm;
      this.positions = config.positions;
      this.queryKeyNorm = config.queryKeyNorm;
      this.attentionBias = config.attentionBias;
      this.attentionOutputBias = config.attentionOutputBias;
      this.feedForwardBias = config.feedForwardBias;
      this.logitScale = config.logitScale;
      this.logitSoftCap = config.logitSoftCap;
      this.slidingWindow = config.slidingWindow;
      this.tiedEmbeddings = config.tiedEmbeddings;
      this.embeddingScale = config.embeddingScale;
      this.dropout = config.dropout;
      this.parallelResidual = config.parallelResidual;
      this.initialization = config.initialization;
    }

    /** Sets how many ids the tokenizer has. Must be set. */
    public Builder vocabularySize(int vocabularySize) {
      this.vocabularySize = vocabularySize;
      return this;
    }

    /** Sets {@link DecoderConfig#vocabularyMultiple}; 64 if not set. */
    public Builder vocabularyMultiple(int vocabularyMultiple) {
      this.vocabularyMultiple = vocabularyMultiple;
      return this;
    }

    /** Sets {@link DecoderConfig#contextLength}; 512 if not set. */
    public Builder contextLength(int contextLength) {
      this.contextLength = contextLength;
      return this;
    }

    /** Sets how many layers there are. Must be set. */
    public Builder layers(int layers) {
      this.layers = layers;
      return this;
    }

    /** Sets how many numbers represent a token between layers. Must be set. */
    public Builder width(int width) {
      this.width = width;
      return this;
    }

    /** Sets how many query heads a layer has. Must be set. */
    public Builder heads(int heads) {
      this.heads = heads;
      return this;
    }

    /** Sets {@link DecoderConfig#headSize}; {@code width / heads} if not set. */
    public Builder headSize(int headSize) {
      this.headSize = headSize;
      return this;
    }

    /** Sets {@link DecoderConfig#keyValueHeads}; as many as {@code heads} if not set. */
    public Builder keyValueHeads(int keyValueHeads) {
      this.keyValueHeads = keyValueHeads;
      return this;
    }

    /** Sets {@link DecoderConfig#feedForward}; SwiGLU if not set. */
    public Builder feedForward(FeedForwardKind feedForward) {
      this.feedForward = feedForward;
      return this;
    }

    /**
     * Sets {@link DecoderConfig#feedForwardWidth}; 8/3 of the width, rounded up to a multiple of
     * 64, if there is a gate, and else 4 times the width if not set.
     */
    public Builder feedForwardWidth(int feedForwardWidth) {
      this.feedForwardWidth = feedForwardWidth;
      return this;
    }

    /** Sets {@link DecoderConfig#norm}; RMS norm if not set. */
    public Builder norm(NormKind norm) {
      this.norm = norm;
      return this;
    }

    /** Sets {@link DecoderConfig#normEpsilon}; 1e-5 if not set. */
    public Builder normEpsilon(double normEpsilon) {
      this.normEpsilon = normEpsilon;
      return this;
    }

    /** Sets {@link DecoderConfig#postNorm}; false if not set. */
    public Builder postNorm(boolean postNorm) {
      this.postNorm = postNorm;
      return this;
    }

    /** Sets {@link DecoderConfig#positions}; rotary with base 10,000 if not set. */
    public Builder positions(Positions positions) {
      this.positions = positions;
      return this;
    }

    /** Sets {@link DecoderConfig#queryKeyNorm}; false if not set. */
    public Builder queryKeyNorm(boolean queryKeyNorm) {
      this.queryKeyNorm = queryKeyNorm;
      return this;
    }

    /** Sets {@link DecoderConfig#attentionBias}; false if not set. */
    public Builder attentionBias(boolean attentionBias) {
      this.attentionBias = attentionBias;
      return this;
    }

    /** Sets {@link DecoderConfig#attentionOutputBias}; false if not set. */
    public Builder attentionOutputBias(boolean attentionOutputBias) {
      this.attentionOutputBias = attentionOutputBias;
      return this;
    }

    /** Sets {@link DecoderConfig#feedForwardBias}; false if not set. */
    public Builder feedForwardBias(boolean feedForwardBias) {
      this.feedForwardBias = feedForwardBias;
      return this;
    }

    /** Sets {@link DecoderConfig#logitScale}; 1 if not set. */
    public Builder logitScale(double logitScale) {
      this.logitScale = logitScale;
      return this;
    }

    /** Sets {@link DecoderConfig#logitSoftCap}; none if not set. */
    public Builder logitSoftCap(double logitSoftCap) {
      this.logitSoftCap = logitSoftCap;
      return this;
    }

    /** Sets {@link DecoderConfig#slidingWindow}; all if not set. */
    public Builder slidingWindow(int slidingWindow) {
      this.slidingWindow = slidingWindow;
      return this;
    }

    /** Sets {@link DecoderConfig#tiedEmbeddings}; true if not set. */
    public Builder tiedEmbeddings(boolean tiedEmbeddings) {
      this.tiedEmbeddings = tiedEmbeddings;
      return this;
    }

    /** Sets {@link DecoderConfig#embeddingScale}; 1 if not set. */
    public Builder embeddingScale(double embeddingScale) {
      this.embeddingScale = embeddingScale;
      return this;
    }

    /** Sets {@link DecoderConfig#dropout}; 0 if not set. */
    public Builder dropout(double dropout) {
      this.dropout = dropout;
      return this;
    }

    /** Sets {@link DecoderConfig#parallelResidual}; false if not set. */
    public Builder parallelResidual(boolean parallelResidual) {
      this.parallelResidual = parallelResidual;
      return this;
    }

    /** Sets {@link DecoderConfig#initialization}; as GPT-2, with seed 0 if not set. */
    public Builder initialization(Initialization initialization) {
      this.initialization = initialization;
      return this;
    }

    /**
     * Returns the config.
     *
     * @throws IllegalArgumentException if a value is missing, out of range or does not go with
     *     another
     */
    public DecoderConfig build() {
      return new DecoderConfig(
          vocabularySize,
          vocabularyMultiple,
          contextLength,
          layers,
          width,
          heads,
          headSize != null ? headSize : defaultHeadSize(),
          keyValueHeads != null ? keyValueHeads : heads,
          feedForward,
          feedForwardWidth != null ? feedForwardWidth : defaultFeedForwardWidth(),
          norm,
          normEpsilon,
          postNorm,
          positions,
          queryKeyNorm,
          attentionBias,
          attentionOutputBias,
          feedForwardBias,
          logitScale,
          logitSoftCap,
          slidingWindow,
          tiedEmbeddings,
          embeddingScale,
          dropout,
          parallelResidual,
          initialization);
    }

    private int defaultHeadSize() {
      Ranges.requirePositive("width", width);
      Ranges.requirePositive("heads", heads);
      if (width % heads != 0) {
        throw new IllegalArgumentException(
            String.format(
                "headSize must be set where heads do not divide width, got heads %d, width %d",
                heads, width));
      }
      return width / heads;
    }

    private int defaultFeedForwardWidth() {
      long exact = feedForward.gated() ? (8L * width + 191) / 192 * 64 : 4L * width;
      return (int) Math.min(exact, Integer.MAX_VALUE);
    }
  }
}

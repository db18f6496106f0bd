package io.github.maque.model.format;

import ai.djl.ndarray.NDManager;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.model.kernel.Precision;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.format.TokenizerConfig;
import io.github.maque.tokenizer.format.TokenizerFiles;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A model in a directory as Hugging Face's libraries keep it: {@code config.json}, weights in
 * safetensors files, {@code generation_config.json} and the files of a tokenizer. What is read are
 * the architectures Llama, Mistral, Qwen3 and GPT-2, and this library's own, for decoders that none
 * of them can express; {@link HuggingFaceExport} writes all but GPT-2.
 *
 * <pre>{@code
 * try (HuggingFaceDirectory model = HuggingFaceDirectory.open(Path.of("Qwen3-0.6B"))) {
 *   DecoderConfig config = model.config();
 *   TensorSource weights = model.weights();
 * }
 * }</pre>
 *
 * <p>Opening reads the configuration and checks that the weights are there in the right shapes; the
 * weights themselves come from the disk when they are asked for.
 */
public final class HuggingFaceDirectory implements AutoCloseable {
  static final String CONFIG = "config.json";
  static final String GENERATION_CONFIG = "generation_config.json";
  static final String WEIGHTS = "model.safetensors";
  static final String INDEX = "model.safetensors.index.json";

  private static final int MAX_CONFIG_BYTES = 1 << 24;
  private static final String EMBEDDING = "model.embed_tokens.weight";
  private static final String HEAD = "lm_head.weight";

  /** How many numbers are compared at a time. */
  private static final int CHUNK = 1 << 16;

  private final Path path;
  private final DecoderConfig config;
  private final TensorSource weights;
  private final Closeable files;
  private final Generation generation;

  /** What is said of generation, and which fields say it. */
  private record Generation(GenerationOptions options, Set<String> fields) {}

  private HuggingFaceDirectory(
      Path path,
      DecoderConfig config,
      TensorSource weights,
      Closeable files,
      Generation generation) {
    this.path = path;
    this.config = config;
    this.weights = weights;
    this.files = files;
    this.generation = generation;
  }

  /**
   * Opens a directory.
   *
   * @throws ModelFormatException if a file is damaged, the model has a feature that this library
   *     does not have, or the weights are not those of the configuration
   * @throws FileNotFoundException if there are no weights in safetensors files
   * @throws java.nio.file.NoSuchFileException if there is no {@code config.json}
   */
  public static HuggingFaceDirectory open(Path path) throws IOException {
    ConfigObject json = Json.read(path.resolve(CONFIG), MAX_CONFIG_BYTES);
    DecoderConfig config = HuggingFaceConfig.read(json);
    Generation generation = readGeneration(path, json.tokenIds("eos_token_id"));
    Path single = path.resolve(WEIGHTS);
    if (Files.exists(single)) {
      SafetensorsFile file = SafetensorsFile.open(single);
      return open(path, config, named(json, file), file::close, generation);
    }
    Path index = path.resolve(INDEX);
    if (Files.exists(index)) {
      ShardedSafetensors shards = ShardedSafetensors.open(index);
      return open(path, config, named(json, shards), shards::close, generation);
    }
    boolean pickled =
        Files.exists(path.resolve("pytorch_model.bin"))
            || Files.exists(path.resolve("pytorch_model.bin.index.json"));
    throw new FileNotFoundException(
        path
            + ": there is neither "
            + WEIGHTS
            + " nor "
            + INDEX
            + " in it"
            + (pickled ? ", only pickled weights, which run code when they are read" : ""));
  }

  private static TensorSource named(ConfigObject json, TensorSource source)
      throws ModelFormatException {
    return json.text("model_type").equals(HuggingFaceConfig.GPT2)
        ? new Gpt2Tensors(source)
        : source;
  }

  private static HuggingFaceDirectory open(
      Path path, DecoderConfig config, TensorSource source, Closeable files, Generation generation)
      throws IOException {
    try {
      checkWeights(path, config, source);
      DecoderTensors weights = DecoderTensors.of(source, config, config.paddedVocabularySize());
      return new HuggingFaceDirectory(path, config, weights, files, generation);
    } catch (Throwable failure) {
      files.close();
      throw failure;
    }
  }

  /** Returns the shape of the decoder. */
  public DecoderConfig config() {
    return config;
  }

  /**
   * Returns the decoder's parameters, in the names, order and shapes of {@link
   * DecoderConfig#parameterShapes}. Rows that only pad the vocabulary are 0. They can be read until
   * this is closed.
   */
  public TensorSource weights() {
    return weights;
  }

  /**
   * Makes a decoder with these weights.
   *
   * @param manager what it lives with; its device is where it computes
   * @param precision in what it computes
   * @throws IOException if the weights cannot be read
   */
  public Decoder decoder(NDManager manager, Precision precision) throws IOException {
    Decoder decoder = Decoder.builder(manager, config).precision(precision).zeros().build();
    DecoderWeights.load(decoder, weights);
    return decoder;
  }

  /**
   * Returns how the model should generate: which ids end a text, and what {@code
   * generation_config.json} says of sampling, as far as there are options for it. Without that file
   * the options are those of {@link GenerationOptions#builder}.
   */
  public GenerationOptions generationOptions() {
    return generation.options();
  }

  /**
   * Returns which fields of {@code generation_config.json} the {@link #generationOptions} are from,
   * besides the ids that end a text. Those that are not there have the values that Transformers
   * takes then, which are nobody's choice: without {@code do_sample}, greedy decoding.
   */
  public Set<String> generationFields() {
    return generation.fields();
  }

  /**
   * Loads the tokenizer.
   *
   * @throws io.github.maque.tokenizer.format.TokenizerFormatException if it is damaged or not
   *     supported
   * @throws FileNotFoundException if there is none
   */
  public Tokenizer tokenizer() throws IOException {
    return TokenizerFiles.load(path);
  }

  /**
   * Reads what the files beside the tokenizer say: the parts of tokens and the chat template.
   *
   * @throws io.github.maque.tokenizer.format.TokenizerFormatException if they are damaged
   */
  public TokenizerConfig tokenizerConfig() throws IOException {
    return TokenizerFiles.config(path);
  }

  /** Closes the files of the weights. */
  @Override
  public void close() throws IOException {
    files.close();
  }

  private static Generation readGeneration(Path path, List<Integer> eos) throws IOException {
    Path file = path.resolve(GENERATION_CONFIG);
    if (!Files.exists(file)) {
      return new Generation(GenerationConfig.withStops(eos).build(), Set.of());
    }
    ConfigObject json = Json.read(file, MAX_CONFIG_BYTES);
    Set<String> fields = new TreeSet<>(GenerationConfig.FIELDS);
    fields.removeIf(field -> !json.has(field));
    return new Generation(GenerationConfig.read(json, eos), Collections.unmodifiableSet(fields));
  }

  private static void checkWeights(Path path, DecoderConfig config, TensorSource source)
      throws IOException {
    Set<String> names = new LinkedHashSet<>(source.names());
    // Old files hold the frequencies of rotary embeddings, which follow from the configuration.
    names.removeIf(name -> name.endsWith(".rotary_emb.inv_freq"));
    boolean headOfTied = config.tiedEmbeddings() && names.remove(HEAD);
    Optional<Map.Entry<String, String>> mismatch =
        DecoderTensors.mismatch(new NamedTensors(source, names), config, config.vocabularySize());
    if (mismatch.isPresent()) {
      throw error(path, mismatch.get().getKey(), mismatch.get().getValue());
    }
    if (headOfTied && !sameNumbers(source)) {
      throw error(
          path, HEAD, "the embeddings are tied, but it is another matrix than " + EMBEDDING);
    }
  }

  private static boolean sameNumbers(TensorSource source) throws IOException {
    long size = source.size(EMBEDDING);
    if (source.size(HEAD) != size) {
      return false;
    }
    for (long from = 0; from < size; from += CHUNK) {
      int count = (int) Math.min(CHUNK, size - from);
      FloatBuffer embedding = FloatBuffer.allocate(count);
      FloatBuffer head = FloatBuffer.allocate(count);
      source.read(EMBEDDING, from, embedding);
      source.read(HEAD, from, head);
      if (!embedding.flip().equals(head.flip())) {
        return false;
      }
    }
    return true;
  }

  private static ModelFormatException error(Path path, String tensor, String problem) {
    return new ModelFormatException(path.toString(), "tensor " + Excerpt.of(tensor), problem);
  }

  /** Some tensors of a source. */
  private record NamedTensors(TensorSource source, Set<String> names) implements TensorSource {
    @Override
    public long[] shape(String name) {
      return source.shape(name);
    }

    @Override
    public void read(String name, long from, FloatBuffer into) throws IOException {
      source.read(name, from, into);
    }
  }
}

package io.github.maque.examples.pretrain;

import ai.djl.ndarray.NDManager;
import io.github.maque.data.pack.ConcatenatedSequences;
import io.github.maque.data.shard.Manifest;
import io.github.maque.data.shard.Split;
import io.github.maque.data.shard.TokenDataset;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.kernel.Precision;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.format.TokenizerConfig;
import io.github.maque.tokenizer.format.TokenizerFiles;
import io.github.maque.train.HuggingFaceFormat;
import io.github.maque.train.Trainer;
import io.github.maque.train.TrainerBuilder;
import io.github.maque.train.metric.TrainingListener;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What a {@link PretrainConfig} names, opened: data, tokenizer and a new decoder. */
public final class Pretraining implements AutoCloseable {
  private static final String VALIDATION = "validation";

  private final PretrainConfig config;
  private final Tokenizer tokenizer;
  private final TokenizerConfig tokenizerConfig;
  private final TokenDataset training;
  private final Optional<TokenDataset> validation;
  private final NDManager manager;
  private final Decoder decoder;

  private Pretraining(
      PretrainConfig config,
      Tokenizer tokenizer,
      TokenizerConfig tokenizerConfig,
      TokenDataset training,
      Optional<TokenDataset> validation) {
    this.config = config;
    this.tokenizer = tokenizer;
    this.tokenizerConfig = tokenizerConfig;
    this.training = training;
    this.validation = validation;
    DecoderConfig shape = config.shape(tokenizer.vocabularySize());
    config.engine().apply();
    manager = NDManager.newBaseManager("PyTorch");
    try {
      Precision precision = config.engine().precision().resolve(manager);
      decoder = Decoder.create(manager, shape, precision);
    } catch (RuntimeException | Error e) {
      manager.close();
      throw e;
    }
  }

  /**
   * Opens data and tokenizer, starts the engine and makes the decoder.
   *
   * @throws IOException if a file is missing or damaged; the message names it
   * @throws IllegalArgumentException if the configuration names no data, or things do not go
   *     together
   */
  public static Pretraining open(PretrainConfig config) throws IOException {
    Path directory =
        config
            .data()
            .directory()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "data.directory must be set, for instance with --data: what to train on"));
    Manifest manifest = Manifest.read(directory);
    Tokenizer tokenizer = tokenizer(config.data(), directory);
    TokenDataset training = TokenDataset.open(directory, Split.TRAIN).requireTokenizer(tokenizer);
    if (training.tokens() < 2) {
      throw new IOException(directory + ": has nothing to train on");
    }
    Optional<TokenDataset> validation = Optional.empty();
    if (manifest.splits().containsKey(VALIDATION)) {
      validation =
          Optional.of(TokenDataset.open(directory, VALIDATION)).filter(data -> data.tokens() > 1);
    }
    TokenizerConfig tokenizerConfig = tokenizerConfig(place(config.data(), directory));
    return new Pretraining(config, tokenizer, tokenizerConfig, training, validation);
  }

  /**
   * Does all there is to do: nothing if the run is complete, and otherwise what is left of it.
   *
   * @param directory of the run
   * @param listener hears of the training
   */
  public static RunResult run(PretrainConfig config, Path directory, TrainingListener listener)
      throws IOException {
    Optional<RunResult> before = complete(config, directory);
    if (before.isPresent()) {
      return before.get();
    }
    try (Pretraining pretraining = open(config)) {
      return RunResult.of(
          pretraining.trainer().directory(directory).listener(listener).build().train());
    }
  }

  /**
   * Returns what a run has left, if it is complete; see {@link RunResult#complete}. Nothing is
   * opened for that.
   */
  public static Optional<RunResult> complete(PretrainConfig config, Path directory)
      throws IOException {
    List<Path> inputs =
        config.data().directory().map(data -> data.resolve(Manifest.FILE)).stream().toList();
    return RunResult.complete(directory, config.toYaml(), inputs);
  }

  private static Tokenizer tokenizer(DataSettings data, Path directory) throws IOException {
    try {
      return TokenizerFiles.load(place(data, directory));
    } catch (FileNotFoundException e) {
      if (data.tokenizer().isPresent()) {
        throw e;
      }
      throw new IllegalArgumentException(
          "data.tokenizer must be set, for instance with --tokenizer: which tokenizer made "
              + directory
              + ", which holds none",
          e);
    }
  }

  private static Path place(DataSettings data, Path directory) {
    return data.tokenizer().orElseGet(() -> DataTokenizer.place(directory));
  }

  /** Returns what is known of the tokenizer besides, such as how conversations are laid out. */
  private static TokenizerConfig tokenizerConfig(Path place) throws IOException {
    boolean known =
        place.toString().endsWith(".json") || Files.exists(place.resolve("tokenizer.json"));
    return known ? TokenizerFiles.config(place) : TokenizerConfig.DEFAULT;
  }

  /** Returns what it was opened with. */
  public PretrainConfig config() {
    return config;
  }

  /** Returns the decoder, whose weights training changes. */
  public Decoder decoder() {
    return decoder;
  }

  /** Returns what is trained on. */
  public TokenDataset training() {
    return training;
  }

  /** Returns what the model is evaluated on, if anything was held out. */
  public Optional<TokenDataset> validation() {
    return validation;
  }

  /** Returns training data as sequences. */
  public ConcatenatedSequences trainingSequences() {
    return sequences(training);
  }

  /** Returns a trainer that knows everything but where the run is kept. */
  public TrainerBuilder trainer() {
    TrainerBuilder builder =
        Trainer.on(decoder)
            .data(trainingSequences())
            .tokenizer(tokenizer)
            .modelFormat(HuggingFaceFormat.of(decoder).withTokenizer(tokenizer, tokenizerConfig))
            .options(config.training())
            .configuration(config.toYaml());
    validation.ifPresent(data -> builder.validation(sequences(data)));
    return builder;
  }

  private ConcatenatedSequences sequences(TokenDataset data) {
    ConcatenatedSequences plain = ConcatenatedSequences.of(data, config.sequenceLength());
    return config.data().documentMask() ? plain.documentMask() : plain;
  }

  @Override
  public void close() {
    manager.close();
  }
}

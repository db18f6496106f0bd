package io.github.maque.examples.cli;

import ai.djl.ndarray.NDManager;
import io.github.maque.align.rollout.ChatModel;
import io.github.maque.model.Decoder;
import io.github.maque.model.format.DecoderWeights;
import io.github.maque.model.format.HuggingFaceDirectory;
import io.github.maque.model.kernel.Precision;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.format.TokenizerConfig;
import io.github.maque.train.checkpoint.Checkpoint;
import io.github.maque.train.checkpoint.CheckpointStore;
import io.github.maque.train.metric.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A model to go on with, in the engine: its decoder, its tokenizer, and how it chats. */
final class OpenedModel implements AutoCloseable {
  /** Where a run with an adapter leaves the whole model. */
  static final String MERGED = "model";

  private final Path path;
  private final NDManager manager;
  private final Decoder decoder;
  private final Tokenizer tokenizer;
  private final TokenizerConfig tokenizerConfig;
  private final Optional<ChatTemplate> template;

  private OpenedModel(
      Path path,
      NDManager manager,
      Decoder decoder,
      ModelSource source,
      Optional<ChatTemplate> template) {
    this.path = path;
    this.manager = manager;
    this.decoder = decoder;
    this.tokenizer = source.tokenizer().orElseThrow();
    this.tokenizerConfig = source.tokenizerConfig();
    this.template = template;
  }

  /**
   * Opens a model.
   *
   * @param given as {@link #resolve} takes it
   * @param layout the template to chat with it, or that there is none; if it is not given the
   *     model's own, if it has one
   * @throws IllegalArgumentException if it has no tokenizer, or none that the template goes with
   */
  static OpenedModel open(
      Path given, TokenizerTrain.@Nullable Template layout, Precision precision, Progress progress)
      throws IOException {
    Path path = resolve(given);
    try (HuggingFaceDirectory directory = HuggingFaceDirectory.open(path)) {
      ModelSource source = source(path, directory);
      Optional<ChatTemplate> template = template(path, layout, source);
      NDManager manager = NDManager.newBaseManager("PyTorch");
      try {
        Decoder decoder =
            Decoder.builder(manager, source.config())
                .precision(precision.resolve(manager))
                .zeros()
                .build();
        DecoderWeights.load(
            decoder, CountedTensors.reportingTo("Loading", progress, source.weights()));
        return new OpenedModel(path, manager, decoder, source, template);
      } catch (Throwable failure) {
        manager.close();
        throw failure;
      }
    }
  }

  /** Returns what a model's directory holds, which must have a tokenizer. */
  static ModelSource source(Path path, HuggingFaceDirectory directory) throws IOException {
    ModelSource source = ModelSource.of(directory);
    if (source.tokenizer().isEmpty()) {
      throw new IllegalArgumentException(path + " has no tokenizer");
    }
    return source;
  }

  /** Returns the template to chat with a model; nothing if it has none, or is to have none. */
  static Optional<ChatTemplate> template(
      Path path, TokenizerTrain.@Nullable Template layout, ModelSource source) {
    boolean hasNone = layout == null && source.tokenizerConfig().chatTemplate().isEmpty();
    if (hasNone || layout == TokenizerTrain.Template.NONE) {
      return Optional.empty();
    }
    try {
      return Optional.of(ChatLayout.chosen(layout, source));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
    }
  }

  /** Returns what to say of a model that is to chat and does not know how. */
  static IllegalArgumentException withoutTemplate(Path path) {
    return new IllegalArgumentException(path + " has no chat template; --chat-template names one");
  }

  /**
   * Returns the directory of a model: the one given, or, of a run's directory, the whole model that
   * a run with an adapter left, or else the checkpoint with the lowest validation loss, or else the
   * newest.
   */
  static Path resolve(Path given) throws IOException {
    Path checkpoints = new RunDirectory(given).checkpoints();
    if (Files.exists(given.resolve("config.json")) || !Files.isDirectory(checkpoints)) {
      return requireModel(given);
    }
    if (Files.exists(given.resolve(MERGED).resolve("config.json"))) {
      return given.resolve(MERGED);
    }
    Comparator<Checkpoint> byLoss =
        Comparator.comparingDouble(
            checkpoint -> checkpoint.state().validationLoss().orElse(Double.POSITIVE_INFINITY));
    return CheckpointStore.list(checkpoints).stream()
        .min(byLoss.thenComparing(checkpoint -> -checkpoint.state().step()))
        .map(Checkpoint::modelDirectory)
        .map(OpenedModel::requireModel)
        .orElse(given);
  }

  private static Path requireModel(Path path) {
    if (Files.exists(path.resolve("adapter_config.json"))
        && Files.notExists(path.resolve("config.json"))) {
      throw new IllegalArgumentException(
          path
              + " holds an adapter and no model; a run that ends by itself leaves the whole model in"
              + " its directory "
              + MERGED);
    }
    return path;
  }

  /** Returns where the model is. */
  Path path() {
    return path;
  }

  NDManager manager() {
    return manager;
  }

  Decoder decoder() {
    return decoder;
  }

  Tokenizer tokenizer() {
    return tokenizer;
  }

  TokenizerConfig tokenizerConfig() {
    return tokenizerConfig;
  }

  /**
   * Returns how the model chats.
   *
   * @throws IllegalArgumentException if neither it nor the caller says so
   */
  ChatTemplate template() {
    return template.orElseThrow(() -> withoutTemplate(path));
  }

  /** Returns the model to talk to. */
  ChatModel chat() {
    return new ChatModel(decoder, tokenizer, template());
  }

  @Override
  public void close() {
    manager.close();
  }
}

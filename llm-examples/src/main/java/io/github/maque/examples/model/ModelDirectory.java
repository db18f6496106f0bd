package io.github.maque.examples.model;

import io.github.maque.examples.WorkListener;
import io.github.maque.model.format.HuggingFaceDirectory;
import io.github.maque.model.kernel.Precision;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.train.checkpoint.Checkpoint;
import io.github.maque.train.checkpoint.CheckpointStore;
import io.github.maque.train.metric.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A model on disk and how it chats, known before its weights are read: nobody waits for one model
 * to find that another one cannot do what it is to.
 *
 * @param path the directory of the model
 * @param source what it holds, but for the weights, which can no longer be read
 * @param template how it chats, if it does
 */
public record ModelDirectory(Path path, ModelSource source, Optional<ChatTemplate> template) {
  /** Where a run with an adapter leaves the whole model. */
  public static final String MERGED = "model";

  /**
   * Finds a model.
   *
   * @param given as {@link #resolve} takes it
   * @param layout how to chat with it, or that it does not; if it is not given as the model itself
   *     says, if it does
   * @throws IllegalArgumentException if it has no tokenizer, or none that the layout goes with
   */
  public static ModelDirectory find(Path given, @Nullable ChatLayout layout) throws IOException {
    Path path = resolve(given);
    try (HuggingFaceDirectory directory = HuggingFaceDirectory.open(path)) {
      ModelSource source = ModelSource.of(directory);
      if (source.tokenizer().isEmpty()) {
        throw new IllegalArgumentException(path + " has no tokenizer");
      }
      return new ModelDirectory(path, source, template(path, layout, source));
    }
  }

  private static Optional<ChatTemplate> template(
      Path path, @Nullable ChatLayout layout, ModelSource source) {
    boolean hasNone = layout == null && source.tokenizerConfig().chatTemplate().isEmpty();
    if (hasNone || layout == ChatLayout.NONE) {
      return Optional.empty();
    }
    try {
      return Optional.of(ChatLayout.chosen(layout, source));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
    }
  }

  /**
   * Returns the directory of a model: the one given, or, of a run's directory, the whole model that
   * a run with an adapter left, or else its best checkpoint.
   *
   * @throws IllegalArgumentException if there is an adapter and no model
   */
  public static Path resolve(Path given) throws IOException {
    Path checkpoints = new RunDirectory(given).checkpoints();
    if (Files.exists(given.resolve("config.json")) || !Files.isDirectory(checkpoints)) {
      return requireModel(given);
    }
    if (Files.exists(given.resolve(MERGED).resolve("config.json"))) {
      return given.resolve(MERGED);
    }
    return best(given)
        .map(Checkpoint::modelDirectory)
        .map(ModelDirectory::requireModel)
        .orElse(given);
  }

  /** Returns the checkpoint of a run with the lowest validation loss, or else the newest. */
  public static Optional<Checkpoint> best(Path run) throws IOException {
    Comparator<Checkpoint> byLoss =
        Comparator.comparingDouble(
            checkpoint -> checkpoint.state().validationLoss().orElse(Double.POSITIVE_INFINITY));
    return CheckpointStore.list(new RunDirectory(run).checkpoints()).stream()
        .min(byLoss.thenComparing(checkpoint -> -checkpoint.state().step()));
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

  /**
   * Returns how the model chats.
   *
   * @throws IllegalArgumentException if neither it nor the caller says so
   */
  public ChatTemplate chatTemplate() {
    return template.orElseThrow(
        () ->
            new IllegalArgumentException(
                path + " has no chat template; --chat-template names one"));
  }

  /**
   * Starts the engine and loads the weights.
   *
   * @param precision in what to compute
   * @param loading hears how many of the numbers are loaded
   * @return the model, to be closed
   */
  public OpenedModel open(Precision precision, WorkListener loading) throws IOException {
    return OpenedModel.open(this, precision, loading);
  }
}

package io.github.maque.examples.align;

import io.github.maque.examples.WorkListener;
import io.github.maque.examples.model.ChatLayout;
import io.github.maque.examples.model.ModelDirectory;
import io.github.maque.examples.model.OpenedModel;
import io.github.maque.examples.pretrain.EngineSettings;
import io.github.maque.model.kernel.Precision;
import io.github.maque.tokenizer.format.AtomicFile;
import io.github.maque.train.TrainingOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a run began with, kept in its directory: a run that goes on must do so from the very same
 * model, computed in the same precision, and not from what a directory has become meanwhile.
 *
 * @param given the directory as it was named
 * @param path the directory of the model
 * @param precision what was computed in
 * @param fingerprint of model, tokenizer and template
 */
public record RunBase(Path given, Path path, Precision precision, String fingerprint) {
  private static final String FILE = "base.yaml";

  /**
   * Opens the model that a run goes on from, or begins with, in an engine as it is to be.
   *
   * @param run the directory of the run
   * @param model as {@link ModelDirectory#resolve} takes it
   * @param data what the run learns from
   * @throws IOException if the run began with a model that is another now
   * @throws IllegalArgumentException if no model or no data are named, or the run began with
   *     another model
   */
  static OpenedModel open(
      Path run,
      Optional<Path> model,
      List<Path> data,
      Optional<ChatLayout> layout,
      EngineSettings engine,
      WorkListener loading)
      throws IOException {
    Path given =
        model.orElseThrow(
            () ->
                new IllegalArgumentException(
                    "model must be set, for instance with --model: which one to go on from"));
    if (data.isEmpty()) {
      throw new IllegalArgumentException(
          "data.files must be set, for instance with --data: what to learn from");
    }
    engine.apply();
    return open(run, given, layout, engine.precision(), loading);
  }

  private static OpenedModel open(
      Path run, Path given, Optional<ChatLayout> layout, Precision precision, WorkListener loading)
      throws IOException {
    Path file = run.resolve(FILE);
    if (!Files.exists(file)) {
      return ModelDirectory.find(given, layout.orElse(null)).open(precision, loading);
    }
    RunBase base = TrainingOptions.yaml().read(file, RunBase.class);
    if (!base.given.equals(given.toAbsolutePath().normalize())) {
      throw new IllegalArgumentException(
          String.format(
              "the run in %s began with the model %s, got %s; another --out is for another model",
              run, base.given, given));
    }
    OpenedModel opened =
        ModelDirectory.find(base.path, layout.orElse(null)).open(base.precision, loading);
    if (!opened.chat().fingerprint().equals(base.fingerprint)) {
      opened.close();
      throw new IOException(
          String.format(
              "%s: the model %s, which the run began with, has changed since", file, base.path));
    }
    return opened;
  }

  /** Returns the directory of the model that a run began with, if it has begun. */
  static Optional<Path> path(Path run) throws IOException {
    Path file = run.resolve(FILE);
    return Files.exists(file)
        ? Optional.of(TrainingOptions.yaml().read(file, RunBase.class).path())
        : Optional.empty();
  }

  /** Returns what a run begins with: a model as it is now. */
  static RunBase of(Path given, OpenedModel model) {
    return new RunBase(
        given.toAbsolutePath().normalize(),
        model.path().toAbsolutePath().normalize(),
        model.decoder().precision(),
        model.chat().fingerprint());
  }

  /** Writes this down in the directory of a run. */
  void keep(Path run) throws IOException {
    Files.createDirectories(run);
    String yaml = TrainingOptions.yaml().write(this);
    AtomicFile.write(run.resolve(FILE), out -> out.write(yaml.getBytes(StandardCharsets.UTF_8)));
  }
}

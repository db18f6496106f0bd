package io.github.maque.examples.cli;

import io.github.maque.model.kernel.Precision;
import io.github.maque.tokenizer.format.AtomicFile;
import io.github.maque.train.TrainingOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

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
   * Opens the model that a run goes on from, or begins with.
   *
   * @param run the directory of the run
   * @param given as {@link OpenedModel#resolve} takes it
   * @throws IOException if the run began with a model that is another now
   * @throws IllegalArgumentException if the run began with another model
   */
  static OpenedModel open(
      Path run,
      Path given,
      TokenizerTrain.@Nullable Template layout,
      Precision precision,
      Progress progress)
      throws IOException {
    Path file = run.resolve(FILE);
    if (!Files.exists(file)) {
      return OpenedModel.open(given, layout, precision, progress);
    }
    RunBase base = TrainingOptions.yaml().read(file, RunBase.class);
    if (!base.given.equals(given.toAbsolutePath().normalize())) {
      throw new IllegalArgumentException(
          String.format(
              "the run in %s began with the model %s, got %s; another --out is for another model",
              run, base.given, given));
    }
    OpenedModel opened = OpenedModel.open(base.path, layout, base.precision, progress);
    if (!opened.chat().fingerprint().equals(base.fingerprint)) {
      opened.close();
      throw new IOException(
          String.format(
              "%s: the model %s, which the run began with, has changed since", file, base.path));
    }
    return opened;
  }

  /** Writes down what a run begins with, unless that was done before. */
  static void keep(Path run, Path given, OpenedModel model) throws IOException {
    Path file = run.resolve(FILE);
    if (Files.exists(file)) {
      return;
    }
    Files.createDirectories(run);
    RunBase base =
        new RunBase(
            given.toAbsolutePath().normalize(),
            model.path().toAbsolutePath().normalize(),
            model.decoder().precision(),
            model.chat().fingerprint());
    String yaml = TrainingOptions.yaml().write(base);
    AtomicFile.write(file, out -> out.write(yaml.getBytes(StandardCharsets.UTF_8)));
  }
}

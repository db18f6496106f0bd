package io.github.maque.examples.align;

import ai.djl.nn.Parameter;
import io.github.maque.align.adapter.LoraAdapter;
import io.github.maque.align.adapter.LoraConfig;
import io.github.maque.data.shard.Manifest;
import io.github.maque.data.source.RecordSource;
import io.github.maque.examples.Unfinished;
import io.github.maque.examples.model.ModelDirectory;
import io.github.maque.examples.model.OpenedModel;
import io.github.maque.examples.pretrain.RunResult;
import io.github.maque.tokenizer.SpecialTokens;
import io.github.maque.train.HuggingFaceFormat;
import io.github.maque.train.ModelFormat;
import io.github.maque.train.Trainer;
import io.github.maque.train.TrainerBuilder;
import io.github.maque.train.TrainingOptions;
import io.github.maque.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A model that learns: all of it, some of it, or an adapter. */
public final class TunedModel implements AutoCloseable {
  private final OpenedModel model;
  private final @Nullable LoraAdapter adapter;

  /**
   * Freezes parameters of a model, or all of them under an adapter.
   *
   * @param model becomes this object's to close, unless this fails
   * @param frozen expressions of whole names of parameters that do not learn
   * @throws IllegalArgumentException if an expression matches none, or there is an adapter besides
   */
  TunedModel(OpenedModel model, Optional<LoraConfig> config, List<String> frozen, long seed) {
    this.model = model;
    if (config.isPresent() && !frozen.isEmpty()) {
      throw new IllegalArgumentException(
          "freeze must be empty where there is an adapter, under which all is frozen, got "
              + frozen);
    }
    for (String names : frozen) {
      if (model.decoder().freeze(pattern(names), true) == 0) {
        throw new IllegalArgumentException(
            "freeze: " + names + " matches none of the model's parameters");
      }
    }
    adapter =
        config
            .map(given -> LoraAdapter.create(model.manager(), model.decoder(), given, seed))
            .orElse(null);
    if (adapter != null) {
      adapter.baseModel(model.path().toString());
      adapter.attach();
    }
  }

  /**
   * Returns what a run has left, if it is complete and nothing that it reads is newer than it; with
   * an adapter, only if that was merged.
   */
  static Optional<RunResult> complete(
      Path directory,
      String configuration,
      boolean adapter,
      RecordSource<?> data,
      Optional<Path> replay)
      throws IOException {
    Optional<Path> base = RunBase.path(directory);
    if (base.isEmpty() || !Files.isDirectory(base.get())) {
      return Optional.empty();
    }
    List<Path> inputs = new ArrayList<>(data.files());
    replay.ifPresent(shards -> inputs.add(shards.resolve(Manifest.FILE)));
    try (Stream<Path> files = Files.list(base.get())) {
      files.filter(Files::isRegularFile).forEach(inputs::add);
    }
    Optional<RunResult> found = RunResult.complete(directory, configuration, inputs);
    Path merged = directory.resolve(ModelDirectory.MERGED);
    if (!adapter || found.isEmpty() || found.get().model().isEmpty()) {
      return found;
    }
    return Files.exists(merged.resolve("config.json"))
        ? Optional.of(new RunResult(found.get().training(), Optional.of(merged)))
        : Optional.empty();
  }

  private static Pattern pattern(String names) {
    try {
      return Pattern.compile(names);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "freeze must hold regular expressions, got " + names + ": " + e.getDescription(), e);
    }
  }

  /** Returns the adapter, if there is one. */
  public Optional<LoraAdapter> adapter() {
    return Optional.ofNullable(adapter);
  }

  private ModelFormat format() {
    return adapter != null ? adapter : wholeModel();
  }

  private HuggingFaceFormat wholeModel() {
    return HuggingFaceFormat.of(model.decoder())
        .withTokenizer(model.tokenizer(), model.tokenizerConfig())
        .withChatTemplate(model.template());
  }

  /**
   * Writes down what a run begins with, unless that was done before: the model as it is without its
   * adapter.
   */
  void keepBase(Path run, Path given) throws IOException {
    if (RunBase.path(run).isEmpty()) {
      RunBase base =
          adapter == null
              ? RunBase.of(given, model)
              : adapter.disabled(() -> RunBase.of(given, model));
      base.keep(run);
    }
  }

  /** Returns how many numbers learn. */
  public long trainedParameters() {
    return model.decoder().allParametersByName().values().stream()
        .filter(Parameter::requiresGradient)
        .mapToLong(parameter -> parameter.getShape().size())
        .sum();
  }

  /**
   * Returns whether the token that ends an answer gets its meaning from elsewhere: where the table
   * of the head does not learn, a token that the base never met stays as unlikely as it is, and
   * answers do not end. No question where answers end with the tokenizer's end of text.
   */
  public boolean dependsOnKnownEndOfTurn() {
    SpecialTokens special = model.tokenizer().specialTokens();
    Integer end = special.ids().get(model.template().endOfTurn());
    boolean learns = model.decoder().headTable().requiresGradient();
    return !learns && end != null && special.eos().orElse(-1) != end;
  }

  /** Returns the model. */
  public OpenedModel model() {
    return model;
  }

  /**
   * Returns a trainer of what learns.
   *
   * @param configuration of the run, as it is written down
   */
  TrainerBuilder trainer(TrainingOptions options, String configuration, Path directory) {
    return Trainer.on(model.decoder())
        .options(options)
        .tokenizer(model.tokenizer())
        .modelFormat(format())
        .configuration(configuration)
        .directory(directory);
  }

  /**
   * Returns what a run has made: its best checkpoint, or else its last one; of a run with an
   * adapter, that one merged, so that everything opens it. Of a run that is to go on, nothing.
   *
   * @param directory of the run
   */
  RunResult result(Path directory, TrainingResult result) throws IOException {
    RunResult made = RunResult.of(result);
    if (adapter == null || made.model().isEmpty()) {
      return made;
    }
    Path merged = directory.resolve(ModelDirectory.MERGED);
    Path fresh = Unfinished.beside(merged);
    adapter.load(made.model().get());
    adapter.merge();
    try {
      HuggingFaceFormat whole = wholeModel();
      whole.write(whole.arrays(), Files.createDirectory(fresh));
    } finally {
      adapter.unmerge();
    }
    Unfinished.delete(merged);
    Files.move(fresh, merged);
    Unfinished.keep(fresh);
    return new RunResult(result, Optional.of(merged));
  }

  @Override
  public void close() {
    if (adapter != null) {
      adapter.close();
    }
    model.close();
  }
}

package io.github.maque.examples.cli;

import ai.djl.nn.Parameter;
import io.github.maque.align.adapter.LoraAdapter;
import io.github.maque.align.adapter.LoraConfig;
import io.github.maque.train.HuggingFaceFormat;
import io.github.maque.train.ModelFormat;
import io.github.maque.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** What of a model learns: all of it, or an adapter. */
final class Adapters implements AutoCloseable {
  private final OpenedModel model;
  private final @Nullable LoraAdapter adapter;

  /**
   * Freezes parameters of a model, or all of them under an adapter.
   *
   * @param frozen expressions of whole names of parameters that do not learn
   * @throws IllegalArgumentException if an expression matches none, or there is an adapter besides
   */
  Adapters(OpenedModel model, Optional<LoraConfig> config, List<String> frozen, long seed) {
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

  private static Pattern pattern(String names) {
    try {
      return Pattern.compile(names);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "freeze must hold regular expressions, got " + names + ": " + e.getDescription(), e);
    }
  }

  /** Returns the adapter, if there is one. */
  Optional<LoraAdapter> adapter() {
    return Optional.ofNullable(adapter);
  }

  /** Returns what checkpoints hold. */
  ModelFormat format() {
    return adapter != null ? adapter : wholeModel();
  }

  private HuggingFaceFormat wholeModel() {
    return HuggingFaceFormat.of(model.decoder())
        .withTokenizer(model.tokenizer(), model.tokenizerConfig())
        .withChatTemplate(model.template());
  }

  /** Says what learns. */
  void addTo(Summary summary) {
    if (adapter != null) {
      summary.data("adapter", RecordFields.of(adapter.config()));
      summary.print("adapter", adapter.config().toString());
    }
    long trained =
        model.decoder().allParametersByName().values().stream()
            .filter(Parameter::requiresGradient)
            .mapToLong(parameter -> parameter.getShape().size())
            .sum();
    summary.count("trained_parameters", trained);
  }

  /**
   * Returns the model that a run has made: its best checkpoint, or else its last one; of a run with
   * an adapter, that one merged, so that everything opens it.
   *
   * @param directory of the run
   */
  Optional<Path> result(Path directory, TrainingResult result) throws IOException {
    Optional<Path> best = result.bestCheckpoint().or(result::lastCheckpoint);
    if (adapter == null || best.isEmpty()) {
      return best;
    }
    Path merged = directory.resolve(OpenedModel.MERGED);
    Path fresh = Unfinished.beside(merged);
    adapter.load(best.get());
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
    return Optional.of(merged);
  }

  @Override
  public void close() {
    if (adapter != null) {
      adapter.close();
    }
  }
}

package io.github.maque.examples.cli;

import io.github.maque.align.adapter.LoraAdapter;
import io.github.maque.align.adapter.LoraConfig;
import io.github.maque.model.format.DecoderWeights;
import io.github.maque.model.format.HuggingFaceExport;
import io.github.maque.model.format.WeightType;
import io.github.maque.train.HuggingFaceFormat;
import io.github.maque.train.ModelFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What of a model learns: all of it, or an adapter. */
final class Adapters implements AutoCloseable {
  private final OpenedModel model;
  private final @Nullable LoraAdapter adapter;

  /** Attaches an adapter to a model, if there is to be one. */
  Adapters(OpenedModel model, Optional<LoraConfig> config, long seed) {
    this.model = model;
    adapter =
        config
            .map(given -> LoraAdapter.create(model.manager(), model.decoder(), given, seed))
            .orElse(null);
    if (adapter != null) {
      adapter.attach();
    }
  }

  /** Returns the adapter, if there is one. */
  Optional<LoraAdapter> adapter() {
    return Optional.ofNullable(adapter);
  }

  /** Returns what checkpoints hold. */
  ModelFormat format() {
    return adapter != null
        ? adapter
        : HuggingFaceFormat.of(model.decoder())
            .withTokenizer(model.tokenizer(), model.tokenizerConfig())
            .withChatTemplate(model.template());
  }

  /** Says what learns. */
  void addTo(Summary summary) {
    long all = model.decoder().config().parameters();
    if (adapter == null) {
      summary.count("trained_parameters", all);
      return;
    }
    summary.data("adapter", RecordFields.of(adapter.config()));
    summary.print("adapter", adapter.config().toString());
    summary.count("trained_parameters", adapter.parameters());
  }

  /**
   * Writes the model with its adapter merged, so that everything opens it.
   *
   * @param directory of the run
   * @return where it is; nothing if there is no adapter, and checkpoints are whole models
   */
  Optional<Path> writeMerged(Path directory) throws IOException {
    if (adapter == null) {
      return Optional.empty();
    }
    Path merged = directory.resolve(OpenedModel.MERGED);
    adapter.merge();
    try {
      HuggingFaceExport.builder(model.decoder().config(), DecoderWeights.of(model.decoder()))
          .type(WeightType.FLOAT32)
          .tokenizer(model.tokenizer(), model.tokenizerConfig())
          .chatTemplate(model.template())
          .build()
          .write(merged);
    } finally {
      adapter.unmerge();
    }
    return Optional.of(merged);
  }

  @Override
  public void close() {
    if (adapter != null) {
      adapter.close();
    }
  }
}

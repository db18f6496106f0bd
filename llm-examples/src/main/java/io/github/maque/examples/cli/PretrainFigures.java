package io.github.maque.examples.cli;

import io.github.maque.data.shard.TokenDataset;
import io.github.maque.examples.pretrain.Pretraining;
import io.github.maque.model.Checkpointing;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.Exportability;
import io.github.maque.model.TrainingMemory;
import io.github.maque.train.TrainingOptions;
import io.github.maque.train.schedule.Horizon;
import java.util.Locale;

/** What a run is going to do, as far as that follows from its settings. */
record PretrainFigures(Pretraining pretraining, Horizon horizon) {

  /** Adds everything. */
  void addTo(Summary summary) {
    addModel(summary);
    addData(summary);
    addRun(summary);
    addMemory(summary);
    addExport("hugging_face", "export to Hugging Face", shape().huggingFaceExport(), summary);
    addExport("gguf", "export to GGUF", shape().ggufExport(), summary);
  }

  private DecoderConfig shape() {
    return pretraining.decoder().config();
  }

  private TrainingOptions options() {
    return pretraining.config().training();
  }

  private int length() {
    return pretraining.config().sequenceLength();
  }

  private void addModel(Summary summary) {
    DecoderConfig shape = shape();
    summary.data("model", RecordFields.of(shape));
    summary.print(
        "model",
        String.format(
            Locale.ROOT,
            "%d layers, width %,d, %d heads of %d%s, feed-forward %,d, context %,d, vocabulary %,d",
            shape.layers(),
            shape.width(),
            shape.heads(),
            shape.headSize(),
            shape.keyValueHeads() == shape.heads()
                ? ""
                : ", " + shape.keyValueHeads() + " for keys and values",
            shape.feedForwardWidth(),
            shape.contextLength(),
            shape.vocabularySize()));
    summary.count("parameters", shape.parameters());
  }

  private void addData(Summary summary) {
    TokenDataset training = pretraining.training();
    summary.data("training_tokens", training.tokens());
    summary.print(
        "training data",
        String.format(
            Locale.ROOT,
            "%s, %,d sequences of %,d%s",
            size(training),
            pretraining.trainingSequences().size(),
            length(),
            pretraining.config().data().documentMask() ? ", each document for itself" : ""));
    pretraining
        .validation()
        .ifPresentOrElse(
            data -> {
              summary.data("validation_tokens", data.tokens());
              summary.print("validation data", size(data));
            },
            () -> summary.print("validation data", "none was held out"));
  }

  private static String size(TokenDataset data) {
    return String.format(Locale.ROOT, "%,d documents, %,d tokens", data.documents(), data.tokens());
  }

  private void addRun(Summary summary) {
    double tokens = (double) horizon.steps() * horizon.tokensPerStep();
    double flops = tokens * shape().trainingFlopsPerToken(length());
    summary.data("steps", horizon.steps());
    summary.data("tokens_per_step", horizon.tokensPerStep());
    summary.data("training_flops", flops);
    summary.print(
        "steps",
        String.format(
            Locale.ROOT,
            "%,d of %,d tokens: %.2f passes over the data, %.3g floating-point operations",
            horizon.steps(),
            horizon.tokensPerStep(),
            tokens / ((double) pretraining.trainingSequences().size() * length()),
            flops));
    String precision = pretraining.decoder().precision().name().toLowerCase(Locale.ROOT);
    summary.text("precision", precision.replace('_', '-'));
  }

  /** What is not chosen yet is told from the least to the most. */
  private void addMemory(Summary summary) {
    int rows = options().rowsPerMicroBatch();
    int all = Math.toIntExact(options().tokensPerStep() / length());
    long least = memory(rows == 0 ? 1 : rows);
    long most = memory(rows == 0 ? all : rows);
    summary.data("estimated_memory_bytes", least);
    summary.print(
        "memory of tensors",
        rows == 0 && all > 1
            ? String.format(
                Locale.ROOT,
                "%s with one sequence at once, %s with all %d of a step: what is fastest is found out"
                    + " first",
                ByteSize.toText(least),
                ByteSize.toText(most),
                all)
            : ByteSize.toText(least));
  }

  private long memory(int rows) {
    int every = options().checkpointing() instanceof Checkpointing.Every kept ? kept.layers() : 1;
    TrainingMemory memory =
        shape().trainingMemory(rows, length(), pretraining.decoder().precision(), every);
    return memory.total();
  }

  private static void addExport(String name, String label, Exportability export, Summary summary) {
    summary.data("export_to_" + name, export.possible());
    summary.print(label, export.toString());
  }
}

package io.github.maque.examples.cli;

import io.github.maque.model.DecoderConfig;
import io.github.maque.model.Exportability;
import io.github.maque.model.ParameterShape;
import io.github.maque.model.ParameterShape.Kind;
import io.github.maque.model.TrainingMemory;
import io.github.maque.model.kernel.Precision;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What follows from the shape of a decoder alone: parameters, operations, memory, and which other
 * programs could run it.
 *
 * @param config the shape
 * @param batch how many sequences a micro-batch has
 * @param time how many tokens a sequence has
 */
record ModelFigures(DecoderConfig config, int batch, int time) {
  /** Tables of vectors for tokens and positions, which Kaplan et al. (2020) do not count. */
  private static final Set<Kind> EMBEDDINGS =
      EnumSet.of(Kind.TOKEN_EMBEDDING, Kind.POSITION_EMBEDDING, Kind.HEAD);

  private static final List<Precision> TRAINING_PRECISIONS =
      List.of(Precision.FLOAT32, Precision.BFLOAT16_MIXED);

  /** Adds everything. */
  void addTo(Summary summary) {
    addShape(summary);
    addParameters(summary);
    addOperations(summary);
    addTraining(summary);
    addInference(summary);
    addExport("hugging_face", config.huggingFaceExport(), summary);
    addExport("gguf", config.ggufExport(), summary);
  }

  private void addShape(Summary summary) {
    Map<String, Object> fields = RecordFields.of(config);
    summary.data("config", fields);
    fields.forEach(
        (name, value) -> summary.print(name.replace('_', ' '), RecordFields.text(value)));
  }

  private void addParameters(Summary summary) {
    Map<Kind, Long> byKind = new EnumMap<>(Kind.class);
    for (ParameterShape parameter : config.parameterShapes()) {
      byKind.merge(parameter.kind(), parameter.size(), Long::sum);
    }
    long total = config.parameters();
    long embeddings = EMBEDDINGS.stream().mapToLong(kind -> byKind.getOrDefault(kind, 0L)).sum();
    summary.count("parameters", total);
    summary.count("parameters_without_embeddings", total - embeddings);
    Map<String, Long> kinds = new LinkedHashMap<>();
    byKind.forEach(
        (kind, count) -> {
          String name = kind.name().toLowerCase(Locale.ROOT);
          kinds.put(name, count);
          summary.print(
              "  " + name.replace('_', ' '),
              String.format(Locale.ROOT, "%,d (%.1f %%)", count, 100.0 * count / total));
        });
    summary.data("parameters_by_kind", kinds);
  }

  private void addOperations(Summary summary) {
    summary.data("batch", batch).data("time", time);
    addOperations(
        "training_flops_per_token",
        config.trainingFlopsPerToken(time),
        String.format(Locale.ROOT, "in sequences of %,d", time),
        summary);
    addOperations(
        "decoding_flops_per_token",
        config.inferenceFlopsPerToken(time - 1),
        String.format(Locale.ROOT, "behind %,d others", time - 1),
        summary);
  }

  private static void addOperations(String name, double flops, String where, Summary summary) {
    summary.data(name, flops);
    summary.print(
        name.replace('_', ' '), String.format(Locale.ROOT, "%,.1f M, %s", flops / 1e6, where));
  }

  private void addTraining(Summary summary) {
    List<Map<String, Object>> estimates = new ArrayList<>();
    summary.print(
        "training memory",
        String.format(Locale.ROOT, "of %,d × %,d tokens, with AdamW, estimated", batch, time));
    for (Precision precision : TRAINING_PRECISIONS) {
      for (int every : new int[] {0, 1}) {
        TrainingMemory memory = config.trainingMemory(batch, time, precision, every);
        String name = precision.name().toLowerCase(Locale.ROOT);
        String kept = every == 0 ? "none" : "every_layer";
        Map<String, Object> estimate = new LinkedHashMap<>();
        estimate.put("precision", name);
        estimate.put("checkpointing", kept);
        estimate.put("weights_bytes", memory.weights());
        estimate.put("gradients_bytes", memory.gradients());
        estimate.put("optimizer_state_bytes", memory.optimizerState());
        estimate.put("activations_bytes", memory.activations());
        estimate.put("working_bytes", memory.working());
        estimate.put("total_bytes", memory.total());
        estimates.add(estimate);
        summary.print(
            "  " + name,
            String.format(
                Locale.ROOT,
                "%s, of which %s are activations%s",
                ByteSize.toText(memory.total()),
                ByteSize.toText(memory.activations()),
                every == 0 ? "" : ", every layer checkpointed"));
      }
    }
    summary.data("training_memory", estimates);
  }

  private void addInference(Summary summary) {
    int context = config.contextLength();
    long full = config.keyValueCacheBytes(1, context, Precision.FLOAT32);
    long half = config.keyValueCacheBytes(1, context, Precision.BFLOAT16_MIXED);
    summary.bytes("inference_weights_bytes", config.parameters() * Float.BYTES);
    summary.data("key_value_cache_bytes", full);
    summary.data("key_value_cache_16_bit_values_bytes", half);
    summary.print(
        "key value cache",
        String.format(
            Locale.ROOT,
            "%s a sequence of %,d tokens, %s with values in 16 bits",
            ByteSize.toText(full),
            context,
            ByteSize.toText(half)));
  }

  private static void addExport(String format, Exportability export, Summary summary) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("possible", export.possible());
    figures.put("architecture", export.architecture());
    figures.put("obstacles", export.obstacles());
    summary.data("export_" + format, figures);
    String label = "export to " + (format.equals("gguf") ? "GGUF" : "Hugging Face");
    if (export.possible()) {
      summary.print(label, export.toString());
    } else {
      summary.print(label, "not as " + export.architecture() + ":");
      export.obstacles().forEach(obstacle -> summary.print("", "  " + obstacle));
    }
  }
}

package io.github.maque.examples.cli;

import io.github.maque.model.DecoderConfig;
import io.github.maque.model.format.HuggingFaceDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what a model is made of. */
@Command(
    name = "inspect",
    description = {
      "Shows what a model is made of: its shape, how many parameters it has and where, what a token"
          + " costs, how much memory it takes, and which other programs could run it.",
      "Of files also what they hold: tensors, metadata, tokenizer and chat template."
    })
final class ModelInspect extends Verb {
  private static final int USUAL_BATCH = 8;
  private static final int USUAL_TIME = 512;

  @Parameters(
      paramLabel = "WHAT",
      description =
          "A model's directory (Hugging Face's or ours), a .safetensors or .gguf file, or else the"
              + " name of a preset.")
  private String what = "";

  @Option(names = "--tensors", description = "List all tensors.")
  private boolean tensors;

  @Option(
      names = "--statistics",
      description = "Read all numbers: mean, standard deviation, extremes and NaNs of each tensor.")
  private boolean statistics;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Sequences of a micro-batch, to estimate training for (8).")
  private @Nullable Integer batch;

  @Option(
      names = "--time",
      paramLabel = "T",
      description = "Tokens of a sequence (512, or the context length if that is less).")
  private @Nullable Integer time;

  @Override
  protected Summary run() throws IOException {
    Path path = Path.of(what);
    Summary summary = new Summary();
    if (Files.isDirectory(path)) {
      inspectDirectory(path, summary);
    } else if (Files.exists(path)) {
      rejectEstimate();
      inspectFile(path, summary);
    } else if (DecoderConfig.presetNames().contains(what)) {
      inspectPreset(summary);
    } else {
      throw rejection(
          what
              + " is neither a directory nor a file nor a preset, of which there are "
              + String.join(", ", DecoderConfig.presetNames()));
    }
    return summary;
  }

  private void inspectPreset(Summary summary) {
    if (statistics) {
      throw rejection("--statistics needs files, and " + what + " is a preset");
    }
    summary.text("preset", what);
    DecoderConfig config = DecoderConfig.preset(what);
    figures(config).addTo(summary);
    if (tensors) {
      TensorList.of(config).addTo(summary);
    }
  }

  private void inspectDirectory(Path directory, Summary summary) throws IOException {
    summary.text("directory", directory.toString());
    try (HuggingFaceDirectory model = HuggingFaceDirectory.open(directory);
        ModelTensors files = ModelTensors.open(directory)) {
      figures(model.config()).addTo(summary);
      inspectTensors(files, summary);
      ModelCompanions.of(model).addTo(summary);
    }
  }

  private void inspectFile(Path file, Summary summary) throws IOException {
    summary.text("file", file.toString());
    try (ModelTensors files = ModelTensors.open(file)) {
      inspectTensors(files, summary);
    }
  }

  private void inspectTensors(ModelTensors files, Summary summary) throws IOException {
    try (Progress progress = progress()) {
      TensorList list = TensorList.of(files, statistics, progress);
      list.addTotals(files, summary);
      if (tensors || statistics) {
        list.addTo(summary);
      }
    }
  }

  private ModelFigures figures(DecoderConfig config) {
    int length = time == null ? Math.min(USUAL_TIME, config.contextLength()) : time;
    return new ModelFigures(config, batch == null ? USUAL_BATCH : batch, length);
  }

  private void rejectEstimate() {
    if (batch != null || time != null) {
      throw rejection(
          (batch != null ? "--batch" : "--time")
              + " needs a shape, and "
              + what
              + " holds tensors only");
    }
  }
}

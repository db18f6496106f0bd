package io.github.maque.examples.cli;

import io.github.maque.examples.model.CountedTensors;
import io.github.maque.examples.model.ModelSource;
import io.github.maque.model.format.HuggingFaceDirectory;
import io.github.maque.model.format.SafetensorsFile;
import io.github.maque.model.format.TensorSource;
import io.github.maque.model.format.WeightType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a model again with numbers of another type, in other shards or in another format. */
@Command(
    name = "convert",
    description = {
      "Writes an existing model again, with all that belongs to it: with numbers of another type,"
          + " in shards of another size, as a GGUF file. A directory of another tool's, such as a"
          + " Llama or Qwen3 of Hugging Face's, becomes one of ours, which has every field of the"
          + " shape in config.json.",
      "What OUT becomes follows from its name: a .gguf file, a .safetensors file, or else a"
          + " directory. Unlike export, this takes models that no other program has."
    })
final class ModelConvert extends Verb {
  private static final String GGUF = ".gguf";
  private static final String SAFETENSORS = ".safetensors";

  @Parameters(
      index = "0",
      paramLabel = "IN",
      description = "A model's directory, or a .safetensors file if OUT is one.")
  private Path in = Path.of("");

  @Parameters(index = "1", paramLabel = "OUT", description = "What to write.")
  private Path out = Path.of("");

  @Option(
      names = "--type",
      paramLabel = "f32|bf16|f16|q8_0",
      description = "The type of the numbers; as they are if not given. q8_0 is for GGUF only.")
  private ModelWriting.@Nullable Type type;

  @Mixin private final ModelWriting writing = new ModelWriting();

  @Override
  protected Summary run() throws IOException {
    boolean file = isNamed(out, SAFETENSORS);
    if (!Files.exists(in)) {
      throw new NoSuchFileException(in.toString());
    }
    if (!Files.isDirectory(in) && !(file && isNamed(in, SAFETENSORS))) {
      throw rejection(
          in + " must be a model's directory, or a .safetensors file if OUT is one too");
    }
    ModelWriting.requireOther(in, out);
    ModelTarget target =
        file || isNamed(out, GGUF) ? writing.file(out) : writing.directory(out, in);
    try (ModelTensors tensors = ModelTensors.open(in)) {
      Map<String, Long> types = tensors.numbersByType();
      ModelWriting.Type chosen = type != null ? type : mostFrequent(types);
      Summary summary =
          new Summary()
              .text("in", in.toString())
              .text("out", out.toString())
              .text("type_before", String.join(", ", types.keySet()).toLowerCase(Locale.ROOT))
              .text("type", chosen.toString())
              .count("tensors", tensors.source().names().size());
      try (Progress progress = progress()) {
        if (file) {
          ModelWriting.write(
              target, safetensors(tensors.source(), chosen.safetensors(), progress), summary);
        } else {
          convert(target, chosen, progress, summary);
        }
      }
      return summary;
    }
  }

  private void convert(
      ModelTarget target, ModelWriting.Type chosen, Progress progress, Summary summary)
      throws IOException {
    try (HuggingFaceDirectory directory = HuggingFaceDirectory.open(in)) {
      ModelSource model = ModelSource.of(directory).reportingTo(progress.writing());
      summary.truth("with_tokenizer", model.tokenizer().isPresent());
      ModelWriting.write(
          target,
          isNamed(out, GGUF)
              ? model.gguf(chosen.gguf(), ModelWriting.modelName(out))::write
              : ModelWriting.directory(
                  model.huggingFace(chosen.safetensors(), writing.maxShardSize().bytes())),
          summary);
    }
  }

  private static ModelTarget.Content safetensors(
      TensorSource source, WeightType type, Progress progress) {
    CountedTensors counted = CountedTensors.reportingTo(progress.writing(), source);
    return place -> {
      SafetensorsFile.write(place, counted, type);
      return List.of();
    };
  }

  private static ModelWriting.Type mostFrequent(Map<String, Long> types) {
    String name =
        types.entrySet().stream()
            .max(Comparator.comparingLong(Map.Entry::getValue))
            .map(Map.Entry::getKey)
            .orElse("F32");
    try {
      return ModelWriting.Type.valueOf(name);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "numbers of type " + name + " cannot be written; --type names one that can", e);
    }
  }

  private static boolean isNamed(Path path, String ending) {
    return path.toString().toLowerCase(Locale.ROOT).endsWith(ending);
  }
}

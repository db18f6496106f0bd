package io.github.maque.examples.cli;

import io.github.maque.examples.model.ChatLayout;
import io.github.maque.examples.model.ModelSource;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.Exportability;
import io.github.maque.model.Initialization;
import io.github.maque.model.format.HuggingFaceDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a model for other programs. */
@Command(
    name = "export",
    customSynopsis = {
      "maque model export SOURCE OUT --format=huggingface|gguf [OPTIONS]",
      "       maque model export --preset=NAME OUT --format=huggingface|gguf [OPTIONS]"
    },
    description = {
      "Writes a model for other programs: as a directory that Hugging Face's Transformers opens, or"
          + " as a GGUF file for llama.cpp and what is built on it. Refuses a model that the other"
          + " program would compute otherwise, and says why.",
      "With --preset it is a new model with random weights, to try those programs out."
    })
final class ModelExport extends Verb {
  /** For whom to write. */
  enum Format {
    HUGGINGFACE,
    GGUF
  }

  @Parameters(
      arity = "1..2",
      paramLabel = "[SOURCE] OUT",
      description = "The model's directory, unless there is a --preset; and what to write.")
  private List<Path> paths = List.of();

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description = "Write a new model of this shape, such as storyteller-44m.")
  private @Nullable String preset;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "What the weights of a new model depend on (0).")
  private @Nullable Long seed;

  @Option(
      names = "--vocab-size",
      paramLabel = "N",
      description = "How many ids a new model has; as the preset if not given.")
  private @Nullable Integer vocabularySize;

  @Option(
      names = "--format",
      required = true,
      paramLabel = "huggingface|gguf",
      description = "For which programs to write.")
  private Format format = Format.HUGGINGFACE;

  @Option(
      names = "--type",
      paramLabel = "f32|bf16|f16|q8_0",
      description =
          "The type of the numbers (f32 for huggingface, f16 for gguf); q8_0 is for gguf only.")
  private ModelWriting.@Nullable Type type;

  @Option(
      names = "--tokenizer",
      paramLabel = "DIR|FILE",
      description = "The tokenizer to put in; the one in SOURCE if not given.")
  private @Nullable Path tokenizer;

  @Option(
      names = "--chat-template",
      paramLabel = "NAME",
      description =
          "How conversations are laid out: chatml, llama2, llama3, instruction, story or none; as"
              + " the tokenizer's files say if not given.")
  private @Nullable ChatLayout chatTemplate;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "What a GGUF file calls its model; the file's name if not given.")
  private @Nullable String name;

  @Mixin private final ModelWriting writing = new ModelWriting();

  @Override
  protected Summary run() throws IOException {
    check();
    if (preset != null) {
      return export(ModelSource.initial(newConfig(preset)));
    }
    Path source = paths.get(0);
    ModelWriting.requireOther(source, out());
    try (HuggingFaceDirectory directory = HuggingFaceDirectory.open(source)) {
      return export(ModelSource.of(directory));
    }
  }

  private void check() {
    if (preset == null && paths.size() == 1) {
      throw rejection("SOURCE or OUT is missing, or --preset");
    }
    if (preset != null && paths.size() == 2) {
      throw rejection("--preset writes a new model, and so " + paths.get(0) + " is one too many");
    }
    if (preset == null && (seed != null || vocabularySize != null)) {
      throw rejection("--seed and --vocab-size go with --preset");
    }
    if (name != null && format != Format.GGUF) {
      throw rejection("--name goes with --format gguf");
    }
  }

  private Path out() {
    return paths.get(paths.size() - 1);
  }

  private DecoderConfig newConfig(String known) {
    DecoderConfig config = DecoderConfig.preset(known);
    DecoderConfig.Builder builder =
        config.toBuilder().initialization(new Initialization(seed == null ? 0 : seed));
    if (vocabularySize != null) {
      builder.vocabularySize(vocabularySize);
    }
    return builder.build();
  }

  private Summary export(ModelSource given) throws IOException {
    ModelSource model =
        tokenizer == null ? given : given.withTokenizer(TokenizerSource.load(tokenizer), tokenizer);
    if (chatTemplate != null) {
      model = model.withChatTemplate(chatTemplate);
    }
    boolean gguf = format == Format.GGUF;
    requirePossible(gguf ? model.config().ggufExport() : model.config().huggingFaceExport());
    ModelTarget target =
        gguf ? writing.file(out()) : writing.directory(out(), preset == null ? paths.get(0) : null);
    ModelWriting.Type chosen =
        type != null ? type : gguf ? ModelWriting.Type.F16 : ModelWriting.Type.F32;
    Summary summary =
        new Summary()
            .text("out", out().toString())
            .text("format", format.name().toLowerCase(Locale.ROOT))
            .text("type", chosen.toString())
            .count("parameters", model.config().parameters())
            .truth("with_tokenizer", model.tokenizer().isPresent());
    try (Progress progress = progress()) {
      ModelSource source = model.reportingTo(progress.writing());
      ModelWriting.write(
          target,
          gguf
              ? source.gguf(chosen.gguf(), name == null ? ModelWriting.modelName(out()) : name)
                  ::write
              : ModelWriting.directory(
                  source.huggingFace(chosen.safetensors(), writing.maxShardSize().bytes())),
          summary);
    }
    return summary;
  }

  private void requirePossible(Exportability export) {
    if (!export.possible()) {
      throw new IllegalArgumentException(
          "--format "
              + format.name().toLowerCase(Locale.ROOT)
              + " cannot hold this model, "
              + export);
    }
  }
}

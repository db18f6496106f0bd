package io.github.maque.examples.cli;

import io.github.maque.examples.model.ChatLayout;
import io.github.maque.train.yaml.YamlRecords;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say what a run is that goes on from a model. */
final class AlignmentOptions {
  @Option(
      names = "--model",
      paramLabel = "DIR",
      description =
          "The model to go on from: a directory of Hugging Face's layout, or of a run, whose best"
              + " checkpoint is taken; the same as --set model=DIR.")
  private @Nullable Path model;

  @Option(
      names = "--data",
      arity = "1..*",
      paramLabel = "PATH",
      description = "Files and directories to learn from; the same as data.files.")
  private List<Path> data = List.of();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "A configuration in YAML; everything in it has a default.")
  private @Nullable Path config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Another value for a key, such as training.optimizer.learning-rate=1e-4; any number of"
              + " times.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--lora",
      paramLabel = "RANK",
      description =
          "Train an adapter of this rank and leave the model as it is; the same as --set"
              + " adapter.rank=RANK.")
  private @Nullable Integer lora;

  @Option(
      names = "--chat-template",
      paramLabel = "NAME",
      description =
          "How conversations are laid out, if the model does not say so or otherwise: chatml,"
              + " llama2, llama3, instruction or story; the same as --set chat-template=NAME.")
  private @Nullable ChatLayout template;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Where the run is kept; a run that is there goes on.")
  private Path out = Path.of("");

  /**
   * Reads the configuration, with what options change in it.
   *
   * @throws io.github.maque.train.yaml.YamlException if it is not as it should be
   */
  <T extends Record> T read(YamlRecords yaml, Class<T> type) throws IOException {
    Map<String, String> all = new LinkedHashMap<>(settings);
    if (model != null) {
      all.put("model", model.toString());
    }
    if (!data.isEmpty()) {
      all.put(
          "data.files",
          data.stream()
              .map(file -> '"' + file.toString().replace("\\", "\\\\").replace("\"", "\\\"") + '"')
              .collect(Collectors.joining(", ", "[", "]")));
    }
    if (template != null) {
      all.put("chat-template", template.toString());
    }
    if (lora != null) {
      all.put("adapter.rank", lora.toString());
    }
    return config == null
        ? yaml.parse("{}", "the defaults", type, all)
        : yaml.read(config, type, all);
  }

  Path out() {
    return out;
  }
}

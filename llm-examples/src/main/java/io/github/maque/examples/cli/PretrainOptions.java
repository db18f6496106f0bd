package io.github.maque.examples.cli;

import io.github.maque.examples.pretrain.PretrainConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say what a run is. */
final class PretrainOptions {
  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE|NAME",
      completionCandidates = Bundled.class,
      description =
          "A configuration in YAML, or one that comes with the program: ${COMPLETION-CANDIDATES}.")
  private String config = "";

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Another value for a key, such as training.optimizer.learning-rate=1e-3; any number of"
              + " times.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The prepared data; the same as --set data.directory=DIR.")
  private @Nullable Path data;

  @Option(
      names = "--tokenizer",
      paramLabel = "DIR|FILE",
      description =
          "The tokenizer that made the data, if it does not lie with them; the same as --set"
              + " data.tokenizer=….")
  private @Nullable Path tokenizer;

  /** The names that {@code --config} takes. */
  static final class Bundled implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return PretrainConfig.BUNDLED.iterator();
    }
  }

  /** Reads the configuration, with what options change in it. */
  PretrainConfig read() throws IOException {
    Map<String, String> all = new LinkedHashMap<>(settings);
    if (data != null) {
      all.put("data.directory", data.toString());
    }
    if (tokenizer != null) {
      all.put("data.tokenizer", tokenizer.toString());
    }
    return PretrainConfig.read(config, all);
  }

  /** Returns the configuration as it was named. */
  String config() {
    return config;
  }

  /** Returns where what comes of a configuration is kept if nothing is said: after its name. */
  Path directory(String ending) {
    String file = String.valueOf(Path.of(config).getFileName());
    return Path.of("runs", file.replaceFirst("\\.ya?ml$", "") + ending);
  }
}

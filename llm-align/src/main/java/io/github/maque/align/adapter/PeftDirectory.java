package io.github.maque.align.adapter;

import io.github.maque.model.format.ModelFormatException;
import io.github.maque.model.format.NamedArrays;
import io.github.maque.model.format.SafetensorsFile;
import io.github.maque.model.format.TensorSource;
import io.github.maque.model.format.WeightType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * An adapter on disk, as PEFT reads and writes it: {@code adapter_config.json} and {@code
 * adapter_model.safetensors}.
 */
record PeftDirectory(Path path) {
  /** What PEFT's own wrapping puts before the names of the model. */
  static final String PREFIX = "base_model.model.";

  private static final String WEIGHTS = "adapter_model.safetensors";

  /**
   * Reads the configuration.
   *
   * @throws ModelFormatException if it is not one that {@link LoraConfig} can say
   */
  PeftConfig config() throws IOException {
    return PeftConfig.read(path);
  }

  /** Says that the configuration is of projections that a decoder does not have. */
  ModelFormatException wrongTargets(IllegalArgumentException cause) {
    return new ModelFormatException(
        path.resolve(PeftConfig.FILE).toString(),
        "field target_modules",
        String.valueOf(cause.getMessage()),
        cause);
  }

  /**
   * Refuses the configuration of an adapter of another size.
   *
   * @throws ModelFormatException if rank or scale differ
   */
  void requireSameSize(LoraConfig expected) throws IOException {
    LoraConfig found = config().lora();
    if (found.rank() != expected.rank() || found.scale() != expected.scale()) {
      throw new ModelFormatException(
          path.resolve(PeftConfig.FILE).toString(),
          "fields r and lora_alpha",
          "expected rank %d and a scale of %s, found rank %d and a scale of %s"
              .formatted(expected.rank(), expected.scale(), found.rank(), found.scale()));
    }
  }

  /** Writes both files, each as a whole. */
  void write(PeftConfig config, TensorSource weights) throws IOException {
    SafetensorsFile.write(path.resolve(WEIGHTS), weights, WeightType.FLOAT32);
    config.write(path);
  }

  /**
   * Sets arrays to what the file has.
   *
   * @throws ModelFormatException if it has other ones
   */
  void fill(NamedArrays arrays) throws IOException {
    Path file = path.resolve(WEIGHTS);
    try (SafetensorsFile source = SafetensorsFile.open(file)) {
      for (String name : source.names()) {
        if (!arrays.names().contains(name)) {
          throw wrongTensor(file, name, "the configuration has no such projection");
        }
      }
      for (String name : arrays.names()) {
        if (!source.names().contains(name)) {
          throw wrongTensor(file, name, "the configuration needs it, but it is missing");
        }
        long[] expected = arrays.shape(name);
        long[] found = source.shape(name);
        if (!Arrays.equals(expected, found)) {
          throw wrongTensor(
              file,
              name,
              "expected the shape %s, found %s"
                  .formatted(Arrays.toString(expected), Arrays.toString(found)));
        }
      }
      arrays.fill(source);
    }
  }

  private static ModelFormatException wrongTensor(Path file, String name, String problem) {
    return new ModelFormatException(file.toString(), "tensor " + name, problem);
  }
}

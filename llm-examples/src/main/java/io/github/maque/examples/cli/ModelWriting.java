package io.github.maque.examples.cli;

import io.github.maque.model.format.GgufTensorType;
import io.github.maque.model.format.WeightType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of verbs that write models, and what they say in the end. */
final class ModelWriting {
  private static final String DEFAULT_SHARD = "5GB";

  /** In which types numbers can be written. */
  enum Type {
    F32(GgufTensorType.F32, WeightType.FLOAT32),
    BF16(GgufTensorType.BF16, WeightType.BFLOAT16),
    F16(GgufTensorType.F16, WeightType.FLOAT16),
    Q8_0(GgufTensorType.Q8_0, null);

    private final GgufTensorType gguf;
    private final @Nullable WeightType safetensors;

    Type(GgufTensorType gguf, @Nullable WeightType safetensors) {
      this.gguf = gguf;
      this.safetensors = safetensors;
    }

    GgufTensorType gguf() {
      return gguf;
    }

    /**
     * Returns the type in safetensors files.
     *
     * @throws IllegalArgumentException if they have none
     */
    WeightType safetensors() {
      if (safetensors == null) {
        throw new IllegalArgumentException(
            "--type must be f32, bf16 or f16 where weights become safetensors, got " + this);
      }
      return safetensors;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--max-shard-size",
      paramLabel = "SIZE",
      converter = ByteSize.Converter.class,
      defaultValue = DEFAULT_SHARD,
      description = "The most weights a safetensors file of a directory holds (5GB).")
  private ByteSize maxShardSize = ByteSize.parse(DEFAULT_SHARD);

  @Option(names = "--force", description = "Replace the model that is at OUT.")
  private boolean force;

  boolean isForced() {
    return force;
  }

  ByteSize maxShardSize() {
    if (maxShardSize.bytes() < 1) {
      throw new IllegalArgumentException("--max-shard-size must be at least 1 byte, got 0");
    }
    return maxShardSize;
  }

  /** Returns the name that a GGUF file gives its model: its own without the ending. */
  static String modelName(Path file) {
    return String.valueOf(file.getFileName()).replaceFirst("(?i)\\.gguf$", "");
  }

  /** Fails where the result would take the place of what is read. */
  static void requireOther(Path source, Path out) throws IOException {
    if (Files.exists(out) && Files.isSameFile(source, out)) {
      throw new IOException(out + ": is the source, expected another place to write");
    }
  }

  /** Writes a model, and adds what was written. */
  static void write(ModelTarget target, ModelTarget.Content content, Summary summary)
      throws IOException {
    long start = System.nanoTime();
    List<String> notes = target.write(content);
    double seconds = (System.nanoTime() - start) / 1e9;
    Map<String, Long> sizes = new LinkedHashMap<>();
    for (Path file : target.files()) {
      sizes.put(String.valueOf(file.getFileName()), Files.size(file));
    }
    long bytes = sizes.values().stream().mapToLong(Long::longValue).sum();
    summary.data("files", sizes);
    sizes.forEach((name, size) -> summary.print("  " + name, ByteSize.toText(size)));
    summary.bytes("output_bytes", bytes);
    summary.number("mb_per_second", bytes / 1e6 / seconds, "MB/s");
    summary.data("notes", notes);
    notes.forEach(note -> summary.print("note", note));
  }
}

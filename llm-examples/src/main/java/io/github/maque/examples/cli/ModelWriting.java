package io.github.maque.examples.cli;

import io.github.maque.model.format.GgufTensorType;
import io.github.maque.model.format.HuggingFaceExport;
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
  private static final ByteSize DEFAULT_SHARD = ByteSize.parse("5GB");

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
      description = "The most weights a safetensors file of a directory holds (5GB).")
  private @Nullable ByteSize maxShardSize;

  @Option(names = "--force", description = "Replace the model that is at OUT.")
  private boolean force;

  ByteSize maxShardSize() {
    if (maxShardSize == null) {
      return DEFAULT_SHARD;
    }
    if (maxShardSize.bytes() < 1) {
      throw new IllegalArgumentException("--max-shard-size must be at least 1 byte, got 0");
    }
    return maxShardSize;
  }

  /**
   * Returns where a model becomes a directory.
   *
   * @param source the model's own directory, if it has one
   */
  ModelTarget directory(Path out, @Nullable Path source) throws IOException {
    if (source != null) {
      requireApart(source, out);
    }
    return ModelTarget.directory(out, force);
  }

  /** Returns where a model becomes a single file. */
  ModelTarget file(Path out) throws IOException {
    if (maxShardSize != null) {
      throw new IllegalArgumentException(
          "--max-shard-size is for directories, and " + out + " becomes a file");
    }
    return ModelTarget.file(out, force);
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

  /** Fails where one directory lies in the other: it would go, or stay there, with it. */
  private static void requireApart(Path source, Path out) throws IOException {
    Path from = real(source);
    Path to = real(out);
    if (from.startsWith(to) || to.startsWith(from)) {
      throw new IOException(
          out
              + ": "
              + (from.startsWith(to) ? "holds" : "lies in")
              + " the source, expected another place to write");
    }
  }

  /** Returns where a path leads that there may not be yet. */
  private static Path real(Path path) throws IOException {
    Path absolute = path.toAbsolutePath().normalize();
    Path existing = absolute;
    while (existing != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    return existing == null
        ? absolute
        : existing.toRealPath().resolve(existing.relativize(absolute)).normalize();
  }

  /** Returns what becomes a directory of Hugging Face's layout. */
  static ModelTarget.Content directory(HuggingFaceExport export) {
    return place -> {
      export.write(place);
      return List.of();
    };
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

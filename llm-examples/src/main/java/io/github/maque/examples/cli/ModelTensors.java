package io.github.maque.examples.cli;

import io.github.maque.model.format.GgufFile;
import io.github.maque.model.format.GgufTensor;
import io.github.maque.model.format.SafetensorsFile;
import io.github.maque.model.format.ShardedSafetensors;
import io.github.maque.model.format.TensorSource;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The tensors in the files of a model, as they are there. */
final class ModelTensors implements Closeable {
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";

  /** The types whose numbers can be read, as safetensors and GGUF call them. */
  private static final Set<String> READABLE = Set.of("F32", "F16", "BF16", "Q8_0");

  private final TensorSource source;
  private final Function<String, String> types;
  private final Map<String, Object> metadata;
  private final String format;
  private final List<Path> files;
  private final Closeable closeable;

  private ModelTensors(
      TensorSource source,
      Function<String, String> types,
      Map<String, Object> metadata,
      String format,
      List<Path> files,
      Closeable closeable) {
    this.source = source;
    this.types = types;
    this.metadata = metadata;
    this.format = format;
    this.files = files;
    this.closeable = closeable;
  }

  /**
   * Opens the safetensors files of a directory, or a single {@code .safetensors} or {@code .gguf}
   * file.
   *
   * @throws IOException if there are none, or one is damaged
   */
  static ModelTensors open(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      return openDirectory(path);
    }
    String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    if (name.endsWith(".gguf")) {
      return open(GgufFile.open(path), path);
    }
    if (name.endsWith(".safetensors")) {
      return open(SafetensorsFile.open(path), path);
    }
    throw new IllegalArgumentException(
        path + " must be a model's directory, a .safetensors or a .gguf file");
  }

  private static ModelTensors openDirectory(Path directory) throws IOException {
    Path single = directory.resolve(SINGLE);
    if (Files.exists(single)) {
      return open(SafetensorsFile.open(single), single);
    }
    Path index = directory.resolve(INDEX);
    if (!Files.exists(index)) {
      throw new FileNotFoundException(
          directory + ": there is neither " + SINGLE + " nor " + INDEX + " in it");
    }
    ShardedSafetensors shards = ShardedSafetensors.open(index);
    try {
      Set<Path> files = new LinkedHashSet<>();
      try (var entries = Files.newDirectoryStream(directory, "model-*-of-*.safetensors")) {
        entries.forEach(files::add);
      }
      return new ModelTensors(
          shards,
          shards::type,
          Map.of(),
          "safetensors",
          files.stream().sorted().toList(),
          shards::close);
    } catch (Throwable failure) {
      shards.close();
      throw failure;
    }
  }

  private static ModelTensors open(SafetensorsFile file, Path path) {
    return new ModelTensors(
        file,
        file::type,
        new LinkedHashMap<>(file.metadata()),
        "safetensors",
        List.of(path),
        file::close);
  }

  private static ModelTensors open(GgufFile file, Path path) {
    Map<String, String> types = new HashMap<>();
    for (GgufTensor tensor : file.tensors()) {
      types.put(
          tensor.name(), tensor.type().map(Enum::name).orElse("ggml type " + tensor.typeCode()));
    }
    return new ModelTensors(
        file,
        name -> String.valueOf(types.get(name)),
        file.metadata(),
        "GGUF version " + file.version(),
        List.of(path),
        file);
  }

  /** Returns the tensors. */
  TensorSource source() {
    return source;
  }

  /** Returns the type of a tensor as its file calls it. */
  String type(String name) {
    return types.apply(name);
  }

  /** Returns whether the numbers of a tensor can be read. */
  boolean isReadable(String name) {
    return READABLE.contains(type(name));
  }

  /** Returns how many numbers there are of each type, in the order in which types occur. */
  Map<String, Long> numbersByType() {
    Map<String, Long> counts = new LinkedHashMap<>();
    source.names().forEach(name -> counts.merge(type(name), source.size(name), Long::sum));
    return counts;
  }

  /** Returns what the file says about itself. */
  Map<String, Object> metadata() {
    return metadata;
  }

  /** Returns the format for people. */
  String format() {
    return format;
  }

  /** Returns the files with the tensors. */
  List<Path> files() {
    return files;
  }

  @Override
  public void close() throws IOException {
    closeable.close();
  }
}

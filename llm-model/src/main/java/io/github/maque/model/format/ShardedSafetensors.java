package io.github.maque.model.format;

import com.google.gson.JsonObject;
import io.github.maque.tokenizer.format.AtomicFile;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Named tensors in several safetensors files, with an index beside them that says which tensor is
 * in which file, as Hugging Face's libraries keep large models. Safe for use by many threads.
 */
public final class ShardedSafetensors implements TensorSource, AutoCloseable {
  /** As large as the index of a very large model would be. */
  private static final int MAX_INDEX_BYTES = 1 << 26;

  private final Path index;
  private final Map<String, SafetensorsFile> shards;
  private final List<SafetensorsFile> files;

  private ShardedSafetensors(
      Path index, Map<String, SafetensorsFile> shards, List<SafetensorsFile> files) {
    this.index = index;
    this.shards = Collections.unmodifiableMap(shards);
    this.files = files;
  }

  /**
   * Opens all files that an index names. Tensors in them that the index does not know are left out.
   *
   * @param index a file such as {@code model.safetensors.index.json}
   * @throws ModelFormatException if the index or a file is damaged, a file is missing or has a name
   *     that leads out of the directory, or lacks a tensor that should be in it
   */
  public static ShardedSafetensors open(Path index) throws IOException {
    Map<String, String> places = readIndex(index);
    Map<String, SafetensorsFile> files = new TreeMap<>();
    Map<String, SafetensorsFile> shards = new LinkedHashMap<>();
    try {
      for (Map.Entry<String, String> place : places.entrySet()) {
        String tensor = place.getKey();
        SafetensorsFile file = files.get(place.getValue());
        if (file == null) {
          file = openShard(index, tensor, place.getValue());
          files.put(place.getValue(), file);
        }
        if (!file.names().contains(tensor)) {
          throw new ModelFormatException(
              index.toString(),
              "tensor " + Excerpt.of(tensor),
              "it should be in " + Excerpt.of(place.getValue()) + ", but is not");
        }
        shards.put(tensor, file);
      }
    } catch (Throwable failure) {
      closeAll(files.values());
      throw failure;
    }
    return new ShardedSafetensors(index, shards, List.copyOf(files.values()));
  }

  /**
   * Writes all tensors of {@code source}: as {@code model.safetensors} if they fit into one file,
   * else as files with numbers and an index.
   *
   * @param maxShardBytes how many bytes of tensors a file has at most, unless it is one tensor
   */
  static void write(Path directory, TensorSource source, WeightType type, long maxShardBytes)
      throws IOException {
    List<List<String>> plan = plan(source, type, maxShardBytes);
    if (plan.size() == 1) {
      SafetensorsFile.write(directory.resolve("model.safetensors"), source, type);
      return;
    }
    Map<String, String> places = new TreeMap<>();
    long totalBytes = 0;
    for (int i = 0; i < plan.size(); i++) {
      String name =
          String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", i + 1, plan.size());
      SafetensorsWriter writer = new SafetensorsWriter(source, type, plan.get(i));
      AtomicFile.write(directory.resolve(name), writer::write);
      for (String tensor : plan.get(i)) {
        places.put(tensor, name);
        totalBytes += source.size(tensor) * type.bytes();
      }
    }
    JsonObject weightMap = new JsonObject();
    places.forEach(weightMap::addProperty);
    JsonObject metadata = new JsonObject();
    metadata.addProperty("total_size", totalBytes);
    JsonObject json = new JsonObject();
    json.add("metadata", metadata);
    json.add("weight_map", weightMap);
    Json.write(directory.resolve("model.safetensors.index.json"), json);
  }

  @Override
  public Set<String> names() {
    return shards.keySet();
  }

  @Override
  public long[] shape(String name) {
    return shard(name).shape(name);
  }

  /**
   * Returns in which type a tensor is kept, as the format calls it, such as {@code BF16}.
   *
   * @throws IllegalArgumentException if there is no tensor of this name
   */
  public String type(String name) {
    return shard(name).type(name);
  }

  @Override
  public void read(String name, long from, FloatBuffer into) throws IOException {
    shard(name).read(name, from, into);
  }

  /** Closes all files; nothing can be read then. */
  @Override
  public void close() throws IOException {
    closeAll(files);
  }

  private SafetensorsFile shard(String name) {
    SafetensorsFile file = shards.get(name);
    if (file == null) {
      throw new IllegalArgumentException("there is no tensor " + name + " in " + index);
    }
    return file;
  }

  private static Map<String, String> readIndex(Path index) throws IOException {
    Map<String, String> places = new LinkedHashMap<>();
    ConfigObject weightMap = Json.read(index, MAX_INDEX_BYTES).object("weight_map");
    for (String tensor : weightMap.names()) {
      places.put(tensor, weightMap.text(tensor));
    }
    return places;
  }

  private static SafetensorsFile openShard(Path index, String tensor, String name)
      throws IOException {
    String place = "tensor " + Excerpt.of(tensor);
    if (!name.endsWith(".safetensors")
        || name.chars().anyMatch(c -> c == '/' || c == '\\' || c == ':' || c < ' ')) {
      throw new ModelFormatException(
          index.toString(),
          place,
          "expected the name of a .safetensors file in the same directory, found "
              + Excerpt.of(name));
    }
    Path file;
    try {
      file = index.resolveSibling(name);
    } catch (InvalidPathException e) {
      throw new ModelFormatException(
          index.toString(),
          place,
          "the file " + Excerpt.of(name) + " it is in cannot have that name here",
          e);
    }
    if (!Files.isRegularFile(file)) {
      throw new ModelFormatException(
          index.toString(), place, "the file " + Excerpt.of(name) + " it is in is missing");
    }
    return SafetensorsFile.open(file);
  }

  private static List<List<String>> plan(TensorSource source, WeightType type, long maxBytes) {
    List<List<String>> plan = new ArrayList<>();
    List<String> current = new ArrayList<>();
    long bytes = 0;
    for (String name : source.names()) {
      long more = Math.multiplyExact(source.size(name), (long) type.bytes());
      if (!current.isEmpty() && more > maxBytes - bytes) {
        plan.add(current);
        current = new ArrayList<>();
        bytes = 0;
      }
      current.add(name);
      bytes = Math.addExact(bytes, more);
    }
    plan.add(current);
    return plan;
  }

  private static void closeAll(Iterable<SafetensorsFile> files) throws IOException {
    IOException failure = null;
    for (SafetensorsFile file : files) {
      try {
        file.close();
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}

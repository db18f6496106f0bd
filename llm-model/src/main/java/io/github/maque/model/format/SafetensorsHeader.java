package io.github.maque.model.format;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the beginning of a <a href="https://huggingface.co/docs/safetensors">safetensors</a> file
 * says: 8 bytes with the length of a JSON object, little-endian, and the object, which gives each
 * tensor's type, shape and place in the bytes behind it.
 *
 * @param metadata texts about the file
 * @param tensors the tensors by name, in the order of their places
 */
record SafetensorsHeader(Map<String, String> metadata, Map<String, Tensor> tensors) {
  /** The bytes in front of the JSON object. */
  static final int PREFIX_BYTES = 8;

  /** The longest JSON object that the reference implementation reads. */
  static final int MAX_BYTES = 100_000_000;

  static final String METADATA = "__metadata__";

  /** The sizes in bytes of the types that the format knows. */
  private static final Map<String, Integer> TYPE_BYTES =
      Map.ofEntries(
          Map.entry("BOOL", 1),
          Map.entry("U8", 1),
          Map.entry("I8", 1),
          Map.entry("F8_E4M3", 1),
          Map.entry("F8_E5M2", 1),
          Map.entry("F8_E8M0", 1),
          Map.entry("U16", 2),
          Map.entry("I16", 2),
          Map.entry("F16", 2),
          Map.entry("BF16", 2),
          Map.entry("U32", 4),
          Map.entry("I32", 4),
          Map.entry("F32", 4),
          Map.entry("U64", 8),
          Map.entry("I64", 8),
          Map.entry("F64", 8),
          Map.entry("C64", 8));

  /**
   * One tensor.
   *
   * @param type the type's name in the format
   * @param shape the lengths of its dimensions
   * @param begin its first byte, counted from the end of the header
   * @param end the byte behind its last
   */
  record Tensor(String type, List<Long> shape, long begin, long end) {
    /** Returns how many numbers the tensor has. */
    long size() {
      return shape.stream().reduce(1L, Math::multiplyExact);
    }
  }

  /** Copies the maps. */
  SafetensorsHeader {
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }

  /**
   * Returns the length of the JSON object that the first bytes of a file announce.
   *
   * @param announced the first 8 bytes, as a number
   * @param fileBytes how long the file is
   */
  static int checkLength(long announced, String file, long fileBytes) throws ModelFormatException {
    if (announced < 2 || announced > MAX_BYTES) {
      throw new ModelFormatException(
          file,
          "byte 0",
          "the header's length must be in 2…"
              + MAX_BYTES
              + ", got "
              + Long.toUnsignedString(announced)
              + ": this is no safetensors file");
    }
    if (announced > fileBytes - PREFIX_BYTES) {
      throw new ModelFormatException(
          file,
          "byte 0",
          "the header should have "
              + announced
              + " bytes, but only "
              + (fileBytes - PREFIX_BYTES)
              + " follow: the file is cut short");
    }
    return (int) announced;
  }

  /**
   * Parses the JSON object and checks that the tensors fill the bytes behind it without gap or
   * overlap.
   *
   * @param dataBytes how many bytes follow
   */
  static SafetensorsHeader parse(byte[] json, String file, long dataBytes) throws IOException {
    if (json.length == 0 || json[0] != '{') {
      throw new ModelFormatException(file, "byte 8", "expected the header to begin with {");
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    JsonStream.read(
        json,
        file,
        "header",
        stream -> {
          stream.object(
              name -> {
                if (name.equals(METADATA)) {
                  stream.object(key -> metadata.put(key, stream.string()));
                } else {
                  tensors.put(name, tensor(stream));
                }
              });
          return tensors;
        });
    return new SafetensorsHeader(metadata, inOrder(tensors, file, dataBytes));
  }

  /** Returns the JSON object, padded with spaces so that what follows begins at a multiple of 8. */
  byte[] format() {
    JsonObject header = new JsonObject();
    JsonObject texts = new JsonObject();
    metadata.forEach(texts::addProperty);
    header.add(METADATA, texts);
    tensors.forEach((name, tensor) -> header.add(name, format(tensor)));
    byte[] unpadded = header.toString().getBytes(StandardCharsets.UTF_8);
    byte[] padded = Arrays.copyOf(unpadded, unpadded.length + (-unpadded.length & 7));
    Arrays.fill(padded, unpadded.length, padded.length, (byte) ' ');
    return padded;
  }

  private static JsonObject format(Tensor tensor) {
    JsonArray shape = new JsonArray();
    tensor.shape().forEach(shape::add);
    JsonArray offsets = new JsonArray();
    offsets.add(tensor.begin());
    offsets.add(tensor.end());
    JsonObject object = new JsonObject();
    object.addProperty("dtype", tensor.type());
    object.add("shape", shape);
    object.add("data_offsets", offsets);
    return object;
  }

  private static Tensor tensor(JsonStream json) throws IOException {
    Fields fields = new Fields();
    json.object(
        name -> {
          switch (name) {
            case "dtype" -> fields.type = json.string();
            case "shape" -> fields.shape = counts(json);
            case "data_offsets" -> fields.offsets = counts(json);
            default ->
                throw json.error("the field is unknown; expected dtype, shape and data_offsets");
          }
        });
    String type = fields.type;
    List<Long> shape = fields.shape;
    List<Long> offsets = fields.offsets;
    if (type == null || shape == null || offsets == null) {
      throw json.error("a tensor needs dtype, shape and data_offsets");
    }
    Integer bytes = TYPE_BYTES.get(type);
    if (bytes == null) {
      throw json.error("the dtype " + Excerpt.of(type) + " is unknown");
    }
    if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
      throw json.error("data_offsets must be a begin and an end behind it, got " + offsets);
    }
    Tensor tensor = new Tensor(type, List.copyOf(shape), offsets.get(0), offsets.get(1));
    if (!hasBytes(shape, bytes, tensor.end() - tensor.begin())) {
      throw json.error(
          "a tensor of type "
              + type
              + " and shape "
              + Excerpt.of(shape.toString())
              + " does not have "
              + (tensor.end() - tensor.begin())
              + " bytes");
    }
    return tensor;
  }

  private static final class Fields {
    private @Nullable String type;
    private @Nullable List<Long> shape;
    private @Nullable List<Long> offsets;
  }

  private static List<Long> counts(JsonStream json) throws IOException {
    List<Long> counts = new ArrayList<>();
    json.array(() -> counts.add(json.count()));
    return counts;
  }

  private static boolean hasBytes(List<Long> shape, int bytesPerNumber, long expected) {
    long bytes = bytesPerNumber;
    for (long length : shape) {
      // Lengths beside a 0 must be countable too.
      long counted = Math.max(1, length);
      if (bytes > Long.MAX_VALUE / counted) {
        return false;
      }
      bytes *= counted;
    }
    return (shape.contains(0L) ? 0 : bytes) == expected;
  }

  private static Map<String, Tensor> inOrder(
      Map<String, Tensor> tensors, String file, long dataBytes) throws ModelFormatException {
    List<Map.Entry<String, Tensor>> entries = new ArrayList<>(tensors.entrySet());
    entries.sort(
        Comparator.comparing(
            Map.Entry::getValue,
            Comparator.comparingLong(Tensor::begin).thenComparingLong(Tensor::end)));
    Map<String, Tensor> ordered = new LinkedHashMap<>();
    long filled = 0;
    for (Map.Entry<String, Tensor> entry : entries) {
      Tensor tensor = entry.getValue();
      if (tensor.begin() != filled) {
        throw new ModelFormatException(
            file,
            "tensor " + Excerpt.of(entry.getKey()),
            "it begins at " + tensor.begin() + ", but the one before it ends at " + filled);
      }
      if (tensor.end() > dataBytes) {
        throw new ModelFormatException(
            file,
            "tensor " + Excerpt.of(entry.getKey()),
            "it ends at "
                + tensor.end()
                + ", but only "
                + dataBytes
                + " bytes follow the header: the file is cut short");
      }
      filled = tensor.end();
      ordered.put(entry.getKey(), tensor);
    }
    if (filled != dataBytes) {
      throw new ModelFormatException(
          file,
          "header",
          "the tensors have " + filled + " bytes, but " + dataBytes + " follow the header");
    }
    return ordered;
  }
}

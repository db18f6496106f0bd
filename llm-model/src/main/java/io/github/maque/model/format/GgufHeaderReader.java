package io.github.maque.model.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;
import java.util.function.IntFunction;

/**
 * Reads what stands before the numbers in a GGUF file: version, metadata, and where which tensor
 * is.
 */
final class GgufHeaderReader {
  private static final int MAGIC = 0x46554747; // "GGUF"
  private static final int MAX_DIMENSIONS = 4;
  private static final int MAX_ALIGNMENT = 1 << 20;

  private static final int UINT8 = 0;
  private static final int INT8 = 1;
  private static final int UINT16 = 2;
  private static final int INT16 = 3;
  private static final int UINT32 = 4;
  private static final int INT32 = 5;
  private static final int FLOAT32 = 6;
  private static final int BOOL = 7;
  private static final int STRING = 8;
  private static final int ARRAY = 9;
  private static final int UINT64 = 10;
  private static final int INT64 = 11;
  private static final int FLOAT64 = 12;

  private final GgufInput in;
  private final Map<String, Object> metadata = new LinkedHashMap<>();
  private final Map<String, GgufTensor> tensors = new LinkedHashMap<>();

  GgufHeaderReader(GgufInput in) {
    this.in = in;
  }

  /** What a header says; offsets of tensors count from the start of the file. */
  record Header(int version, Map<String, Object> metadata, Map<String, GgufTensor> tensors) {}

  Header read() throws IOException {
    if (in.fileBytes() < 4 || in.int32() != MAGIC) {
      throw in.error(0, "this is no GGUF file, which begins with the letters GGUF");
    }
    int version = in.int32();
    if (version != 2 && version != 3) {
      int swapped = Integer.reverseBytes(version);
      throw in.error(
          4,
          swapped == 2 || swapped == 3
              ? "the file is big-endian, and only little-endian files are supported"
              : "version " + Integer.toUnsignedString(version) + " is neither 2 nor 3");
    }
    // What each takes at least: a name and numbers.
    int tensorCount = in.count("tensors", 8 + 4 + 4 + 8);
    int entryCount = in.count("metadata entries", 8 + 4 + 1);
    for (int i = 0; i < entryCount; i++) {
      readEntry();
    }
    for (int i = 0; i < tensorCount; i++) {
      readTensor();
    }
    placeTensors();
    return new Header(
        version, Collections.unmodifiableMap(metadata), Collections.unmodifiableMap(tensors));
  }

  private void readEntry() throws IOException {
    long start = in.position();
    String key = in.name("the key");
    Object value = value(in.int32(), key);
    if (metadata.put(key, value) != null) {
      throw in.error(start, "the key " + quoted(key) + " is there twice");
    }
  }

  private Object value(int type, String key) throws IOException {
    return switch (type) {
      case UINT8 -> (long) (in.int8() & 0xFF);
      case INT8 -> (long) in.int8();
      case UINT16 -> (long) (in.int16() & 0xFFFF);
      case INT16 -> (long) in.int16();
      case UINT32 -> in.int32() & 0xFFFFFFFFL;
      case INT32 -> (long) in.int32();
      case FLOAT32 -> Float.intBitsToFloat(in.int32());
      case BOOL -> checkedBool(in.int8(), key) == 1;
      case STRING -> in.text();
      case ARRAY -> array(in.int32(), key);
      case UINT64 -> checkedUnsigned(in.int64(), key);
      case INT64 -> in.int64();
      case FLOAT64 -> Double.longBitsToDouble(in.int64());
      default -> throw unknownType(type, key);
    };
  }

  private List<Object> array(int type, String key) throws IOException {
    return switch (type) {
      case UINT8 -> numbers(1, key, (bytes, at) -> (long) (bytes.get(at) & 0xFF));
      case INT8 -> numbers(1, key, (bytes, at) -> (long) bytes.get(at));
      case UINT16 -> numbers(2, key, (bytes, at) -> (long) (bytes.getShort(at) & 0xFFFF));
      case INT16 -> numbers(2, key, (bytes, at) -> (long) bytes.getShort(at));
      case UINT32 -> numbers(4, key, (bytes, at) -> bytes.getInt(at) & 0xFFFFFFFFL);
      case INT32 -> numbers(4, key, (bytes, at) -> (long) bytes.getInt(at));
      case FLOAT32 -> numbers(4, key, ByteBuffer::getFloat);
      case BOOL -> {
        List<Object> raw = numbers(1, key, ByteBuffer::get);
        for (Object value : raw) {
          checkedBool((Byte) value, key);
        }
        yield new View(raw.size(), i -> (Byte) raw.get(i) == 1);
      }
      case STRING -> {
        int count = in.count("texts of " + quoted(key), 8);
        List<Object> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          texts.add(in.text());
        }
        yield Collections.unmodifiableList(texts);
      }
      case ARRAY ->
          throw in.error(
              in.position() - 4, quoted(key) + " is an array of arrays, which is not supported");
      case UINT64 -> {
        List<Object> numbers = numbers(8, key, ByteBuffer::getLong);
        for (Object number : numbers) {
          checkedUnsigned((Long) number, key);
        }
        yield numbers;
      }
      case INT64 -> numbers(8, key, ByteBuffer::getLong);
      case FLOAT64 -> numbers(8, key, ByteBuffer::getDouble);
      default -> throw unknownType(type, key);
    };
  }

  /** Reads one element of an array. */
  private interface Element {
    Object read(ByteBuffer bytes, int at);
  }

  private List<Object> numbers(int elementBytes, String key, Element element) throws IOException {
    int count = in.count("numbers of " + quoted(key), elementBytes);
    ByteBuffer bytes = in.bytes(count * elementBytes);
    return new View(count, i -> element.read(bytes, i * elementBytes));
  }

  /** A list whose elements are made when they are asked for, and take no memory until then. */
  private static final class View extends AbstractList<Object> implements RandomAccess {
    private final int size;
    private final IntFunction<Object> elements;

    View(int size, IntFunction<Object> elements) {
      this.size = size;
      this.elements = elements;
    }

    @Override
    public Object get(int index) {
      if (index < 0 || index >= size) {
        throw new IndexOutOfBoundsException("index " + index + " of " + size);
      }
      return elements.apply(index);
    }

    @Override
    public int size() {
      return size;
    }
  }

  private byte checkedBool(byte value, String key) throws ModelFormatException {
    if (value != 0 && value != 1) {
      throw in.error(
          in.position() - 1, quoted(key) + " is " + value + ", which is neither 0 nor 1");
    }
    return value;
  }

  private long checkedUnsigned(long value, String key) throws ModelFormatException {
    if (value < 0) {
      throw in.error(
          in.position() - 8,
          quoted(key) + " is " + Long.toUnsignedString(value) + ", which is 2^63 or more");
    }
    return value;
  }

  private ModelFormatException unknownType(int type, String key) {
    return in.error(
        in.position() - 4,
        quoted(key) + " is of type " + Integer.toUnsignedString(type) + ", and types are 0 to 12");
  }

  private void readTensor() throws IOException {
    long start = in.position();
    String name = in.name("the name of a tensor");
    int dimensions = in.int32();
    if (dimensions < 0 || dimensions > MAX_DIMENSIONS) {
      throw in.error(
          in.position() - 4,
          String.format(
              "%s has %s dimensions, and there are at most %d",
              quoted(name), Integer.toUnsignedString(dimensions), MAX_DIMENSIONS));
    }
    // The first dimension in the file is the innermost.
    Long[] shape = new Long[dimensions];
    long size = 1;
    for (int i = dimensions - 1; i >= 0; i--) {
      long length = in.int64();
      if (length < 0 || size > Long.MAX_VALUE / 8 / Math.max(1, length)) {
        throw in.error(in.position() - 8, quoted(name) + " has more numbers than a file can hold");
      }
      shape[i] = length;
      size *= Math.max(1, length);
    }
    int code = in.int32();
    GgufTensor tensor =
        new GgufTensor(name, List.of(shape), code, GgufTensorType.ofCode(code), in.int64());
    if (tensors.put(name, tensor) != null) {
      throw in.error(start, "there are two tensors " + quoted(name));
    }
  }

  /** Finds where the numbers of each tensor stand, and that they are all there. */
  private void placeTensors() throws IOException {
    long alignment = alignment();
    long dataStart = -Math.floorDiv(-in.position(), alignment) * alignment;
    List<GgufTensor> placed = new ArrayList<>();
    for (GgufTensor tensor : tensors.values()) {
      checkPlace(tensor, Math.max(0, in.fileBytes() - dataStart), alignment);
      placed.add(
          new GgufTensor(
              tensor.name(),
              tensor.shape(),
              tensor.typeCode(),
              tensor.type(),
              dataStart + tensor.offset()));
    }
    placed.forEach(tensor -> tensors.put(tensor.name(), tensor));
    placed.sort(Comparator.comparingLong(GgufTensor::offset));
    for (int i = 1; i < placed.size(); i++) {
      GgufTensor before = placed.get(i - 1);
      if (before.offset() + before.bytes() > placed.get(i).offset()) {
        throw in.error(
            "tensor " + quoted(before.name()),
            "reaches into tensor " + quoted(placed.get(i).name()));
      }
    }
  }

  private long alignment() throws ModelFormatException {
    Object alignment = metadata.getOrDefault("general.alignment", 32L);
    if (alignment instanceof Long number
        && number >= 1
        && number <= MAX_ALIGNMENT
        && Long.bitCount(number) == 1) {
      return number;
    }
    throw in.error(
        "general.alignment",
        Excerpt.of(alignment.toString()) + " is no power of two from 1 to " + MAX_ALIGNMENT);
  }

  private void checkPlace(GgufTensor tensor, long available, long alignment)
      throws ModelFormatException {
    String place = "tensor " + quoted(tensor.name());
    long offset = tensor.offset();
    if (offset < 0 || offset % alignment != 0) {
      throw in.error(
          place,
          String.format(
              "begins at %s, which is no multiple of the alignment, %d",
              Long.toUnsignedString(offset), alignment));
    }
    int block = tensor.type().map(GgufTensorType::blockLength).orElse(1);
    long row = tensor.shape().isEmpty() ? 1 : tensor.shape().get(tensor.shape().size() - 1);
    if (row % block != 0) {
      throw in.error(
          place, String.format("has rows of %d, which are no whole blocks of %d", row, block));
    }
    if (offset > available || tensor.bytes() > available - offset) {
      throw in.error(
          place,
          String.format(
              "takes %d bytes from byte %d of the tensors' data, of which there are %d",
              tensor.bytes(), offset, available));
    }
  }

  private static String quoted(String name) {
    return "\"" + Excerpt.of(name) + "\"";
  }
}

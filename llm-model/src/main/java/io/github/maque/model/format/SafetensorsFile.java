package io.github.maque.model.format;

import io.github.maque.tokenizer.format.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * Named tensors in one file, in the <a
 * href="https://huggingface.co/docs/safetensors">safetensors</a> format. The file is mapped into
 * memory: opening it reads the header only, and of a tensor only what is asked for comes from the
 * disk. Safe for use by many threads.
 *
 * <pre>{@code
 * try (SafetensorsFile file = SafetensorsFile.open(Path.of("model.safetensors"))) {
 *   float[] row = new float[width];
 *   file.read("model.embed_tokens.weight", id * (long) width, FloatBuffer.wrap(row));
 * }
 * }</pre>
 *
 * <p>The header is not believed: every length, type and place in it is checked against the others
 * and against the file, whose tensors must fill it without gap or overlap.
 */
public final class SafetensorsFile implements TensorSource, AutoCloseable {
  private final Path path;
  private final MappedBytes bytes;
  private final long dataStart;
  private final SafetensorsHeader header;

  private SafetensorsFile(Path path, MappedBytes bytes) throws IOException {
    this.path = path;
    this.bytes = bytes;
    if (bytes.size() < SafetensorsHeader.PREFIX_BYTES) {
      throw new ModelFormatException(
          path.toString(),
          "byte " + bytes.size(),
          "the file ends before the header's length: it is cut short");
    }
    ByteBuffer prefix =
        ByteBuffer.allocate(SafetensorsHeader.PREFIX_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.read(0, prefix);
    int length = SafetensorsHeader.checkLength(prefix.getLong(0), path.toString(), bytes.size());
    byte[] json = new byte[length];
    bytes.read(SafetensorsHeader.PREFIX_BYTES, ByteBuffer.wrap(json));
    dataStart = SafetensorsHeader.PREFIX_BYTES + (long) length;
    header = SafetensorsHeader.parse(json, path.toString(), bytes.size() - dataStart);
  }

  /**
   * Opens a file.
   *
   * @throws ModelFormatException if it is damaged, cut short, or no safetensors file
   */
  public static SafetensorsFile open(Path path) throws IOException {
    return open(path, MappedBytes.SEGMENT_BYTES);
  }

  /** Opens a file and maps it in segments of the given length. */
  static SafetensorsFile open(Path path, int segmentBytes) throws IOException {
    MappedBytes bytes = MappedBytes.open(path, segmentBytes);
    try {
      return new SafetensorsFile(path, bytes);
    } catch (Throwable failure) {
      bytes.close();
      throw failure;
    }
  }

  /**
   * Writes all tensors of {@code source}, in its order, to a file that appears when it is complete.
   * No more than a small part of a tensor is held in memory. The same tensors give the same bytes.
   *
   * @param type what numbers are rounded to, to the nearest and of two to the even one
   * @throws IllegalArgumentException if a finite number has no finite neighbour in {@code type}, or
   *     a tensor is called {@code __metadata__}
   */
  public static void write(Path path, TensorSource source, WeightType type) throws IOException {
    SafetensorsWriter writer = new SafetensorsWriter(source, type, source.names());
    AtomicFile.write(path, writer::write);
  }

  /** Returns the texts about the file, by name. */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /** Returns the names of the tensors in the order of their places in the file. */
  @Override
  public Set<String> names() {
    return header.tensors().keySet();
  }

  @Override
  public long[] shape(String name) {
    return tensor(name).shape().stream().mapToLong(Long::longValue).toArray();
  }

  /**
   * Returns in which type the file keeps a tensor, as the format calls it, such as {@code BF16}.
   *
   * @throws IllegalArgumentException if there is no tensor of this name
   */
  public String type(String name) {
    return tensor(name).type();
  }

  /**
   * Fills what remains of {@code into} with numbers of a tensor.
   *
   * @throws ModelFormatException if the tensor is neither F32 nor BF16 nor F16, or the file was cut
   *     short since it was opened
   * @throws java.nio.channels.ClosedChannelException if this was closed
   */
  @Override
  public void read(String name, long from, FloatBuffer into) throws IOException {
    SafetensorsHeader.Tensor tensor = tensor(name);
    requireWithin(name, from, into.remaining());
    for (WeightType type : WeightType.values()) {
      if (type.safetensorsName().equals(tensor.type())) {
        bytes.read(dataStart + tensor.begin() + from * type.bytes(), type, into);
        return;
      }
    }
    throw new ModelFormatException(
        path.toString(),
        "tensor " + Excerpt.of(name),
        "its type " + tensor.type() + " is not supported; expected F32, BF16 or F16");
  }

  /** Closes the file; nothing can be read then. */
  @Override
  public void close() throws IOException {
    bytes.close();
  }

  private SafetensorsHeader.Tensor tensor(String name) {
    SafetensorsHeader.Tensor tensor = header.tensors().get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("there is no tensor " + name + " in " + path);
    }
    return tensor;
  }
}

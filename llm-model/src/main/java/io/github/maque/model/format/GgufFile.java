package io.github.maque.model.format;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Map;
import java.util.Set;

/**
 * A GGUF file, version 2 or 3, little-endian (the <a
 * href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">format</a> of llama.cpp and the
 * programs built on it), open for reading.
 *
 * <pre>{@code
 * try (GgufFile file = GgufFile.open(Path.of("model.gguf"))) {
 *   Object architecture = file.metadata().get("general.architecture");
 *   FloatBuffer norm = FloatBuffer.allocate((int) file.size("output_norm.weight"));
 *   file.read("output_norm.weight", 0, norm);
 * }
 * }</pre>
 *
 * <p>Opening reads the header and checks it, and that all tensors lie inside the file; their
 * numbers are read when asked for. Names are those of the file. Fit for use by many threads at
 * once.
 */
public final class GgufFile implements TensorSource, Closeable {
  /** How many numbers are read at a time; a multiple of all block lengths. */
  private static final int CHUNK = 1 << 14;

  private final Path path;
  private final FileChannel channel;
  private final GgufHeaderReader.Header header;

  private GgufFile(Path path, FileChannel channel, GgufHeaderReader.Header header) {
    this.path = path;
    this.channel = channel;
    this.header = header;
  }

  /**
   * Opens a file.
   *
   * @throws ModelFormatException if the file is damaged, not finished, or of another version
   */
  public static GgufFile open(Path path) throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      return new GgufFile(
          path, channel, new GgufHeaderReader(new GgufInput(path.toString(), channel)).read());
    } catch (Throwable failure) {
      channel.close();
      throw failure;
    }
  }

  /** Returns the version of the format, 2 or 3. */
  public int version() {
    return header.version();
  }

  /**
   * Returns the metadata in the order of the file. Integers of all widths are {@code Long}, floats
   * {@code Float} and {@code Double}, the rest {@code Boolean} and {@code String}; arrays are
   * unmodifiable {@code List}s of these.
   */
  public Map<String, Object> metadata() {
    return header.metadata();
  }

  /** Returns what the file says about its tensors, in its order. */
  public Collection<GgufTensor> tensors() {
    return header.tensors().values();
  }

  @Override
  public Set<String> names() {
    return header.tensors().keySet();
  }

  @Override
  public long[] shape(String name) {
    return tensor(name).shape().stream().mapToLong(Long::longValue).toArray();
  }

  /**
   * {@inheritDoc}
   *
   * @throws ModelFormatException if the tensor is of a type that is not known here, or the file was
   *     cut after it was opened
   */
  @Override
  public void read(String name, long from, FloatBuffer into) throws IOException {
    GgufTensor tensor = tensor(name);
    requireWithin(name, from, into.remaining());
    GgufTensorType type = tensor.type().orElse(null);
    if (type == null) {
      throw new ModelFormatException(
          path.toString(),
          "tensor \"" + Excerpt.of(name) + "\"",
          "its numbers are of ggml's type " + tensor.typeCode() + ", which cannot be read");
    }
    FloatBuffer numbers = FloatBuffer.allocate(CHUNK);
    ByteBuffer bytes = ByteBuffer.allocate(CHUNK / type.blockLength() * type.blockBytes());
    long next = from;
    while (into.hasRemaining()) {
      long firstBlock = next / type.blockLength();
      long lastBlock = (next + into.remaining() - 1) / type.blockLength();
      int blocks = (int) Math.min(lastBlock - firstBlock + 1, CHUNK / type.blockLength());
      bytes.clear().limit(blocks * type.blockBytes());
      readFully(tensor, firstBlock * type.blockBytes(), bytes);
      type.decode(bytes.flip(), numbers.clear());
      int skipped = (int) (next - firstBlock * type.blockLength());
      numbers.flip().position(skipped);
      numbers.limit(skipped + Math.min(numbers.remaining(), into.remaining()));
      next += numbers.remaining();
      into.put(numbers);
    }
  }

  /** Closes the file. */
  @Override
  public void close() throws IOException {
    channel.close();
  }

  private void readFully(GgufTensor tensor, long from, ByteBuffer bytes) throws IOException {
    long position = tensor.offset() + from;
    while (bytes.hasRemaining()) {
      int read = channel.read(bytes, position);
      if (read < 0) {
        throw new ModelFormatException(
            path.toString(),
            "tensor \"" + Excerpt.of(tensor.name()) + "\"",
            "the file ends at byte " + position + ", and was longer when it was opened");
      }
      position += read;
    }
  }

  private GgufTensor tensor(String name) {
    GgufTensor tensor = header.tensors().get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(path + " has no tensor \"" + name + "\"");
    }
    return tensor;
  }
}

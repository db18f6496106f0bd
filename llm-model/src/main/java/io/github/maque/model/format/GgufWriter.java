package io.github.maque.model.format;

import io.github.maque.tokenizer.format.AtomicFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Writes GGUF files, version 3: metadata, then what tensors there are, then their numbers. */
final class GgufWriter {
  private static final int VERSION = 3;
  private static final int ALIGNMENT = 32;

  /** How many numbers are in memory at a time; a multiple of all block lengths. */
  private static final int CHUNK = 1 << 16;

  /** Reads numbers of a tensor, in the order of the file. */
  @FunctionalInterface
  interface Numbers {
    /** Fills what remains of {@code into} with the numbers from index {@code from} on. */
    void read(long from, FloatBuffer into) throws IOException;
  }

  /**
   * A tensor to write.
   *
   * @param shape the outermost dimension first
   */
  record Tensor(String name, List<Long> shape, GgufTensorType type, Numbers numbers) {
    long size() {
      return shape.stream().reduce(1L, Math::multiplyExact);
    }

    long bytes() {
      return size() / type.blockLength() * type.blockBytes();
    }
  }

  private GgufWriter() {}

  /** Writes a file, which appears as a whole or not at all. */
  static void write(Path file, GgufMetadata metadata, List<Tensor> tensors) throws IOException {
    AtomicFile.write(
        file,
        out -> {
          byte[] head = head(metadata, tensors);
          out.write(head);
          pad(out, head.length);
          for (Tensor tensor : tensors) {
            writeNumbers(out, tensor);
            pad(out, tensor.bytes());
          }
        });
  }

  private static byte[] head(GgufMetadata metadata, List<Tensor> tensors) {
    int size = 24 + metadata.bytes().remaining();
    for (Tensor tensor : tensors) {
      size = Math.addExact(size, 24 + 3 * tensor.name().length() + 8 * tensor.shape().size());
    }
    ByteBuffer head = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    head.put("GGUF".getBytes(StandardCharsets.US_ASCII)).putInt(VERSION);
    head.putLong(tensors.size()).putLong(metadata.count()).put(metadata.bytes());
    long offset = 0;
    for (Tensor tensor : tensors) {
      byte[] name = tensor.name().getBytes(StandardCharsets.UTF_8);
      head.putLong(name.length).put(name).putInt(tensor.shape().size());
      for (int i = tensor.shape().size() - 1; i >= 0; i--) {
        head.putLong(tensor.shape().get(i));
      }
      head.putInt(tensor.type().code()).putLong(offset);
      offset = aligned(offset + tensor.bytes());
    }
    byte[] bytes = new byte[head.flip().remaining()];
    head.get(bytes);
    return bytes;
  }

  private static void writeNumbers(OutputStream out, Tensor tensor) throws IOException {
    GgufTensorType type = tensor.type();
    FloatBuffer numbers = FloatBuffer.allocate(CHUNK);
    ByteBuffer bytes = ByteBuffer.allocate(CHUNK / type.blockLength() * type.blockBytes());
    long size = tensor.size();
    for (long from = 0; from < size; from += CHUNK) {
      numbers.clear().limit((int) Math.min(CHUNK, size - from));
      tensor.numbers().read(from, numbers);
      try {
        type.encode(numbers.flip(), bytes.clear());
      } catch (ArithmeticException e) {
        throw new IllegalArgumentException(
            "tensor " + tensor.name() + " cannot be written as " + type + ": " + e.getMessage(), e);
      }
      out.write(bytes.array(), 0, bytes.position());
    }
  }

  private static void pad(OutputStream out, long length) throws IOException {
    out.write(new byte[(int) (aligned(length) - length)]);
  }

  private static long aligned(long length) {
    return -Math.floorDiv(-length, ALIGNMENT) * ALIGNMENT;
  }
}

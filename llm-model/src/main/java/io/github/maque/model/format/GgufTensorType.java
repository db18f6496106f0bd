package io.github.maque.model.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * How a GGUF file spells the numbers of a tensor. Of the many types that ggml knows, those that can
 * be read and written here.
 */
public enum GgufTensorType {
  /** 32-bit floats. */
  F32(0, 0, 1, 4),

  /** IEEE half precision. */
  F16(1, 1, 1, 2),

  /**
   * 8 bits a number: blocks of 32 numbers of one row, each block a half-precision scale and 32
   * signed bytes; a number is its byte times the scale. 8.5 bits a number in all, and at most half
   * a 127th of a block's largest magnitude away, and what rounding the scale adds: a 2048th.
   */
  Q8_0(8, 7, 32, 34),

  /** The upper 16 bits of 32-bit floats. */
  BF16(30, 32, 1, 2);

  private final int code;
  private final int fileType;
  private final int blockLength;
  private final int blockBytes;

  GgufTensorType(int code, int fileType, int blockLength, int blockBytes) {
    this.code = code;
    this.fileType = fileType;
    this.blockLength = blockLength;
    this.blockBytes = blockBytes;
  }

  /** Returns the type that a file means by a number, if it is one of these. */
  static Optional<GgufTensorType> ofCode(int code) {
    return Arrays.stream(values()).filter(type -> type.code == code).findFirst();
  }

  /** Returns the number by which files name the type ({@code ggml_type}). */
  int code() {
    return code;
  }

  /** Returns {@code general.file_type} of a file whose matrices are of this type. */
  int fileType() {
    return fileType;
  }

  /** Returns how many numbers of a row make one block. */
  int blockLength() {
    return blockLength;
  }

  /** Returns how many bytes a block takes. */
  int blockBytes() {
    return blockBytes;
  }

  /**
   * Spells numbers.
   *
   * @param numbers whole blocks; all that remains is spelt
   * @param bytes where to, in little-endian order
   * @throws ArithmeticException if a number is too large for the type
   */
  void encode(FloatBuffer numbers, ByteBuffer bytes) {
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    while (numbers.hasRemaining()) {
      switch (this) {
        case F32 -> bytes.putFloat(numbers.get());
        case F16 -> bytes.putShort(half(numbers.get()));
        case BF16 -> bytes.putShort(HalfPrecision.toBfloat16(numbers.get()));
        case Q8_0 -> encodeBlock(numbers, bytes);
      }
    }
  }

  /**
   * Reads whole blocks.
   *
   * @param bytes whole blocks in little-endian order; all that remains is read
   */
  void decode(ByteBuffer bytes, FloatBuffer numbers) {
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      switch (this) {
        case F32 -> numbers.put(bytes.getFloat());
        case F16 -> numbers.put(HalfPrecision.fromFloat16(bytes.getShort()));
        case BF16 -> numbers.put(HalfPrecision.fromBfloat16(bytes.getShort()));
        case Q8_0 -> {
          float scale = HalfPrecision.fromFloat16(bytes.getShort());
          for (int i = 0; i < blockLength; i++) {
            numbers.put(bytes.get() * scale);
          }
        }
      }
    }
  }

  /**
   * The bits of ggml's {@code quantize_row_q8_0_ref}: bytes are found with the scale as it was
   * before it was rounded, and halves round away from zero.
   */
  private void encodeBlock(FloatBuffer numbers, ByteBuffer bytes) {
    float largest = 0;
    for (int i = 0; i < blockLength; i++) {
      float magnitude = Math.abs(numbers.get(numbers.position() + i));
      if (!Float.isFinite(magnitude)) {
        throw new ArithmeticException(magnitude + " cannot be a multiple of a scale");
      }
      largest = Math.max(largest, magnitude);
    }
    float scale = largest / 127;
    float inverse = 1 / scale;
    if (!Float.isFinite(inverse)) {
      inverse = 0;
    }
    bytes.putShort(half(scale));
    for (int i = 0; i < blockLength; i++) {
      double multiple = numbers.get() * inverse;
      bytes.put((byte) (multiple + Math.copySign(0.5, multiple)));
    }
  }

  private static short half(float number) {
    short half = HalfPrecision.toFloat16(number);
    if (Float.isFinite(number) && !Float.isFinite(HalfPrecision.fromFloat16(half))) {
      throw new ArithmeticException(number + " is beyond the range of half precision, ±65504");
    }
    return half;
  }
}

package io.github.maque.model.format;

/** The floating-point format in which a file keeps weights. */
public enum WeightType {
  /** IEEE 754 single precision: the weights as they are. */
  FLOAT32(4, "F32", "float32"),

  /** The upper half of a single-precision number: its range, 8 bits of precision. */
  BFLOAT16(2, "BF16", "bfloat16"),

  /** IEEE 754 half precision: 11 bits of precision, numbers up to 65,504. */
  FLOAT16(2, "F16", "float16");

  private final int bytes;
  private final String safetensorsName;
  private final String torchName;

  WeightType(int bytes, String safetensorsName, String torchName) {
    this.bytes = bytes;
    this.safetensorsName = safetensorsName;
    this.torchName = torchName;
  }

  /** Returns how many bytes a number takes. */
  public int bytes() {
    return bytes;
  }

  /** Returns what safetensors files call it, such as {@code BF16}. */
  String safetensorsName() {
    return safetensorsName;
  }

  /** Returns what {@code config.json} calls it, such as {@code bfloat16}. */
  String torchName() {
    return torchName;
  }
}

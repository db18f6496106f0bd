package io.github.maque.data.shard;

/** How a token id is stored in a {@code .bin} file, little-endian. */
public enum TokenType {
  /** Unsigned, 16 bits. */
  U16(8, 2),
  /** Signed, 32 bits. */
  I32(4, 4);

  /** Megatron-LM stores ids of vocabularies below this size in 16 bits. */
  private static final int SMALL_VOCABULARY = 65_500;

  private final int code;
  private final int bytes;

  TokenType(int code, int bytes) {
    this.code = code;
    this.bytes = bytes;
  }

  /** Returns the type that is used for a vocabulary of {@code size} ids. */
  public static TokenType forVocabulary(int size) {
    return size < SMALL_VOCABULARY ? U16 : I32;
  }

  /** Returns the number that an {@code .idx} file has for this type. */
  public int code() {
    return code;
  }

  /** Returns how many bytes a token takes. */
  public int bytes() {
    return bytes;
  }
}

package io.github.maque.data.shard;

/** How a token id is stored in a {@code .bin} file, little-endian. */
public enum TokenType {
  /** Unsigned, 16 bits. */
  U16("uint16", 8, 2),
  /** Signed, 32 bits. */
  I32("int32", 4, 4);

  /** Megatron-LM stores ids of vocabularies below this size in 16 bits. */
  private static final int SMALL_VOCABULARY = 65_500;

  private final String numpyName;
  private final int code;
  private final int bytes;

  TokenType(String numpyName, int code, int bytes) {
    this.numpyName = numpyName;
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

  /** Returns how many different ids, from 0 on, the type can store. */
  long capacity() {
    return this == U16 ? 1 << Character.SIZE : 1L << (Integer.SIZE - 1);
  }

  /** Returns the name that NumPy and a {@link Manifest} have for this type. */
  @Override
  public String toString() {
    return numpyName;
  }
}

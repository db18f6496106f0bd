package io.github.maque.data.source;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a file is packed in, by its first bytes. */
enum Packing {
  NONE,
  GZIP,
  ZSTD,
  XZ,
  BZIP2,
  TAR,
  ZIP;

  /** How many bytes of a file are looked at: as many as a tar header has. */
  static final int HEAD = TarReader.BLOCK;

  private static final byte[] XZ_MAGIC = HexFormat.of().parseHex("fd377a585a00");

  /** Behind "BZh" and a digit: the magic number of a block, or of the end where there is none. */
  private static final byte[] BZIP2_BLOCK = HexFormat.of().parseHex("314159265359");

  private static final byte[] BZIP2_END = HexFormat.of().parseHex("177245385090");

  /** Formats that people may well have, and that would otherwise fail as unreadable text. */
  private static final Map<String, String> UNREADABLE =
      Map.of(
          "PAR1", "a Parquet file",
          "ARROW1\0\0", "an Arrow file",
          "7z\274\257'\034", "a 7z archive",
          "Rar!\032\007", "a RAR archive",
          "\004\"M\030", "an LZ4 file",
          "\037\235", "a compress (.Z) file",
          "\211HDF\r\n\032\n", "an HDF5 file",
          "SQLite format 3\0", "an SQLite database",
          "%PDF-", "a PDF file");

  /** Recognises the packing of a file that begins with {@code head}, or is no longer than that. */
  static Packing of(byte[] head) {
    if (startsWith(head, 0x1F, 0x8B)) {
      return GZIP;
    }
    if (startsWith(head, 0x28, 0xB5, 0x2F, 0xFD) || isSkippableFrame(head)) {
      return ZSTD;
    }
    if (has(head, 0, XZ_MAGIC)) {
      return XZ;
    }
    if (isBzip2(head)) {
      return BZIP2;
    }
    if (startsWith(head, 'P', 'K', 3, 4) || startsWith(head, 'P', 'K', 5, 6)) {
      return ZIP;
    }
    return TarReader.isTar(head) ? TAR : NONE;
  }

  /** Names the format of a file that begins with {@code head} if it is one that is not read. */
  static @Nullable String unreadable(byte[] head) {
    for (Map.Entry<String, String> format : UNREADABLE.entrySet()) {
      if (has(head, 0, format.getKey().getBytes(StandardCharsets.ISO_8859_1))) {
        return format.getValue();
      }
    }
    return null;
  }

  private static boolean isBzip2(byte[] head) {
    return startsWith(head, 'B', 'Z', 'h')
        && head.length >= 4
        && head[3] >= '1'
        && head[3] <= '9'
        // Three letters and a digit alone may be text, unless the file is cut off right there.
        && (has(head, 4, BZIP2_BLOCK) || has(head, 4, BZIP2_END) || head.length < 10);
  }

  /** What zstd's parallel tools put in front of each frame. */
  private static boolean isSkippableFrame(byte[] head) {
    return head.length >= 4
        && (head[0] & 0xF0) == 0x50
        && startsWith(head, head[0], 0x2A, 0x4D, 0x18);
  }

  private static boolean startsWith(byte[] head, int... magic) {
    for (int i = 0; i < magic.length; i++) {
      if (i >= head.length || head[i] != (byte) magic[i]) {
        return false;
      }
    }
    return true;
  }

  private static boolean has(byte[] head, int at, byte[] magic) {
    return head.length >= at + magic.length
        && Arrays.equals(head, at, at + magic.length, magic, 0, magic.length);
  }
}

package io.github.maque.data.shard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** A shard in memory, written by the published layout without any code of ours. */
final class NaiveShard {
  final int dataType;
  final int[][] sequences;
  final long[] documentIndex;

  /**
   * Creates a shard.
   *
   * @param dataType 8 for uint16, 4 for int32
   * @param documentIndex the first sequence of each document, and the number of sequences
   */
  NaiveShard(int dataType, int[][] sequences, long[] documentIndex) {
    this.dataType = dataType;
    this.sequences = sequences;
    this.documentIndex = documentIndex;
  }

  /** Returns a shard with one sequence for each document. */
  static NaiveShard of(int dataType, int[]... documents) {
    long[] index = new long[documents.length + 1];
    Arrays.setAll(index, i -> i);
    return new NaiveShard(dataType, documents, index);
  }

  /**
   * Returns documents of up to {@code maxLength} ids below {@code vocabulary}, each followed by 0.
   */
  static NaiveShard random(
      Random random, int dataType, int documents, int maxLength, int vocabulary) {
    int[][] ids = new int[documents][];
    for (int d = 0; d < documents; d++) {
      ids[d] =
          IntStream.concat(
                  random.ints(random.nextInt(maxLength + 1), 1, vocabulary), IntStream.of(0))
              .toArray();
    }
    return of(dataType, ids);
  }

  int[] ids() {
    return Arrays.stream(sequences).flatMapToInt(Arrays::stream).toArray();
  }

  /** Returns the ids of each document. */
  int[][] documents() {
    int[][] documents = new int[documentIndex.length - 1][];
    for (int d = 0; d < documents.length; d++) {
      documents[d] =
          Arrays.stream(sequences, (int) documentIndex[d], (int) documentIndex[d + 1])
              .flatMapToInt(Arrays::stream)
              .toArray();
    }
    return documents;
  }

  byte[] bin() {
    int[] ids = ids();
    ByteBuffer bytes = littleEndian(ids.length * size(dataType));
    for (int id : ids) {
      if (dataType == 8) {
        bytes.putShort((short) id);
      } else {
        bytes.putInt(id);
      }
    }
    return bytes.array();
  }

  byte[] idx() {
    long[] lengths = Arrays.stream(sequences).mapToLong(sequence -> sequence.length).toArray();
    return idx(dataType, lengths, documentIndex);
  }

  /** Returns an index for sequences of the given lengths. */
  static byte[] idx(int dataType, long[] lengths, long[] documentIndex) {
    ByteBuffer bytes = littleEndian(34 + 12 * lengths.length + 8 * documentIndex.length);
    bytes.put("MMIDIDX\0\0".getBytes(StandardCharsets.US_ASCII));
    bytes.putLong(1);
    bytes.put((byte) dataType);
    bytes.putLong(lengths.length);
    bytes.putLong(documentIndex.length);
    for (long length : lengths) {
      bytes.putInt((int) length);
    }
    long offset = 0;
    for (long length : lengths) {
      bytes.putLong(offset);
      offset += length * size(dataType);
    }
    for (long entry : documentIndex) {
      bytes.putLong(entry);
    }
    return bytes.array();
  }

  /** Writes {@code prefix.bin} and {@code prefix.idx}. */
  Path write(Path prefix) throws IOException {
    Files.write(Path.of(prefix + ".bin"), bin());
    Files.write(Path.of(prefix + ".idx"), idx());
    return prefix;
  }

  /** Returns what a manifest has to say about this shard. */
  Shard listed(String name) {
    int tokens = ids().length;
    return new Shard(
        name,
        documentIndex.length - 1,
        tokens,
        2L * tokens,
        5L * tokens,
        sha256(bin()),
        sha256(idx()));
  }

  /**
   * Writes shards as one split with a manifest. The end of a document is 0.
   *
   * @param vocabulary one more than the largest id
   */
  static Manifest writeAll(Path directory, int vocabulary, NaiveShard... shards)
      throws IOException {
    Shard[] listed = new Shard[shards.length];
    for (int i = 0; i < shards.length; i++) {
      listed[i] = shards[i].listed("train-0000" + i);
      shards[i].write(directory.resolve(listed[i].name()));
    }
    Manifest manifest =
        new Manifest(
            "ab".repeat(32),
            vocabulary,
            shards[0].dataType == 8 ? TokenType.U16 : TokenType.I32,
            OptionalInt.of(0),
            new TreeMap<>(Map.of("train", List.of(listed), "validation", List.of())),
            Map.of());
    manifest.write(directory);
    return manifest;
  }

  static int size(int dataType) {
    return dataType == 8 ? 2 : 4;
  }

  static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}

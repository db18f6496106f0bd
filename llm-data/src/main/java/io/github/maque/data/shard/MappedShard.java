package io.github.maque.data.shard;

import io.github.maque.data.MalformedDataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The two files of an indexed dataset, mapped into memory. Immutable and safe for many threads.
 *
 * @param index where documents are
 * @param ids the {@code .bin} file
 */
record MappedShard(IndexFile index, MappedFile ids) {
  /** How many ids are copied before they are widened: few enough for the first-level cache. */
  private static final int STAGED_IDS = 4096;

  private static final ThreadLocal<short[]> STAGE =
      ThreadLocal.withInitial(() -> new short[STAGED_IDS]);

  /**
   * Opens a shard and checks that its two files fit each other.
   *
   * @param prefix the path without {@code .bin} and {@code .idx}
   */
  static MappedShard open(Path prefix, int segmentBytes) throws IOException {
    try {
      MappedFile ids = new MappedFile(bin(prefix), segmentBytes);
      IndexFile index = IndexFile.open(idx(prefix), ids.size(), segmentBytes);
      index.requireSound();
      return new MappedShard(index, ids);
    } catch (NoSuchFileException e) {
      throw missing(e);
    }
  }

  /** Opens a shard of ours and checks that it is as large as the manifest says, first of all. */
  static MappedShard open(Path directory, Shard listed, TokenType type, int segmentBytes)
      throws IOException {
    Path prefix = directory.resolve(listed.name());
    try {
      requireSize(bin(prefix), listed, type);
    } catch (NoSuchFileException e) {
      throw missing(e);
    }
    MappedShard shard = open(prefix, segmentBytes);
    shard.index.requireListed(listed, type);
    return shard;
  }

  /** Returns the file with the ids of a shard. */
  static Path bin(Path prefix) {
    return prefix.resolveSibling(prefix.getFileName() + ".bin");
  }

  /** Returns the index of a shard. */
  static Path idx(Path prefix) {
    return prefix.resolveSibling(prefix.getFileName() + ".idx");
  }

  private static MalformedDataException missing(NoSuchFileException e) {
    return new MalformedDataException(
        e.getFile(), "is missing, expected a .bin and an .idx file of each shard", e);
  }

  /** Checks that a {@code .bin} file is as large as the manifest says. */
  static void requireSize(Path bin, Shard listed, TokenType type) throws IOException {
    long bytes = Files.size(bin);
    if (bytes % type.bytes() != 0 || bytes / type.bytes() != listed.tokens()) {
      throw new MalformedDataException(
          bin.toString(),
          "has %d bytes, expected %d tokens of %d bytes, as %s says: cut short, or another file"
              .formatted(bytes, listed.tokens(), type.bytes(), Manifest.FILE));
    }
  }

  /** Copies {@code length} ids from {@code position} on, all of which the shard has. */
  void read(long position, int[] into, int offset, int length) {
    if (index.type() == TokenType.I32) {
      ids.get(position, into, offset, length);
      return;
    }
    short[] stage = STAGE.get();
    for (int done = 0; done < length; ) {
      int part = Math.min(length - done, STAGED_IDS);
      ids.get(position + done, stage, 0, part);
      widen(stage, into, offset + done, part);
      done += part;
    }
  }

  /** Widens unsigned values: a loop of its own, which the compiler makes vector instructions of. */
  static void widen(short[] from, int[] into, int offset, int length) {
    for (int i = 0; i < length; i++) {
      into[offset + i] = from[i] & 0xFFFF;
    }
  }
}

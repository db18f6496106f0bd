package io.github.maque.data.shard;

import io.github.maque.data.MalformedDataException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.commons.codec.digest.DigestUtils;
import org.jspecify.annotations.Nullable;

/**
 * Checks finished directories of shards: reads every file once more from end to end, compares
 * checksums and counts with the manifest, and looks at every entry of the indexes and every id.
 */
public final class ShardVerifier {
  private static final int BUFFER_BYTES = 1 << 17;

  private final Path directory;
  private final Manifest manifest;
  private final Progress progress;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final List<String> problems = new ArrayList<>();
  private int shards;
  private long documents;
  private long tokens;
  private long innerEnds;
  private long bytesDone;
  private long bytesTotal;

  /** Hears how far the verification has come. Called from the thread that verifies, and often. */
  @FunctionalInterface
  public interface Progress {
    /** Tells that {@code done} of {@code total} bytes were read. */
    void update(long done, long total);
  }

  /** Takes what was read from a file. */
  @FunctionalInterface
  private interface Reader {
    void take(byte[] bytes, int length);
  }

  private ShardVerifier(Path directory, Progress progress) throws IOException {
    this.directory = directory;
    this.progress = progress;
    manifest = Manifest.read(directory);
  }

  /**
   * Verifies all splits of a directory, in constant memory. Damage does not stop it: everything
   * that is wrong is in the result.
   *
   * @throws NoSuchFileException if the directory has no manifest
   * @throws MalformedDataException if the manifest itself is damaged
   * @throws ClosedByInterruptException if the thread is interrupted
   */
  public static Verification verify(Path directory, Progress progress) throws IOException {
    return new ShardVerifier(directory, progress).run();
  }

  private Verification run() throws IOException {
    for (List<Shard> split : manifest.splits().values()) {
      for (Shard shard : split) {
        bytesTotal += size(bin(shard)) + size(idx(shard));
      }
    }
    for (List<Shard> split : manifest.splits().values()) {
      for (Shard shard : split) {
        verify(shard);
      }
    }
    return new Verification(problems, shards, documents, tokens, innerEnds);
  }

  private void verify(Shard shard) throws IOException {
    shards++;
    IndexFile index = isThere(idx(shard)) ? verifyIndex(shard) : null;
    if (isThere(bin(shard))) {
      verifyIds(shard, index);
    }
  }

  private boolean isThere(Path file) {
    if (Files.exists(file)) {
      return true;
    }
    problems.add(file + ": is missing");
    return false;
  }

  /** Returns the index, or null if it is not sound. */
  private @Nullable IndexFile verifyIndex(Shard shard) throws IOException {
    Path file = idx(shard);
    verifyChecksum(file, shard.idxSha256(), (bytes, length) -> {});
    // As many as the .bin file should have: if it has others, that is not the index's fault.
    long binBytes = shard.tokens() * manifest.tokenType().bytes();
    try {
      IndexFile index = IndexFile.open(file, binBytes, MappedFile.SEGMENT_BYTES);
      index.problems().forEach(problem -> problems.add(file + ": " + problem));
      index.requireListed(shard, manifest.tokenType());
      documents += index.documents();
      return index.problems().isEmpty() ? index : null;
    } catch (IOException e) {
      note(file, e);
      return null;
    }
  }

  private void verifyIds(Shard shard, @Nullable IndexFile index) throws IOException {
    Path file = bin(shard);
    try {
      MappedShard.requireSize(file, shard, manifest.tokenType());
    } catch (IOException e) {
      note(file, e);
    }
    IdCheck ids = new IdCheck(manifest, index);
    verifyChecksum(file, shard.binSha256(), ids::take);
    ids.problems().forEach(problem -> problems.add(file + ": " + problem));
    tokens += ids.tokens();
    innerEnds += ids.innerEnds();
  }

  private void verifyChecksum(Path file, String expected, Reader reader) throws IOException {
    MessageDigest digest = DigestUtils.getSha256Digest();
    try (InputStream in = Files.newInputStream(file)) {
      for (int length; (length = in.readNBytes(buffer, 0, BUFFER_BYTES)) > 0; ) {
        digest.update(buffer, 0, length);
        reader.take(buffer, length);
        bytesDone += length;
        progress.update(bytesDone, bytesTotal);
      }
    } catch (IOException e) {
      note(file, e);
      return;
    }
    String found = HexFormat.of().formatHex(digest.digest());
    if (!found.equals(expected)) {
      problems.add(file + ": has the SHA-256 " + found + ", expected " + expected);
    }
  }

  /** Takes a failure as a problem of the file, unless it is none of the file. */
  private void note(Path file, IOException e) throws IOException {
    if (e instanceof ClosedByInterruptException) {
      throw e;
    }
    boolean namesFile = e instanceof MalformedDataException;
    problems.add(namesFile ? String.valueOf(e.getMessage()) : file + ": cannot be read: " + e);
  }

  private Path bin(Shard shard) {
    return MappedShard.bin(directory.resolve(shard.name()));
  }

  private Path idx(Shard shard) {
    return MappedShard.idx(directory.resolve(shard.name()));
  }

  private static long size(Path file) throws IOException {
    return Files.exists(file) ? Files.size(file) : 0;
  }
}

package io.github.maque.data.shard;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The token ids of one split, read from memory-mapped shards as one long stream of documents, of
 * any size. Immutable and safe for many threads; the mappings go when the object does.
 */
public final class TokenDataset {
  private TokenDataset() {}

  /**
   * Opens a split of a directory that a {@link DatasetBuilder} has made. Sizes are checked,
   * checksums are not; see {@link ShardVerifier}.
   *
   * @throws io.github.maque.data.MalformedDataException if a shard is cut short or not what the
   *     manifest says
   */
  public static TokenDataset open(Path directory, String split) throws IOException {
    throw new UnsupportedOperationException();
  }

  /**
   * Opens indexed datasets that any tool has made, one behind the other.
   *
   * @param prefixes the files' paths without {@code .bin} and {@code .idx}
   */
  public static TokenDataset ofIndexed(List<Path> prefixes) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Returns the number of documents. */
  public long documents() {
    throw new UnsupportedOperationException();
  }

  /** Returns the number of tokens. */
  public long tokens() {
    throw new UnsupportedOperationException();
  }

  /** Returns the position of the first token of document {@code document}, counted over all. */
  public long start(long document) {
    throw new UnsupportedOperationException();
  }

  /** Returns how many tokens document {@code document} has, EOS included. */
  public int length(long document) {
    throw new UnsupportedOperationException();
  }

  /** Returns the document that token {@code position} belongs to. */
  public long documentAt(long position) {
    throw new UnsupportedOperationException();
  }

  /**
   * Copies {@code length} ids from {@code position} on into {@code into} from {@code offset} on.
   */
  public void read(long position, int[] into, int offset, int length) {
    throw new UnsupportedOperationException();
  }
}

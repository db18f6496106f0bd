package io.github.maque.data.shard;

import io.github.maque.data.MalformedDataException;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.format.TokenizerFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The token ids of one split, read from memory-mapped shards as one long stream of documents, of
 * any size. Immutable and safe for many threads; the mappings go when the object does.
 *
 * <p>Until then the files must stay as they are: where a mapped file was cut short, reading fails
 * with an {@link InternalError} of the Java machine.
 */
public final class TokenDataset {
  private final Path path;
  private final @Nullable Manifest manifest;
  private final List<Shard> listed;
  private final TokenType type;
  private final List<MappedShard> shards;

  /** How many documents there are before each shard, and at last in all. */
  private final long[] documentsBefore;

  /** How many tokens there are before each shard, and at last in all. */
  private final long[] tokensBefore;

  private TokenDataset(
      Path path,
      @Nullable Manifest manifest,
      List<Shard> listed,
      TokenType type,
      List<MappedShard> shards) {
    this.path = path;
    this.manifest = manifest;
    this.listed = listed;
    this.type = type;
    this.shards = List.copyOf(shards);
    documentsBefore = new long[shards.size() + 1];
    tokensBefore = new long[shards.size() + 1];
    for (int i = 0; i < shards.size(); i++) {
      IndexFile index = shards.get(i).index();
      documentsBefore[i + 1] = documentsBefore[i] + index.documents();
      tokensBefore[i + 1] = tokensBefore[i] + index.tokens();
    }
  }

  /**
   * Opens a split of a directory that a {@link DatasetBuilder} has made. The sizes of all files and
   * the whole of the {@code .idx} files are checked; ids and checksums are not, see {@link
   * ShardVerifier}.
   *
   * @throws NoSuchFileException if the directory has no manifest
   * @throws MalformedDataException if a shard is missing, cut short or not what the manifest says
   * @throws IllegalArgumentException if there is no such split; the message names those there are
   */
  public static TokenDataset open(Path directory, String split) throws IOException {
    return open(directory, split, MappedFile.SEGMENT_BYTES);
  }

  static TokenDataset open(Path directory, String split, int segmentBytes) throws IOException {
    Manifest manifest = Manifest.read(directory);
    List<Shard> listed = manifest.shards(split);
    List<MappedShard> shards = new ArrayList<>();
    for (Shard shard : listed) {
      shards.add(MappedShard.open(directory, shard, manifest.tokenType(), segmentBytes));
    }
    return new TokenDataset(directory, manifest, listed, manifest.tokenType(), shards);
  }

  /**
   * Opens indexed datasets of text that any tool has made for Megatron-LM, one behind the other.
   * The whole of the {@code .idx} files is checked; ids are not, and may even be negative. A
   * document that consists of several sequences has the tokens of all of them.
   *
   * @param prefixes the files' paths without {@code .bin} and {@code .idx}
   * @throws MalformedDataException if a file is missing, cut short or damaged; if ids are not of
   *     type uint16 or int32, the same in all files; if sequences have modes, or do not follow each
   *     other without gaps; or if a document has more than 2³¹ - 1 tokens
   * @throws IllegalArgumentException if {@code prefixes} is empty
   */
  public static TokenDataset ofIndexed(List<Path> prefixes) throws IOException {
    return ofIndexed(prefixes, MappedFile.SEGMENT_BYTES);
  }

  static TokenDataset ofIndexed(List<Path> prefixes, int segmentBytes) throws IOException {
    if (prefixes.isEmpty()) {
      throw new IllegalArgumentException("prefixes must not be empty");
    }
    List<MappedShard> shards = new ArrayList<>();
    for (Path prefix : prefixes) {
      shards.add(MappedShard.open(prefix, segmentBytes));
    }
    TokenType type = shards.get(0).index().type();
    for (int i = 1; i < shards.size(); i++) {
      TokenType other = shards.get(i).index().type();
      if (other != type) {
        throw new MalformedDataException(
            MappedShard.idx(prefixes.get(i)).toString(),
            "has ids of type %s, expected %s as in %s: ids of one tokenizer have one type"
                .formatted(other, type, prefixes.get(0)));
      }
    }
    return new TokenDataset(prefixes.get(0), null, List.of(), type, shards);
  }

  /**
   * Checks that {@code tokenizer} is the one that made this data, so that ids mean the same.
   *
   * @return this dataset
   * @throws IllegalArgumentException if it is another one
   * @throws IllegalStateException if there is no manifest that could tell
   */
  public TokenDataset requireTokenizer(Tokenizer tokenizer) {
    return requireTokenizer(TokenizerFiles.fingerprint(tokenizer));
  }

  /**
   * Checks the tokenizer as {@link #requireTokenizer(Tokenizer)} does.
   *
   * @param fingerprint what {@link TokenizerFiles#fingerprint} gives
   */
  public TokenDataset requireTokenizer(String fingerprint) {
    if (manifest == null) {
      throw new IllegalStateException(path + ": has no manifest that says which tokenizer made it");
    }
    if (!manifest.tokenizer().equals(fingerprint)) {
      throw new IllegalArgumentException(
          ("the tokenizer has the fingerprint %s, but %s was prepared with %s: load that tokenizer,"
                  + " or prepare the data again with this one")
              .formatted(fingerprint, path, manifest.tokenizer()));
    }
    return this;
  }

  /** Returns the manifest; there is none where {@link #ofIndexed} opened the files. */
  public Optional<Manifest> manifest() {
    return Optional.ofNullable(manifest);
  }

  /** Returns what the manifest says about the shards of this split, in order. */
  public List<Shard> shards() {
    return listed;
  }

  /** Returns how token ids are stored. */
  public TokenType tokenType() {
    return type;
  }

  /** Returns one more than the largest id that the tokenizer has, if there is a manifest. */
  public OptionalInt vocabularySize() {
    return manifest == null ? OptionalInt.empty() : OptionalInt.of(manifest.vocabularySize());
  }

  /** Returns the id behind every document, if there is a manifest and such an id. */
  public OptionalInt endOfDocument() {
    return manifest == null ? OptionalInt.empty() : manifest.endOfDocument();
  }

  /** Returns how many Unicode characters the documents' texts have, if there is a manifest. */
  public OptionalLong characters() {
    return manifest == null
        ? OptionalLong.empty()
        : OptionalLong.of(listed.stream().mapToLong(Shard::characters).sum());
  }

  /**
   * Returns how many bytes the documents' texts have as UTF-8, if there is a manifest: what bits
   * per byte are counted by, so that tokenizers can be compared.
   */
  public OptionalLong textBytes() {
    return manifest == null
        ? OptionalLong.empty()
        : OptionalLong.of(listed.stream().mapToLong(Shard::textBytes).sum());
  }

  /** Returns the number of documents. */
  public long documents() {
    return documentsBefore[shards.size()];
  }

  /** Returns the number of tokens. */
  public long tokens() {
    return tokensBefore[shards.size()];
  }

  /**
   * Returns the position of the first token of document {@code document}, counted over all.
   *
   * @throws IndexOutOfBoundsException if there is no such document
   */
  public long start(long document) {
    Objects.checkIndex(document, documents());
    int shard = shardOf(document, documentsBefore);
    return tokensBefore[shard] + shards.get(shard).index().start(document - documentsBefore[shard]);
  }

  /**
   * Returns how many tokens document {@code document} has, EOS included.
   *
   * @throws IndexOutOfBoundsException if there is no such document
   */
  public int length(long document) {
    Objects.checkIndex(document, documents());
    int shard = shardOf(document, documentsBefore);
    long within = document - documentsBefore[shard];
    IndexFile index = shards.get(shard).index();
    return (int) (index.start(within + 1) - index.start(within));
  }

  /**
   * Returns the document that token {@code position} belongs to.
   *
   * @throws IndexOutOfBoundsException if there is no such token
   */
  public long documentAt(long position) {
    Objects.checkIndex(position, tokens());
    int shard = shardOf(position, tokensBefore);
    return documentsBefore[shard]
        + shards.get(shard).index().documentAt(position - tokensBefore[shard]);
  }

  /**
   * Copies {@code length} ids from {@code position} on into {@code into} from {@code offset} on.
   *
   * @throws IndexOutOfBoundsException if there are not so many ids, or not so much room
   */
  public void read(long position, int[] into, int offset, int length) {
    Objects.checkFromIndexSize(position, length, tokens());
    Objects.checkFromIndexSize(offset, length, into.length);
    if (length == 0) {
      return;
    }
    for (int shard = shardOf(position, tokensBefore); length > 0; shard++) {
      int part = (int) Math.min(length, tokensBefore[shard + 1] - position);
      shards.get(shard).read(position - tokensBefore[shard], into, offset, part);
      position += part;
      offset += part;
      length -= part;
    }
  }

  /** Returns the shard that an existing document or token lies in, which is never an empty one. */
  private static int shardOf(long number, long[] before) {
    int low = 0;
    int high = before.length - 1;
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (before[middle] <= number) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }
}

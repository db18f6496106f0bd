package io.github.maque.data.shard;

import io.github.maque.data.internal.JsonObject;
import io.github.maque.tokenizer.format.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.codec.digest.DigestUtils;
import org.jspecify.annotations.Nullable;

/**
 * Writes the shards of one split, one after the other. The one that is being written lies in the
 * journal's directory under the name it will have; it is moved to its place only after the journal
 * has recorded it as finished, and moving is done again after a kill.
 */
final class ShardWriter {
  /** So many lengths fit comfortably wherever an index is read. */
  private static final long MAX_DOCUMENTS = 1 << 24;

  private final Path directory;
  private final Journal journal;
  private final String split;
  private final TokenType type;
  private final long shardTokens;
  private final List<Shard> finished = new ArrayList<>();

  private long finishedDocuments;

  /** How many of the finished shards are in their place for certain. */
  private int published;

  /** The shard that is being written, if there is one. */
  private @Nullable OpenShard open;

  /** A shard that is being written. */
  private static final class OpenShard {
    final AppendFile tokens;
    final AppendFile lengths;
    long documents;
    long characters;
    long textBytes;

    OpenShard(AppendFile tokens, AppendFile lengths) {
      this.tokens = tokens;
      this.lengths = lengths;
    }
  }

  /**
   * Creates a writer that begins, or goes on where {@link #toJson} says.
   *
   * @param shardTokens a shard ends with the document that makes it this large
   */
  ShardWriter(
      Path directory,
      Journal journal,
      String split,
      TokenType type,
      long shardTokens,
      @Nullable JsonObject state)
      throws IOException {
    this.directory = directory;
    this.journal = journal;
    this.split = split;
    this.type = type;
    this.shardTokens = shardTokens;
    if (state != null) {
      for (Object shard : state.array("shards")) {
        finished.add(Shard.fromJson(JsonObject.of(shard)));
      }
      finishedDocuments = finished.stream().mapToLong(Shard::documents).sum();
      publish();
      if (state.count("documents") > 0) {
        open = begin();
        open.documents = state.count("documents");
        open.characters = state.count("characters");
        open.textBytes = state.count("text_bytes");
      }
    }
  }

  /** Returns how many documents were appended to this split. */
  long documents() {
    return finishedDocuments + (open == null ? 0 : open.documents);
  }

  /** Returns the finished shards. */
  List<Shard> shards() {
    return finished;
  }

  /**
   * Appends a document.
   *
   * @param ids the ids as bytes of the shard's type
   * @return whether the shard is full now and must be finished
   */
  boolean append(byte[] ids, int from, int bytes, int documentCharacters, int documentTextBytes)
      throws IOException {
    if (open == null) {
      open = begin();
    }
    open.tokens.append(ids, from, bytes);
    open.lengths.appendInt(bytes / type.bytes());
    open.documents++;
    open.characters += documentCharacters;
    open.textBytes += documentTextBytes;
    return open.tokens.length() / type.bytes() >= shardTokens || open.documents >= MAX_DOCUMENTS;
  }

  /** Returns what the journal has to know. */
  Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("shards", finished.stream().map(Shard::toJson).toList());
    json.put("documents", open == null ? 0 : open.documents);
    json.put("characters", open == null ? 0 : open.characters);
    json.put("text_bytes", open == null ? 0 : open.textBytes);
    return json;
  }

  /**
   * Completes the open shard's files, if there is one. Once the journal knows, {@link #publish}
   * puts them in their place.
   */
  void seal() throws IOException {
    OpenShard full = open;
    if (full == null) {
      return;
    }
    full.tokens.force();
    full.lengths.force();
    Path index = journal.directory().resolve(name() + ".idx");
    IndexFile.write(index, type, full.lengths.path(), full.documents);
    journal.release(full.tokens);
    journal.release(full.lengths);
    finished.add(
        new Shard(
            name(),
            full.documents,
            full.tokens.length() / type.bytes(),
            full.characters,
            full.textBytes,
            full.tokens.sha256Hex(),
            new DigestUtils(DigestUtils.getSha256Digest()).digestAsHex(index)));
    finishedDocuments += full.documents;
    open = null;
  }

  /** Puts finished shards in their place, unless they are there already. */
  void publish() throws IOException {
    for (Shard shard : finished.subList(published, finished.size())) {
      Files.deleteIfExists(journal.directory().resolve(shard.name() + ".lengths"));
      move(shard.name() + ".bin");
      move(shard.name() + ".idx");
    }
    AtomicFile.syncDirectory(directory);
    published = finished.size();
  }

  private OpenShard begin() throws IOException {
    return new OpenShard(journal.append(name() + ".bin"), journal.append(name() + ".lengths"));
  }

  private void move(String name) throws IOException {
    Path prepared = journal.directory().resolve(name);
    Path place = directory.resolve(name);
    if (Files.exists(prepared)) {
      Files.move(prepared, place, StandardCopyOption.ATOMIC_MOVE);
    } else if (!Files.exists(place)) {
      throw new NoSuchFileException(
          place.toString(), null, "finished before the interruption, and gone since");
    }
  }

  private String name() {
    return String.format(Locale.ROOT, "%s-%05d", split, finished.size());
  }
}

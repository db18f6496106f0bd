package io.github.maque.data.shard;

import io.github.maque.data.MalformedDataException;
import io.github.maque.data.internal.JsonObject;
import io.github.maque.tokenizer.format.AtomicFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What lets work go on after a kill at any moment: files that only grow, and a record, always
 * replaced as a whole, that says how much of each file counts and where the work was then. What the
 * files hold beyond that was never recorded, is cut off and done again.
 */
final class Journal implements Closeable {
  private static final String RECORD = "progress.json";
  private static final long VERSION = 1;

  private final Path directory;
  private final Map<String, Long> lengths = new LinkedHashMap<>();
  private final Map<String, AppendFile> open = new LinkedHashMap<>();
  private final @Nullable JsonObject state;

  /**
   * Opens the journal in {@code directory}, or begins one.
   *
   * @throws MalformedDataException if there is a record that nobody can have written
   */
  Journal(Path directory) throws IOException {
    this.directory = directory;
    Path record = directory.resolve(RECORD);
    state = Files.exists(record) ? JsonFile.read(record, this::read) : null;
  }

  private JsonObject read(JsonObject record) {
    if (record.integer("version") != VERSION) {
      throw new IllegalArgumentException(
          "expected version " + VERSION + ", found " + record.integer("version"));
    }
    JsonObject files = record.object("files");
    for (String name : files.fields().keySet()) {
      lengths.put(name, files.count(name));
    }
    return record.object("state");
  }

  /** Returns where the work was when it was last recorded, or null if it has not begun. */
  @Nullable JsonObject state() {
    return state;
  }

  /** Returns the directory of the files. */
  Path directory() {
    return directory;
  }

  /** Opens a growing file at the length that was last recorded, 0 for a new one. */
  AppendFile append(String name) throws IOException {
    AppendFile file = new AppendFile(directory.resolve(name), lengths.getOrDefault(name, 0L));
    open.put(name, file);
    return file;
  }

  /** Closes a file that is complete: from the next record on it is no growing file any more. */
  void release(AppendFile file) throws IOException {
    open.values().remove(file);
    file.close();
  }

  /** Records where the work is, after forcing all files down to the disk. */
  void record(Map<String, Object> newState) throws IOException {
    Map<String, Object> files = new LinkedHashMap<>();
    for (Map.Entry<String, AppendFile> entry : open.entrySet()) {
      entry.getValue().force();
      files.put(entry.getKey(), entry.getValue().length());
    }
    Map<String, Object> record = new LinkedHashMap<>();
    record.put("version", VERSION);
    record.put("files", files);
    record.put("state", newState);
    // The files that it tells of must be in the directory before it is.
    AtomicFile.syncDirectory(directory);
    JsonFile.write(directory.resolve(RECORD), record);
  }

  /** Closes the files; what came after the last record is lost. */
  @Override
  public void close() throws IOException {
    for (AppendFile file : open.values()) {
      file.close();
    }
    open.clear();
  }
}

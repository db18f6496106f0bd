package io.github.maque.examples.storyteller;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.reflect.TypeToken;
import io.github.maque.examples.Unfinished;
import io.github.maque.tokenizer.format.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.codec.digest.DigestUtils;
import org.jspecify.annotations.Nullable;

/**
 * Which stages are done, kept in a file. A stage is known by a key, made of its settings and of the
 * checksums of all that stages before it made: what was done with other settings is never gone on
 * with.
 */
final class StageLedger {
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();
  private static final TypeToken<LinkedHashMap<String, StageRecord>> TYPE = new TypeToken<>() {};

  private final StoryFiles files;
  private final Map<Stage, StageRecord> records = new EnumMap<>(Stage.class);

  private StageLedger(StoryFiles files) {
    this.files = files;
  }

  /** Reads the ledger of a job, which is empty if there is none. */
  static StageLedger open(StoryFiles files) throws IOException {
    StageLedger ledger = new StageLedger(files);
    if (!Files.exists(files.ledger())) {
      return ledger;
    }
    try {
      Map<String, StageRecord> read = GSON.fromJson(Files.readString(files.ledger()), TYPE);
      read.forEach((name, each) -> ledger.records.put(Stage.valueOf(name), each));
    } catch (JsonParseException | IllegalArgumentException | NullPointerException e) {
      throw new IOException(
          files.ledger()
              + ": is damaged, expected what each stage has made; --from corpus begins"
              + " anew",
          e);
    }
    return ledger;
  }

  /** Returns all that is known, in the order of the stages. */
  Map<Stage, StageRecord> records() {
    return Collections.unmodifiableMap(records);
  }

  /** Returns the key of a stage: of its settings, and of what the stages before it have made. */
  String key(Stage stage, String settings) {
    StringBuilder all = new StringBuilder(settings);
    for (Map.Entry<Stage, StageRecord> before : records.entrySet()) {
      if (before.getKey().compareTo(stage) < 0) {
        all.append('\n').append(before.getValue().files());
      }
    }
    return DigestUtils.sha256Hex(all.toString());
  }

  /**
   * Returns what a stage has made, if it has: its files must still be there.
   *
   * @throws IllegalArgumentException if it was made, or begun, with other settings
   */
  Optional<StageRecord> made(Stage stage, String key) {
    StageRecord known = records.get(stage);
    if (known == null) {
      return Optional.empty();
    }
    if (!known.key().equals(key)) {
      throw new IllegalArgumentException(
          String.format(
              "%s: its stage %s was made with other settings or from other files; --from %s makes"
                  + " it and what follows anew, another --out leaves it as it is",
              files.root(), stage.label(), stage.label()));
    }
    boolean there =
        known.files().keySet().stream().allMatch(file -> Files.exists(files.root().resolve(file)));
    return known.finished() && there ? Optional.of(known) : Optional.empty();
  }

  /** Writes down that a stage has begun, and how long earlier attempts took. */
  void begin(Stage stage, String key) throws IOException {
    records.put(stage, new StageRecord(key, false, seconds(stage), Map.of(), Map.of()));
    write();
  }

  /**
   * Writes down that a stage is done.
   *
   * @param made what later stages read and users take
   * @return all that is known of it now
   */
  StageRecord finish(Stage stage, double seconds, Map<String, String> facts, List<Path> made)
      throws IOException {
    Map<String, String> checksums = new LinkedHashMap<>();
    for (Path file : made) {
      String name = files.root().relativize(file).toString().replace('\\', '/');
      checksums.put(name, checksum(file));
    }
    String key = key(records.get(stage));
    double all = seconds(stage) + seconds;
    StageRecord done = new StageRecord(key, true, all, facts, checksums);
    records.put(stage, done);
    write();
    return done;
  }

  /** Writes down how long an attempt took that was ended before its time. */
  void interrupt(Stage stage, double seconds) throws IOException {
    String key = key(records.get(stage));
    records.put(stage, new StageRecord(key, false, seconds(stage) + seconds, Map.of(), Map.of()));
    write();
  }

  /** Forgets and deletes what a stage and those after it have made. */
  void forgetFrom(Stage first) throws IOException {
    for (Stage stage : Stage.values()) {
      if (stage.compareTo(first) >= 0) {
        records.remove(stage);
      }
    }
    write();
    for (Stage stage : Stage.values()) {
      if (stage.compareTo(first) >= 0) {
        for (Path path : files.of(stage)) {
          Unfinished.delete(path);
        }
      }
    }
  }

  private double seconds(Stage stage) {
    StageRecord known = records.get(stage);
    return known == null ? 0 : known.seconds();
  }

  private static String key(@Nullable StageRecord begun) {
    if (begun == null) {
      throw new IllegalStateException("the stage has not begun");
    }
    return begun.key();
  }

  private static String checksum(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return DigestUtils.sha256Hex(in);
    }
  }

  private void write() throws IOException {
    Map<String, StageRecord> named = new LinkedHashMap<>();
    records.forEach((stage, each) -> named.put(stage.name(), each));
    byte[] json = GSON.toJson(named).getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(files.ledger(), out -> out.write(json));
  }
}

package io.github.maque.data.shard;

import io.github.maque.data.MalformedDataException;
import io.github.maque.data.clean.CleaningReport;
import io.github.maque.data.internal.Json;
import io.github.maque.data.internal.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a directory of shards holds: {@code manifest.json}, written last, so that a directory
 * without one is not finished.
 *
 * @param tokenizer the fingerprint of the tokenizer, as {@link
 *     io.github.maque.tokenizer.format.TokenizerFiles#fingerprint} gives it
 * @param vocabularySize one more than the largest id
 * @param tokenType how ids are stored
 * @param endOfDocument the id behind every document, if there is one
 * @param splits the shards of each split, such as {@code train} and {@code validation}, in order
 * @param preparation how the data were made, for people: sources, settings, what cleaning did. Maps
 *     with names, lists, strings, {@code Long}, {@code Double} and {@code Boolean}
 */
public record Manifest(
    String tokenizer,
    int vocabularySize,
    TokenType tokenType,
    OptionalInt endOfDocument,
    Map<String, List<Shard>> splits,
    Map<String, Object> preparation) {
  /** The file's name. */
  public static final String FILE = "manifest.json";

  private static final long VERSION = 1;

  /** So large a file is no manifest, and shall not fill the memory. */
  private static final int MAX_BYTES = 1 << 26;

  /** Checks the parts and copies the maps. */
  public Manifest {
    if (tokenizer.isEmpty()) {
      throw new IllegalArgumentException("tokenizer must be a fingerprint, got \"\"");
    }
    if (vocabularySize < 1 || vocabularySize > tokenType.capacity()) {
      throw new IllegalArgumentException(
          String.format(
              "vocabulary_size must be from 1 to %d for ids of type %s, got %d",
              tokenType.capacity(), tokenType, vocabularySize));
    }
    if (endOfDocument.isPresent()) {
      int id = endOfDocument.getAsInt();
      if (id < 0 || id >= vocabularySize) {
        throw new IllegalArgumentException(
            "end_of_document must be from 0 to " + (vocabularySize - 1) + ", got " + id);
      }
    }
    Map<String, List<Shard>> copy = new LinkedHashMap<>();
    splits.forEach((name, shards) -> copy.put(name, List.copyOf(shards)));
    splits = Collections.unmodifiableMap(copy);
    checkNames(splits.values());
    preparation = Collections.unmodifiableMap(new LinkedHashMap<>(preparation));
  }

  private static void checkNames(Collection<List<Shard>> splits) {
    Set<String> names = new HashSet<>();
    for (List<Shard> shards : splits) {
      for (Shard shard : shards) {
        if (!names.add(shard.name())) {
          throw new IllegalArgumentException("shard " + shard.name() + " is listed twice");
        }
      }
    }
  }

  /**
   * Reads the manifest of {@code directory}.
   *
   * @throws NoSuchFileException if there is none: it is no directory of shards, or its preparation
   *     was interrupted
   * @throws MalformedDataException if it is not what it should be
   */
  public static Manifest read(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      throw new NoSuchFileException(
          file.toString(),
          null,
          "not a directory of prepared data, or its preparation was interrupted: run it again");
    }
    if (Files.size(file) > MAX_BYTES) {
      throw new MalformedDataException(
          file.toString(),
          "has " + Files.size(file) + " bytes, expected at most " + MAX_BYTES + " of a manifest");
    }
    return JsonFile.read(file, Manifest::fromJson);
  }

  private static Manifest fromJson(JsonObject json) {
    long version = json.integer("version");
    if (version != VERSION) {
      throw new IllegalArgumentException(
          "field version must be " + VERSION + ", the only one known here, got " + version);
    }
    JsonObject splits = json.object("splits");
    Map<String, List<Shard>> shards = new LinkedHashMap<>();
    for (String split : splits.fields().keySet()) {
      shards.put(split, shards(split, splits.array(split)));
    }
    return new Manifest(
        json.text("tokenizer"),
        id(json, "vocabulary_size"),
        tokenType(json.text("token_type")),
        Json.NULL.equals(json.fields().get("end_of_document"))
            ? OptionalInt.empty()
            : OptionalInt.of(id(json, "end_of_document")),
        shards,
        json.object("preparation").fields());
  }

  private static List<Shard> shards(String split, List<?> array) {
    List<Shard> shards = new ArrayList<>();
    for (Object shard : array) {
      try {
        shards.add(Shard.fromJson(JsonObject.of(shard)));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "field splits, " + split + ", shard " + shards.size() + ": " + e.getMessage(), e);
      }
    }
    return shards;
  }

  private static int id(JsonObject json, String field) {
    long value = json.integer(field);
    if (value != (int) value) {
      throw new IllegalArgumentException(
          "field " + field + " must be below " + (1L << 31) + ", got " + value);
    }
    return (int) value;
  }

  private static TokenType tokenType(String name) {
    for (TokenType type : TokenType.values()) {
      if (type.toString().equals(name)) {
        return type;
      }
    }
    throw new IllegalArgumentException(
        "field token_type must be one of " + List.of(TokenType.values()) + ", got \"" + name + '"');
  }

  /** Writes {@code manifest.json} into {@code directory}, as a whole or not at all. */
  public void write(Path directory) throws IOException {
    JsonFile.write(directory.resolve(FILE), toJson());
  }

  private Map<String, Object> toJson() {
    Map<String, Object> shards = new LinkedHashMap<>();
    splits.forEach((name, list) -> shards.put(name, list.stream().map(Shard::toJson).toList()));
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("version", VERSION);
    json.put("tokenizer", tokenizer);
    json.put("vocabulary_size", vocabularySize);
    json.put("token_type", tokenType.toString());
    json.put("end_of_document", endOfDocument.isPresent() ? endOfDocument.getAsInt() : Json.NULL);
    json.put("splits", shards);
    json.put("preparation", preparation);
    return json;
  }

  /**
   * Returns what became of the documents that were cleaned.
   *
   * @param directory where the manifest is, for the error's sake
   * @throws MalformedDataException if it does not tell
   */
  @SuppressWarnings("unchecked") // a manifest has no other maps
  public CleaningReport cleaning(Path directory) throws MalformedDataException {
    String file = directory.resolve(FILE).toString();
    if (!(preparation.get("cleaning") instanceof Map<?, ?> report)) {
      throw new MalformedDataException(file, "does not tell what cleaning did");
    }
    try {
      return CleaningReport.fromJson((Map<String, Object>) report);
    } catch (IllegalArgumentException e) {
      throw new MalformedDataException(file, "cleaning: " + e.getMessage(), e);
    }
  }

  /**
   * Returns the shards of {@code split}.
   *
   * @throws IllegalArgumentException if there is no such split; the message names those there are
   */
  public List<Shard> shards(String split) {
    List<Shard> shards = splits.get(split);
    if (shards == null) {
      throw new IllegalArgumentException(
          "there is no split " + split + ", only " + String.join(", ", splits.keySet()));
    }
    return shards;
  }
}

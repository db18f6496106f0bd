package io.github.maque.data.shard;

import io.github.maque.data.internal.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A finished pair of files, {@code name.bin} and {@code name.idx}.
 *
 * @param name the files' name without its ending, such as {@code train-00000}: letters, digits,
 *     {@code _}, {@code -} and {@code .}, the first being none of the last two
 * @param documents how many documents it holds
 * @param tokens how many token ids it holds
 * @param characters how many Unicode characters the documents' texts have
 * @param textBytes how many bytes the texts have as UTF-8
 * @param binSha256 the SHA-256 of the {@code .bin} file, in hexadecimal
 * @param idxSha256 the SHA-256 of the {@code .idx} file, in hexadecimal
 */
public record Shard(
    String name,
    long documents,
    long tokens,
    long characters,
    long textBytes,
    String binSha256,
    String idxSha256) {

  /** Checks that the name cannot lead to another directory, and the other parts. */
  public Shard {
    if (!name.matches("[A-Za-z0-9_][A-Za-z0-9_.-]*")) {
      throw new IllegalArgumentException(
          "name of a shard must be letters, digits, _, - and . as in train-00000, got \""
              + name
              + '"');
    }
    checkCount("documents", documents);
    checkCount("tokens", tokens);
    checkCount("characters", characters);
    checkCount("text_bytes", textBytes);
    checkSha256("bin_sha256", binSha256);
    checkSha256("idx_sha256", idxSha256);
  }

  private static void checkCount(String field, long count) {
    if (count < 0) {
      throw new IllegalArgumentException(field + " must not be negative, got " + count);
    }
  }

  private static void checkSha256(String field, String digits) {
    if (!digits.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException(
          field + " must be 64 hexadecimal digits in lower case, got \"" + digits + '"');
    }
  }

  /** Returns what {@link #fromJson} reads. */
  Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", name);
    json.put("documents", documents);
    json.put("tokens", tokens);
    json.put("characters", characters);
    json.put("text_bytes", textBytes);
    json.put("bin_sha256", binSha256);
    json.put("idx_sha256", idxSha256);
    return json;
  }

  /**
   * Reads a shard.
   *
   * @throws IllegalArgumentException if a field is missing or not what it should be
   */
  static Shard fromJson(JsonObject json) {
    return new Shard(
        json.text("name"),
        json.integer("documents"),
        json.integer("tokens"),
        json.integer("characters"),
        json.integer("text_bytes"),
        json.text("bin_sha256"),
        json.text("idx_sha256"));
  }
}

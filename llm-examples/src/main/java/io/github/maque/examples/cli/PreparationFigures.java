package io.github.maque.examples.cli;

import io.github.maque.data.MalformedDataException;
import io.github.maque.data.clean.CleaningReport;
import io.github.maque.data.shard.Manifest;
import io.github.maque.data.shard.Shard;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;

/** What a manifest says about the data and how it was prepared. */
final class PreparationFigures {
  private static final int HASH_DIGITS_SHOWN = 16;

  private final Manifest manifest;
  private final CleaningReport cleaning;

  /**
   * Takes the figures from a manifest.
   *
   * @param directory where it is
   * @throws MalformedDataException if it does not tell what cleaning did
   */
  PreparationFigures(Path directory, Manifest manifest) throws MalformedDataException {
    this.manifest = manifest;
    cleaning = manifest.cleaning(directory);
  }

  /** Returns what became of the documents. */
  CleaningReport cleaning() {
    return cleaning;
  }

  /** Returns how many tokens all splits have. */
  long tokens() {
    return sum(Shard::tokens);
  }

  /** Returns how many bytes the texts of all splits have. */
  long textBytes() {
    return sum(Shard::textBytes);
  }

  /** Adds everything. */
  void addTo(Summary summary) {
    summary.count("records", count("records"));
    summary.count("unreadable_records", count("unreadable_records"));
    if (manifest.preparation().get("first_errors") instanceof List<?> errors) {
      summary.data("first_errors", errors);
      errors.forEach(error -> summary.print("  " + error));
    }
    summary.count("dropped_documents", cleaning.droppedDocuments());
    summary.data("dropped", cleaning.droppedByReason());
    cleaning
        .droppedByReason()
        .forEach(
            (reason, documents) ->
                summary.print("  " + reason, String.format(Locale.ROOT, "%,d", documents)));
    summary.count("documents", sum(Shard::documents));
    summary.count("characters", sum(Shard::characters));
    summary.bytes("text_bytes", textBytes());
    summary.count("tokens", tokens());
    summary.number("characters_per_token", (double) sum(Shard::characters) / tokens(), "");
    summary.text("token_type", manifest.tokenType().toString());
    Map<String, Object> splits = new LinkedHashMap<>();
    manifest
        .splits()
        .forEach(
            (split, shards) -> {
              splits.put(split, shards.stream().map(PreparationFigures::data).toList());
              print(split, shards, summary);
            });
    summary.data("splits", splits);
  }

  private static void print(String split, List<Shard> shards, Summary summary) {
    summary.print(
        split,
        String.format(
            Locale.ROOT,
            "%,d documents, %,d tokens, %d %s",
            shards.stream().mapToLong(Shard::documents).sum(),
            shards.stream().mapToLong(Shard::tokens).sum(),
            shards.size(),
            shards.size() == 1 ? "shard" : "shards"));
    for (Shard shard : shards) {
      summary.print(
          "  " + shard.name(),
          String.format(
              Locale.ROOT,
              "%,d tokens, sha256 %s… (bin), %s… (idx)",
              shard.tokens(),
              shard.binSha256().substring(0, HASH_DIGITS_SHOWN),
              shard.idxSha256().substring(0, HASH_DIGITS_SHOWN)));
    }
  }

  private static Map<String, Object> data(Shard shard) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("name", shard.name());
    data.put("documents", shard.documents());
    data.put("tokens", shard.tokens());
    data.put("characters", shard.characters());
    data.put("text_bytes", shard.textBytes());
    data.put("bin_sha256", shard.binSha256());
    data.put("idx_sha256", shard.idxSha256());
    return data;
  }

  private long count(String name) {
    return manifest.preparation().get(name) instanceof Number number ? number.longValue() : 0;
  }

  private long sum(ToLongFunction<Shard> figure) {
    return manifest.splits().values().stream().flatMap(List::stream).mapToLong(figure).sum();
  }
}

package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.maque.examples.benchmark.SyntheticChinese;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** A tokenizer and stories for the tests of {@code maque data}. */
final class DataFixture {
  private DataFixture() {}

  /** Learns a byte-level tokenizer of 1,200 pieces, of which {@code <|endoftext|>} is the EOS. */
  static Path tokenizer(Path directory) throws IOException {
    Path text = directory.resolve("learn.txt");
    Files.write(text, new SyntheticChinese(8).documents(100_000));
    Path tokenizer = directory.resolve("tokenizer");
    Invocation.of("tokenizer", "train", "--input", text, "--vocab-size", 1200, "--out", tokenizer)
        .succeeds();
    return tokenizer;
  }

  /** Returns texts of one paragraph each, all different, that are nobody's near duplicates. */
  static List<String> stories(int count) {
    List<String> stories = new ArrayList<>();
    SyntheticChinese corpus = new SyntheticChinese(9);
    for (long document = 0; stories.size() < count; document++) {
      corpus.document(document).lines().filter(line -> line.length() > 40).forEach(stories::add);
    }
    return stories.subList(0, count);
  }

  /** Prepares data and returns what {@code --json} says. */
  static JsonObject prepare(Path input, Path tokenizer, Path out, Object... options) {
    List<Object> words =
        new ArrayList<>(
            List.of("data", "prepare", "--input", input, "--tokenizer", tokenizer, "--out", out));
    words.addAll(List.of(options));
    words.add("--json");
    return Invocation.of(words.toArray()).json();
  }

  /** Returns the checksum of each shard, which must be that of its file. */
  static TreeMap<String, String> checksums(JsonObject figures) {
    TreeMap<String, String> checksums = new TreeMap<>();
    for (String split : figures.getAsJsonObject("splits").keySet()) {
      JsonArray shards = figures.getAsJsonObject("splits").getAsJsonArray(split);
      for (JsonElement shard : shards) {
        JsonObject fields = shard.getAsJsonObject();
        String name = fields.get("name").getAsString();
        checksums.put(name + ".bin", fields.get("bin_sha256").getAsString());
        checksums.put(name + ".idx", fields.get("idx_sha256").getAsString());
      }
    }
    assertThat(checksums).isNotEmpty();
    return checksums;
  }
}

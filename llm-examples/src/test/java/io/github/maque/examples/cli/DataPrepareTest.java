package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.maque.data.shard.Manifest;
import io.github.maque.examples.benchmark.StoryArchive;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataPrepareTest {
  @TempDir static Path shared;
  @TempDir Path directory;

  private static Path tokenizer;
  private static Path archive;
  private static StoryArchive.Contents contents;

  @BeforeAll
  static void makeStories() throws IOException {
    tokenizer = DataFixture.tokenizer(shared);
    archive = shared.resolve("stories.tar.gz");
    try (OutputStream out = Files.newOutputStream(archive)) {
      contents = new StoryArchive(3, 0.1, 0.1).writeStories(out, 600, done -> {});
    }
  }

  @Test
  void preparesAnArchiveOfStories() throws Exception {
    Path out = directory.resolve("new/data");
    Path report = directory.resolve("report.json");
    JsonObject figures =
        DataFixture.prepare(
            archive,
            tokenizer,
            out,
            "--validation",
            0.1,
            "--shard-tokens",
            100_000,
            "--report",
            report);

    assertThat(figures.get("command").getAsString()).isEqualTo("maque data prepare");
    assertThat(figures.get("format").getAsString()).isEqualTo("json(story_zh)");
    assertThat(figures.get("records").getAsLong()).isEqualTo(contents.stories());
    assertThat(figures.get("unreadable_records").getAsLong()).isZero();
    assertThat(dropped(figures)).contains("\"exact duplicate\":" + contents.exactDuplicates());
    assertThat(dropped(figures)).contains("\"near duplicate\":" + contents.nearDuplicates());
    long kept = contents.stories() - contents.exactDuplicates() - contents.nearDuplicates();
    assertThat(figures.get("documents").getAsLong()).isEqualTo(kept);
    assertThat(figures.get("resumed").getAsBoolean()).isFalse();
    assertThat(figures.get("finished_before").getAsBoolean()).isFalse();
    assertThat(figures.get("tokens_per_second").getAsDouble()).isPositive();
    assertThat(figures.get("survey_seconds").getAsDouble()).isPositive();
    assertThat(figures.get("characters_per_token").getAsDouble()).isBetween(0.5, 3.0);
    assertThat(figures.get("token_type").getAsString()).isEqualTo("uint16");
    JsonArray train = figures.getAsJsonObject("splits").getAsJsonArray("train");
    JsonArray validation = figures.getAsJsonObject("splits").getAsJsonArray("validation");
    assertThat(train).hasSizeGreaterThan(1);
    assertThat(sum(train, "documents") + sum(validation, "documents")).isEqualTo(kept);
    assertThat((double) sum(validation, "documents") / kept).isBetween(0.05, 0.15);
    for (Map.Entry<String, String> file : DataFixture.checksums(figures).entrySet()) {
      assertThat(sha256(out.resolve(file.getKey()))).isEqualTo(file.getValue());
    }
    assertThat(Manifest.read(out).splits()).containsOnlyKeys("train", "validation");

    JsonObject cleaned = JsonParser.parseString(Files.readString(report)).getAsJsonObject();
    assertThat(cleaned.get("kept").getAsLong()).isEqualTo(kept);
    assertThat(Files.readString(report)).contains("stories.tar.gz!data0");
  }

  @Test
  void printsASummaryForPeople() throws IOException {
    Path report = directory.resolve("report.txt");
    String text =
        prepare(archive, directory.resolve("out"), "--validation-documents", 7, "--report", report)
            .succeeds()
            .out();
    assertThat(text)
        .contains("  near duplicate", "validation            7 documents", "train-00000")
        .contains("MB/s of text", "sha256")
        .doesNotContain("resumed");
    assertThat(Files.readString(report)).startsWith("documents").contains("near duplicate");
  }

  @Test
  void doesNothingWhereAllIsDone() throws IOException {
    Path out = directory.resolve("out");
    JsonObject first = DataFixture.prepare(archive, tokenizer, out);
    JsonObject again = DataFixture.prepare(archive, tokenizer, out, "--threads", 1);
    assertThat(again.get("finished_before").getAsBoolean()).isTrue();
    assertThat(again.has("tokens_per_second")).isFalse();
    assertThat(DataFixture.checksums(again)).isEqualTo(DataFixture.checksums(first));
    assertThat(again.get("dropped")).isEqualTo(first.get("dropped"));
    assertThat(prepare(archive, out).succeeds().out()).contains("nothing was left to do");

    prepare(archive, out, "--no-near-duplicates").rejects("out", "other settings", "cleaning");
    prepare(archive, out, "--no-eos").rejects("other settings", "end_of_document");
  }

  @Test
  void goesOnAfterAKill() throws Exception {
    Path large = directory.resolve("large.tar.gz");
    try (OutputStream stories = Files.newOutputStream(large)) {
      new StoryArchive(4, 0.1, 0.1).writeBytes(stories, 12_000_000, done -> {});
    }
    Path out = directory.resolve("out");
    Path working = out.resolve(".preparation");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Maque.class.getName(),
                "data",
                "prepare",
                "--input",
                large.toString(),
                "--tokenizer",
                tokenizer.toString(),
                "--out",
                out.toString(),
                "--shard-tokens",
                "200000")
            .redirectErrorStream(true)
            .start();
    try {
      for (int i = 0; i < 6000 && !Files.exists(working.resolve("survey")); i++) {
        assertThat(process.isAlive()).as("still at work").isTrue();
        Thread.sleep(5);
      }
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(out.resolve("manifest.json")).doesNotExist();

    JsonObject resumed = DataFixture.prepare(large, tokenizer, out, "--shard-tokens", 200_000);
    assertThat(resumed.get("resumed").getAsBoolean()).isTrue();
    assertThat(resumed.has("tokens_per_second")).isFalse();
    JsonObject atOnce =
        DataFixture.prepare(
            large, tokenizer, directory.resolve("other"), "--shard-tokens", 200_000);
    assertThat(DataFixture.checksums(resumed)).isEqualTo(DataFixture.checksums(atOnce));
    assertThat(resumed.get("dropped")).isEqualTo(atOnce.get("dropped"));
    assertThat(working).doesNotExist();
  }

  @Test
  void endsDocumentsWithEosUnlessToldOtherwise() throws IOException {
    Path input = write("stories.txt", String.join("\n", DataFixture.stories(30)));
    JsonObject with = plain(input, "with");
    JsonObject without = plain(input, "without", "--no-eos");
    assertThat(with.get("tokens").getAsLong())
        .isEqualTo(without.get("tokens").getAsLong() + with.get("documents").getAsLong());
  }

  @Test
  void countsUnreadableRecordsUpToALimit() throws IOException {
    List<String> lines = new ArrayList<>();
    DataFixture.stories(50).forEach(story -> lines.add("{\"text\": \"" + story + "\"}"));
    lines.set(20, "{\"text\": ");
    Path input = write("stories.jsonl", String.join("\n", lines));

    JsonObject figures = plain(input, "out", "--max-errors", 0.05);
    assertThat(figures.get("unreadable_records").getAsInt()).isEqualTo(1);
    assertThat(figures.get("records").getAsInt()).isEqualTo(50);
    assertThat(figures.getAsJsonArray("first_errors").toString())
        .contains("stories.jsonl: line 21");

    prepare(input, directory.resolve("strict"))
        .rejects("stories.jsonl: line 21", "1 of 50 records");
    prepare(input, directory.resolve("strict"), "--max-errors", 2)
        .rejects("--max-errors must be from 0 to 1, got 2");
  }

  @Test
  void saysWhatIsWrongWithItsFiles() throws IOException {
    Path out = directory.resolve("out");
    Path none = directory.resolve("none");
    prepare(none, out).rejects("none", "does not exist");
    prepare(directory.resolve("*.jsonl"), out).rejects("*.jsonl");
    Path cut =
        Files.write(
            directory.resolve("cut.tar.gz"),
            Arrays.copyOf(Files.readAllBytes(archive), (int) Files.size(archive) / 2));
    prepare(cut, out).rejects("cut.tar.gz");
    Path blank = write("blank.txt", "\n\n  \n");
    prepare(blank, directory.resolve("blank")).rejects("blank.txt");
    prepare(archive, archive).rejects("stories.tar.gz");
    Invocation.of("data", "prepare", "--input", archive, "--tokenizer", none, "--out", out)
        .rejects("none", "tokenizer");
    prepare(archive, out, "--report", none.resolve("report.txt")).rejects("none", "no such file");
    prepare(archive, out, "--decontaminate", none).rejects("none", "does not exist");
  }

  @Test
  void rejectsOptionsThatMakeNoSense() {
    Path out = directory.resolve("out");
    prepare(archive, out, "--validation", 0.1, "--validation-documents", 3)
        .rejects("--validation and --validation-documents exclude each other");
    prepare(archive, out, "--validation", 1).rejects("validation", "got 1.0");
    prepare(archive, out, "--validation-documents", 0).rejects("validation", "got 0");
    prepare(archive, out, "--threads", 0).rejects("--threads must be at least 1, got 0");
    prepare(archive, out, "--shard-tokens", 0).rejects("--shard-tokens must be at least 1");
    prepare(archive, out, "--format", "parquet").rejects("--format", "parquet", "tinystories-zh");
    prepare(archive, out, "--clean", "web").rejects("--clean", "web");
    assertThat(out).doesNotExist();
    prepare(archive, Path.of("")).rejects("--out must name a directory"); // as of an unset variable
    Invocation.of("data", "prepare").rejects("--input", "--tokenizer", "--out");
    Invocation.of("data").rejects("prepare, stats, verify, sample");
  }

  @Test
  void needsAnEosToken() throws IOException {
    // Which token is the EOS stands in another file.
    Path alone = directory.resolve("tokenizer.json");
    Files.copy(tokenizer.resolve("tokenizer.json"), alone);
    Path out = directory.resolve("out");
    Invocation.of("data", "prepare", "--input", archive, "--tokenizer", alone, "--out", out)
        .rejects("tokenizer.json has no EOS token", "--no-eos");
  }

  private static String dropped(JsonObject figures) {
    return figures.get("dropped").toString();
  }

  private static long sum(JsonArray shards, String figure) {
    long sum = 0;
    for (int i = 0; i < shards.size(); i++) {
      sum += shards.get(i).getAsJsonObject().get(figure).getAsLong();
    }
    return sum;
  }

  private static String sha256(Path file) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
  }

  private Path write(String name, String text) throws IOException {
    return Files.write(directory.resolve(name), text.getBytes(StandardCharsets.UTF_8));
  }

  private JsonObject plain(Path input, String out, Object... options) {
    List<Object> all = new ArrayList<>(List.of("--clean", "none"));
    all.addAll(List.of(options));
    return DataFixture.prepare(input, tokenizer, directory.resolve(out), all.toArray());
  }

  private static Invocation prepare(Path input, Path out, Object... options) {
    List<Object> words =
        new ArrayList<>(
            List.of("data", "prepare", "--input", input, "--tokenizer", tokenizer, "--out", out));
    words.addAll(List.of(options));
    return Invocation.of(words.toArray());
  }
}

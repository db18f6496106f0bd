package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The options for cleaning, tried out with {@code maque data prepare}. */
class CleaningOptionsTest {
  /** 40 stories, one of them twice, one changed a little, one in English, one short, one long. */
  private static final List<String> LINES = new ArrayList<>(DataFixture.stories(40));

  @TempDir static Path shared;
  @TempDir Path directory;

  private static Path tokenizer;
  private static Path input;

  @BeforeAll
  static void write() throws IOException {
    tokenizer = DataFixture.tokenizer(shared);
    String longest = String.join("", LINES.subList(0, 10));
    LINES.add(LINES.get(3));
    LINES.add(longest.substring(0, 300));
    LINES.add(longest.substring(0, 100) + "变" + longest.substring(101, 300));
    LINES.add("A sparrow is small, yet it has every organ that a larger bird has.");
    LINES.add("短的故事。");
    input = Files.writeString(shared.resolve("stories.txt"), String.join("\n", LINES));
  }

  @Test
  void cleansStoriesUnlessToldOtherwise() {
    assertThat(dropped())
        .isEqualTo(
            "{\"exact duplicate\":1,\"near duplicate\":1,\"length(20..20000): too short\":1}");
    assertThat(dropped("--no-near-duplicates"))
        .isEqualTo("{\"exact duplicate\":1,\"length(20..20000): too short\":1}");
    assertThat(dropped("--no-near-duplicates", "--no-exact-duplicates"))
        .isEqualTo("{\"length(20..20000): too short\":1}");
    assertThat(dropped("--near-duplicates", "0.99")).doesNotContain("near");
  }

  @Test
  void doesOnlyWhatItIsToldIfItShallNotClean() {
    assertThat(none()).isEqualTo("{}");
    assertThat(none("--exact-duplicates")).isEqualTo("{\"exact duplicate\":1}");
    assertThat(none("--near-duplicates"))
        .contains("\"exact duplicate\":1")
        .contains("\"near duplicate\":1");
    assertThat(none("--min-length", 6)).isEqualTo("{\"length(6..2147483647): too short\":1}");
    assertThat(none("--max-length", 299)).isEqualTo("{\"length(0..299): too long\":2}");
    assertThat(none("--min-han", 0.5)).isEqualTo("{\"hanShare(0.5): too few Han characters\":1}");
  }

  @Test
  void itsBoundsTakeThePlaceOfTheUsualOnes() {
    assertThat(dropped("--min-length", 3, "--max-length", 299, "--no-near-duplicates"))
        .contains("\"length(3..299): too long\":2")
        .doesNotContain("too short");
  }

  @Test
  void staysAwayFromHeldOutDocuments() throws IOException {
    Path heldOut =
        Files.writeString(directory.resolve("held-out.txt"), LINES.get(7) + "\n" + LINES.get(8));
    String dropped = none("--decontaminate", heldOut);
    assertThat(dropped).contains("decontamination(13").contains("equal to a held-out text\":2");

    Path json =
        Files.writeString(directory.resolve("a.jsonl"), "{\"text\":\"" + LINES.get(7) + "\"}");
    assertThat(none("--decontaminate", json)).contains("equal to a held-out text\":1");
  }

  @Test
  void rejectsWhatMakesNoSense() {
    rejects("--min-han", 1.5).rejects("--min-han must be from 0 to 1, got 1.5");
    rejects("--near-duplicates", 0).rejects("--near-duplicates must be above 0", "got 0.0");
    rejects("--near-duplicates", "--no-near-duplicates").rejects("exclude each other");
    rejects("--no-exact-duplicates").rejects("needs --no-near-duplicates");
    rejects("--min-length", 30_000).rejects("--min-length", "got 30000 and 20000");
    rejects("--max-length", -1).rejects("--max-length", "-1");
  }

  private String none(Object... options) {
    List<Object> all = new ArrayList<>(List.of("--clean", "none"));
    all.addAll(List.of(options));
    return dropped(all.toArray());
  }

  /** Returns how many documents went for which reason. */
  private String dropped(Object... options) {
    Path out = directory.resolve(String.join(" ", List.of(options).toString().split("\\W+")) + "-");
    JsonObject figures = DataFixture.prepare(input, tokenizer, out, options);
    long dropped = figures.get("dropped_documents").getAsLong();
    assertThat(figures.get("documents").getAsLong()).isEqualTo(LINES.size() - dropped);
    return figures.get("dropped").toString();
  }

  private Invocation rejects(Object... options) {
    List<Object> words =
        new ArrayList<>(
            List.of(
                "data",
                "prepare",
                "--input",
                input,
                "--tokenizer",
                tokenizer,
                "--out",
                directory.resolve("out")));
    words.addAll(List.of(options));
    return Invocation.of(words.toArray());
  }
}

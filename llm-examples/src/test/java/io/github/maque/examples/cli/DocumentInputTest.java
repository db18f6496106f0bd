package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The options for files of documents, tried out with {@code maque data stats}. */
class DocumentInputTest {
  private static final List<String> STORIES = DataFixture.stories(12);

  @TempDir Path directory;

  @Test
  void findsTheFieldOfJsonLines() throws IOException {
    Path file = write("a.jsonl", objects(Map.of(), "content"));
    assertThat(stats(file)).isEqualTo("12 json(content)");
    assertThat(stats(file, "--format", "json")).isEqualTo("12 json(content)");
    assertThat(stats(file, "--format", "json", "--field", "none,content"))
        .isEqualTo("12 json(none, content)");
    assertThat(stats(file, "--field", "content")).isEqualTo("12 json(content)");
  }

  @ParameterizedTest
  @CsvSource({"story, story_zh, story_zh", "text, story, story", "text, title, text"})
  void takesTheMostTellingField(String one, String other, String expected) throws IOException {
    Path file = write("a.jsonl", objects(Map.of(one, "Once there was a sparrow."), other));
    assertThat(stats(file)).isEqualTo("12 json(" + expected + ")");
  }

  @Test
  void findsTheFieldOfAnArrayInAnArchiveWhateverItsName() throws IOException {
    String array = "[" + objects(Map.of("id", 3), "text").strip().replace("\n", ",") + "]";
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(array.getBytes(StandardCharsets.UTF_8));
    }
    Path file = Files.write(directory.resolve("stories.bin"), bytes.toByteArray());
    assertThat(stats(file)).isEqualTo("12 json(text)");
  }

  @Test
  void takesJsonStringsForTexts() throws IOException {
    String strings = STORIES.stream().map(new Gson()::toJson).collect(Collectors.joining("\n"));
    assertThat(stats(write("a.json", strings))).startsWith("12 json(");
  }

  @Test
  void asksForTheFieldWhereItKnowsNone() throws IOException {
    Path file = write("a.jsonl", objects(Map.of("id", 1), "output"));
    Invocation.of("data", "stats", "--input", file)
        .rejects("a.jsonl: line 1", "which field", "--field", "id", "output");
    assertThat(stats(file, "--field", "output")).isEqualTo("12 json(output)");
  }

  @Test
  void findsOutHowTextIsSeparated() throws IOException {
    Path separated = write("a.txt", String.join("\n<|endoftext|>\n", STORIES));
    assertThat(stats(separated)).isEqualTo("12 separatedBy(<|endoftext|>)");
    Path lines = write("b.txt", String.join("\n", STORIES));
    assertThat(stats(lines)).isEqualTo("12 lines()");
    // Neither the number nor the quotation makes it JSON.
    Path odd = write("c.txt", "1984\n\"好\"\n" + String.join("\n", STORIES));
    assertThat(stats(odd)).isEqualTo("14 lines()");
  }

  @Test
  void readsTextAsItIsTold() throws IOException {
    Path file = write("a.txt", String.join("\n\n", STORIES));
    assertThat(stats(file, "--format", "paragraphs")).isEqualTo("12 paragraphs()");
    assertThat(stats(file, "--format", "FILES")).isEqualTo("1 wholeFiles()");
    assertThat(stats(file, "--format", "separated")).isEqualTo("1 separatedBy(<|endoftext|>)");
    Path other = write("b.txt", String.join("\n%%\n", STORIES));
    assertThat(stats(other, "--separator", "%%")).isEqualTo("12 separatedBy(%%)");
    assertThat(stats(other, "--format", "separated", "--separator", "%%"))
        .isEqualTo("12 separatedBy(%%)");
  }

  @Test
  void readsBothShapesOfTheStoryDataSet() throws IOException {
    Path file = write("a.jsonl", objects(Map.of("summary", "…"), "story"));
    assertThat(stats(file, "--format", "tinystories-zh")).isEqualTo("12 json(story_zh, story)");
  }

  @Test
  void readsDirectoriesAndPatterns() throws IOException {
    Files.createDirectory(directory.resolve("sub"));
    write("sub/a.jsonl", objects(Map.of(), "text"));
    write("sub/b.jsonl", objects(Map.of(), "text"));
    write("c.jsonl", objects(Map.of(), "text"));
    assertThat(stats(directory)).isEqualTo("36 json(text)");
    assertThat(stats(directory.resolve("*/*.jsonl"))).isEqualTo("24 json(text)");
    assertThat(stats(directory.resolve("c.jsonl"), "--input", directory.resolve("sub")))
        .isEqualTo("36 json(text)");
  }

  @Test
  void rejectsOptionsThatDoNotGoTogether() throws IOException {
    Path file = write("a.txt", String.join("\n", STORIES));
    reject(file, "--format", "lines", "--field", "text")
        .rejects("--field goes with --format json, got lines");
    reject(file, "--format", "tinystories-zh", "--separator", "%")
        .rejects("--separator goes with --format separated, got tinystories-zh");
    reject(file, "--field", "text", "--separator", "%").rejects("exclude each other");
    reject(file, "--max-errors", "-1").rejects("--max-errors must be from 0 to 1, got -1.0");
    reject(file, "--format", "json").rejects("a.txt");
  }

  private static Invocation reject(Path file, Object... options) {
    List<Object> words = new ArrayList<>(List.of("data", "stats", "--input", file));
    words.addAll(List.of(options));
    return Invocation.of(words.toArray());
  }

  /** Returns how many documents were found, and in which format. */
  private static String stats(Path file, Object... options) {
    List<Object> words = new ArrayList<>(List.of("data", "stats", "--input", file, "--json"));
    words.addAll(List.of(options));
    JsonObject figures = Invocation.of(words.toArray()).json();
    return figures.get("documents").getAsLong() + " " + figures.get("format").getAsString();
  }

  private static String objects(Map<String, Object> others, String field) {
    StringBuilder lines = new StringBuilder();
    for (String story : STORIES) {
      JsonObject object = new Gson().toJsonTree(others).getAsJsonObject();
      object.addProperty(field, story);
      lines.append(object).append('\n');
    }
    return lines.toString();
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }
}

package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataSampleTest {
  private static final String EOS = "<|endoftext|>";
  private static final List<String> STORIES = DataFixture.stories(30);

  @TempDir static Path shared;
  @TempDir Path directory;

  private static Path tokenizer;
  private static Path data;

  @BeforeAll
  static void prepare() throws IOException {
    tokenizer = DataFixture.tokenizer(shared);
    Path input = Files.writeString(shared.resolve("stories.txt"), String.join("\n", STORIES));
    data = shared.resolve("data");
    DataFixture.prepare(input, tokenizer, data, "--clean", "none", "--validation-documents", 10);
  }

  @Test
  void showsTheTextOfADocument() {
    JsonArray shown = shown("--document", 4, "--split", "validation");
    assertThat(shown).hasSize(1);
    JsonObject document = shown.get(0).getAsJsonObject();
    assertThat(document.get("document").getAsInt()).isEqualTo(4);
    assertThat(document.get("text").getAsString()).isEqualTo(STORIES.get(4) + EOS);
    assertThat(document.get("tokens").getAsInt()).isPositive();
    assertThat(sample("--document", 0).succeeds().out())
        .contains("— document 0, ", STORIES.get(10) + EOS);
  }

  @Test
  void choosesBySeed() {
    List<Integer> first = numbers(shown("--count", 5));
    assertThat(first).hasSize(5).doesNotHaveDuplicates();
    assertThat(numbers(shown("--count", 5))).isEqualTo(first);
    assertThat(numbers(shown("--count", 5, "--seed", 2))).isNotEqualTo(first);
    assertThat(numbers(shown("--count", 100))).hasSize(20).doesNotHaveDuplicates();
    assertThat(shown()).hasSize(3);
  }

  @Test
  void showsRowsWithTheBoundariesOfDocuments() {
    JsonArray rows = shown("--window", 100, "--count", 100_000);
    String[] texts = new String[rows.size()];
    int padding = 0;
    for (JsonElement row : rows) {
      StringBuilder text = new StringBuilder();
      int tokens = 0;
      JsonArray segments = row.getAsJsonObject().getAsJsonArray("segments");
      for (int i = 0; i < segments.size(); i++) {
        JsonObject segment = segments.get(i).getAsJsonObject();
        tokens += segment.get("tokens").getAsInt();
        if (segment.get("padding").getAsBoolean()) {
          padding++;
          continue;
        }
        String part = segment.get("text").getAsString();
        assertThat(part.substring(0, part.length() - 1)).doesNotContain(EOS);
        if (i < segments.size() - 1
            && !segments.get(i + 1).getAsJsonObject().get("padding").getAsBoolean()) {
          assertThat(part).endsWith(EOS);
        }
        text.append(part);
      }
      assertThat(tokens).isEqualTo(100);
      texts[row.getAsJsonObject().get("row").getAsInt()] = text.toString();
    }
    assertThat(padding).isLessThanOrEqualTo(1);
    // The last token of all is nothing but a target, and rows may end inside a character.
    String all = String.join("", texts).replace("\uFFFD", "");
    String expected = String.join(EOS, STORIES.subList(10, 30));
    assertThat(all.length()).isBetween(expected.length() - 2 * rows.size(), expected.length());
    assertThat(all).startsWith(STORIES.get(10).substring(0, 20));
    assertThat(sample("--window", 100).succeeds().out()).contains("— row ", "‹", " tokens›");
  }

  @Test
  void saysWhatIsWrong() throws IOException {
    sample("--document", 20).rejects("--document must be from 0 to 19, got 20");
    sample("--document", -1).rejects("--document", "got -1");
    sample("--count", 0).rejects("--count must be at least 1, got 0");
    sample("--window", 0).rejects("--window must be at least 1, got 0");
    sample("--window", 10, "--document", 1).rejects("exclude each other");
    sample("--split", "test").rejects("test", "train, validation");
    Path text = Files.writeString(directory.resolve("text"), String.join("\n", STORIES));
    Path other = directory.resolve("other");
    Invocation.of("tokenizer", "train", "--input", text, "--vocab-size", 400, "--out", other)
        .succeeds();
    Invocation.of("data", "sample", "--data", data, "--tokenizer", other)
        .rejects("other: is not the tokenizer that made", "fingerprint");
    Invocation.of("data", "sample").rejects("--data", "--tokenizer");
  }

  private static List<Integer> numbers(JsonArray shown) {
    List<Integer> numbers = new ArrayList<>();
    shown.forEach(document -> numbers.add(document.getAsJsonObject().get("document").getAsInt()));
    return numbers;
  }

  private static JsonArray shown(Object... options) {
    List<Object> all = new ArrayList<>(List.of(options));
    all.add("--json");
    return sample(all.toArray()).json().getAsJsonArray("shown");
  }

  private static Invocation sample(Object... options) {
    List<Object> words =
        new ArrayList<>(List.of("data", "sample", "--data", data, "--tokenizer", tokenizer));
    words.addAll(List.of(options));
    return Invocation.of(words.toArray());
  }
}

package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.format.TokenizerFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataStatsTest {
  /** 60 stories, of which one is there four times and another one twice. */
  private static final List<String> LINES = new ArrayList<>(DataFixture.stories(56));

  @TempDir static Path shared;
  @TempDir Path directory;

  private static Path tokenizer;
  private static Path input;
  private static Path data;

  /** The ids of every story, EOS included. */
  private static List<int[]> ids;

  @BeforeAll
  static void prepare() throws IOException {
    tokenizer = DataFixture.tokenizer(shared);
    LINES.addAll(List.of(LINES.get(5), LINES.get(9), LINES.get(5), LINES.get(5)));
    input = Files.writeString(shared.resolve("stories.txt"), String.join("\n", LINES));
    data = shared.resolve("data");
    DataFixture.prepare(input, tokenizer, data, "--clean", "none", "--shard-tokens", 1000);
    Tokenizer encoder = TokenizerFiles.load(tokenizer);
    int eos = encoder.specialTokens().eos().getAsInt();
    ids =
        LINES.stream()
            .map(line -> IntStream.concat(Arrays.stream(encoder.encode(line)), IntStream.of(eos)))
            .map(IntStream::toArray)
            .toList();
  }

  @Test
  void tellsHowManyTokensThereAreAndHowLongDocumentsAre() {
    JsonObject figures = stats("--data", data).json();
    int[] lengths = ids.stream().mapToInt(document -> document.length).sorted().toArray();
    long tokens = Arrays.stream(lengths).asLongStream().sum();
    long characters = LINES.stream().mapToLong(line -> line.codePoints().count()).sum();
    long bytes =
        LINES.stream().mapToLong(line -> line.getBytes(StandardCharsets.UTF_8).length).sum();
    assertThat(number(figures, "documents")).isEqualTo(60);
    assertThat(number(figures, "tokens")).isEqualTo(tokens);
    assertThat(number(figures, "characters")).isEqualTo(characters);
    assertThat(number(figures, "text_bytes")).isEqualTo(bytes);
    assertThat(number(figures, "characters_per_token"))
        .isCloseTo((double) characters / tokens, within(1e-3));
    assertThat(number(figures, "bytes_per_token")).isCloseTo((double) bytes / tokens, within(1e-3));
    assertThat(number(figures, "shortest")).isEqualTo(lengths[0]);
    assertThat(number(figures, "percentile_5")).isEqualTo(lengths[2]);
    assertThat(number(figures, "percentile_50")).isEqualTo(lengths[29]);
    assertThat(number(figures, "percentile_99")).isEqualTo(lengths[59]);
    assertThat(number(figures, "longest")).isEqualTo(lengths[59]);
    assertThat(number(figures, "mean_length")).isCloseTo(tokens / 60.0, within(0.01));
  }

  @Test
  void countsTokens() {
    JsonObject figures = stats("--data", data, "--tokenizer", tokenizer).json();
    long[] counts = new long[1200];
    ids.forEach(document -> Arrays.stream(document).forEach(id -> counts[id]++));
    JsonArray frequent = figures.getAsJsonArray("frequent_tokens");
    long[] sorted = Arrays.stream(counts).sorted().toArray();
    assertThat(frequent).hasSize(20);
    for (int i = 0; i < frequent.size(); i++) {
      JsonObject token = frequent.get(i).getAsJsonObject();
      assertThat(number(token, "count"))
          .isEqualTo(counts[token.get("id").getAsInt()])
          .isEqualTo(sorted[sorted.length - 1 - i]);
    }
    assertThat(frequent.get(0).getAsJsonObject().get("text").getAsString()).isEqualTo("，");
    long unused = Arrays.stream(counts).filter(count -> count == 0).count();
    assertThat(number(figures, "unused_tokens")).isEqualTo(unused);
    assertThat(number(figures, "unused_share")).isCloseTo(unused / 1200.0, within(1e-4));
  }

  @Test
  void tellsHowDocumentsFillRows() {
    JsonArray windows =
        stats("--data", data, "--window", "64,100").json().getAsJsonArray("windows");
    assertThat(windows).hasSize(2);
    JsonObject figures = windows.get(1).getAsJsonObject();
    long rows = ids.stream().mapToLong(document -> (document.length + 99) / 100).sum();
    long tokens = ids.stream().mapToLong(document -> document.length).sum();
    assertThat(number(figures, "window")).isEqualTo(100);
    assertThat(number(figures, "rows")).isEqualTo(rows);
    assertThat(number(figures, "padding_share"))
        .isCloseTo(1 - tokens / (100.0 * rows), within(1e-4));
    assertThat(number(figures, "packed_padding_share"))
        .isLessThan(number(figures, "padding_share"));
    assertThat(number(figures, "longer_share"))
        .isCloseTo(
            ids.stream().filter(document -> document.length > 100).count() / 60.0, within(1e-4));
    int start = 0;
    int cut = 0;
    for (int[] document : ids) {
      boolean isCut = false;
      for (int place = start + 1; place < start + document.length; place++) {
        isCut |= place % 100 == 0;
      }
      cut += isCut ? 1 : 0;
      start += document.length;
    }
    assertThat(number(figures, "cut_share")).isCloseTo(cut / 60.0, within(1e-4));
  }

  @Test
  void findsWhatIsThereMoreThanOnce() {
    JsonObject figures = stats("--data", data, "--tokenizer", tokenizer).json();
    assertThat(number(figures, "duplicate_documents")).isEqualTo(4);
    assertThat(number(figures, "duplicated_texts")).isEqualTo(2);
    JsonObject top = figures.getAsJsonArray("top_duplicates").get(0).getAsJsonObject();
    assertThat(number(top, "count")).isEqualTo(4);
    assertThat(number(top, "first")).isEqualTo(5);
    assertThat(top.get("text").getAsString())
        .startsWith("document 5: " + LINES.get(5).substring(0, 10));

    JsonObject raw = stats("--input", input).json();
    assertThat(number(raw, "duplicate_documents")).isEqualTo(4);
    JsonObject second = raw.getAsJsonArray("top_duplicates").get(1).getAsJsonObject();
    assertThat(second.get("text").getAsString())
        .contains("stories.txt: line 10: " + LINES.get(9).substring(0, 30));
  }

  @Test
  void measuresFilesInCharacters() {
    JsonObject figures = stats("--input", input).json();
    int[] lengths = LINES.stream().mapToInt(String::length).sorted().toArray();
    assertThat(number(figures, "documents")).isEqualTo(60);
    assertThat(number(figures, "characters")).isEqualTo(Arrays.stream(lengths).sum());
    assertThat(number(figures, "percentile_50")).isEqualTo(lengths[29]);
    assertThat(figures.has("tokens")).isFalse();
  }

  @Test
  void drawsAHistogram() throws IOException {
    Path picture = directory.resolve("lengths.png");
    stats("--data", data, "--histogram", picture).succeeds();
    assertThat(picture).isNotEmptyFile();
    stats("--input", input, "--histogram", picture).succeeds();
    assertThat(TokenizerTrainTest.children(directory)).containsExactly("lengths.png");
    stats("--data", data, "--histogram", directory.resolve("none/a.png"))
        .rejects("none", "no such file");
  }

  @Test
  void printsASummaryForPeople() {
    assertThat(stats("--data", data).succeeds().out())
        .contains("percentile 95", "unused share", "padding, packed", "4 × document 5: [");
    assertThat(stats("--data", data, "--tokenizer", tokenizer).succeeds().out())
        .contains(LINES.get(5).substring(0, 10));
    assertThat(stats("--input", input).succeeds().out()).contains("characters", "line 10");
  }

  @Test
  void saysWhatIsWrong() throws IOException {
    stats().rejects("--data", "--input");
    stats("--data", data, "--input", input).rejects("--data", "--input");
    stats("--input", input, "--split", "train").rejects("--split", "go with --data");
    stats("--data", data, "--split", "test").rejects("test", "train");
    stats("--data", data, "--window", 0).rejects("--window must be at least 1, got 0");
    stats("--data", directory).rejects("manifest.json");
    Path blank = Files.writeString(directory.resolve("blank.txt"), "\n");
    stats("--input", blank).rejects("blank.txt", "no documents");
    Path text = Files.writeString(directory.resolve("text"), String.join("\n", LINES));
    Path other = directory.resolve("other");
    Invocation.of("tokenizer", "train", "--input", text, "--vocab-size", 400, "--out", other)
        .succeeds();
    stats("--data", data, "--tokenizer", other).rejects("other", "is not the tokenizer that made");
  }

  @Test
  void saysWhereIdsAreNone() throws IOException {
    for (String file : TokenizerTrainTest.children(data)) {
      Files.copy(data.resolve(file), directory.resolve(file));
    }
    Path shard = directory.resolve("train-00000.bin");
    byte[] bytes = Files.readAllBytes(shard);
    bytes[2 * ids.get(0).length + 7] = (byte) 0xFF;
    Files.write(shard, bytes);
    stats("--data", directory).rejects("split train: document 1 has the id 65", "0 to 1199");
  }

  private static double number(JsonObject figures, String name) {
    return figures.get(name).getAsDouble();
  }

  private static Run stats(Object... options) {
    return new Run(options);
  }

  /** A run to be, with or without {@code --json}. */
  private record Run(Object... options) {
    JsonObject json() {
      List<Object> words = words();
      words.add("--json");
      return Invocation.of(words.toArray()).json();
    }

    Invocation succeeds() {
      return Invocation.of(words().toArray()).succeeds();
    }

    void rejects(String... parts) {
      Invocation.of(words().toArray()).rejects(parts);
    }

    private List<Object> words() {
      List<Object> words = new ArrayList<>(List.of("data", "stats"));
      words.addAll(List.of(options));
      return words;
    }
  }
}

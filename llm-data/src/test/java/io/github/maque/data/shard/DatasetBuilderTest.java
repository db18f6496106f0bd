package io.github.maque.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.maque.data.Document;
import io.github.maque.data.MalformedDataException;
import io.github.maque.data.clean.Cleaning;
import io.github.maque.data.clean.CleaningStep;
import io.github.maque.data.clean.CleaningSteps;
import io.github.maque.data.clean.Verdict;
import io.github.maque.data.source.RecordFormat;
import io.github.maque.data.source.RecordSource;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import io.github.maque.tokenizer.bpe.BpeTrainer;
import io.github.maque.tokenizer.bpe.TextSource;
import io.github.maque.tokenizer.format.TokenizerFiles;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetBuilderTest {
  private static BpeTokenizer tokenizer;

  @TempDir private Path scratch;

  @BeforeAll
  static void trainTokenizer() throws IOException {
    tokenizer = PreparationFixture.tokenizer();
  }

  @Test
  void writesTheIdsOfEveryDocumentInOrderWithEos() throws IOException {
    List<String> stories = PreparationFixture.stories(3_000, 1);
    builder(stories).build(out());

    List<int[]> documents = PreparationFixture.documents(out(), "train", 2);
    assertThat(documents).hasSameSizeAs(stories);
    int eos = tokenizer.specialTokens().eos().orElseThrow();
    for (int i = 0; i < stories.size(); i++) {
      int[] ids = tokenizer.encode(stories.get(i));
      int[] expected = Arrays.copyOf(ids, ids.length + 1);
      expected[ids.length] = eos;
      assertThat(documents.get(i)).isEqualTo(expected);
    }
  }

  @Test
  void storesLargeVocabulariesInFourBytesAndAddsNoEosUnlessAsked() throws IOException {
    List<String> stories = PreparationFixture.stories(50, 2);
    StringBuilder characters = new StringBuilder();
    for (int codePoint = 0x4E00; codePoint < 0x4E00 + 70_000; codePoint++) {
      if (codePoint < Character.MIN_SURROGATE || codePoint > Character.MAX_SURROGATE) {
        characters.appendCodePoint(codePoint);
      }
    }
    BpeTokenizer large =
        BpeTrainer.characterLevel()
            .vocabularySize(68_200)
            .train(TextSource.of(List.of(characters)))
            .tokenizer();
    builder(stories).tokenizer(large).endOfDocument(false).build(out());

    List<int[]> documents = PreparationFixture.documents(out(), "train", 4);
    for (int i = 0; i < stories.size(); i++) {
      assertThat(documents.get(i)).isEqualTo(large.encode(stories.get(i)));
    }
  }

  @Test
  void countsWhatItWrote() throws IOException {
    List<String> stories = PreparationFixture.stories(800, 3);
    Manifest manifest = builder(stories).shardTokens(5_000).build(out());

    List<Shard> shards = manifest.shards(Split.TRAIN);
    assertThat(shards.stream().mapToLong(Shard::documents).sum()).isEqualTo(stories.size());
    assertThat(shards.stream().mapToLong(Shard::characters).sum())
        .isEqualTo(stories.stream().mapToLong(story -> story.codePoints().count()).sum());
    assertThat(shards.stream().mapToLong(Shard::textBytes).sum())
        .isEqualTo(
            String.join("", stories).getBytes(java.nio.charset.StandardCharsets.UTF_8).length);
    assertThat(manifest.tokenizer()).isEqualTo(TokenizerFiles.fingerprint(tokenizer));
    assertThat(manifest.vocabularySize()).isEqualTo(tokenizer.vocabularySize());
    for (Shard shard : shards) {
      Path bin = out().resolve(shard.name() + ".bin");
      assertThat(shard.tokens()).isEqualTo(Files.size(bin) / 2);
      assertThat(shard.binSha256()).isEqualTo(DigestUtils.sha256Hex(Files.readAllBytes(bin)));
      assertThat(shard.idxSha256())
          .isEqualTo(
              DigestUtils.sha256Hex(Files.readAllBytes(out().resolve(shard.name() + ".idx"))));
    }
    assertThat(shards.subList(0, shards.size() - 1))
        .allMatch(shard -> shard.tokens() >= 5_000 && shard.tokens() < 5_300);
    assertThat(out().resolve(".preparation")).doesNotExist();
  }

  @Test
  void makesTheSameBytesWithAnyNumberOfThreads() throws IOException {
    Path input = input(PreparationFixture.stories(10_000, 4));
    Map<String, Integer> expected = null;
    for (int threads = 1; threads <= 4; threads++) {
      Path directory = scratch.resolve("threads-" + threads);
      builder(input)
          .threads(threads)
          .shardTokens(50_000)
          .split(Split.none().holdOut("validation", 0.1))
          .cleaning(Cleaning.none().withoutExactDuplicates())
          .build(directory);
      Map<String, Integer> contents = PreparationFixture.contents(directory);
      expected = expected == null ? contents : expected;
      assertThat(contents).isEqualTo(expected);
    }
  }

  @Test
  void keepsHeldOutDocumentsWhereTheyAreWhenFilesAreAdded() throws IOException {
    List<String> stories = PreparationFixture.stories(4_000, 5);
    List<String> more = PreparationFixture.stories(4_000, 6);
    Split split = Split.none().holdOut("validation", 0.1).holdOut("test", 0.05);
    builder(input("b.txt", stories)).split(split).build(scratch.resolve("few"));
    Path both = Files.createDirectory(scratch.resolve("both"));
    PreparationFixture.write(both.resolve("a.txt"), more);
    PreparationFixture.write(both.resolve("b.txt"), stories);
    builder(both).split(split).build(scratch.resolve("many"));

    for (String name : split.names()) {
      Set<String> few = texts(scratch.resolve("few"), name);
      Set<String> many = texts(scratch.resolve("many"), name);
      assertThat(many).containsAll(few);
      many.retainAll(new HashSet<>(stories));
      assertThat(many).isEqualTo(few);
    }
    // Five standard deviations of a binomial distribution.
    assertThat(texts(scratch.resolve("few"), "validation").size()).isBetween(305, 495);
    assertThat(texts(scratch.resolve("few"), "test").size()).isBetween(131, 269);
  }

  @Test
  void holdsOutTheFirstDocuments() throws IOException {
    List<String> stories = PreparationFixture.stories(300, 7);
    stories.add(0, "");
    stories.set(5, stories.get(2));
    builder(stories)
        .cleaning(Cleaning.none().withoutExactDuplicates())
        .split(Split.none().holdOutFirst("validation", 10))
        .build(out());

    List<String> expected = new ArrayList<>(stories.subList(1, 12));
    expected.remove(4);
    assertThat(texts(out(), "validation")).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(texts(out(), "train")).hasSize(289);
  }

  @Test
  void leavesOutDuplicatesAndWhatCleaningDropsAndSaysSo() throws IOException {
    List<String> stories = PreparationFixture.stories(500, 8);
    stories.addAll(stories.subList(0, 40));
    CleaningStep noSevens =
        new CleaningStep() {
          @Override
          public String name() {
            return "no sevens";
          }

          @Override
          public Verdict apply(String text) {
            return text.contains("7") ? Verdict.drop("a seven") : Verdict.keep(text + "！");
          }
        };
    Manifest manifest =
        builder(stories).cleaning(Cleaning.of(noSevens).withoutExactDuplicates()).build(out());

    Set<String> expected = new HashSet<>();
    stories.stream().filter(s -> !s.contains("7")).forEach(s -> expected.add(s + "！"));
    assertThat(texts(out(), "train")).isEqualTo(expected);
    long dropped = stories.stream().filter(s -> s.contains("7")).count();
    assertThat(String.valueOf(manifest.preparation().get("cleaning")))
        .contains("exact duplicate")
        .contains("a seven")
        .contains(String.valueOf(dropped));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void goesOnWhereItStopped(int lastUpdate) throws IOException {
    Path input = input(PreparationFixture.stories(10_000, 9));
    builder(input).shardTokens(75_000).build(scratch.resolve("whole"));

    int[] updates = {0};
    DatasetBuilder interrupted =
        builder(input)
            .shardTokens(75_000)
            .recordEvery(Duration.ZERO)
            .progress(
                (stage, done, total) -> {
                  if (++updates[0] == lastUpdate) {
                    throw new IllegalStateException("interrupted on purpose");
                  }
                });
    int attempts = 0;
    for (boolean finished = false; !finished; attempts++) {
      try {
        updates[0] = 0;
        interrupted.build(out());
        finished = true;
      } catch (IllegalStateException e) {
        assertThat(out().resolve(Manifest.FILE)).doesNotExist();
      }
      if (attempts > 100) {
        throw new AssertionError("gets nowhere");
      }
    }
    assertThat(PreparationFixture.contents(out()))
        .isEqualTo(PreparationFixture.contents(scratch.resolve("whole")));
  }

  @Test
  void doesNothingWhereTheSameIsFinished() throws IOException {
    Path input = input(PreparationFixture.stories(100, 10));
    Manifest first = builder(input).build(out());
    FileTime written = FileTime.fromMillis(1_000_000); // which any new file would change
    Files.setLastModifiedTime(out(), written);
    Manifest second =
        builder(input)
            .progress(
                (stage, done, total) -> {
                  throw new AssertionError("there is nothing to do");
                })
            .build(out());
    assertThat(second).isEqualTo(first);
    assertThat(Files.getLastModifiedTime(out())).isEqualTo(written);
  }

  @Test
  void refusesToMixWhatDifferentSettingsMake() throws IOException {
    Path input = input(PreparationFixture.stories(100, 11));
    builder(input).build(out());
    assertThatThrownBy(() -> builder(input).shardTokens(77).build(out()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("holds a finished data set")
        .hasMessageContaining("shard_tokens: there 100000000, now 77");
    assertThat(out().resolve(".preparation")).doesNotExist();

    Path half = scratch.resolve("half");
    assertThatThrownBy(
            () ->
                builder(input)
                    .progress(
                        (stage, done, total) -> {
                          throw new IllegalStateException("stop");
                        })
                    .build(half))
        .hasMessage("stop");
    assertThatThrownBy(() -> builder(input).endOfDocument(false).build(half))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("holds an unfinished data set")
        .hasMessageContaining("end_of_document");
    Files.writeString(input, "another story, which was not there before\n");
    assertThatThrownBy(() -> builder(input).build(half))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("source");
  }

  @Test
  void refusesDirectoriesWithShardsOfUnknownOrigin() throws IOException {
    Files.createDirectories(out());
    Files.writeString(out().resolve("train-00000.bin"), "precious");
    assertThatThrownBy(() -> builder(PreparationFixture.stories(10, 12)).build(out()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("train-00000.bin");
    assertThat(out().resolve("train-00000.bin")).hasContent("precious");
    assertThat(out()).isDirectoryNotContaining("glob:**.preparation");
  }

  @Test
  void namesTheDocumentThatAStepFailsAt() throws IOException {
    CleaningStep faulty =
        new CleaningStep() {
          @Override
          public String name() {
            return "faulty";
          }

          @Override
          public Verdict apply(String text) {
            return Verdict.keep(text.substring(text.indexOf('：')));
          }
        };
    Path input = input(List.of("一：二", "三：四", "五"));
    for (Cleaning cleaning :
        List.of(Cleaning.of(faulty), Cleaning.of(faulty).withoutExactDuplicates())) {
      assertThatThrownBy(() -> builder(input).cleaning(cleaning).build(out(cleaning.names() + "")))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith(input + ": line 3: cleaning failed")
          .hasCauseInstanceOf(StringIndexOutOfBoundsException.class);
    }
  }

  @Test
  void canBeInterruptedAndGoesOnLater() throws IOException {
    Path input = input(PreparationFixture.stories(300, 15));
    DatasetBuilder interrupted =
        builder(input)
            .shardTokens(1_000)
            .progress((stage, done, total) -> Thread.currentThread().interrupt());
    try {
      assertThatThrownBy(() -> interrupted.build(out()))
          .isInstanceOfAny(InterruptedIOException.class, ClosedByInterruptException.class);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    builder(input).shardTokens(1_000).build(out());
    builder(input).shardTokens(1_000).build(out("whole"));
    assertThat(PreparationFixture.contents(out()))
        .isEqualTo(PreparationFixture.contents(out("whole")));
  }

  @Test
  void namesOnlyTheFirstOfManyInputFiles() throws IOException {
    Path directory = Files.createDirectory(scratch.resolve("many"));
    for (int i = 0; i < 150; i++) {
      Files.writeString(directory.resolve("story" + i), "故事" + i);
    }
    Manifest manifest = builder(directory).build(out());
    assertThat(manifest.preparation()).containsEntry("input_files", 150L);
    assertThat((List<?>) manifest.preparation().get("first_files")).hasSize(100);
  }

  @Test
  void refusesToWriteAmongItsInput() throws IOException {
    Path input = input(PreparationFixture.stories(10, 15));
    assertThatThrownBy(() -> builder(scratch).build(scratch.resolve(".")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("stories.txt: is input");
    assertThat(scratch.resolve(".preparation")).doesNotExist();

    Path below = scratch.resolve("below");
    builder(scratch).shardTokens(50).build(below);
    Files.delete(below.resolve(Manifest.FILE)); // as if killed just before the end
    assertThatThrownBy(() -> builder(scratch).shardTokens(50).build(below))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("train-00000.bin: is input");
    assertThat(input).exists();
  }

  @Test
  void letsOnlyOneAtATimeIntoADirectory() throws IOException {
    Path input = input(PreparationFixture.stories(100, 13));
    List<Throwable> failures = new ArrayList<>();
    builder(input)
        .progress(
            (stage, done, total) -> {
              try {
                builder(input).build(out());
              } catch (IOException e) {
                failures.add(e);
              }
            })
        .build(out());
    assertThat(failures)
        .singleElement()
        .satisfies(e -> assertThat(e).hasMessageContaining("another process"));
  }

  @Test
  void stopsWhenTooManyRecordsAreUnreadable() throws IOException {
    Path input = scratch.resolve("stories.jsonl");
    List<String> lines = new ArrayList<>(Collections.nCopies(998, "{\"text\": \"从前有一只麻雀\"}"));
    lines.add(500, "{\"text\": ");
    lines.add(600, "{\"title\": \"x\"}");
    PreparationFixture.write(input, lines);
    RecordSource<Document> source = RecordSource.of(RecordFormat.json("text"), input);

    assertThatThrownBy(() -> DatasetBuilder.from(source).tokenizer(tokenizer).build(out()))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("stories.jsonl: line 501")
        .hasMessageContaining("2 of 1,000 records");
    assertThat(out().resolve(Manifest.FILE)).doesNotExist();

    Manifest manifest =
        DatasetBuilder.from(source.maxErrorRate(0.01)).tokenizer(tokenizer).build(out("tolerant"));
    assertThat(manifest.preparation()).containsEntry("unreadable_records", 2L);
  }

  @Test
  void saysWhenNothingIsLeft() throws IOException {
    Path input = PreparationFixture.write(scratch.resolve("blank.txt"), List.of("  ", "\t"));
    assertThatThrownBy(() -> builder(input).build(out()))
        .isInstanceOf(MalformedDataException.class)
        .hasMessage(input + ": no document is left of the 0 in 1 files; dropped: {}");
    List<String> stories = PreparationFixture.stories(30, 16);
    assertThatThrownBy(
            () ->
                builder(stories)
                    .cleaning(Cleaning.of(CleaningSteps.length(9_000, 9_999)))
                    .build(out("dropped")))
        .hasMessageEndingWith("of the 30 in 1 files; dropped: {length(9000..9999): too short=30}");
  }

  @Test
  void checksItsSettings() throws IOException {
    Path input = input(PreparationFixture.stories(1, 14));
    assertThatThrownBy(
            () -> DatasetBuilder.from(RecordSource.of(RecordFormat.lines(), input)).build(out()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("tokenizer is not set");
    BpeTokenizer withoutEos =
        BpeTrainer.byteLevel().vocabularySize(300).train(TextSource.of(List.of("一"))).tokenizer();
    assertThatThrownBy(() -> builder(input).tokenizer(withoutEos).build(out()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no EOS");
    assertThatThrownBy(() -> builder(input).shardTokens(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("shardTokens");
    assertThatThrownBy(() -> builder(input).threads(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("threads");
    assertThat(out()).doesNotExist();
  }

  private DatasetBuilder builder(List<String> stories) throws IOException {
    return builder(input(stories));
  }

  private static DatasetBuilder builder(Path input) throws IOException {
    return DatasetBuilder.from(RecordSource.of(RecordFormat.lines(), input)).tokenizer(tokenizer);
  }

  private Path input(List<String> stories) throws IOException {
    return input("stories.txt", stories);
  }

  private Path input(String name, List<String> stories) throws IOException {
    return PreparationFixture.write(scratch.resolve(name), stories);
  }

  private Path out() {
    return out("data");
  }

  private Path out(String name) {
    return scratch.resolve(name);
  }

  private static Set<String> texts(Path directory, String split) throws IOException {
    Set<String> texts = new HashSet<>();
    for (int[] ids : PreparationFixture.documents(directory, split, 2)) {
      texts.add(tokenizer.decode(Arrays.copyOf(ids, ids.length - 1)));
    }
    return texts;
  }
}

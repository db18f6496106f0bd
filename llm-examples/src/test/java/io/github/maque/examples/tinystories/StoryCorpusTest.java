package io.github.maque.examples.tinystories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.maque.data.Document;
import io.github.maque.data.clean.Cleaning;
import io.github.maque.data.clean.DuplicateDecisions;
import io.github.maque.data.clean.DuplicateDecisions.Kind;
import io.github.maque.data.clean.DuplicateSurvey;
import io.github.maque.data.clean.NearDuplicates;
import io.github.maque.data.source.RecordFormat;
import io.github.maque.data.source.RecordSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoryCorpusTest {
  private static final StoryCorpus CORPUS = StoryCorpus.of(42);
  private static final int MANY = 50_000;
  private static final int SEVERAL = 4_000;

  private static List<Story> stories = List.of();

  @BeforeAll
  static void tellStories() {
    stories = LongStream.range(0, SEVERAL).mapToObj(CORPUS::story).toList();
  }

  /** The hash changes with the grammar, and then what models have learnt is of another corpus. */
  @Test
  void tellsTheSameStoriesOnEveryMachine() throws NoSuchAlgorithmException {
    MessageDigest hash = MessageDigest.getInstance("SHA-256");
    for (Story story : stories.subList(0, 1000)) {
      hash.update(story.text().getBytes(StandardCharsets.UTF_8));
    }
    assertThat(HexFormat.of().formatHex(hash.digest()))
        .isEqualTo("5380d6d4956d5c0a74de02f8973bfd312f55c92a2670fe9aeed8239bfd60bdc2");
  }

  @Test
  void tellsAStoryByItsNumberAlone() {
    assertThat(StoryCorpus.of(42).story(3_141)).isEqualTo(stories.get(3_141));
    assertThat(StoryCorpus.of(43).story(3_141)).isNotEqualTo(stories.get(3_141));
  }

  @Test
  void neverTellsAStoryTwice() {
    Set<String> texts = new HashSet<>();
    LongStream.range(0, MANY).forEach(i -> texts.add(CORPUS.story(i).text()));
    assertThat(texts).hasSize(MANY);
  }

  @Test
  void tellsNoTwoStoriesThatAreNearlyEqual(@TempDir Path directory) throws IOException {
    Cleaning cleaning = Cleaning.none().withoutNearDuplicates(NearDuplicates.chinese());
    DuplicateSurvey survey = Objects.requireNonNull(cleaning.survey());
    List<String> texts = new ArrayList<>(stories.stream().map(Story::text).toList());
    // The detector is at work: it finds the one that was put there.
    texts.add(texts.get(0) + "从此大家都很快乐。");
    ByteBuffer rows = ByteBuffer.allocate(texts.size() * survey.rowBytes());
    texts.forEach(text -> survey.sign(text, rows));
    Path decisions = directory.resolve("decisions");
    survey.resolve(
        Files.write(directory.resolve("rows"), rows.array()), decisions, directory, 1, done -> {});

    assertThat(DuplicateDecisions.open(decisions).count(Kind.NEAR_DUPLICATE)).isEqualTo(1);
  }

  @Test
  void hasManyPlotsAndCharacters() {
    assertThat(stories.stream().map(Story::plot).distinct()).hasSizeGreaterThanOrEqualTo(20);
    Set<Integer> letters = new HashSet<>();
    stories.forEach(story -> story.text().codePoints().forEach(letters::add));
    letters.removeIf(letter -> !Character.isIdeographic(letter));
    assertThat(letters).hasSizeGreaterThanOrEqualTo(1500);
  }

  @Test
  void fitsAContextOf256() {
    assertThat(stories).allMatch(s -> s.text().length() >= 80 && s.text().length() <= 250);
  }

  @Test
  void leavesNothingUnfilled() {
    assertThat(stories)
        .allSatisfy(
            story -> {
              assertThat(story.text()).matches("[\\p{IsHan}，。！？：；、“”]+[。！？”]");
              assertThat(story.summary()).matches("[\\p{IsHan}，、“”]+。");
              assertThat(story.text())
                  .doesNotContainPattern("[，。！？：、][，。！？：、]|“[，。！？：、”]|[，：、]”(?![\\p{IsHan}])");
            });
  }

  @Test
  void opensAndClosesQuotationMarksInTurn() {
    assertThat(stories).allMatch(story -> story.text().matches("([^“”]*“[^“”]+”)*[^“”]*"));
  }

  @Test
  void writesAnArchiveThatDataPrepareReads(@TempDir Path directory) throws IOException {
    Path archive = directory.resolve("stories.jsonl");
    CORPUS.writeArchive(archive, 5, 25);

    List<Document> read = new ArrayList<>();
    RecordSource.of(RecordFormat.tinyStoriesChinese(), archive).forEach(read::add);
    int tagged = 0;
    for (int i = 0; i < 20; i++) {
      String[] lines = read.get(i).text().split("\n");
      String story = stories.get(5 + i).text();
      assertThat(lines[lines.length - 1]).isEqualTo(story);
      if (lines.length > 1) {
        tagged++;
        assertThat(lines[0]).matches("【.+】");
        assertThat(lines[0].substring(1, lines[0].length() - 1).split("、"))
            .hasSizeGreaterThan(1)
            .allMatch(story::contains);
      }
    }
    assertThat(tagged).isBetween(5, 15);
  }

  @Test
  void keepsHeldOutStoriesApart(@TempDir Path directory) {
    long border = StoryCorpus.FIRST_HELD_OUT;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CORPUS.writeArchive(directory.resolve("x"), border - 1, border + 1))
        .withMessageContaining("got 999999999 and 1000000001");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CORPUS.writeInstructions(directory.resolve("x"), 3, 3));
    assertThat(directory).isEmptyDirectory();

    Set<String> heldOut = new HashSet<>();
    LongStream.range(border, border + 1000).forEach(i -> heldOut.add(CORPUS.story(i).text()));
    assertThat(heldOut)
        .hasSize(1000)
        .doesNotContainAnyElementsOf(stories.stream().map(Story::text).toList());
  }

  @Test
  void refusesNumbersOfNoStory() {
    assertThatThrownBy(() -> CORPUS.story(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> CORPUS.story(StoryCorpus.SIZE))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}

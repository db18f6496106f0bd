package io.github.maque.data.clean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.maque.data.MalformedDataException;
import io.github.maque.data.clean.DuplicateDecisions.Kind;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DuplicateSurveyTest {
  private static final NearDuplicates CHINESE = NearDuplicates.chinese();
  private static final int SMALL_SEGMENT = 4096;

  @TempDir private Path directory;

  @Test
  void keepsTheFirstOfEqualTexts() throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      texts.add(random.nextInt(10) == 0 ? "" : "故事" + random.nextInt(2000));
    }
    DuplicateDecisions decisions = decide(new DuplicateSurvey(null), texts);
    Map<String, Integer> first = new HashMap<>();
    for (int i = 0; i < texts.size(); i++) {
      int expected = first.merge(texts.get(i), i, (old, now) -> old);
      assertThat(decisions.keptInstead(i)).isEqualTo(expected);
      assertThat(decisions.kind(i)).isEqualTo(expected == i ? Kind.KEPT : Kind.EXACT_DUPLICATE);
    }
    assertThat(decisions.size()).isEqualTo(5000);
    assertThat(decisions.count(Kind.KEPT)).isEqualTo(first.size());
  }

  /** Pairs are brought about in three ways, and judged by their exact similarity. */
  @Test
  void findsPlantedNearDuplicatesAndLittleElse() throws IOException {
    Stories stories = new Stories(2);
    SplittableRandom random = new SplittableRandom(2);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 900; i++) {
      texts.add(stories.next(300));
    }
    for (int i = 0; i < 600; i++) {
      texts.add(vary(stories, texts.get(i), i % 3, 1 + random.nextInt(6)));
    }
    DuplicateDecisions decisions = decide(new DuplicateSurvey(CHINESE), texts);

    Map<Long, Double> similar = similarPairs(texts, 0.5);
    double pairs = 0;
    double found = 0;
    double expected = 0;
    for (Map.Entry<Long, Double> pair : similar.entrySet()) {
      double similarity = pair.getValue();
      if (similarity >= 0.8) {
        long a = pair.getKey() / texts.size();
        long b = pair.getKey() % texts.size();
        pairs++;
        found += decisions.keptInstead(a) == decisions.keptInstead(b) ? 1 : 0;
        expected += CHINESE.probability(similarity);
      }
    }
    assertThat(pairs).isGreaterThan(400);
    assertThat(found / pairs).isGreaterThan(0.97).isGreaterThan(expected / pairs - 0.02);

    double dropped = 0;
    double right = 0;
    for (int i = 0; i < texts.size(); i++) {
      if (decisions.kind(i) == Kind.NEAR_DUPLICATE) {
        String kept = texts.get((int) decisions.keptInstead(i));
        double similarity = Stories.jaccard(texts.get(i), kept);
        // Four standard errors of the estimate below the threshold.
        assertThat(similarity).isGreaterThan(0.55);
        dropped++;
        right += similarity >= 0.72 ? 1 : 0;
      }
    }
    assertThat(right / dropped).isGreaterThan(0.95);
  }

  private static String vary(Stories stories, String story, int kind, int edits) {
    if (kind == 0) {
      return stories.edit(story, edits);
    }
    if (kind == 1) {
      return story.replace("小明", "小红").replace("汤姆", "杰克").replace("莉莉", "露西");
    }
    String[] sentences = story.split("(?<=[。！])");
    String moved = sentences[edits];
    sentences[edits] = sentences[edits + 1];
    sentences[edits + 1] = moved;
    return String.join("", sentences) + (edits > 3 ? stories.sentence() : "");
  }

  /** All pairs of at least some similarity, by counting what shingles they have in common. */
  private static Map<Long, Double> similarPairs(List<String> texts, double least) {
    Map<String, List<Integer>> postings = new HashMap<>();
    int[] sizes = new int[texts.size()];
    Map<Long, Double> similar = new HashMap<>();
    for (int i = 0; i < texts.size(); i++) {
      Set<String> shingles = Stories.shingles(texts.get(i), 5);
      sizes[i] = shingles.size();
      int[] common = new int[i];
      for (String shingle : shingles) {
        List<Integer> earlier = postings.computeIfAbsent(shingle, s -> new ArrayList<>());
        earlier.forEach(j -> common[j]++);
        earlier.add(i);
      }
      for (int j = 0; j < i; j++) {
        double similarity = (double) common[j] / (sizes[i] + sizes[j] - common[j]);
        if (similarity >= least) {
          similar.put((long) j * texts.size() + i, similarity);
        }
      }
    }
    return similar;
  }

  /** The definition, done the slow way: all pairs, all labels, all kept ones. */
  @Test
  void decidesAsANaiveAlgorithmDoes() throws IOException {
    NearDuplicates near = new NearDuplicates(4, 6, 4, 0.7);
    Stories stories = new Stories(3);
    SplittableRandom random = new SplittableRandom(3);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 700; i++) {
      boolean copy = i > 20 && random.nextInt(3) > 0;
      String text = copy ? texts.get(random.nextInt(i)) : stories.next(80);
      int cut = copy ? random.nextInt(text.length() / 4) : 0;
      texts.add(stories.edit(text.substring(cut), copy ? random.nextInt(4) : 0));
    }
    DuplicateDecisions decisions = decide(new DuplicateSurvey(near), texts);

    MinHash hash = new MinHash(4, 24);
    List<int[]> signatures = texts.stream().map(hash::sign).toList();
    List<Integer> candidates =
        IntStream.range(0, texts.size())
            .filter(i -> texts.indexOf(texts.get(i)) == i && signatures.get(i).length > 0)
            .boxed()
            .toList();
    int[] cluster = IntStream.range(0, texts.size()).toArray();
    for (int a : candidates) {
      for (int b : candidates) {
        if (cluster[a] != cluster[b]
            && meet(signatures.get(a), signatures.get(b))
            && estimate(signatures.get(a), signatures.get(b)) >= 0.7) {
          int old = cluster[b];
          for (int i = 0; i < cluster.length; i++) {
            cluster[i] = cluster[i] == old ? cluster[a] : cluster[i];
          }
        }
      }
    }
    int[] expected = IntStream.range(0, texts.size()).toArray();
    List<Integer> kept = new ArrayList<>();
    candidates.stream()
        .sorted(Comparator.comparing((Integer i) -> -texts.get(i).length()))
        .forEach(
            i ->
                kept.stream()
                    .filter(k -> cluster[k] == cluster[i])
                    .filter(k -> estimate(signatures.get(k), signatures.get(i)) >= 0.7)
                    .findFirst()
                    .ifPresentOrElse(k -> expected[i] = k, () -> kept.add(i)));
    int copies = 0;
    for (int i = 0; i < texts.size(); i++) {
      int first = texts.indexOf(texts.get(i));
      assertThat(decisions.keptInstead(i)).as("text %d", i).isEqualTo(expected[first]);
      Kind original = expected[i] == i ? Kind.KEPT : Kind.NEAR_DUPLICATE;
      assertThat(decisions.kind(i)).isEqualTo(first == i ? original : Kind.EXACT_DUPLICATE);
      copies += first != i && expected[first] != first ? 1 : 0;
    }
    assertThat(decisions.count(Kind.NEAR_DUPLICATE)).isGreaterThan(100);
    assertThat(copies).as("copies of near duplicates").isPositive();
  }

  private static boolean meet(int[] a, int[] b) {
    return IntStream.range(0, 6)
        .anyMatch(band -> IntStream.range(4 * band, 4 * band + 4).allMatch(i -> a[i] == b[i]));
  }

  private static double estimate(int[] a, int[] b) {
    long equal =
        IntStream.range(0, 24)
            .filter(i -> MinHash.fingerprint(a[i]) == MinHash.fingerprint(b[i]))
            .count();
    return (equal / 24.0 - 1 / 256.0) / (1 - 1 / 256.0);
  }

  @Test
  void keepsTheLongestAndOfEquallyLongOnesTheFirst() throws IOException {
    String story = new Stories(4).next(500);
    List<String> texts =
        List.of(story, "很久以前，" + story, "不相干的一个故事在这里", "很久以后，" + story, story + "完");
    DuplicateDecisions decisions = decide(new DuplicateSurvey(CHINESE), texts);
    assertThat(kept(decisions)).containsExactly(1, 1, 2, 1, 1);
    assertThat(decisions.kind(3)).isEqualTo(Kind.NEAR_DUPLICATE);
  }

  /** Each text is similar to the next one, so that all are one cluster. */
  @Test
  void dropsNothingBecauseOfAChain() throws IOException {
    String noise = new Stories(5).noise(900 + 100 * 30);
    List<String> texts =
        IntStream.range(0, 30).mapToObj(i -> noise.substring(100 * i, 100 * i + 1000)).toList();
    NearDuplicates near = CHINESE.withBanding(64, 8).withThreshold(0.74);
    DuplicateDecisions decisions = decide(new DuplicateSurvey(near), texts);
    // A neighbour has a similarity of 0.82, the one after it of 0.66.
    int[] expected = IntStream.range(0, 30).map(i -> i / 2 * 2).toArray();
    assertThat(kept(decisions)).containsExactly(expected);
  }

  @Test
  void limitsWhatATextIsComparedWithInAnEndlessChain() throws IOException {
    int count = 8 * DuplicateSearch.KEPT_IN_CLUSTER;
    String noise = new Stories(6).noise(4 * count + 100);
    List<String> texts =
        IntStream.range(0, count).mapToObj(i -> noise.substring(4 * i, 4 * i + 100)).toList();
    DuplicateDecisions decisions =
        decide(new DuplicateSurvey(CHINESE.withBanding(28, 4).withThreshold(0.75)), texts);
    assertThat(decisions.kind(1)).isEqualTo(Kind.NEAR_DUPLICATE);
    assertThat(decisions.kind(count - 1)).isEqualTo(Kind.KEPT);
    for (int i = 0; i < count; i++) {
      // Eight windows further on, the similarity is 0.5.
      assertThat(i - decisions.keptInstead(i)).isBetween(0L, 8L);
    }
  }

  @Test
  void resolvesTenThousandVariantsOfOneStory() throws IOException {
    Stories stories = new Stories(7);
    String story = stories.next(300);
    List<String> texts = new ArrayList<>();
    texts.add(story);
    while (texts.size() < 10_000) {
      texts.add(stories.edit(story, 1));
    }
    DuplicateDecisions decisions = decide(new DuplicateSurvey(CHINESE), texts);
    assertThat(decisions.count(Kind.KEPT)).isEqualTo(1);
    assertThat(decisions.keptInstead(9_999)).isZero();
  }

  @Test
  void decidesTheSameOnAnyNumberOfThreadsAndInSegmentsOfAnySize() throws IOException {
    Stories stories = new Stories(8);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      texts.add(i % 3 == 0 ? stories.next(150) : stories.edit(texts.get(i / 2), i % 5));
    }
    DuplicateSurvey survey = new DuplicateSurvey(CHINESE);
    Path rows = rows(survey, texts);
    Path first = directory.resolve("first");
    survey.resolve(rows, first, directory, 1, done -> {});
    assertThat(DuplicateDecisions.open(first).count(Kind.NEAR_DUPLICATE)).isGreaterThan(500);
    Path other = directory.resolve("other");
    for (int threads = 1; threads <= 4; threads++) {
      survey.resolve(rows, other, directory, threads, done -> {}, SMALL_SEGMENT);
      assertThat(other).hasSameBinaryContentAs(first);
    }
    survey.resolve(rows, other, directory, 100, done -> {});
    assertThat(other).hasSameBinaryContentAs(first);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void decidesAboutNoneAndOne(int count) throws IOException {
    for (NearDuplicates near : new NearDuplicates[] {null, CHINESE}) {
      List<String> texts = List.of("从前有一座山，山上有座庙。").subList(0, count);
      DuplicateDecisions decisions = decide(new DuplicateSurvey(near), texts);
      assertThat(decisions.size()).isEqualTo(count);
      assertThat(decisions.count(Kind.KEPT)).isEqualTo(count);
    }
  }

  @Test
  void leavesSkippedAndShortTextsAlone() throws IOException {
    String story = new Stories(9).next(200);
    List<@Nullable String> texts = new ArrayList<>();
    texts.add(null);
    texts.add(story);
    texts.add(null);
    texts.add(story);
    texts.add("“你好。”");
    texts.add("你好！");
    texts.add("你好！");
    texts.add(null);
    DuplicateDecisions decisions = decide(new DuplicateSurvey(CHINESE), texts);
    assertThat(kept(decisions)).containsExactly(0, 1, 2, 1, 4, 5, 5, 7);
  }

  @Test
  void looksForSimilarTextsOnlyIfAsked() throws IOException {
    String story = new Stories(10).next(300);
    List<String> texts = List.of(story, story, story + "完");
    DuplicateDecisions exact = decide(new DuplicateSurvey(null), texts);
    assertThat(kept(exact)).containsExactly(0, 0, 2);
    DuplicateDecisions both = decide(new DuplicateSurvey(CHINESE), texts);
    assertThat(kept(both)).containsExactly(2, 2, 2);
    assertThat(both.kind(1)).isEqualTo(Kind.EXACT_DUPLICATE);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8, 13, 112})
  void estimatesFromAnyNumberOfHashes(int hashes) throws IOException {
    NearDuplicates near = new NearDuplicates(5, hashes, 1, 1);
    String story = new Stories(11).next(300);
    DuplicateSurvey survey = new DuplicateSurvey(near);
    DuplicateDecisions decisions = decide(survey, List.of(story, "。" + story, "一个完全不同的故事"));
    assertThat(kept(decisions)).containsExactly(1, 1, 2);
    assertThat(decisions.kind(0)).isEqualTo(Kind.NEAR_DUPLICATE);
  }

  @Test
  void appendsRowsToABufferOfAnyOrder() {
    DuplicateSurvey survey = new DuplicateSurvey(CHINESE);
    int bytes = survey.rowBytes();
    assertThat(bytes).isEqualTo(24 + 4 * 14 + 112);
    ByteBuffer little = ByteBuffer.allocate(2 * bytes).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer big = ByteBuffer.allocateDirect(3 * bytes - 1).position(3);
    survey.skip(little);
    survey.sign("从前有一座山", little);
    big.put(new byte[bytes]).position(3);
    survey.skip(big);
    survey.sign("从前有一座山", big);
    assertThat(big.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
    assertThat(big.position()).isEqualTo(3 + 2 * bytes);
    assertThat(big.flip().position(3)).isEqualTo(little.flip());

    big.clear().position(2 * bytes);
    assertThatExceptionOfType(BufferOverflowException.class)
        .isThrownBy(() -> survey.sign("从前有一座山", big));
    assertThat(big.position()).isEqualTo(2 * bytes);
  }

  @Test
  void refusesAFileThatHoldsPartOfARow() throws IOException {
    DuplicateSurvey survey = new DuplicateSurvey(null);
    Path rows = directory.resolve("rows");
    Files.write(rows, new byte[50]);
    assertThatExceptionOfType(MalformedDataException.class)
        .isThrownBy(() -> survey.resolve(rows, rows, directory, 1, done -> {}))
        .withMessage(rows + ": expected rows of 24 bytes, found 50 bytes");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> survey.resolve(rows, rows, directory, 0, done -> {}))
        .withMessage("threads must be at least 1, got 0");
  }

  @Test
  void tellsItsProgress() throws IOException {
    DuplicateSurvey survey = new DuplicateSurvey(CHINESE);
    List<Double> heard = new ArrayList<>();
    Path rows = rows(survey, List.of("一二三四五六", "一二三四五"));
    survey.resolve(rows, directory.resolve("decisions"), directory, 2, heard::add);
    assertThat(heard).isSorted().startsWith(0.0).endsWith(1.0).hasSizeGreaterThan(14);
  }

  @Test
  void overwritesWhatAKilledRunLeftAndLeavesNothing() throws IOException {
    for (String name : List.of("entries", "sort", "clusters")) {
      byte[] garbage = new byte[100_000];
      new SplittableRandom(1).nextBytes(garbage);
      Files.write(directory.resolve("duplicates-" + name + ".tmp"), garbage);
    }
    String story = new Stories(12).next(100);
    List<String> texts = List.of(story, "又一个故事开始了", story + "完");
    DuplicateDecisions decisions = decide(new DuplicateSurvey(CHINESE), texts);
    assertThat(kept(decisions)).containsExactly(2, 1, 2);
    assertThat(files()).containsExactly("decisions", "rows");
  }

  @Test
  void leavesNothingWhenItFails() throws IOException {
    DuplicateSurvey survey = new DuplicateSurvey(CHINESE);
    Path rows = rows(survey, List.of("一二三四五六", "一二三四五"));
    Path decisions = directory.resolve("decisions");
    DoubleConsumer failing =
        done -> {
          if (done > 0.5) {
            throw new IllegalStateException("enough");
          }
        };
    assertThatThrownBy(() -> survey.resolve(rows, decisions, directory, 2, failing))
        .hasMessage("enough");
    assertThat(files()).containsExactly("rows");
  }

  @Test
  void stopsWhenInterrupted() throws IOException {
    DuplicateSurvey survey = new DuplicateSurvey(CHINESE);
    Path rows = rows(survey, List.of("一二三四五六", "一二三四五"));
    DoubleConsumer interrupting =
        done -> {
          if (done > 0.5) {
            Thread.currentThread().interrupt();
          }
        };
    assertThatExceptionOfType(InterruptedIOException.class)
        .isThrownBy(
            () -> survey.resolve(rows, directory.resolve("decisions"), directory, 2, interrupting));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(files()).containsExactly("rows");
  }

  private static int[] kept(DuplicateDecisions decisions) {
    return IntStream.range(0, (int) decisions.size())
        .map(i -> (int) decisions.keptInstead(i))
        .toArray();
  }

  private DuplicateDecisions decide(DuplicateSurvey survey, List<? extends @Nullable String> texts)
      throws IOException {
    Path decisions = directory.resolve("decisions");
    survey.resolve(rows(survey, texts), decisions, directory, 2, done -> {});
    return DuplicateDecisions.open(decisions);
  }

  /** Writes the rows of texts; null is one to be skipped. */
  private Path rows(DuplicateSurvey survey, List<? extends @Nullable String> texts)
      throws IOException {
    ByteBuffer rows = ByteBuffer.allocate(texts.size() * survey.rowBytes());
    for (String text : texts) {
      if (text == null) {
        survey.skip(rows);
      } else {
        survey.sign(text, rows);
      }
    }
    return Files.write(directory.resolve("rows"), rows.array());
  }

  private List<String> files() {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

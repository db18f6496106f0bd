package io.github.maque.tokenizer.bpe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import io.github.maque.tokenizer.DecodeOptions;
import io.github.maque.tokenizer.IdBuffer;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BpeTrainerTest {
  private static final String WORDS = "从前有一只小麻雀住在树上他每天早起飞到河边喝水后来遇见了朋友们一起玩耍的是不我她大地山花";

  /** What {@code src/test/python/train_merges.py} wrote. */
  record Case(
      List<String> lines,
      int vocabularySize,
      int minimumFrequency,
      int maximumTokenLength,
      String special,
      int[][] merges) {
    @Override
    public String toString() {
      return lines.get(0).strip() + " … " + vocabularySize;
    }
  }

  static List<Case> huggingFaceCases() throws IOException {
    try (Reader reader =
        new InputStreamReader(
            BpeTrainerTest.class.getResourceAsStream("/bpe/merges.json"), StandardCharsets.UTF_8)) {
      return List.of(new Gson().fromJson(reader, Case[].class));
    }
  }

  @ParameterizedTest
  @MethodSource("huggingFaceCases")
  void learnsTheMergesOfHuggingFace(Case expected) throws IOException {
    for (long smallCorpus : new long[] {MergeLearner.SMALL_CORPUS, 0}) {
      BpeTrainer trainer =
          BpeTrainer.byteLevel()
              .vocabularySize(expected.vocabularySize())
              .minimumFrequency(expected.minimumFrequency())
              .preTokenizer(PreTokenPattern.QWEN2)
              .specialTokens(expected.special())
              .smallCorpus(smallCorpus)
              .threads(2);
      if (expected.maximumTokenLength() > 0) {
        trainer.maximumTokenLength(expected.maximumTokenLength());
      }

      BpeTokenizer tokenizer = trainer.train(TextSource.of(expected.lines())).tokenizer();

      assertThat(merges(tokenizer)).isDeepEqualTo(expected.merges());
    }
  }

  @Test
  void learnsTheMergesOfTheDefinitionWithFallingThresholds() throws IOException {
    List<String> texts = corpus(3, 3000);
    int merges = 200;

    BpeTokenizer tokenizer =
        BpeTrainer.byteLevel()
            .vocabularySize(256 + merges)
            .preTokenizer(PreTokenPattern.CHINESE)
            .smallCorpus(0)
            .train(TextSource.of(texts))
            .tokenizer();

    Map<String, Integer> words = new HashMap<>();
    IdBuffer ends = new IdBuffer();
    for (String text : texts) {
      ends.clear();
      PreTokenPattern.CHINESE.split(text.toCharArray(), 0, text.length(), ends);
      int start = 0;
      for (int end : ends.toArray()) {
        words.merge(text.substring(start, end), 1, Integer::sum);
        start = end;
      }
    }
    int[] symbols = IntStream.range(0, 256).map(tokenizer.vocabulary()::byteId).toArray();
    int[][] expected =
        NaiveBpe.learn(words, symbols, 256, merges, 2).stream()
            .map(pair -> new int[] {pair.left(), pair.right()})
            .toArray(int[][]::new);
    assertThat(merges(tokenizer)).isDeepEqualTo(expected);
  }

  @Test
  void learnsTheSameWithAnyNumberOfThreadsAndWithin16Or32BitsPerSymbol() throws IOException {
    List<String> texts = corpus(1, 20_000);
    int[][] alone = merges(train(texts, 1, 2000));
    for (int threads : new int[] {2, 3, 7}) {
      assertThat(merges(train(texts, threads, 2000))).isDeepEqualTo(alone);
    }
    // A vocabulary this large is learned with 32 bits per symbol, and ends with the same pairs.
    int[][] wide = merges(train(texts, 2, 80_000));
    assertThat(java.util.Arrays.copyOf(wide, alone.length)).isDeepEqualTo(alone);
  }

  private static BpeTokenizer train(List<String> texts, int threads, int size) throws IOException {
    return BpeTrainer.byteLevel()
        .vocabularySize(size)
        .threads(threads)
        .train(TextSource.of(texts))
        .tokenizer();
  }

  @Test
  void prunesTheSameWordsWithAnyNumberOfThreadsAndSaysSo() throws IOException {
    List<String> texts = corpus(2, 150_000);
    List<BpeTraining> trainings = new ArrayList<>();
    for (int threads = 1; threads <= 3; threads++) {
      trainings.add(
          BpeTrainer.byteLevel()
              .vocabularySize(1000)
              .threads(threads)
              .memoryLimit(2 << 20)
              .train(TextSource.of(texts)));
    }
    BpeTraining first = trainings.get(0);
    assertThat(first.prunedPreTokens()).isPositive();
    assertThat(first.prunedOccurrences()).isGreaterThanOrEqualTo(first.prunedPreTokens());
    assertThat(first.uniquePreTokens()).isPositive();
    for (BpeTraining training : trainings) {
      assertThat(training.prunedPreTokens()).isEqualTo(first.prunedPreTokens());
      assertThat(merges(training.tokenizer())).isDeepEqualTo(merges(first.tokenizer()));
    }
  }

  @Test
  void countsWhatItRead() throws IOException {
    BpeTraining training =
        BpeTrainer.byteLevel()
            .vocabularySize(260)
            .minimumFrequency(1)
            .preTokenizer(PreTokenPattern.CHINESE)
            .train(TextSource.of(List.of("麻雀，麻雀。", "麻雀")));
    assertThat(training.texts()).isEqualTo(2);
    assertThat(training.characters()).isEqualTo(8);
    assertThat(training.preTokens()).isEqualTo(5);
    assertThat(training.uniquePreTokens()).isEqualTo(3);
    assertThat(training.merges()).isEqualTo(4);
    assertThat(training.tokenizer().vocabularySize()).isEqualTo(260);
    assertThat(training.prunedPreTokens()).isZero();
  }

  @Test
  void givesSpecialTokensTheFirstIdsAndTheirParts() throws IOException {
    BpeTokenizer tokenizer =
        BpeTrainer.byteLevel()
            .vocabularySize(300)
            .specialTokens("<|im_start|>", "<|im_end|>")
            .eos("<|endoftext|>")
            .pad("<|endoftext|>")
            .train(TextSource.of(corpus(4, 1000)))
            .tokenizer();
    assertThat(tokenizer.specialTokens().ids())
        .containsExactly(
            Map.entry("<|im_start|>", 0),
            Map.entry("<|im_end|>", 1),
            Map.entry("<|endoftext|>", 2));
    assertThat(tokenizer.specialTokens().eos()).hasValue(2);
    assertThat(tokenizer.specialTokens().pad()).hasValue(2);
    assertThat(tokenizer.specialTokens().bos()).isEmpty();
  }

  @Test
  void learnsACharacterVocabularyThatSpellsRareCharactersAsBytes() throws IOException {
    BpeTokenizer tokenizer =
        BpeTrainer.characterLevel()
            .vocabularySize(700)
            .characterCoverage(0.999)
            .train(TextSource.of(corpus(5, 5000)))
            .tokenizer();
    assertThat(tokenizer.specialTokens().unk()).hasValue(0);
    assertThat(tokenizer.specialTokens().bos()).hasValue(1);
    assertThat(tokenizer.specialTokens().eos()).hasValue(2);
    assertThat(tokenizer.vocabulary().byteId('a')).isEqualTo(3 + 'a');
    assertThat(tokenizer.vocabularySize()).isEqualTo(700);
    for (String text : List.of("小麻雀 has 3 只朋友", "龘😀\n\t x", "  两个空格  ", "")) {
      int[] ids = tokenizer.encode(text);
      assertThat(tokenizer.decode(ids, DecodeOptions.ALL)).isEqualTo(text);
    }
  }

  /** In one long text there is a single space in front, rarer than any character. */
  @Test
  void givesTheSpaceInFrontAPieceHoweverRareItIs() throws IOException {
    String text = String.join("", corpus(8, 8000)).replaceAll("[^\\p{IsHan}]", "");
    BpeTokenizer tokenizer =
        BpeTrainer.characterLevel()
            .vocabularySize(500)
            .characterCoverage(0.95)
            .train(TextSource.of(List.of(text)))
            .tokenizer();
    assertThat(tokenizer.decode(tokenizer.encode("麻雀住在树上"))).isEqualTo("麻雀住在树上");
    assertThat(tokenizer.vocabulary().find("▁".getBytes(StandardCharsets.UTF_8))).isPresent();
  }

  @Test
  void countsBeyond31Bits() {
    // One word that occurs 3 × 2^31 times, beside one that 32-bit counts would put in front of it.
    WordCounts words = new WordCounts();
    add(words, "ab", 3L << 31);
    add(words, "cd", 5);
    CorpusShard shard = CorpusShard.take(words, 0, 1, bytes(), 258);
    try (ShardTeam team = new ShardTeam(List.of(shard))) {
      List<byte[]> initial = new ArrayList<>();
      for (int b = 0; b < 256; b++) {
        initial.add(new byte[] {(byte) b});
      }
      MergeLearner learner = new MergeLearner(team, initial, 258, 1, 100, 0);
      learner.learn((stage, done, total) -> {}, () -> false);
      assertThat(learner.merges().keySet())
          .containsExactly(ActivePairs.key('a', 'b'), ActivePairs.key('c', 'd'));
    }
  }

  private static InitialSymbols bytes() {
    return new InitialSymbols.Bytes(IntStream.range(0, 256).toArray());
  }

  private static void add(WordCounts words, String word, long count) {
    char[] text = word.toCharArray();
    int hash = WordCounts.hash(text, 0, text.length);
    words.partition(WordCounts.partitionOf(hash)).add(text, 0, text.length, hash, count);
  }

  @Test
  void endsWhenItIsCancelled() {
    int[] asked = {0};
    assertThatThrownBy(
            () ->
                BpeTrainer.byteLevel()
                    .vocabularySize(5000)
                    .cancelWhen(() -> ++asked[0] > 20)
                    .train(TextSource.of(corpus(6, 5000))))
        .isInstanceOf(CancellationException.class)
        .hasMessageContaining("cancelled while merging");
  }

  @Test
  void tellsItsProgress() throws IOException {
    List<Long> counted = new ArrayList<>();
    List<Long> merged = new ArrayList<>();
    BpeTrainer.byteLevel()
        .vocabularySize(400)
        .progress(
            (stage, done, total) ->
                (stage == TrainingProgress.Stage.COUNT ? counted : merged).add(done))
        .train(TextSource.of(corpus(7, 3000)));
    long bytes =
        corpus(7, 3000).stream().mapToLong(t -> t.getBytes(StandardCharsets.UTF_8).length).sum();
    assertThat(counted).last().isEqualTo(bytes);
    assertThat(merged).isSorted().last().isEqualTo(400L);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 1 << 16, 1 << 20})
  void readsTheLinesOfFilesWithTheirEnds(int padding, @TempDir Path directory) throws IOException {
    // The padding moves characters of three and four bytes across the reader's buffer.
    String text = "x".repeat(padding) + "麻雀😀\r\n\n没有换行";
    Files.writeString(directory.resolve("a.txt"), text);
    Files.writeString(directory.resolve("b.txt"), "第二个\n");
    List<String> lines = new ArrayList<>();
    TextSource source = TextSource.files(directory);
    source.forEach(lines::add);
    assertThat(lines).containsExactly("x".repeat(padding) + "麻雀😀\r\n", "\n", "没有换行", "第二个\n");
    assertThat(source.sizeInBytes())
        .isEqualTo(text.getBytes(StandardCharsets.UTF_8).length + "第二个\n".length() * 3L - 2);
  }

  @Test
  void namesTheFileAndTheByteThatIsNotText(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("gbk.txt");
    Files.write(file, "中文\n麻雀".getBytes(Charset.forName("GB18030")));
    assertThatThrownBy(() -> BpeTrainer.byteLevel().train(TextSource.files(file)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("gbk.txt")
        .hasMessageContaining("byte 0")
        .hasMessageContaining("GB18030");
    List<String> lines = new ArrayList<>();
    TextSource.files(List.of(file), Charset.forName("GB18030")).forEach(lines::add);
    assertThat(lines).containsExactly("中文\n", "麻雀");
    assertThatThrownBy(() -> TextSource.files(directory.resolve("missing")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void refusesBadSettingsWithTheirName() {
    assertThatThrownBy(() -> BpeTrainer.byteLevel().vocabularySize(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("vocabularySize")
        .hasMessageContaining("0");
    assertThatThrownBy(
            () ->
                BpeTrainer.byteLevel()
                    .vocabularySize(256)
                    .eos("<e>")
                    .train(TextSource.of(List.of())))
        .hasMessageContaining("at least 257");
    assertThatThrownBy(() -> BpeTrainer.byteLevel().threads(0)).hasMessageContaining("threads");
    assertThatThrownBy(() -> BpeTrainer.byteLevel().characterCoverage(0.5))
        .hasMessageContaining("characterLevel()");
    assertThatThrownBy(() -> BpeTrainer.characterLevel().characterCoverage(Double.NaN))
        .hasMessageContaining("characterCoverage");
    assertThatThrownBy(() -> BpeTrainer.byteLevel().memoryLimit(10)).hasMessageContaining("1 MiB");
  }

  @Test
  void learnsNothingFromNothing() throws IOException {
    BpeTraining training = BpeTrainer.byteLevel().train(TextSource.of(List.of()));
    assertThat(training.merges()).isZero();
    assertThat(training.tokenizer().vocabularySize()).isEqualTo(256);
    assertThat(training.tokenizer().decode(training.tokenizer().encode("麻雀"))).isEqualTo("麻雀");
  }

  private static int[][] merges(BpeTokenizer tokenizer) {
    BpeVocabulary vocabulary = tokenizer.vocabulary();
    return IntStream.range(0, vocabulary.mergeCount())
        .mapToObj(rank -> new int[] {vocabulary.mergeLeft(rank), vocabulary.mergeRight(rank)})
        .toArray(int[][]::new);
  }

  /** Sentences of random clauses, of which some repeat. */
  private static List<String> corpus(long seed, int sentences) {
    Random random = new Random(seed);
    List<String> texts = new ArrayList<>();
    for (int s = 0; s < sentences; s++) {
      StringBuilder text = new StringBuilder();
      int length = 3 + random.nextInt(12);
      for (int i = 0; i < length; i++) {
        // The square makes the first characters frequent and the last ones rare.
        int rank = (int) (WORDS.length() * Math.pow(random.nextDouble(), 2));
        text.append(WORDS.charAt(rank));
      }
      texts.add(text.append(random.nextInt(4) == 0 ? "，ok 12。\n" : "。").toString());
    }
    return texts;
  }
}

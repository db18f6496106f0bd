package io.github.maque.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.github.maque.tokenizer.bpe.BpeTrainer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SyntheticChineseTest {
  private static final SyntheticChinese CORPUS = new SyntheticChinese(1);

  private static CorpusStatistics statistics;

  @BeforeAll
  static void measure() {
    statistics = new CorpusStatistics();
    CORPUS.documents(10_000_000).forEach(statistics::add);
  }

  /**
   * The figures on the right are those of the first 10 MB of real modern prose: sentences from
   * today's translations of Chinese histories, 98 MB in all, measured with {@code maque bench
   * corpus --size 10m --compare}.
   */
  @Test
  void isLikeRealProse() {
    assertThat(statistics.hanShare()).isCloseTo(0.848, within(0.02));
    assertThat(statistics.meanClauseLength()).isCloseTo(7.48, within(0.1));
    assertThat(statistics.clauseLengthDeviation()).isCloseTo(3.88, within(0.1));
    assertThat(statistics.clauseLengthQuantile(0.1)).isEqualTo(3);
    assertThat(statistics.clauseLengthQuantile(0.5)).isEqualTo(7);
    assertThat(statistics.clauseLengthQuantile(0.9)).isEqualTo(13);
    assertThat(statistics.clauseLengthQuantile(0.99)).isEqualTo(19);
    assertThat(statistics.uniqueClauseShare()).isCloseTo(0.869, within(0.015));
    assertThat(statistics.uniqueClauseByteShare()).isCloseTo(0.939, within(0.015));
    assertThat(statistics.characterEntropy()).isCloseTo(9.86, within(0.1));
    assertThat(statistics.topCharacterShare(1)).isCloseTo(0.024, within(0.004));
    assertThat(statistics.topCharacterShare(10)).isCloseTo(0.099, within(0.01));
    assertThat(statistics.topCharacterShare(100)).isCloseTo(0.383, within(0.02));
    assertThat(statistics.topCharacterShare(500)).isCloseTo(0.744, within(0.02));
    assertThat(statistics.topCharacterShare(1000)).isCloseTo(0.884, within(0.02));
    assertThat(statistics.topCharacterShare(3000)).isCloseTo(0.993, within(0.01));
    assertThat(statistics.pairEntropy()).isCloseTo(16.00, within(0.5));
    assertThat(statistics.tripleEntropy()).isCloseTo(19.13, within(0.2));
    assertThat((double) statistics.distinctPairs()).isCloseTo(397_953, withinPercentage(30));
    assertThat((double) statistics.distinctTriples()).isCloseTo(1_147_687, withinPercentage(20));
    assertThat(statistics.topPairShare(1000)).isCloseTo(0.225, within(0.03));
    assertThat(statistics.topPairShare(10_000)).isCloseTo(0.510, within(0.06));
  }

  /**
   * On the first 3 MB of the same text, a vocabulary of 4,000 spells 1.295 characters per token.
   */
  @Test
  void vocabulariesSpellAsManyCharactersPerTokenAsOnRealProse() throws IOException {
    List<String> texts = CORPUS.documents(3_000_000);
    var tokenizer =
        BpeTrainer.byteLevel()
            .vocabularySize(4000)
            .threads(2)
            .train(CORPUS.source(3_000_000))
            .tokenizer();
    long characters = texts.stream().mapToLong(String::length).sum();
    long tokens = texts.stream().mapToLong(text -> tokenizer.encode(text).length).sum();
    assertThat((double) characters / tokens).isCloseTo(1.276, withinPercentage(6));
  }

  @Test
  void followsFromItsSeed() {
    assertThat(new SyntheticChinese(1).document(7)).isEqualTo(CORPUS.document(7));
    assertThat(new SyntheticChinese(2).document(7)).isNotEqualTo(CORPUS.document(7));
    assertThat(CORPUS.document(8)).isNotEqualTo(CORPUS.document(7));
  }

  /** Figures in the README are worth something only while this stays. */
  @Test
  void staysTheSameTextForever() {
    assertThat(CORPUS.document(0)).startsWith("分竖及小出投缘无府，懦塘会比一");
    assertThat(CORPUS.document(1_000_000).hashCode()).isEqualTo(218428375);
  }

  @Test
  void sourceGivesTheDocumentsOneByOne() throws IOException {
    List<String> texts = new ArrayList<>();
    CORPUS.source(100_000).forEach(texts::add);
    assertThat(texts).isEqualTo(CORPUS.documents(100_000));
    assertThat(String.join("", texts).getBytes(StandardCharsets.UTF_8).length)
        .isBetween(100_000, 150_000);
  }

  @Test
  void looksLikeChinese() {
    String text = String.join("", CORPUS.documents(500_000));
    assertThat(text).contains("，", "。", "？", "！", "、", "；", "：“", "”", "《", "》");
    assertThat(text).containsPattern("\\d年").containsPattern("[A-Z]{2}").contains("\n\n");
    assertThat(text).doesNotContain("\0").doesNotContain("\uFFFD");
  }
}

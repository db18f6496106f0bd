package io.github.maque.data.clean;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CleaningTest {
  private static final String STORY = "从前，有一只小麻雀住在大树上。\n“你好！”它对小猫说。\n小猫想了想，说：“我们一起去公园里玩吧。”";

  @Test
  void leavesGoodStoriesAsTheyAre() {
    assertThat(Cleaning.stories().apply(STORY).text()).isSameAs(STORY);
    assertThat(Cleaning.none().apply(STORY).text()).isSameAs(STORY);
  }

  @Test
  void appliesStepsInOrder() {
    String messy =
        "\uFEFF\u3000\u3000从前，有１只小麻雀\u200B住在ａ\u0301大树上。 \r\n\r\n\r\n\u3000\u3000它很快乐，每天唱歌。\r\n";
    assertThat(Cleaning.stories().apply(messy).text()).isEqualTo("从前，有1只小麻雀住在á大树上。\n\n它很快乐，每天唱歌。");
  }

  @Test
  void saysWhichStepDropsATextAndWhy() {
    Cleaning cleaning = Cleaning.stories().then(CleaningSteps.hanShare(0.5));
    assertThat(cleaning.apply("太短了。").reason()).isEqualTo("length(20..20000): too short");
    assertThat(cleaning.apply("从前" + " \n".repeat(30)).reason())
        .isEqualTo("length(20..20000): too short");
    assertThat(cleaning.apply("长".repeat(20_001)).reason())
        .isEqualTo("length(20..20000): too long");
    assertThat(cleaning.apply(STORY + "\n" + STORY).reason())
        .isEqualTo("repeatedLines(0.2): lines repeated");
    assertThat(cleaning.apply("从前，" + "他走啊走啊走，走到了大山前。".repeat(5)).reason())
        .isEqualTo("repeatedNgrams(10, 0.3): text repeated");
    assertThat(cleaning.apply("Once upon a time there was a sparrow.").reason())
        .isEqualTo("hanShare(0.5): too few Han characters");
  }

  @Test
  void looksAtATextNoFurtherOnceItIsDropped() {
    Cleaning cleaning =
        Cleaning.of(
            CleaningSteps.filter("first", "no", text -> false),
            CleaningSteps.map(
                "second",
                text -> {
                  throw new AssertionError("not to be called");
                }));
    assertThat(cleaning.apply(STORY).reason()).isEqualTo("first: no");
  }

  @Test
  void namesEverythingThatIsDone() {
    assertThat(Cleaning.none().names()).isEmpty();
    Cleaning cleaning =
        Cleaning.of(CleaningSteps.collapseWhitespace())
            .withoutNearDuplicates(new NearDuplicates(5, 14, 8, 0.72))
            .then(CleaningSteps.length(1, 9));
    assertThat(cleaning.names())
        .containsExactly(
            "collapseWhitespace",
            "length(1..9)",
            "exactDuplicates",
            "nearDuplicates(ngram=5, bands=14, rows=8, threshold=0.72, version=1)");
    assertThat(cleaning.steps()).hasSize(2);
  }

  @Test
  void looksForDuplicatesOnlyIfAsked() {
    assertThat(Cleaning.stories().survey()).isNull();
    assertThat(Cleaning.stories().withoutExactDuplicates().survey()).isNotNull();
    assertThat(Cleaning.none().withoutNearDuplicates(NearDuplicates.chinese()).survey())
        .isNotNull();
  }

  @Test
  void givesTheSameOnAnyThreadAndChangesNothingWhenAppliedAgain() {
    Cleaning cleaning = Cleaning.stories();
    List<String> texts = new MessyTexts(3).texts(5_000, 150);
    List<String> outcomes = texts.stream().map(text -> outcome(cleaning, text)).toList();
    List<String> parallel =
        IntStream.range(0, texts.size())
            .parallel()
            .mapToObj(i -> outcome(cleaning, texts.get(i)))
            .toList();
    assertThat(parallel).isEqualTo(outcomes);
    assertThat(outcomes.stream().distinct().count()).isGreaterThan(1_000);
    for (String outcome : outcomes) {
      if (outcome.startsWith("kept ")) {
        assertThat(outcome(cleaning, outcome.substring(5))).isEqualTo(outcome);
      }
    }
  }

  private static String outcome(Cleaning cleaning, String text) {
    Verdict verdict = cleaning.apply(text);
    return verdict.isKept() ? "kept " + verdict.text() : verdict.reason();
  }
}

package io.github.maque.align.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LongestCopyTest {
  @Test
  void stretchIsTheLongestOfNaiveSearch() {
    SplittableRandom random = new SplittableRandom(3);
    for (int run = 0; run < 500; run++) {
      int letters = 1 + random.nextInt(4);
      List<String> answers = texts(random, letters, 1 + random.nextInt(5));
      List<String> training = texts(random, letters, random.nextInt(5));
      LongestCopy copies = new LongestCopy(answers);
      training.forEach(copies);
      List<String> expected = answers.stream().map(answer -> naive(answer, training)).toList();
      assertThat(copies.longest()).isEqualTo(expected);
    }
  }

  private static List<String> texts(SplittableRandom random, int letters, int count) {
    return Stream.generate(
            () ->
                random
                    .ints(random.nextInt(25), 0, letters)
                    .mapToObj(i -> List.of("鸟", "a", "🐦", "。").get(i))
                    .reduce("", String::concat))
        .limit(count)
        .toList();
  }

  /** Returns the first of the longest stretches, counted in code points, that a text contains. */
  private static String naive(String answer, List<String> training) {
    int[] characters = answer.codePoints().toArray();
    String longest = "";
    for (int end = 1; end <= characters.length; end++) {
      for (int from = 0; from < end; from++) {
        String stretch = new String(characters, from, end - from);
        if (stretch.codePoints().count() > longest.codePoints().count()
            && training.stream().anyMatch(text -> text.contains(stretch))) {
          longest = stretch;
        }
      }
    }
    return longest;
  }

  @Test
  void textsCountOneByOne() {
    LongestCopy copies = new LongestCopy(List.of("从前有一只麻雀", "从前"));
    copies.accept("从前有");
    assertThat(copies.longest()).containsExactly("从前有", "从前");
    copies.accept("一只麻雀飞走了");
    assertThat(copies.longest()).containsExactly("一只麻雀", "从前");
  }

  @Test
  void tooManyAnswersAreRefused() {
    List<String> answers = List.of("长".repeat(LongestCopy.MOST_CHARACTERS - 1), "短");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LongestCopy(answers))
        .withMessageContaining(
            "answers must have at most 16777216 characters together, got 16777218");
  }
}

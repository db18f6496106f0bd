package io.github.maque.align.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class NgramsTest {
  @Test
  void sharesAreThoseOfNaiveCounting() {
    SplittableRandom random = new SplittableRandom(1);
    for (int run = 0; run < 200; run++) {
      int size = 1 + random.nextInt(5);
      Ngrams ngrams = new Ngrams(size);
      List<List<Integer>> all = new ArrayList<>();
      for (int text = random.nextInt(4); text >= 0; text--) {
        int symbols = 1 + random.nextInt(4);
        int[] ids = random.ints(random.nextInt(30), 0, symbols).toArray();
        ngrams.add(ids);
        List<Integer> list = Arrays.stream(ids).boxed().toList();
        for (int from = 0; from + size <= list.size(); from++) {
          all.add(list.subList(from, from + size));
        }
      }
      assertThat(ngrams.total()).isEqualTo(all.size());
      double distinct = (double) all.stream().distinct().count() / all.size();
      assertThat(ngrams.distinct()).isEqualTo(Double.valueOf(distinct));
      assertThat(ngrams.repeated()).isEqualTo(Double.valueOf(1 - distinct));
    }
  }

  @Test
  void nothingHasNoShares() {
    Ngrams ngrams = new Ngrams(4).add("一只鸟");
    assertThat(ngrams.total()).isZero();
    assertThat(ngrams.distinct()).isNaN();
    assertThat(ngrams.repeated()).isNaN();
  }

  @Test
  void charactersBeyondTheBasicPlaneAreOne() {
    Ngrams ngrams = new Ngrams(2).add("🐦🐦🐦");
    assertThat(ngrams.total()).isEqualTo(2);
    assertThat(ngrams.repeated()).isEqualTo(0.5);
  }

  @Test
  void changesOfTheArrayDoNotCount() {
    int[] ids = {1, 2, 3};
    Ngrams ngrams = new Ngrams(2).add(ids);
    ids[1] = 9;
    assertThat(ngrams.add(new int[] {1, 2}).distinct()).isEqualTo(2.0 / 3);
  }

  @Test
  void sizeMustBePositive() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Ngrams(0))
        .withMessage("size must be at least 1, got 0");
  }
}

package io.github.maque.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SplitTest {

  @Test
  void givesEveryPartItsShare() {
    Split split = Split.none().holdOut("validation", 0.02).holdOut("test", 0.3);
    SplittableRandom random = new SplittableRandom(1);
    long[] counts = new long[3];
    for (int i = 0; i < 1_000_000; i++) {
      counts[split.choose(random.nextLong(), part -> 0)]++;
    }
    // Five standard deviations of a binomial distribution.
    assertThat(counts[1]).isBetween(19_300L, 20_700L);
    assertThat(counts[2]).isBetween(297_700L, 302_300L);
    assertThat(split.names()).containsExactly("train", "validation", "test");
  }

  @Test
  void takesTheLowestAndHighestHash() {
    Split split = Split.none().holdOut("validation", 0.5);
    assertThat(split.choose(0, part -> 0)).isEqualTo(1);
    assertThat(split.choose(-1, part -> 0)).isEqualTo(0);
  }

  @Test
  void fillsACountWithWhatNoShareTakes() {
    Split split = Split.none().holdOutFirst("first", 2).holdOut("validation", 0.5);
    assertThat(split.choose(0, part -> 0)).isEqualTo(2);
    assertThat(split.choose(-1, part -> 1)).isEqualTo(1);
    assertThat(split.choose(-1, part -> 2)).isEqualTo(0);
  }

  @Test
  void refusesWhatCannotBe() {
    assertThatThrownBy(() -> Split.none().holdOut("a", 0.6).holdOut("b", 0.4))
        .hasMessageContaining("share of b");
    assertThatThrownBy(() -> Split.none().holdOut("a", 0)).hasMessageContaining("share of a");
    assertThatThrownBy(() -> Split.none().holdOut("a", Double.NaN))
        .hasMessageContaining("share of a");
    assertThatThrownBy(() -> Split.none().holdOutFirst("a", 0)).hasMessageContaining("documents");
    assertThatThrownBy(() -> Split.none().holdOut("../a", 0.1)).hasMessageContaining("\"../a\"");
    assertThatThrownBy(() -> Split.none().holdOut("train", 0.1))
        .hasMessageContaining("already a split train");
  }
}

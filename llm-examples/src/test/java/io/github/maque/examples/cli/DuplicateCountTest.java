package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DuplicateCountTest {

  @Test
  void findsWhatAMapFinds() throws IOException {
    Random random = new Random(1);
    Map<String, List<Long>> places = new LinkedHashMap<>();
    DuplicateCount.Result result;
    try (DuplicateCount count = new DuplicateCount()) {
      for (long i = 0; i < 5000; i++) {
        String text = String.valueOf((int) Math.abs(random.nextGaussian() * 3000));
        places.computeIfAbsent(text, unused -> new ArrayList<>()).add(i);
        byte[] bytes = (text + "behind the end").getBytes(StandardCharsets.UTF_8);
        count.add(bytes, text.length());
      }
      result = count.result(3);
    }
    places.values().removeIf(group -> group.size() == 1);
    assertThat(result.groups()).isEqualTo(places.size());
    assertThat(result.duplicates())
        .isEqualTo(places.values().stream().mapToInt(group -> group.size() - 1).sum());
    List<DuplicateCount.Group> largest =
        places.values().stream()
            .sorted((a, b) -> b.size() - a.size())
            .map(group -> new DuplicateCount.Group(group.size(), group.get(0)))
            .toList();
    assertThat(result.largest()).isEqualTo(largest.subList(0, 3));
  }

  @Test
  void findsNothingInNothing() throws IOException {
    try (DuplicateCount count = new DuplicateCount()) {
      assertThat(count.result(3)).isEqualTo(new DuplicateCount.Result(0, 0, List.of()));
    }
  }
}

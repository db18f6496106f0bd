package io.github.maque.data.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PackedSequencesTest {
  private static final int PAD = 1;

  @Test
  void putsSamplesBehindEachOther() {
    SampleList samples =
        SampleList.builder()
            .add(new int[] {10, 11}, new float[] {0, 1})
            .add(new int[] {20, 21, 22, 2}, new float[] {0, 0, 0.5f, 1})
            .build();
    Sequences packed = PackedSequences.bestFit(samples, 8, OverlongPolicy.REJECT, PAD);

    assertThat(packed.size()).isEqualTo(1);
    Row row = read(packed, 0);
    assertThat(row.ids).containsExactly(20, 21, 22, 2, 10, 11, 1, 1);
    assertThat(row.targets).containsExactly(21, 22, 2, 1, 11, 1, 1, 1);
    assertThat(row.lossWeights).containsExactly(0, 0.5f, 1, 0, 1, 0, 0, 0);
    assertThat(row.positions).containsExactly(0, 1, 2, 3, 0, 1, 0, 1);
    assertThat(row.segments).containsExactly(0, 0, 0, 0, 1, 1, -1, -1);
  }

  @Test
  void putsEachSampleIntoARowOfItsOwn() {
    SampleList samples = lengths(2, 5, 1);
    Sequences padded = PackedSequences.onePerRow(samples, 5, OverlongPolicy.REJECT, PAD);

    assertThat(padded.size()).isEqualTo(3);
    Row row = read(padded, 0);
    assertThat(row.ids).containsExactly(id(0, 0), id(0, 1), 1, 1, 1);
    assertThat(row.targets).containsExactly(id(0, 1), 1, 1, 1, 1);
    assertThat(row.lossWeights).containsExactly(weight(0, 1), 0, 0, 0, 0);
    assertThat(row.positions).containsExactly(0, 1, 0, 1, 2);
    assertThat(row.segments).containsExactly(0, 0, -1, -1, -1);
    assertThat(read(padded, 1).segments).containsOnly(0);
    assertThat(read(padded, 2).segments).containsExactly(0, -1, -1, -1, -1);
  }

  @ParameterizedTest
  @CsvSource({
    "TRUNCATE_END,   0|1|2|3",
    "TRUNCATE_START, 6|7|8|9",
    "SPLIT,          0|1|2|3  4|5|6|7  8|9",
    "DROP,           ''"
  })
  void treatsWhatIsTooLongAsTold(OverlongPolicy policy, String expected) {
    // Sample 1 has ten tokens, and a row four; three tokens of sample 0 fit no other row.
    Sequences packed = PackedSequences.onePerRow(lengths(3, 10), 4, policy, PAD);
    List<String> pieces = new ArrayList<>();
    for (long i = 1; i < packed.size(); i++) {
      List<String> places = new ArrayList<>();
      Row row = read(packed, i);
      for (int t = 0; t < 4 && row.segments[t] == 0; t++) {
        places.add(String.valueOf(row.ids[t] - id(1, 0)));
      }
      pieces.add(String.join("|", places));
    }
    assertThat(String.join("  ", pieces)).isEqualTo(expected);
  }

  @Test
  void lastTokensOfPiecesPredictTheNextPieceOnlyWhereASampleIsSplit() {
    Sequences split = PackedSequences.onePerRow(lengths(10), 4, OverlongPolicy.SPLIT, PAD);
    assertThat(read(split, 0).targets).containsExactly(id(0, 1), id(0, 2), id(0, 3), id(0, 4));
    assertThat(read(split, 0).lossWeights[3]).isEqualTo(weight(0, 4));
    assertThat(read(split, 1).targets[3]).isEqualTo(id(0, 8));
    assertThat(read(split, 2).targets).containsExactly(id(0, 9), PAD, PAD, PAD);
    assertThat(read(split, 2).positions).containsExactly(0, 1, 0, 1);
    assertThat(read(split, 2).lossWeights).containsExactly(weight(0, 9), 0, 0, 0);

    for (OverlongPolicy policy :
        List.of(OverlongPolicy.TRUNCATE_END, OverlongPolicy.TRUNCATE_START)) {
      Row row = read(PackedSequences.onePerRow(lengths(10), 4, policy, PAD), 0);
      assertThat(row.targets[3]).isEqualTo(PAD);
      assertThat(row.lossWeights[3]).isZero();
      assertThat(row.lossWeights[2]).isPositive();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"TRUNCATE_END", "TRUNCATE_START", "SPLIT", "DROP"})
  void reportsWhatBecameOfSamples(OverlongPolicy policy) {
    PackingReport report = PackedSequences.bestFit(lengths(3, 10, 4, 5), 4, policy, PAD).report();
    assertThat(report)
        .isEqualTo(
            switch (policy) {
              case SPLIT -> new PackingReport(4, 6, 4, 22, 0, 0, 2, 0);
              case DROP -> new PackingReport(4, 2, 4, 7, 15, 0, 0, 2);
              default -> new PackingReport(4, 4, 4, 15, 7, 2, 0, 0);
            });
    assertThat(report.paddingShare())
        .isCloseTo(1 - report.tokens() / (4.0 * report.rows()), within(1e-12));
  }

  @Test
  void namesTheSampleThatIsTooLong() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PackedSequences.bestFit(lengths(3, 4, 5), 4, OverlongPolicy.REJECT, PAD))
        .withMessageContaining("sample 2 has 5 tokens");
    assertThat(PackedSequences.bestFit(lengths(3, 4), 4, OverlongPolicy.REJECT, PAD).size())
        .isEqualTo(2);
  }

  @Test
  void packsNothingIntoNoRows() {
    PackedSequences packed = PackedSequences.bestFit(lengths(), 4, OverlongPolicy.SPLIT, PAD);
    assertThat(packed.size()).isZero();
    assertThat(packed.report().paddingShare()).isZero();
    PackedSequences dropped = PackedSequences.bestFit(lengths(9), 4, OverlongPolicy.DROP, PAD);
    assertThat(dropped.size()).isZero();
  }

  @Test
  void refusesWhatItCannotDo() {
    SampleList samples = lengths(2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PackedSequences.bestFit(samples, 0, OverlongPolicy.DROP, PAD))
        .withMessageContaining("length");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PackedSequences.bestFit(samples, 4, OverlongPolicy.DROP, -1))
        .withMessageContaining("padId");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PackedSequences.bestFit(new Empty(), 4, OverlongPolicy.DROP, PAD))
        .withMessageContaining("sample 0");
    Sequences packed = PackedSequences.bestFit(samples, 4, OverlongPolicy.DROP, PAD);
    assertThatThrownBy(() -> read(packed, 1)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  /** Everything that rows must be, checked token by token on generated samples. */
  @ParameterizedTest
  @CsvSource({
    "1, 200, 30, 32, SPLIT",
    "2, 200, 90, 32, SPLIT",
    "3, 300, 40, 16, TRUNCATE_END",
    "4, 300, 40, 16, TRUNCATE_START",
    "5, 300, 40, 16, DROP",
    "6, 500, 5, 64, REJECT",
    "7, 100, 9, 1, SPLIT",
    "8, 1, 5, 5, REJECT"
  })
  void keepsEveryTokenOnceInItsPlace(
      int seed, int count, int longest, int length, OverlongPolicy policy) {
    int[] lengths = new SplittableRandom(seed).ints(count, 1, longest + 1).toArray();
    SampleList samples = lengths(lengths);
    for (boolean onePerRow : new boolean[] {false, true}) {
      PackedSequences packed =
          onePerRow
              ? PackedSequences.onePerRow(samples, length, policy, PAD)
              : PackedSequences.bestFit(samples, length, policy, PAD);
      boolean[][] asId = new boolean[count][longest];
      boolean[][] asTarget = new boolean[count][longest];
      long tokens = 0;
      Row row = new Row(length);
      for (int i = (int) packed.size() - 1; i >= 0; i--) {
        packed.read(i, row);
        checkSamples(packed, i, row);
        tokens += checkRow(row, lengths, policy, asId, asTarget);
        assertThat(onePerRow && row.segments[length - 1] > 0).isFalse();
      }
      assertThat(packed.report().tokens()).isEqualTo(tokens);
      assertThat(packed.report().rows()).isEqualTo((int) packed.size());
      long all = IntStream.of(lengths).asLongStream().sum();
      assertThat(packed.report().lostTokens()).isEqualTo(all - tokens);
      for (int sample = 0; sample < count; sample++) {
        int whole = lengths[sample];
        int first = 0;
        int end = whole;
        if (whole > length) {
          first = policy == OverlongPolicy.TRUNCATE_START ? whole - length : 0;
          end = policy == OverlongPolicy.TRUNCATE_END ? length : whole;
          end = policy == OverlongPolicy.DROP ? 0 : end;
        }
        for (int t = 0; t < whole; t++) {
          assertThat(asId[sample][t]).isEqualTo(t >= first && t < end);
          assertThat(asTarget[sample][t]).isEqualTo(t > first && t < end);
        }
      }
    }
  }

  private static void checkSamples(PackedSequences packed, int index, Row row) {
    int segments = 0;
    for (int t = 0; t < row.length(); t++) {
      if (row.segments[t] != Row.PADDING) {
        assertThat(packed.sample(index, row.segments[t])).isEqualTo(row.ids[t] / 1000 - 1);
        segments = row.segments[t] + 1;
      }
    }
    int count = segments;
    assertThat(packed.segments(index)).isEqualTo(count);
    assertThatThrownBy(() -> packed.sample(index, count))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  /** Returns how many tokens of samples are in the row. */
  private static int checkRow(
      Row row, int[] lengths, OverlongPolicy policy, boolean[][] asId, boolean[][] asTarget) {
    int tokens = 0;
    for (int t = 0; t < row.length(); t++) {
      boolean begins = t == 0 || row.segments[t] != row.segments[t - 1];
      assertThat(row.positions[t]).isEqualTo(begins ? 0 : row.positions[t - 1] + 1);
      if (row.segments[t] == Row.PADDING) {
        assertThat(row.ids[t]).isEqualTo(PAD);
        assertThat(row.targets[t]).isEqualTo(PAD);
        assertThat(row.lossWeights[t]).isZero();
        continue;
      }
      tokens++;
      if (begins) {
        assertThat(row.segments[t]).isEqualTo(t == 0 ? 0 : row.segments[t - 1] + 1);
      } else {
        assertThat(row.ids[t]).isEqualTo(row.targets[t - 1]).isEqualTo(row.ids[t - 1] + 1);
      }
      int sample = row.ids[t] / 1000 - 1;
      int place = row.ids[t] % 1000;
      boolean whole = lengths[sample] <= row.length();
      if (begins && whole) {
        assertThat(place).isZero();
        assertThat(t + lengths[sample]).isLessThanOrEqualTo(row.length());
      }
      assertThat(asId[sample][place]).isFalse();
      asId[sample][place] = true;
      boolean ends = t + 1 == row.length() || row.segments[t + 1] != row.segments[t];
      if (ends && whole) {
        assertThat(place).isEqualTo(lengths[sample] - 1);
      }
      boolean crosses = policy == OverlongPolicy.SPLIT && place + 1 < lengths[sample];
      if (ends && !crosses) {
        assertThat(row.targets[t]).isEqualTo(PAD);
        assertThat(row.lossWeights[t]).isZero();
      } else {
        assertThat(row.targets[t]).isEqualTo(id(sample, place + 1));
        assertThat(row.lossWeights[t]).isEqualTo(weight(sample, place + 1));
        assertThat(asTarget[sample][place + 1]).isFalse();
        asTarget[sample][place + 1] = true;
      }
    }
    return tokens;
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 64", "2, 1, 30", "3, 20, 64", "4, 22, 33", "5, 3, 40", "6, 64, 64"})
  void leavesAsMuchRoomInEachRowAsANaiveBestFit(int seed, int shortest, int longest) {
    int length = 64;
    int[] lengths = new SplittableRandom(seed).ints(700, shortest, longest + 1).toArray();
    PackedSequences packed =
        PackedSequences.bestFit(lengths(lengths), length, OverlongPolicy.REJECT, PAD);
    List<Integer> rooms = new ArrayList<>();
    for (int i = 0; i < packed.size(); i++) {
      Row row = read(packed, i);
      rooms.add((int) IntStream.of(row.segments).filter(s -> s == Row.PADDING).count());
    }

    List<Integer> naive = naiveBestFit(lengths, length);
    assertThat(rooms).containsExactlyInAnyOrderElementsOf(naive);
    double share = naive.stream().mapToInt(Integer::intValue).sum() / (64.0 * naive.size());
    assertThat(packed.report().paddingShare()).isCloseTo(share, within(1e-12));
    // No packing can do with fewer; and samples longer than half a row need one each.
    int fewest = (int) Math.ceil(IntStream.of(lengths).sum() / (double) length);
    int halves = (int) IntStream.of(lengths).filter(sample -> 2 * sample > length).count();
    assertThat(rooms.size()).isGreaterThanOrEqualTo(Math.max(fewest, halves));
    if (shortest == 1 && longest < 32) {
      assertThat(rooms.size()).isLessThanOrEqualTo(Math.max(fewest, halves) + 1);
    }
  }

  @Test
  void fillsTheLeastRoomThatIsEnough() {
    // With 14 and 12 in rows of their own, 6 must go to 14, so that 5 and 3 find room behind 12.
    PackedSequences packed =
        PackedSequences.bestFit(lengths(3, 5, 6, 12, 14), 20, OverlongPolicy.REJECT, PAD);
    assertThat(packed.size()).isEqualTo(2);
    assertThat(packed.report().paddingShare()).isZero();
  }

  /** Returns how much room is left in each row. */
  private static List<Integer> naiveBestFit(int[] lengths, int length) {
    List<Integer> rooms = new ArrayList<>();
    IntStream.of(lengths)
        .boxed()
        .sorted(Comparator.reverseOrder())
        .forEach(
            needed -> {
              int best = -1;
              for (int i = 0; i < rooms.size(); i++) {
                if (rooms.get(i) >= needed && (best < 0 || rooms.get(i) < rooms.get(best))) {
                  best = i;
                }
              }
              if (best < 0) {
                rooms.add(length - needed);
              } else {
                rooms.set(best, rooms.get(best) - needed);
              }
            });
    return rooms;
  }

  /** Returns samples of these lengths, of which every token has an id and a weight of its own. */
  private static SampleList lengths(int... lengths) {
    SampleList.Builder builder = SampleList.builder();
    for (int sample = 0; sample < lengths.length; sample++) {
      int number = sample;
      int[] ids = new int[lengths[sample]];
      Arrays.setAll(ids, t -> id(number, t));
      float[] weights = new float[lengths[sample]];
      for (int t = 0; t < weights.length; t++) {
        weights[t] = weight(sample, t);
      }
      builder.add(ids, weights);
    }
    return builder.build();
  }

  private static int id(int sample, int place) {
    return (sample + 1) * 1000 + place;
  }

  private static float weight(int sample, int place) {
    return 1 + (sample * 31 + place / 2) % 7;
  }

  private static Row read(Sequences sequences, long index) {
    Row row = new Row(sequences.length());
    sequences.read(index, row);
    return row;
  }

  /** A sample of nothing, which no list would take. */
  private static final class Empty implements Samples {
    @Override
    public int size() {
      return 1;
    }

    @Override
    public int length(int index) {
      return 0;
    }

    @Override
    public void read(int index, int from, int count, int[] ids, float[] lossWeights, int at) {
      throw new AssertionError();
    }
  }
}

package io.github.maque.data.dialogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class BalancedSampleTest {

  /** Instructions of all 16 combinations, as unequally frequent as they come. */
  private static List<StoryInstruction> instructions(int count) {
    Random random = new Random(5);
    List<StoryInstruction> instructions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<StoryConstraint> constraints = new ArrayList<>();
      for (StoryField field : StoryField.values()) {
        if (random.nextInt(5) > field.ordinal()) {
          constraints.add(new StoryConstraint(field, List.of("麻雀")));
        }
      }
      instructions.add(new StoryInstruction(constraints, "故事 " + i));
    }
    return instructions;
  }

  private static BalancedSample sample(
      List<StoryInstruction> instructions, int perCombination, long seed) {
    BalancedSample sample = new BalancedSample(perCombination, seed);
    instructions.forEach(sample);
    return sample;
  }

  private static Map<Set<StoryField>, Long> counts(List<StoryInstruction> instructions) {
    return instructions.stream()
        .collect(Collectors.groupingBy(StoryInstruction::fields, Collectors.counting()));
  }

  @Test
  void choosesEquallyManyOfEveryCombination() {
    List<StoryInstruction> instructions = instructions(20_000);
    BalancedSample sample = sample(instructions, 30, 1);
    List<StoryInstruction> chosen = sample.chosen();

    assertThat(counts(chosen))
        .hasSize(16)
        .allSatisfy((fields, count) -> assertThat(count).isEqualTo(30));
    assertThat(chosen).doesNotHaveDuplicates();
    assertThat(instructions).containsSubsequence(chosen);
    assertThat(sample.seen()).isEqualTo(counts(instructions));
  }

  @Test
  void choosesAllWhereThereAreTooFew() {
    List<StoryInstruction> instructions = instructions(500);
    Map<Set<StoryField>, Long> seen = counts(instructions);

    assertThat(counts(sample(instructions, 20, 1).chosen()))
        .isEqualTo(
            seen.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, e -> Math.min(20, e.getValue()))));
    assertThat(sample(instructions, 500, 1).chosen()).isEqualTo(instructions);
    assertThat(sample(List.of(), 5, 1).chosen()).isEmpty();
  }

  /** Sets of enums have other hashes in every process, and so maps of them another order. */
  @Test
  void tellsOfCombinationsInTheOrderInWhichTheyTurnedUp() {
    List<StoryInstruction> instructions = instructions(3000);

    assertThat(sample(instructions, 5, 1).seen().keySet())
        .hasSize(16)
        .containsExactlyElementsOf(
            instructions.stream().map(StoryInstruction::fields).distinct().toList());
  }

  @Test
  void dependsOnTheSeedAlone() {
    List<StoryInstruction> instructions = instructions(5000);

    assertThat(sample(instructions, 5, 1).chosen())
        .isEqualTo(sample(instructions, 5, 1).chosen())
        .isNotEqualTo(sample(instructions, 5, 2).chosen());
  }

  @Test
  void choosesOfOneCombinationWhateverTheOthersAre() {
    List<StoryInstruction> instructions = instructions(5000);
    Set<StoryField> fields = Set.of(StoryField.WORDS, StoryField.FEATURES);
    List<StoryInstruction> alone =
        instructions.stream().filter(i -> i.fields().equals(fields)).toList();

    assertThat(sample(alone, 9, 3).chosen())
        .hasSize(9)
        .isEqualTo(
            sample(instructions, 9, 3).chosen().stream()
                .filter(i -> i.fields().equals(fields))
                .toList());
  }

  /** A seed is a part of how an experiment is written down: what it chooses must stay. */
  @Test
  void choosesTheSmallestNumbersOfSplitMix64() {
    List<StoryInstruction> instructions = new ArrayList<>();
    Map<Long, StoryInstruction> byLot = new TreeMap<>();
    for (int i = 1; i <= 200; i++) {
      StoryInstruction instruction = new StoryInstruction(List.of(), "故事 " + i);
      instructions.add(instruction);
      byLot.put(splitMix64(splitMix64(splitMix64(42)) + i), instruction);
    }

    assertThat(sample(instructions, 7, 42).chosen())
        .containsExactlyInAnyOrderElementsOf(byLot.values().stream().limit(7).toList());
  }

  /** The JDK's generator starts with this number. */
  private static long splitMix64(long seed) {
    return new SplittableRandom(seed).nextLong();
  }

  /** Files may have the same stories in one combination and then in another. */
  @Test
  void choosesOfEveryCombinationByItself() {
    BalancedSample sample = new BalancedSample(10, 1);
    for (int i = 0; i < 1000; i++) {
      String story = Integer.toString(i);
      sample.accept(new StoryInstruction(List.of(), story));
      sample.accept(
          new StoryInstruction(
              List.of(new StoryConstraint(StoryField.WORDS, List.of("麻雀"))), story));
    }

    assertThat(sample.chosen().stream().map(StoryInstruction::story).distinct())
        .hasSizeGreaterThan(15);
  }

  /** Chi-squared over 50 places, 4000 choices: above 85.4 once in a thousand seeds. */
  @Test
  void givesEveryInstructionTheSameChance() {
    List<StoryInstruction> instructions = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      instructions.add(new StoryInstruction(List.of(), Integer.toString(i)));
    }
    int[] chosen = new int[50];
    for (int seed = 0; seed < 800; seed++) {
      for (StoryInstruction instruction : sample(instructions, 5, seed).chosen()) {
        chosen[Integer.parseInt(instruction.story())]++;
      }
    }
    double chiSquared = 0;
    for (int count : chosen) {
      chiSquared += (count - 80.0) * (count - 80.0) / 80.0;
    }
    assertThat(chiSquared).isLessThan(85.4);
  }

  @Test
  void refusesToChooseNothing() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BalancedSample(0, 1))
        .withMessage("perCombination must be at least 1, got 0");
  }
}

package io.github.maque.data.dialogue;

import io.github.maque.data.internal.SplitMix64;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Chooses instructions so that every combination of fields is equally frequent, however many there
 * are to choose from. Every instruction of a combination has the same chance; which are chosen
 * depends only on the seed and on the instructions in their order, and for each combination only on
 * its own. Keeps no more than the wanted number of each combination, of which there are at most 16.
 * Used by one thread at a time.
 *
 * <pre>{@code
 * BalancedSample sample = new BalancedSample(1000, 7);
 * RecordSource.of(DialogueFormats.storyBlocks(), Path.of("instructions.txt")).forEach(sample);
 * List<StoryInstruction> chosen = sample.chosen();
 * }</pre>
 */
public final class BalancedSample implements Consumer<StoryInstruction> {

  /** An instruction with its lot; those with the smallest lots are chosen. */
  private record Candidate(StoryInstruction instruction, long lot, long index) {}

  private static final Comparator<Candidate> BY_LOT =
      Comparator.comparingLong(Candidate::lot).thenComparingLong(Candidate::index);

  private final int perCombination;
  private final long seed;
  private final Map<Set<StoryField>, PriorityQueue<Candidate>> kept = new HashMap<>();
  private final Map<Set<StoryField>, Long> seen = new LinkedHashMap<>();
  private long index;

  /**
   * Creates an empty sample.
   *
   * @param perCombination how many instructions of each combination are wanted
   * @param seed what chance depends on
   */
  public BalancedSample(int perCombination, long seed) {
    if (perCombination < 1) {
      throw new IllegalArgumentException(
          "perCombination must be at least 1, got " + perCombination);
    }
    this.perCombination = perCombination;
    this.seed = seed;
  }

  /** Offers one more instruction to choose from. */
  @Override
  public void accept(StoryInstruction instruction) {
    Set<StoryField> combination = instruction.fields();
    long ordinal = seen.merge(combination, 1L, Long::sum);
    PriorityQueue<Candidate> candidates =
        kept.computeIfAbsent(combination, any -> new PriorityQueue<>(BY_LOT.reversed()));
    candidates.add(new Candidate(instruction, lot(combination, ordinal), index++));
    if (candidates.size() > perCombination) {
      candidates.remove();
    }
  }

  /**
   * Returns the chosen instructions, in the order in which they were offered: as many of each
   * combination as are wanted, or all of them where {@link #seen} has fewer.
   */
  public List<StoryInstruction> chosen() {
    return kept.values().stream()
        .flatMap(PriorityQueue::stream)
        .sorted(Comparator.comparingLong(Candidate::index))
        .map(Candidate::instruction)
        .toList();
  }

  /**
   * Returns how many instructions of each combination were offered, in the order in which
   * combinations turned up.
   */
  public Map<Set<StoryField>, Long> seen() {
    return Collections.unmodifiableMap(new LinkedHashMap<>(seen));
  }

  /** Mixes three numbers; part of the meaning of a seed, never to change. */
  private long lot(Set<StoryField> combination, long ordinal) {
    long fields = 0;
    for (StoryField field : combination) {
      fields ^= mix(field.name().hashCode());
    }
    return mix(mix(mix(seed) + fields) + ordinal);
  }

  private static long mix(long value) {
    return SplitMix64.mix(value + SplitMix64.GAMMA);
  }
}

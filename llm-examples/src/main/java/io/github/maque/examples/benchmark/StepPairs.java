package io.github.maque.examples.benchmark;

import ai.djl.ndarray.NDManager;
import io.github.maque.model.Checkpointing;
import io.github.maque.model.Decoder;
import io.github.maque.train.metric.RunDescription;
import io.github.maque.train.metric.StepMetrics;
import io.github.maque.train.metric.TrainingListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes, after each step of a trainer, one without it on the same decoder, forward, backward,
 * clipping and AdamW: so the two take turns, and what else the machine does meets both alike. The
 * trainer's is timed from the end of the one before to the moment it is told, so that nothing of
 * what it does is left out. On a GPU it tells several steps at once: those are a block, compared
 * with as many steps without it.
 */
final class StepPairs implements TrainingListener {
  private final Decoder decoder;
  private final RandomBatch batch;
  private final BiConsumer<String, Double> progress;
  private final int expected;
  private final List<Pair> pairs = new ArrayList<>();
  private @Nullable NDManager manager;
  private @Nullable TrainingStep gradients;
  private @Nullable FusedAdamW optimizer;
  private int rows;
  private long mark;

  /**
   * A step of the trainer and one without it, in seconds.
   *
   * @param share what the trainer says that its step took, which is the same for all of a block
   */
  private record Pair(double share, double whole, double bare, long residentBytes) {}

  /** Sorted values. */
  record Values(double[] sorted) {
    double median() {
      return Race.median(sorted);
    }

    double spread() {
      return (sorted[sorted.length - 1] - sorted[0]) / median();
    }
  }

  /**
   * What came out.
   *
   * @param rows how many sequences were computed at once, both ways
   * @param ratios the times of blocks, the trainer's by the other
   * @param residentBytes of the process, after the first and the last of the pairs that count
   */
  record Result(int rows, Values whole, Values bare, Values ratios, long[] residentBytes) {}

  /**
   * Creates the listener.
   *
   * @param batchSize how many sequences a step has
   * @param expected how many pairs there will be
   */
  StepPairs(Decoder decoder, int batchSize, BiConsumer<String, Double> progress, int expected) {
    this.decoder = decoder;
    this.progress = progress;
    this.expected = expected;
    int vocabulary = decoder.config().vocabularySize();
    batch = RandomBatch.of(batchSize, decoder.config().contextLength(), vocabulary, 1);
  }

  @Override
  public void started(RunDescription run) {
    rows = run.rowsPerMicroBatch();
    gradients = TrainingStep.of(decoder, batch, rows, Checkpointing.none());
    manager = decoder.manager().newSubManager();
    optimizer = new FusedAdamW(manager, gradients.parameters());
    mark = System.nanoTime();
  }

  @Override
  public void stepped(StepMetrics step) {
    double whole = (System.nanoTime() - mark) / 1e9;
    progress.accept("steps in turns", (double) pairs.size() / expected);
    long start = System.nanoTime();
    Objects.requireNonNull(gradients).run();
    Objects.requireNonNull(optimizer).step();
    double bare = (System.nanoTime() - start) / 1e9;
    pairs.add(new Pair(step.seconds(), whole, bare, step.memoryBytes()));
    mark = System.nanoTime();
  }

  /**
   * Returns what came out, and frees what the steps took.
   *
   * @param warmUps how many pairs do not count
   * @throws IllegalStateException if steps without the trainer failed, and it went on without them
   */
  Result result(int warmUps) {
    Objects.requireNonNull(manager).close();
    if (pairs.size() != expected) {
      throw new IllegalStateException(
          "only " + pairs.size() + " of " + expected + " pairs of steps were made");
    }
    List<Pair> counted = blocks(pairs.subList(warmUps, pairs.size()));
    return new Result(
        rows,
        sorted(counted.stream().mapToDouble(Pair::whole)),
        sorted(counted.stream().mapToDouble(Pair::bare)),
        sorted(counted.stream().mapToDouble(pair -> pair.whole / pair.bare)),
        new long[] {counted.get(0).residentBytes, counted.get(counted.size() - 1).residentBytes});
  }

  /** Returns the means of steps that were told at once: the first of them has waited for all. */
  private static List<Pair> blocks(List<Pair> pairs) {
    List<Pair> blocks = new ArrayList<>();
    int first = 0;
    for (int end = 1; end <= pairs.size(); end++) {
      if (end == pairs.size() || pairs.get(end).share != pairs.get(first).share) {
        List<Pair> block = pairs.subList(first, end);
        blocks.add(
            new Pair(
                pairs.get(first).share,
                block.stream().mapToDouble(Pair::whole).average().orElseThrow(),
                block.stream().mapToDouble(Pair::bare).average().orElseThrow(),
                pairs.get(end - 1).residentBytes));
        first = end;
      }
    }
    return blocks;
  }

  private static Values sorted(DoubleStream values) {
    return new Values(values.sorted().toArray());
  }
}

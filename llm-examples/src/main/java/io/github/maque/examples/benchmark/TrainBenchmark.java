package io.github.maque.examples.benchmark;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import io.github.maque.model.Decoder;
import io.github.maque.model.kernel.Precision;
import io.github.maque.train.EvaluationPlan;
import io.github.maque.train.Trainer;
import io.github.maque.train.TrainerBuilder;
import io.github.maque.train.schedule.Amount;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Measures whole steps of a {@link Trainer}: beside the same step written out without one, beside
 * the rate at which this machine multiplies matrices, and beside PyTorch in a process of its own;
 * and whether memory grows with steps.
 */
public final class TrainBenchmark {
  private static final EvaluationPlan NO_EVALUATION = new EvaluationPlan(0, 0, List.of(), 1, 0);
  private static final String GROUP = "a whole step";

  /** What the trainer may cost beyond the model and the optimizer. */
  private static final double MOST_OVERHEAD = 3;

  /** The C library's allocator holds on to this much, now more, now less. */
  private static final double MOST_RESIDENT_GROWTH = 16;

  /** A run remembers each step's figures, twice. */
  private static final double MOST_HEAP_GROWTH = 1000;

  private final Settings settings;
  private final Path scratch;
  private final BiConsumer<String, Double> progress;
  private final List<Measurement> measurements = new ArrayList<>();
  private final List<Requirement> requirements = new ArrayList<>();
  private final List<String> remarks = new ArrayList<>();

  /**
   * What to measure with.
   *
   * @param shape the decoder; sequences are as long as its context
   * @param batch how many sequences a step has
   * @param warmUps how many steps are not counted
   * @param steps how many steps each way are
   * @param productSeconds how long a turn of matrix products lasts at least
   * @param peer PyTorch, or null for none
   * @param peerRounds how many turns it has
   * @param peerSteps how many steps it makes in each
   * @param memorySteps how many steps of a tiny decoder memory is watched over
   */
  private record Settings(
      ModelShape shape,
      int batch,
      int warmUps,
      int steps,
      double productSeconds,
      @Nullable TorchPeer peer,
      int peerRounds,
      int peerSteps,
      int memorySteps) {

    long tokens() {
      return (long) batch * shape.contextLength();
    }

    /**
     * Returns the same for a GPU, where the trainer tells ten steps at once, if they are measured.
     */
    Settings on(Device device) {
      int block = 10;
      return device.isGpu()
          ? new Settings(
              shape,
              batch,
              block,
              4 * block,
              productSeconds,
              peer,
              peerRounds,
              4 * block,
              memorySteps)
          : this;
    }
  }

  /**
   * What was measured.
   *
   * @param parameters how many parameters the decoder has
   * @param precision what {@link Precision#AUTO} is here
   * @param remarks what else there is to say
   */
  public record Report(
      long parameters,
      Precision precision,
      List<Measurement> measurements,
      List<String> remarks,
      List<Requirement> requirements) {}

  private TrainBenchmark(Settings settings, Path scratch, BiConsumer<String, Double> progress) {
    this.settings = settings.on(Engine.getEngine("PyTorch").defaultDevice());
    this.scratch = scratch;
    this.progress = progress;
  }

  /**
   * Returns the benchmark that the project's promises are about.
   *
   * @param peer PyTorch, or null for none
   * @param scratch an empty directory
   * @param progress hears what is being done, and which part of it is
   */
  public static TrainBenchmark full(
      @Nullable TorchPeer peer, Path scratch, BiConsumer<String, Double> progress) {
    Settings settings = new Settings(ModelShape.FULL, 8, 2, 11, 0.5, peer, 2, 6, 2000);
    return new TrainBenchmark(settings, scratch, progress);
  }

  /** Returns one that tries everything out in seconds and measures nothing of use. */
  public static TrainBenchmark smoke(
      @Nullable TorchPeer peer, Path scratch, BiConsumer<String, Double> progress) {
    Settings settings = new Settings(ModelShape.TINY, 4, 1, 3, 0, peer, 1, 2, 20);
    return new TrainBenchmark(settings, scratch, progress);
  }

  /**
   * Runs it.
   *
   * @throws IOException if a process that measures fails
   */
  public Report run() throws IOException {
    if (settings.peer != null) {
      turns(settings.peer).tryOut(progress);
    }
    Precision precision;
    int rows;
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      precision = Precision.AUTO.resolve(manager);
      double product = productRate(manager, precision);
      rows = overhead(manager, precision, product);
    }
    memory();
    peer(precision, rows);
    return new Report(
        settings.shape.config().parameters(), precision, measurements, remarks, requirements);
  }

  /** Returns floating-point operations per second of the fastest round. */
  private double productRate(NDManager parent, Precision precision) {
    int rows = Math.toIntExact(settings.tokens());
    int width = settings.shape.width();
    double flops = 8.0 * rows * width * width;
    try (NDManager manager = parent.newSubManager()) {
      Race race = new Race(6, settings.productSeconds);
      race.add("matrix products", new Ceilings(manager).product(precision, rows, width));
      Race.Speed speed = race.run(1_000_000L, progress).get(0);
      measurements.add(
          Measurement.of(
              "ceilings",
              speed,
              flops / 1e9,
              "GFLOP/s",
              String.format(Locale.ROOT, "[%d × %d] · [%d × %d]", rows, width, width, 4 * width)));
      return speed.fastest() * flops;
    }
  }

  /** Returns how many sequences the trainer computes at once. */
  private int overhead(NDManager manager, Precision precision, double productRate)
      throws IOException {
    Decoder decoder = Decoder.create(manager, settings.shape.config(), precision);
    int steps = settings.warmUps + settings.steps;
    StepPairs pairs = new StepPairs(decoder, settings.batch, progress, steps);
    trainer(decoder, steps).directory(scratch.resolve("steps")).listener(pairs).build().train();
    StepPairs.Result result = pairs.result(settings.warmUps);
    add("of the trainer, %d rows at once", result.rows(), result.whole(), productRate);
    add("of model and AdamW alone, %d rows at once", result.rows(), result.bare(), productRate);
    StepPairs.Values ratios = result.ratios();
    measurements.add(
        new Measurement(
            GROUP,
            "the trainer's time by the other's",
            ratios.median(),
            "×",
            ratios.spread(),
            "figures of each step written to a directory, without evaluations and checkpoints"));
    requirements.add(
        Requirement.atMost(
            "a trainer's step beyond model, clipping and AdamW",
            MOST_OVERHEAD,
            "%",
            100 * (ratios.median() - 1)));
    if (result.residentBytes()[0] > 0) {
      addMemory("of the process in the end", result.residentBytes(), settings.steps - 1);
    }
    return result.rows();
  }

  private TrainerBuilder trainer(Decoder decoder, int steps) {
    return Trainer.on(decoder)
        .data(new RandomSequences(settings.shape.contextLength(), settings.shape.vocabulary()))
        .tokensPerStep(settings.tokens())
        .duration(Amount.ofSteps(steps))
        .evaluation(NO_EVALUATION);
  }

  private void add(String name, int rows, StepPairs.Values seconds, double productRate) {
    double tokensPerSecond = settings.tokens() / seconds.median();
    double flops =
        settings.shape.config().trainingFlopsPerToken(settings.shape.contextLength())
            * tokensPerSecond;
    measurements.add(
        new Measurement(
            GROUP,
            String.format(Locale.ROOT, name, rows),
            tokensPerSecond,
            "tokens/s",
            seconds.spread(),
            String.format(
                Locale.ROOT,
                "%.0f GFLOP/s, %.0f %% of matrix products",
                flops / 1e9,
                100 * flops / productRate)));
  }

  private void peer(Precision precision, int rows) throws IOException {
    if (settings.peer == null) {
      remarks.add("PyTorch was not measured: it takes --peer-python and --peer-script.");
      return;
    }
    turns(settings.peer)
        .run(
            "a trainer's step",
            precision,
            steps -> tokensPerSecond(precision, rows, steps),
            progress,
            measurements,
            remarks,
            requirements);
  }

  private PeerTurns turns(TorchPeer peer) {
    return new PeerTurns(
        peer, settings.shape, settings.batch, settings.peerRounds, settings.peerSteps);
  }

  private double tokensPerSecond(Precision precision, int rows, int steps) throws IOException {
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      Decoder decoder = Decoder.create(manager, settings.shape.config(), precision);
      StepTimes times = new StepTimes();
      trainer(decoder, steps).rowsPerMicroBatch(rows).listener(times).build().train();
      return settings.tokens() / PeerTurns.late(times.seconds());
    }
  }

  private void memory() throws IOException {
    if (!SteadyMemory.isMeasurable()) {
      remarks.add("Memory was not watched: this system does not tell how large a process is.");
      return;
    }
    int steps = settings.memorySteps;
    progress.accept("memory over " + steps + " steps", 0.0);
    SteadyMemory.Result result = new SteadyMemory(scratch.resolve("run").toString(), steps).run();
    int counted = steps - Math.max(1, steps / 10);
    addMemory("of a tiny decoder's process in the end", result.residentBytes(), counted);
    requirements.add(
        Requirement.atMost(
            "growth of a process over " + counted + " steps",
            MOST_RESIDENT_GROWTH,
            "MB",
            result.residentGrowth() / 1e6));
    requirements.add(
        Requirement.atMost(
            "growth of the heap in a step",
            MOST_HEAP_GROWTH,
            "B",
            (double) result.heapGrowth() / counted));
  }

  private void addMemory(String name, long[] residentBytes, int steps) {
    measurements.add(
        new Measurement(
            "memory",
            name,
            residentBytes[1] / 1e6,
            "MB",
            0,
            String.format(
                Locale.ROOT, "%d steps before it was %.1f", steps, residentBytes[0] / 1e6)));
  }
}

package io.github.maque.examples.benchmark;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.maque.model.Checkpointing;
import io.github.maque.model.Decoder;
import io.github.maque.model.kernel.Precision;
import io.github.maque.model.kernel.PrecisionChoice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Measures the training of a decoder, without an optimizer: beside the same model of plain DJL
 * blocks in this JVM, beside PyTorch in a process of its own, and beside the rate at which this
 * machine multiplies matrices.
 */
public final class ModelBenchmark {
  private static final long SEED = 1;
  private static final List<Precision> PRECISIONS =
      List.of(Precision.FLOAT32, Precision.BFLOAT16_MIXED);

  /** Losses and gradients of two implementations in 32-bit floats are closer than this. */
  private static final double TOLERANCE = 1e-4;

  private final Settings settings;
  private final BiConsumer<String, Double> progress;
  private final List<Measurement> measurements = new ArrayList<>();
  private final List<Requirement> requirements = new ArrayList<>();
  private final List<String> remarks = new ArrayList<>();

  /** The best number of sequences that go forward and backward together, once it is measured. */
  private int rowsAtOnce = 2;

  /** What can be measured. */
  public enum Part {
    /** Forward and backward, beside plain DJL blocks. */
    STEP,
    /** Memory and time with activations computed again. */
    CHECKPOINTING,
    /** What a call of a kernel costs. */
    CALLS,
    /** Forward, backward and AdamW, beside PyTorch. */
    PEER
  }

  /**
   * What to measure with.
   *
   * @param parts what to measure
   * @param shape the decoder; sequences are as long as its context
   * @param batch how many sequences a step has
   * @param rounds how many turns every contestant has
   * @param turnSeconds how long a turn lasts at least
   * @param peer PyTorch, or null for none
   * @param peerRounds how many turns it has
   * @param peerSteps how many steps it makes in each
   */
  record Settings(
      Set<Part> parts,
      ModelShape shape,
      int batch,
      int rounds,
      double turnSeconds,
      @Nullable TorchPeer peer,
      int peerRounds,
      int peerSteps) {

    RandomBatch tokens() {
      return RandomBatch.of(batch, shape.contextLength(), shape.vocabulary(), SEED);
    }
  }

  /**
   * What was measured.
   *
   * @param parameters how many parameters the decoder has
   * @param precision in what it is trained fastest here, of those that were tried
   * @param remarks what else there is to say
   */
  public record Report(
      long parameters,
      Precision precision,
      List<Measurement> measurements,
      List<String> remarks,
      List<Requirement> requirements) {}

  private ModelBenchmark(Settings settings, BiConsumer<String, Double> progress) {
    this.settings = settings;
    this.progress = progress;
  }

  /**
   * Returns the benchmark that the project's promises are about.
   *
   * @param peer PyTorch, or null for none
   * @param progress hears what is being done, and which part of it is
   */
  public static ModelBenchmark full(
      Set<Part> parts, @Nullable TorchPeer peer, BiConsumer<String, Double> progress) {
    return new ModelBenchmark(
        new Settings(parts, ModelShape.FULL, 8, 3, 0.5, peer, 2, 6), progress);
  }

  /** Returns one that tries everything out in seconds and measures nothing of use. */
  public static ModelBenchmark smoke(
      Set<Part> parts, @Nullable TorchPeer peer, BiConsumer<String, Double> progress) {
    return new ModelBenchmark(new Settings(parts, ModelShape.TINY, 4, 1, 0, peer, 1, 2), progress);
  }

  /**
   * Runs it.
   *
   * @throws IOException if a process that measures fails
   * @throws IllegalStateException if two implementations do not compute the same
   */
  public Report run() throws IOException {
    if (settings.peer != null && settings.parts.contains(Part.PEER)) {
      turns(settings.peer).tryOut(progress);
    }
    Precision fastest;
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      fastest = chosen(manager);
      if (settings.parts.contains(Part.STEP)) {
        try (NDManager own = manager.newSubManager()) {
          step(own);
        }
      }
      if (settings.parts.contains(Part.CHECKPOINTING)) {
        try (NDManager own = manager.newSubManager()) {
          checkpointing(own, fastest);
        }
      }
      if (settings.parts.contains(Part.CALLS)) {
        calls(manager);
      }
    }
    if (settings.parts.contains(Part.PEER)) {
      peer(fastest);
    }
    return new Report(
        settings.shape.config().parameters(), fastest, measurements, remarks, requirements);
  }

  /** Says what {@link Precision#AUTO} stands for here, and why. */
  private Precision chosen(NDManager manager) {
    PrecisionChoice choice = PrecisionChoice.on(manager);
    remarks.add(
        String.format(
            Locale.ROOT,
            "Precision.AUTO is %s here: %.0f GFLOP/s in float32, %.0f in bfloat16.",
            choice.precision(),
            choice.float32Rate() / 1e9,
            choice.bfloat16Rate() / 1e9));
    return choice.precision();
  }

  private void step(NDManager manager) {
    RandomBatch batch = settings.tokens();
    Decoder exact = Decoder.create(manager, settings.shape.config(), Precision.FLOAT32);
    PlainDecoder plain = new PlainDecoder(manager, exact);
    requireSame(
        TrainingStep.of(exact, batch, 1, Checkpointing.none()),
        TrainingStep.of(plain, manager, batch, 1));

    double[] products = products(manager);
    Race race = new Race(settings.rounds, settings.turnSeconds);
    List<String> ours = new ArrayList<>();
    for (Precision precision : PRECISIONS) {
      Decoder decoder =
          precision == Precision.FLOAT32
              ? exact
              : Decoder.create(manager, settings.shape.config(), precision);
      for (int rows = 1; rows <= batch.size(); rows *= 2) {
        ours.add(name(precision) + ", " + rows + (rows == 1 ? " row" : " rows") + " at once");
        race.add(
            ours.get(ours.size() - 1),
            TrainingStep.of(decoder, batch, rows, Checkpointing.none())::run);
      }
    }
    race.add("plain DJL blocks", TrainingStep.of(plain, manager, batch, batch.size())::run);
    race.add("plain DJL blocks, 1 row at once", TrainingStep.of(plain, manager, batch, 1)::run);
    List<Race.Speed> speeds = race.run(1_000_000L, progress);

    int perPrecision = ours.size() / PRECISIONS.size();
    for (int i = 0; i < speeds.size(); i++) {
      int precision = i < ours.size() ? i / perPrecision : 0;
      add(
          "forward and backward, " + batch.size() + " × " + batch.time() + " tokens",
          speeds.get(i),
          share(speeds.get(i), batch, products[precision], PRECISIONS.get(precision)));
    }
    int best = fastest(speeds, 0, ours.size());
    int djl = fastest(speeds, ours.size(), speeds.size());
    rowsAtOnce = 1 << best % perPrecision;
    double flops = settings.shape.config().trainingFlopsPerToken(batch.time()) * batch.tokens();
    // Nobody trains faster than matrices are multiplied.
    double limit = products[best / perPrecision] / flops;
    requirements.add(
        Requirement.atLeast(
                "forward + backward against plain DJL blocks, the best of each",
                5,
                "×",
                speeds.get(best).mbPerSecond() / speeds.get(djl).mbPerSecond())
            .withPossible(limit / speeds.get(djl).mbPerSecond()));
  }

  private static int fastest(List<Race.Speed> speeds, int from, int to) {
    int best = from;
    for (int i = from + 1; i < to; i++) {
      if (speeds.get(i).mbPerSecond() > speeds.get(best).mbPerSecond()) {
        best = i;
      }
    }
    return best;
  }

  /** Returns floating-point operations per second in each precision, of the fastest rounds. */
  private double[] products(NDManager parent) {
    int rows = settings.tokens().tokens();
    int width = settings.shape.width();
    try (NDManager manager = parent.newSubManager()) {
      Ceilings ceilings = new Ceilings(manager);
      Race race = new Race(2 * settings.rounds, settings.turnSeconds);
      for (Precision precision : PRECISIONS) {
        race.add("matrix products, " + name(precision), ceilings.product(precision, rows, width));
      }
      List<Race.Speed> speeds = race.run(1_000_000L, progress);
      for (Race.Speed speed : speeds) {
        measurements.add(
            Measurement.of(
                "ceilings",
                speed,
                8.0 * rows * width * width / 1e9,
                "GFLOP/s",
                String.format(
                    Locale.ROOT, "[%d × %d] · [%d × %d]", rows, width, width, 4 * width)));
      }
      return speeds.stream()
          .mapToDouble(speed -> speed.fastest() * 8.0 * rows * width * width)
          .toArray();
    }
  }

  private String share(Race.Speed steps, RandomBatch batch, double products, Precision precision) {
    double flops =
        settings.shape.config().trainingFlopsPerToken(batch.time())
            * batch.tokens()
            * steps.mbPerSecond();
    return String.format(
        Locale.ROOT,
        "%.0f GFLOP/s, %.0f %% of matrix products in %s",
        flops / 1e9,
        100 * flops / products,
        name(precision));
  }

  private void add(String group, Race.Speed steps, String remark) {
    measurements.add(Measurement.of(group, steps, settings.tokens().tokens(), "tokens/s", remark));
  }

  /** The same weights, the same tokens: the same loss and gradients. */
  private static void requireSame(TrainingStep ours, TrainingStep plain) {
    requireClose("parameters", size(ours), size(plain), 0);
    requireClose("the loss", ours.run(), plain.run(), TOLERANCE);
    requireClose("the gradient's norm", ours.gradientNorm(), plain.gradientNorm(), TOLERANCE);
  }

  private static double size(TrainingStep step) {
    return step.parameters().stream()
        .map(Parameter::getShape)
        .mapToDouble(shape -> shape.size())
        .sum();
  }

  private static void requireClose(String what, double ours, double other, double tolerance) {
    if (!(Math.abs(ours - other) <= tolerance * Math.abs(other))) {
      throw new IllegalStateException(
          what + " should be " + number(other) + " as with the other, but is " + number(ours));
    }
  }

  private static String number(double value) {
    return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
  }

  private void checkpointing(NDManager manager, Precision precision) throws IOException {
    RandomBatch batch = settings.tokens();
    Decoder decoder = Decoder.create(manager, settings.shape.config(), precision);
    String group =
        String.format(
            Locale.ROOT, "checkpointing, %s, %d rows at once", name(precision), batch.size());
    Race race = new Race(settings.rounds, settings.turnSeconds);
    race.add(
        "all activations kept",
        TrainingStep.of(decoder, batch, batch.size(), Checkpointing.none())::run);
    race.add(
        "every layer computed again",
        TrainingStep.of(decoder, batch, batch.size(), Checkpointing.everyLayer())::run);
    List<Race.Speed> speeds = race.run(1_000_000L, progress);
    speeds.forEach(speed -> add(group, speed, ""));
    requirements.add(
        Requirement.atMost(
            "time of a step, every layer computed again against all kept",
            1.35,
            "×",
            speeds.get(0).mbPerSecond() / speeds.get(1).mbPerSecond()));
    if (!StepMemory.isMeasurable()) {
      remarks.add("Memory was not measured: this system does not tell how large a process was.");
      return;
    }
    double[] megabytes = new double[2];
    for (int again = 0; again < 2; again++) {
      progress.accept("memory of a step", again / 2.0);
      StepMemory.Result result =
          new StepMemory(settings.shape, precision, batch.size(), again == 1).run();
      megabytes[again] = result.aboveRest() / 1e6;
      measurements.add(
          new Measurement(
              group,
              "memory above rest, " + speeds.get(again).name(),
              megabytes[again],
              "MB",
              0,
              String.format(Locale.ROOT, "at rest %.0f MB", result.restBytes() / 1e6)));
    }
    requirements.add(
        Requirement.atMost(
            "memory of a step above rest, every layer computed again against all kept",
            40,
            "%",
            100 * megabytes[1] / megabytes[0]));
  }

  private void calls(NDManager parent) {
    try (NDManager manager = parent.newSubManager()) {
      Ceilings ceilings = new Ceilings(manager);
      Race race = new Race(2 * settings.rounds, settings.turnSeconds);
      for (Ceilings.Call call : Ceilings.Call.values()) {
        race.add(call.name().toLowerCase(Locale.ROOT), ceilings.calls(call));
      }
      for (Race.Speed speed : race.run(1_000_000L, progress)) {
        double micros = 1e6 / speed.mbPerSecond() / Ceilings.CALLS;
        measurements.add(
            new Measurement(
                "a kernel that does nothing", speed.name(), micros, "µs", speed.spread(), ""));
        requirements.add(
            Requirement.atMost("a call of a kernel, " + speed.name(), 15, "µs", micros));
      }
    }
  }

  private void peer(Precision precision) throws IOException {
    if (settings.peer == null) {
      remarks.add("PyTorch was not measured: it takes --peer-python and --peer-script.");
      return;
    }
    turns(settings.peer)
        .run(
            "forward + backward + AdamW",
            precision,
            steps -> wholeSteps(precision, steps),
            progress,
            measurements,
            remarks,
            requirements);
  }

  private PeerTurns turns(TorchPeer peer) {
    return new PeerTurns(
        peer, settings.shape, settings.batch, settings.peerRounds, settings.peerSteps);
  }

  /** Returns tokens per second of steps like the peer's, in as many of them. */
  private double wholeSteps(Precision precision, int steps) {
    RandomBatch batch = settings.tokens();
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      Decoder decoder = Decoder.create(manager, settings.shape.config(), precision);
      TrainingStep gradients = TrainingStep.of(decoder, batch, rowsAtOnce, Checkpointing.none());
      FusedAdamW optimizer = new FusedAdamW(manager, gradients.parameters());
      double[] seconds = new double[steps];
      for (int step = 0; step < seconds.length; step++) {
        long start = System.nanoTime();
        gradients.run();
        optimizer.step();
        seconds[step] = (System.nanoTime() - start) / 1e9;
      }
      return batch.tokens() / PeerTurns.late(seconds);
    }
  }

  private static String name(Precision precision) {
    return precision.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}

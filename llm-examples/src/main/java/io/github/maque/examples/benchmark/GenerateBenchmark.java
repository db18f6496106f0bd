package io.github.maque.examples.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.sun.management.ThreadMXBean;
import io.github.maque.model.Decoder;
import io.github.maque.model.generate.DecodingSession;
import io.github.maque.model.kernel.Precision;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;

/**
 * Measures how fast a decoder continues texts, one and many at once, beside the rate at which its
 * weights could be read, and what a step leaves for the garbage collector.
 */
public final class GenerateBenchmark {
  private static final long SEED = 1;

  /** As much as a number may differ between batches of different sizes. */
  private static final double TOLERANCE = 2e-2;

  private final ModelShape shape;
  private final int slots;
  private final int prompt;
  private final int steps;
  private final int rounds;
  private final double turnSeconds;
  private final BiConsumer<String, Double> progress;
  private final List<Measurement> measurements = new ArrayList<>();
  private final List<Requirement> requirements = new ArrayList<>();

  /**
   * What was measured.
   *
   * @param parameters how many parameters the decoder has
   */
  public record Report(
      long parameters, List<Measurement> measurements, List<Requirement> requirements) {}

  private GenerateBenchmark(
      ModelShape shape,
      int slots,
      int prompt,
      int steps,
      int rounds,
      double turnSeconds,
      BiConsumer<String, Double> progress) {
    this.shape = shape;
    this.slots = slots;
    this.prompt = prompt;
    this.steps = steps;
    this.rounds = rounds;
    this.turnSeconds = turnSeconds;
    this.progress = progress;
  }

  /**
   * Returns the benchmark that the project's promises are about.
   *
   * @param progress hears what is being done, and which part of it is
   */
  public static GenerateBenchmark full(BiConsumer<String, Double> progress) {
    return new GenerateBenchmark(ModelShape.FULL, 32, 64, 64, 3, 0.5, progress);
  }

  /** Returns one that tries everything out in seconds and measures nothing of use. */
  public static GenerateBenchmark smoke(BiConsumer<String, Double> progress) {
    return new GenerateBenchmark(ModelShape.TINY, 4, 8, 8, 1, 0, progress);
  }

  /**
   * Runs it.
   *
   * @throws IllegalStateException if a text depends on its neighbours
   */
  public Report run() {
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      Decoder decoder = Decoder.create(manager, shape.config(), Precision.FLOAT32);
      for (Precision precision : List.of(Precision.FLOAT32, Precision.BFLOAT16_MIXED)) {
        speed(decoder, precision);
        allocation(decoder, precision);
      }
    }
    return new Report(shape.config().parameters(), measurements, requirements);
  }

  private void speed(Decoder decoder, Precision precision) {
    long weightBytes =
        shape.config().activeParameters()
            * (precision == Precision.FLOAT32 ? Float.BYTES : Short.BYTES);
    String name = name(precision);
    try (NDManager manager = decoder.manager().newSubManager();
        DecodingSession alone = open(decoder, 1, precision);
        DecodingSession many = open(decoder, slots, precision)) {
      requireIndependent(alone, many);
      GreedyTexts one = GreedyTexts.random(alone, prompt, SEED);
      GreedyTexts all = GreedyTexts.random(many, prompt, SEED);
      Race race = new Race(rounds, turnSeconds);
      race.add("1 sequence", one::prefill, () -> one.steps(steps));
      race.add(slots + " sequences", all::prefill, () -> all.steps(steps));
      race.add("prefill of " + prompt + " tokens", one::prefill);
      race.add("copying as many bytes as weights have", new Ceilings(manager).copy(weightBytes));
      List<Race.Speed> speeds = race.run(1_000_000L, progress);

      double single = steps * speeds.get(0).mbPerSecond();
      double together = (double) slots * steps * speeds.get(1).mbPerSecond();
      // Copying reads and writes; a token only reads.
      double copied = 2.0 * weightBytes * speeds.get(3).mbPerSecond();
      double readable = copied / weightBytes;
      String group = "decoding, " + name;
      measurements.add(
          Measurement.of(
              group,
              speeds.get(0),
              steps,
              "tokens/s",
              String.format(Locale.ROOT, "weights read at %.1f GB/s", single * weightBytes / 1e9)));
      measurements.add(
          Measurement.of(
              group,
              speeds.get(1),
              (double) slots * steps,
              "tokens/s",
              String.format(Locale.ROOT, "%.1f × one", together / single)));
      measurements.add(Measurement.of(group, speeds.get(2), prompt, "tokens/s", ""));
      measurements.add(
          Measurement.of(
              group,
              speeds.get(3),
              2.0 * weightBytes / 1e9,
              "GB/s",
              String.format(
                  Locale.ROOT, "read and written; weights have %.1f MB", weightBytes / 1e6)));
      requirements.add(
          Requirement.atLeast(
              "decode 1 sequence, of reading weights as fast as copying, " + name,
              60,
              "%",
              100 * single / readable));
      requirements.add(
          Requirement.atLeast(
              "decode " + slots + " sequences against 1, " + name, 10, "×", together / single));
    }
  }

  private DecodingSession open(Decoder decoder, int slots, Precision precision) {
    return DecodingSession.open(decoder, slots, shape.contextLength(), precision);
  }

  /** A text is the same alone and beside others, and nearly so in a session of another size. */
  private void requireIndependent(DecodingSession alone, DecodingSession many) {
    int length = Math.min(steps, 32);
    int[][] prompts = RandomBatch.of(slots, prompt - 1, many.vocabularySize(), SEED).rows();
    // Of all lengths.
    Arrays.setAll(prompts, slot -> Arrays.copyOf(prompts[slot], 1 + slot % prompt));
    int[] all = new int[slots];
    Arrays.setAll(all, slot -> slot);
    int[][] together = new GreedyTexts(many, all, prompts).write(length);
    for (int slot = 0; slot < slots; slot += Math.max(1, slots / 4)) {
      int[][] prompt = {prompts[slot]};
      GreedyTexts single = new GreedyTexts(many, new int[] {slot}, prompt);
      if (!Arrays.equals(single.write(length)[0], together[slot])) {
        throw new IllegalStateException("text " + slot + " is another one beside others");
      }
      GreedyTexts other = new GreedyTexts(alone, new int[] {0}, prompt);
      single.prefill();
      other.prefill();
      double difference = difference(single.logits()[0], other.logits()[0]);
      if (!(difference <= TOLERANCE)) {
        throw new IllegalStateException(
            "logits of text " + slot + " differ by " + difference + " in a session of one slot");
      }
    }
  }

  /** Returns the largest difference as a part of the largest logit. */
  private static double difference(float[] a, float[] b) {
    double most = 0;
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      most = Math.max(most, Math.abs(a[i] - b[i]));
      largest = Math.max(largest, Math.abs(b[i]));
    }
    return most / largest;
  }

  /**
   * Of a session with all layers and of one with half of them: what is the layers', and what not.
   */
  private void allocation(Decoder decoder, Precision precision) {
    try (NDManager manager = decoder.manager().newSubManager()) {
      int half = shape.layers() / 2;
      Decoder shallow = Decoder.create(manager, shape.withLayers(half).config(), Precision.FLOAT32);
      double deep = bytesPerStep(decoder, precision);
      double perLayer = (deep - bytesPerStep(shallow, precision)) / (shape.layers() - half);
      double handle = bytesPerHandle(manager);
      String group = "allocation of Java objects, " + name(precision);
      measurements.add(
          new Measurement(
              group,
              "a step of 1 sequence",
              deep,
              "bytes",
              0,
              String.format(Locale.ROOT, "a handle has %.0f bytes", handle)));
      requirements.add(
          Requirement.atMost(
              "Java objects of a decode step per layer, " + name(precision),
              1,
              "handles",
              perLayer / handle));
    }
  }

  private double bytesPerStep(Decoder decoder, Precision precision) {
    try (DecodingSession session = open(decoder, 1, precision)) {
      GreedyTexts text = GreedyTexts.random(session, 1, SEED);
      text.prefill();
      int warm = shape.contextLength() / 4;
      text.steps(warm);
      int counted = shape.contextLength() / 2;
      return (double) allocated(() -> text.steps(counted)) / counted;
    }
  }

  private static double bytesPerHandle(NDManager manager) {
    try (NDArray array = manager.ones(new Shape(1))) {
      int count = 10_000;
      Runnable wrap =
          () -> {
            for (int i = 0; i < count; i++) {
              array.reshape(1).close();
            }
          };
      wrap.run();
      return (double) allocated(wrap) / count;
    }
  }

  private static long allocated(Runnable work) {
    if (!(ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads)) {
      throw new IllegalStateException("this JVM does not count what threads allocate");
    }
    long before = threads.getCurrentThreadAllocatedBytes();
    work.run();
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  private static String name(Precision precision) {
    return precision.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}

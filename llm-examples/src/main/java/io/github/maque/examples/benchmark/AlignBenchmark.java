package io.github.maque.examples.benchmark;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import io.github.maque.examples.benchmark.AlignTraining.Method;
import io.github.maque.model.kernel.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Measures what it costs to teach a model to answer: steps of DPO and of an adapter beside steps of
 * fine-tuning on as many tokens, in time and in memory, and answers that are generated many at once
 * beside one by one.
 */
public final class AlignBenchmark {
  private final Set<Part> parts;
  private final AlignTurns turns;
  private final AlignRollouts rollouts;
  private final Path scratch;
  private final BiConsumer<String, Double> progress;
  private final Map<Method, StepMemory.Result> memories = new EnumMap<>(Method.class);
  private final List<Measurement> measurements = new ArrayList<>();
  private final List<Requirement> requirements = new ArrayList<>();
  private final List<String> remarks = new ArrayList<>();

  /** What can be measured. */
  public enum Part {
    /** The time of steps of DPO. */
    STEPS,
    /** The memory of steps of DPO. */
    MEMORY,
    /** Time and memory of steps of an adapter. */
    ADAPTER,
    /** Many answers at once. */
    ROLLOUTS
  }

  /**
   * What was measured.
   *
   * @param parameters how many parameters the decoder has that is trained
   * @param rolloutParameters how many the one has that answers
   * @param precision what {@link Precision#AUTO} is here
   * @param remarks what else there is to say
   */
  public record Report(
      long parameters,
      long rolloutParameters,
      Precision precision,
      List<Measurement> measurements,
      List<String> remarks,
      List<Requirement> requirements) {}

  private AlignBenchmark(
      Set<Part> parts,
      AlignTurns turns,
      AlignRollouts rollouts,
      Path scratch,
      BiConsumer<String, Double> progress) {
    this.parts = Set.copyOf(parts);
    this.turns = turns;
    this.rollouts = rollouts;
    this.scratch = scratch;
    this.progress = progress;
  }

  /**
   * Returns the benchmark that the project's promises are about.
   *
   * @param scratch an empty directory
   * @param progress hears what is being done, and which part of it is
   */
  public static AlignBenchmark full(
      Set<Part> parts, Path scratch, BiConsumer<String, Double> progress) {
    // On a GPU a trainer tells ten steps at once.
    int block = device().isGpu() ? 10 : 1;
    AlignTurns turns = new AlignTurns(ModelShape.FULL, 8, 512, 5, block, 2 * block);
    ModelShape stories = new ModelShape(6, 288, 6, 768, 6400, 256);
    AlignRollouts rollouts = new AlignRollouts(stories, 8_000_000, 1000, 30, 50, 200);
    return new AlignBenchmark(parts, turns, rollouts, scratch, progress);
  }

  /** Returns one that tries everything out in seconds and measures nothing of use. */
  public static AlignBenchmark smoke(
      Set<Part> parts, Path scratch, BiConsumer<String, Double> progress) {
    AlignTurns turns = new AlignTurns(ModelShape.TINY, 4, 32, 1, 1, 1);
    ModelShape stories = new ModelShape(2, 64, 2, 128, 320, 64);
    AlignRollouts rollouts = new AlignRollouts(stories, 20_000, 6, 2, 24, 8);
    return new AlignBenchmark(parts, turns, rollouts, scratch, progress);
  }

  private static Device device() {
    return Engine.getEngine("PyTorch").defaultDevice();
  }

  /**
   * Runs it.
   *
   * @throws IOException if a process that measures fails
   * @throws IllegalStateException if a step was left out, or answers are not of one length
   */
  public Report run() throws IOException {
    Precision precision;
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      precision = Precision.AUTO.resolve(manager);
    }
    if (parts.contains(Part.STEPS)) {
      steps(precision);
    }
    if (parts.contains(Part.MEMORY)) {
      memory(precision);
    }
    if (parts.contains(Part.ADAPTER)) {
      adapter(precision);
    }
    if (parts.contains(Part.ROLLOUTS)) {
      rollouts(precision);
    }
    return new Report(
        turns.shape().config().parameters(),
        rollouts.shape().config().parameters(),
        precision,
        measurements,
        remarks,
        requirements);
  }

  private void steps(Precision precision) throws IOException {
    List<AlignTurns.Times> times =
        times("DPO", precision, List.of(Method.SFT, Method.DPO, Method.DPO_WITH_MODEL));
    requirements.add(
        Requirement.atMost(
            "time of a DPO step against an SFT step of as many tokens",
            1.9,
            "×",
            times.get(1).by(times.get(0))));
  }

  private void memory(Precision precision) throws IOException {
    if (!isMemoryMeasurable()) {
      return;
    }
    double sft = memory("DPO", precision, Method.SFT);
    double dpo = memory("DPO", precision, Method.DPO);
    requirements.add(
        Requirement.atMost(
            "memory above rest of a DPO step against an SFT step of as many tokens",
            1.5,
            "×",
            dpo / sft));
  }

  private void adapter(Precision precision) throws IOException {
    List<Method> methods = List.of(Method.SFT, Method.LORA);
    times("an adapter", precision, methods);
    if (isMemoryMeasurable()) {
      for (Method method : methods) {
        memory("an adapter", precision, method);
      }
    }
  }

  /** Measures, and tells each method's time by the first one's. */
  private List<AlignTurns.Times> times(String what, Precision precision, List<Method> methods)
      throws IOException {
    List<AlignTurns.Times> times = turns.run(precision, methods, progress);
    double tokens = (double) turns.batch() * turns.shape().contextLength();
    for (AlignTurns.Times one : times) {
      measurements.add(
          new Measurement(
              group("steps of " + what, precision),
              one.method() + atOnce(one.rowsAtOnce()),
              tokens / one.median(),
              "tokens/s",
              one.spread(),
              String.format(
                  Locale.ROOT,
                  "%.0f ms a step, %.2f × the first; %.1f %% padding",
                  1e3 * one.median(),
                  one.by(times.get(0)),
                  100 * one.padding())));
    }
    return times;
  }

  private boolean isMemoryMeasurable() {
    boolean measurable = StepMemory.isMeasurable() && !device().isGpu();
    String remark = "Memory was not measured: this system does not tell how much a process had.";
    if (!measurable && !remarks.contains(remark)) {
      remarks.add(remark);
    }
    return measurable;
  }

  /** Returns by how much a step's memory is above rest, in MB; measured once for each method. */
  private double memory(String what, Precision precision, Method method) throws IOException {
    StepMemory.Result result = memories.get(method);
    if (result == null) {
      progress.accept("memory of " + method, 0.0);
      result =
          new AlignMemory(method, turns.shape(), precision, turns.batch(), turns.pairs()).run();
      memories.put(method, result);
    }
    double aboveRest = result.aboveRest() / 1e6;
    measurements.add(
        new Measurement(
            group("memory of " + what, precision),
            method + atOnce(turns.batch()) + ", above rest",
            aboveRest,
            "MB",
            0,
            String.format(Locale.ROOT, "at rest %.0f MB", result.restBytes() / 1e6)));
    return aboveRest;
  }

  private static String atOnce(int rows) {
    return ", " + rows + (rows == 1 ? " row" : " rows") + " at once";
  }

  private String group(String what, Precision precision) {
    return String.format(
        Locale.ROOT,
        "%s, %d × %d tokens, %s",
        what,
        turns.batch(),
        turns.shape().contextLength(),
        precision.name().toLowerCase(Locale.ROOT).replace('_', ' '));
  }

  private void rollouts(Precision precision) throws IOException {
    AlignRollouts.Result result;
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      result = rollouts.run(manager, precision, scratch.resolve("answers.jsonl"), progress);
    }
    double alone = result.oneByOneSeconds() / rollouts.oneByOne();
    double together = result.togetherSeconds() / rollouts.answers();
    addRollout("one by one", rollouts.oneByOne(), alone, result.oneByOneSpread());
    addRollout("by a rollout with a cache", rollouts.answers(), together, 0);
    requirements.add(
        Requirement.atLeast(
            String.format(
                Locale.ROOT,
                "%,d answers of %d tokens by a rollout against one by one",
                rollouts.answers(),
                rollouts.newTokens()),
            10,
            "×",
            alone / together));
  }

  private void addRollout(String name, int answers, double secondsPerAnswer, double spread) {
    measurements.add(
        new Measurement(
            String.format(
                Locale.ROOT,
                "answers of %d tokens to prompts of %d",
                rollouts.newTokens(),
                rollouts.promptTokens()),
            name,
            rollouts.newTokens() / secondsPerAnswer,
            "tokens/s",
            spread,
            String.format(
                Locale.ROOT,
                "%,d answers in %.1f s; %,d take %.1f s",
                answers,
                answers * secondsPerAnswer,
                rollouts.answers(),
                rollouts.answers() * secondsPerAnswer)));
  }
}

package io.github.maque.train.yaml;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Records as a run might have them. */
final class Examples {
  private Examples() {}

  public enum Precision {
    FLOAT32,
    BF16,
    MIXED_FP16 {
      @Override
      public String toString() {
        return "a constant with a body";
      }
    }
  }

  /** A value with a text form. */
  public record Amount(long number, String unit) {
    public static Amount parse(String text) {
      String[] parts = text.split(" ", -1);
      if (parts.length != 2) {
        throw new IllegalArgumentException("a number and a unit are needed");
      }
      return new Amount(Long.parseLong(parts[0]), parts[1]);
    }

    @Override
    public String toString() {
      return number + " " + unit;
    }
  }

  /** Open to users, so its kinds must be named. */
  public interface Optimizer {}

  public record AdamW(double learningRate, double beta1, List<Double> betas) implements Optimizer {
    public AdamW {
      if (!(learningRate > 0)) {
        throw new IllegalArgumentException("learningRate must be positive, got " + learningRate);
      }
    }

    public static AdamW defaults() {
      return new AdamW(1e-3, 0.9, List.of(0.9, 0.95));
    }
  }

  public record Sgd(double learningRate, double momentum) implements Optimizer {
    public static Sgd defaults() {
      return new Sgd(0.1, 0);
    }
  }

  /** Has no defaults. */
  public record Own(String name) implements Optimizer {}

  public sealed interface Schedule permits Schedule.Constant, Schedule.WithWarmUp {
    record Constant() implements Schedule {}

    sealed interface WithWarmUp extends Schedule permits Cosine, LinearDecay {}

    record Cosine(Amount warmUp, double last) implements WithWarmUp {}

    record LinearDecay(Amount warmUp) implements WithWarmUp {}
  }

  public record Data(List<Path> files, Map<String, Double> mixture, OptionalInt rows) {
    public static Data defaults() {
      return new Data(List.of(Path.of("train.bin")), Map.of("stories", 1.0), OptionalInt.empty());
    }
  }

  public record Run(
      String name,
      long tokens,
      Precision precision,
      Optimizer optimizer,
      Schedule schedule,
      Data data,
      Optional<Data> validation) {
    public static Run defaults() {
      return new Run(
          "run",
          1_000_000,
          Precision.BF16,
          new AdamW(5e-4, 0.8, List.of(0.8, 0.99)),
          new Schedule.Cosine(new Amount(100, "steps"), 0.1),
          new Data(List.of(), Map.of("stories", 2.0), OptionalInt.of(7)),
          Optional.empty());
    }
  }

  /** One component of each type. */
  public record Everything(
      int small,
      long large,
      double real,
      boolean truth,
      String text,
      Path path,
      Precision precision,
      Amount amount,
      OptionalInt maybeSmall,
      OptionalLong maybeLarge,
      OptionalDouble maybeReal,
      Optional<String> maybeText,
      Optional<Own> maybeRecord,
      List<String> texts,
      List<Integer> numbers,
      List<Own> records,
      List<List<Boolean>> lists,
      Map<String, Long> byName,
      Map<String, Schedule> schedules,
      Own nested,
      Optimizer optimizer,
      Schedule schedule) {}

  /** Nothing has a default. */
  public record Strict(int layers, Own own, Schedule schedule, Optional<String> note) {}

  public record Range(int from, int to) {
    public Range {
      if (from > to) {
        throw new IllegalArgumentException("from must be at most to, got " + from + " and " + to);
      }
    }
  }

  public record Ranges(List<Range> ranges, Map<String, Range> byName) {}

  /** A type that contains itself. */
  public record Tree(String name, List<Tree> children) {}

  static YamlRecords yaml() {
    return YamlRecords.create()
        .with(Optimizer.class, Map.of("adam-w", AdamW.class, "sgd", Sgd.class, "mine", Own.class));
  }
}

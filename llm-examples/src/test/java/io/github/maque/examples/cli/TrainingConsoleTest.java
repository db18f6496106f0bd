package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.maque.train.metric.Evaluation;
import io.github.maque.train.metric.RunDescription;
import io.github.maque.train.metric.StepMetrics;
import io.github.maque.train.metric.Warning;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingConsoleTest {
  private long seconds;
  private final StringWriter text = new StringWriter();
  private final TrainingConsole console =
      new TrainingConsole(
          new PrintWriter(text), new Progress(false), () -> 1_000_000_000L * seconds);

  @Test
  void doesNotFloodALog() {
    start(1, 10_000);
    for (int step = 1; step <= 10_000; step++) {
      console.stepped(step(step, 3, 0.41));
    }
    assertThat(lines().subList(1, 3))
        .containsExactly(
            "step 1 of 10,000  loss 3.0000  1,000 tokens/s  41 % of matrix products  2.00 GB"
                + "  2 h 47 min left",
            "step 10,000 of 10,000  loss 3.0000  1,000 tokens/s  41 % of matrix products  2.00 GB"
                + "  0 s left");
    assertThat(lines()).hasSize(3);
  }

  @Test
  void leavesOutWhatIsNotKnown() {
    start(1, 1);
    console.stepped(step(1, Double.NaN, Double.NaN));
    console.evaluated(
        new Evaluation(
            1,
            Double.NaN,
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            0,
            false,
            1,
            Map.of(),
            List.of()));
    assertThat(lines().subList(1, 3))
        .containsExactly(
            "step 1 of 1  loss NaN  1,000 tokens/s  2.00 GB  0 s left", "step 1  samples");
  }

  @Test
  void tellsWhatHappens() {
    start(5, 9);
    Evaluation.Sample sample = new Evaluation.Sample("从前", "有鸟\n有人");
    console.evaluated(
        new Evaluation(
            5,
            2,
            OptionalDouble.of(7.39),
            OptionalDouble.of(0.5),
            10,
            true,
            1,
            Map.of(),
            List.of(sample)));
    console.warned(new Warning(6, Warning.Kind.SPIKE, "100 % strange"));
    assertThat(lines())
        .containsExactly(
            "goes on with step 5 of 9",
            "computes 1 sequence at once in bfloat16-mixed on the cpu, which multiplies matrices at"
                + " 500 GFLOP/s",
            "step 5  validation loss 2.0000  perplexity 7.39  bits per byte 0.5000  (the best so"
                + " far)",
            "  | 从前有鸟",
            "  | 有人",
            "warning: step 6: 100 % strange");
  }

  @Test
  void controlCharactersOfATextDoNotReachTheTerminal() {
    start(1, 9);
    console.evaluated(samples(new Evaluation.Sample("a\u001b[2J", "b\u009b1m\r\nc\td\u0007")));
    console.warned(new Warning(6, Warning.Kind.LISTENER, "x\u001b]0;y"));
    assertThat(lines().subList(2, 5))
        .containsExactly(
            "  | a\\u{1B}[2Jb\\u{9B}1m", "  | c\\u{9}d\\u{7}", "warning: step 6: x\\u{1B}]0;y");
  }

  @Test
  void showsTheFirstFiguresOfAnObjective() {
    start(1, 1);
    Map<String, Double> figures = new LinkedHashMap<>();
    for (String name : List.of("margin", "accuracy", "unknown", "kl", "chosen", "rejected")) {
      figures.put(name, name.equals("unknown") ? Double.NaN : figures.size() / 4.0);
    }
    console.stepped(new StepMetrics(1, 9, 2, 1e-3, 1, false, 1, 1, 1000, Double.NaN, 0, figures));
    console.evaluated(
        new Evaluation(
            1, 2, OptionalDouble.empty(), OptionalDouble.empty(), 1, false, 1, figures, List.of()));
    String shown = "  margin 0.000  accuracy 0.2500  kl 0.7500  chosen 1.000";
    assertThat(lines().subList(1, 3))
        .containsExactly(
            "step 1 of 1  loss 2.0000" + shown + "  1,000 tokens/s  0 s left",
            "step 1  validation loss 2.0000" + shown);
  }

  /** Updates take a second, and what is between them as long: what is left takes twice as long. */
  @Test
  void whatIsLeftIsJudgedByAllThatTakesTime() {
    start(11, 1010);
    for (int step = 11; step <= 510; step++) {
      seconds += 2;
      console.stepped(step(step, 3, Double.NaN));
    }
    assertThat(lines().get(2)).startsWith("step 21 ").endsWith("  16 min left");
    assertThat(lines().get(lines().size() - 1)).startsWith("step 505 ").endsWith("  17 min left");
  }

  private static Evaluation samples(Evaluation.Sample sample) {
    return new Evaluation(
        5,
        Double.NaN,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        10,
        true,
        1,
        Map.of(),
        List.of(sample));
  }

  @ParameterizedTest
  @CsvSource({"0.4, 0 s", "59.4, 59 s", "60, 1 min", "3599, 1 h 00 min", "7500, 2 h 05 min"})
  void writesTimesShortly(double seconds, String expected) {
    assertThat(TrainingConsole.time(seconds)).isEqualTo(expected);
  }

  private void start(long firstStep, long steps) {
    console.started(
        new RunDescription("", 1, firstStep, steps, 1000, 1, "BFLOAT16_MIXED", "cpu()", 1, 5e11));
  }

  private static StepMetrics step(long step, double loss, double share) {
    return new StepMetrics(
        step, 1000 * step, loss, 1e-3, 1, false, 1, 1, 1000, share, 2_000_000_000L, Map.of());
  }

  private List<String> lines() {
    return text.toString().lines().toList();
  }
}

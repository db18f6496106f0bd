package io.github.maque.train.metric;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Events that tests tell listeners. */
final class Runs {
  static final String CHINESE = "从前有一只小麻雀，它说：“你好！”";
  static final String HOSTILE =
      "</td></table><script>alert(\"1 & 2\")</script> ]]> &lt; 'quoted' \u0000\u0008\u001b[31m\ufffe \ud800 𝄞";

  private Runs() {}

  static RunDescription description(long firstStep) {
    return new RunDescription(
        "model: \"小\"\nrate: 3.0e-4 # <peak>\n",
        29_900_000,
        firstStep,
        100,
        65_536,
        16,
        "bf16",
        "cpu",
        1.8e8,
        Double.NaN);
  }

  static StepMetrics step(long step, double loss, boolean skipped) {
    return new StepMetrics(
        step,
        step * 1000,
        loss,
        0.1 / step,
        1.0 / 3 * step,
        skipped,
        1,
        0.25,
        4000,
        Double.NaN,
        0,
        Map.of());
  }

  static Evaluation evaluation(long step, double loss, String prompt, String text) {
    return new Evaluation(
        step,
        loss,
        OptionalDouble.of(Math.exp(loss)),
        OptionalDouble.of(loss / 3),
        5000,
        true,
        1.5,
        Map.of("pairs/margin", loss / 7),
        List.of(new Evaluation.Sample(prompt, text)));
  }

  static SavedCheckpoint checkpoint(long step) {
    return new SavedCheckpoint(step, Path.of("runs", "step-" + step), 1L << 40, 0.125, 2.5);
  }

  static RunEnd end(RunEnd.Reason reason, long step) {
    return new RunEnd(reason, step, step * 1000, 12.5, "");
  }
}

package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

class BenchAlignTest {
  /** The parameters are those of the smoke run's decoders, by hand. */
  @Test
  void smokeRunMeasuresStepsAndRollouts() {
    JsonObject figures = run("steps,rollouts");
    assertThat(figures.get("smoke").getAsBoolean()).isTrue();
    assertThat(figures.get("parameters").getAsLong()).isEqualTo(98_624);
    assertThat(figures.get("rollout_parameters").getAsLong()).isEqualTo(98_624 + 64 * 64);
    assertThat(strings(figures, "measurements", "name"))
        .satisfiesExactly(
            name -> assertThat(name).startsWith("SFT, ").endsWith(" at once"),
            name -> assertThat(name).startsWith("DPO, reference cached, "),
            name -> assertThat(name).startsWith("DPO, reference computed in the step, "),
            name -> assertThat(name).isEqualTo("one by one"),
            name -> assertThat(name).isEqualTo("by a rollout with a cache"));
    assertThat(strings(figures, "measurements", "remark").get(3)).startsWith("2 answers in ");
    assertThat(strings(figures, "requirements", "what"))
        .containsExactly(
            "time of a DPO step against an SFT step of as many tokens",
            "6 answers of 8 tokens by a rollout against one by one");
    assertThat(figures.getAsJsonArray("requirements"))
        .extracting(JsonElement::getAsJsonObject)
        .allSatisfy(one -> assertThat(one.get("measured").getAsDouble()).isPositive())
        .satisfiesExactly(
            time -> assertThat(time.get("at_most").getAsDouble()).isEqualTo(1.9),
            speed -> assertThat(speed.get("at_least").getAsDouble()).isEqualTo(10));
  }

  @Test
  void smokeRunMeasuresMemoryAndAdapters() {
    JsonObject figures = run("memory,adapter");
    // Memory is told where the system tells of it.
    boolean told = figures.getAsJsonArray("remarks").isEmpty();
    assertThat(strings(figures, "requirements", "what"))
        .isEqualTo(
            told
                ? List.of("memory above rest of a DPO step against an SFT step of as many tokens")
                : List.of());
    assertThat(strings(figures, "measurements", "name"))
        .filteredOn(name -> name.endsWith("above rest"))
        .hasSize(told ? 4 : 0);
    assertThat(strings(figures, "measurements", "name"))
        .filteredOn(name -> !name.endsWith("above rest"))
        .satisfiesExactly(
            name -> assertThat(name).startsWith("SFT, "),
            name -> assertThat(name).startsWith("SFT of an adapter of rank 8, "));
  }

  @Test
  void rejectsWhatItCannotMeasure() {
    Invocation.of("bench", "align", "--what", "sft").rejects("--what", "rollouts or all");
  }

  private static JsonObject run(String what) {
    return Invocation.of("bench", "align", "--smoke", "--json", "--what", what).json();
  }

  private static List<String> strings(JsonObject figures, String list, String field) {
    return StreamSupport.stream(figures.getAsJsonArray(list).spliterator(), false)
        .map(one -> one.getAsJsonObject().get(field).getAsString())
        .toList();
  }
}

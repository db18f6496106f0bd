package io.github.maque.align.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoraConfigTest {
  private static final List<String> PROJECTIONS =
      List.of(
          "model.layers.0.self_attn.q_proj",
          "model.layers.0.mlp.up_proj",
          "model.layers.10.self_attn.q_proj",
          "model.layers.10.mlp.up_proj");

  @ParameterizedTest
  @CsvSource({
    "q_proj, 0 2",
    "self_attn.q_proj, 0 2",
    "0.mlp.up_proj, 1",
    "model.layers.10.mlp.up_proj, 3",
    "model\\.layers\\.1\\d*\\..*, 2 3",
    ".*_proj, 0 1 2 3"
  })
  void aTargetIsTheEndOfNamesOrAPatternOfWholeOnes(String target, String places) {
    List<String> expected =
        List.of(places.split(" ")).stream()
            .map(place -> PROJECTIONS.get(Integer.parseInt(place)))
            .toList();
    assertThat(LoraConfig.defaults().withTargets(target).select(PROJECTIONS)).isEqualTo(expected);
  }

  @Test
  void eachTargetMatchesSomething() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LoraConfig.defaults().withTargets("q_proj", "proj").select(PROJECTIONS))
        .withMessage(
            "targets: proj matches none of the decoder's projections, such as"
                + " model.layers.0.self_attn.q_proj");
  }

  @Test
  void theScaleIsThatOfThePapers() {
    LoraConfig config = LoraConfig.defaults().withRank(16).withAlpha(8);
    assertThat(config.scale()).isEqualTo(0.5);
    assertThat(config.withRsLora(true).scale()).isEqualTo(2);
  }

  @Test
  void badValuesAreRefused() {
    refused(() -> LoraConfig.defaults().withRank(0), "rank must be at least 1, got 0");
    refused(() -> LoraConfig.defaults().withAlpha(0), "alpha must be above 0 and finite, got 0.0");
    refused(
        () -> LoraConfig.defaults().withAlpha(Double.NaN),
        "alpha must be above 0 and finite, got NaN");
    refused(() -> LoraConfig.defaults().withDropout(1), "dropout must be in [0, 1), got 1.0");
    refused(
        () -> LoraConfig.defaults().withTargets(),
        "targets must name at least one projection, got none");
    refused(
        () -> LoraConfig.defaults().withTargets("q_(proj"),
        "targets must be names or regular expressions, got q_(proj: Unclosed group");
  }

  private static void refused(Runnable action, String message) {
    assertThatIllegalArgumentException().isThrownBy(action::run).withMessage(message);
  }
}

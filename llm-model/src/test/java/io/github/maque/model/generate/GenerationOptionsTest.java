package io.github.maque.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GenerationOptionsTest {

  private static void refuses(String message, UnaryOperator<GenerationOptions.Builder> change) {
    GenerationOptions.Builder builder = change.apply(GenerationOptions.builder());
    assertThatIllegalArgumentException().isThrownBy(builder::build).withMessage(message);
  }

  @Test
  void refusesEveryBadValueByName() {
    refuses("maxNewTokens must be 1 or more, got 0", b -> b.maxNewTokens(0));
    refuses("topK must be 0 or more, got -1", b -> b.topK(-1));
    refuses("topP must be above 0 and at most 1, got 0.0", b -> b.topP(0));
    refuses("topP must be above 0 and at most 1, got 1.5", b -> b.topP(1.5));
    refuses("minP must be from 0 to 1, got -0.1", b -> b.minP(-0.1));
    refuses("minP must be from 0 to 1, got 1.1", b -> b.minP(1.1));
    refuses("noRepeatNgram must be 0 or more, got -2", b -> b.noRepeatNgram(-2));
    refuses("stopIds must be 0 or more each, got -3", b -> b.stopIds(2, -3));
    refuses("stopStrings must be not empty each, got [a, ]", b -> b.stopStrings(List.of("a", "")));
    refuses("logitBias must be for ids of 0 or more, got -1", b -> b.logitBias(-1, 0));
    refuses(
        "logitBias must be finite or negative infinity for id 7, got Infinity",
        b -> b.logitBias(7, Double.POSITIVE_INFINITY));
    refuses(
        "logitBias must be finite or negative infinity for id 7, got NaN",
        b -> b.logitBias(7, Double.NaN));
    refuses("repetitionPenalty must be above 0 and finite, got 0.0", b -> b.repetitionPenalty(0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BeyondContext.Slide(-1))
        .withMessage("keptTokens must be 0 or more, got -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new GenerationRequest(new int[0], GenerationOptions.builder().build()))
        .withMessageContaining("prompt must have at least one token, got none");
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -2})
  void refusesWhatIsNoNumber(double bad) {
    refuses(
        "temperature must be 0 or from 1e-6 up and finite, got " + bad, b -> b.temperature(bad));
    refuses("topP must be above 0 and at most 1, got " + bad, b -> b.topP(bad));
    refuses("minP must be from 0 to 1, got " + bad, b -> b.minP(bad));
    refuses(
        "repetitionPenalty must be above 0 and finite, got " + bad, b -> b.repetitionPenalty(bad));
    if (bad != -2) {
      refuses("presencePenalty must be finite, got " + bad, b -> b.presencePenalty(bad));
      refuses("frequencyPenalty must be finite, got " + bad, b -> b.frequencyPenalty(bad));
    }
  }

  @Test
  void goesThroughABuilderUnchanged() {
    GenerationOptions options =
        GenerationOptions.builder()
            .maxNewTokens(5)
            .temperature(0.7)
            .topK(3)
            .topP(0.8)
            .minP(0.1)
            .repetitionPenalty(1.2)
            .presencePenalty(0.3)
            .frequencyPenalty(0.4)
            .noRepeatNgram(4)
            .stopIds(1, 2)
            .stopStrings(List.of("x"))
            .logitBias(9, -1)
            .seed(77)
            .beyondContext(new BeyondContext.Slide(4))
            .logProbabilities(true)
            .build();

    assertThat(options.toBuilder().build()).isEqualTo(options);
    assertThat(options.withSeed(77)).isEqualTo(options);
    assertThat(options.withSeed(78).toBuilder().seed(77).build()).isEqualTo(options);
    assertThat(options.withSeed(78)).isNotEqualTo(options);
  }

  @Test
  void doesNotChangeWithWhatItWasMadeFrom() {
    List<String> stops = new ArrayList<>(List.of("x"));
    GenerationOptions.Builder builder = GenerationOptions.builder().stopIds(1).stopStrings(stops);
    GenerationOptions options = builder.build();
    stops.add("y");
    builder.stopIds(2).logitBias(3, 1);

    assertThat(options.stopIds()).containsExactly(1);
    assertThat(options.stopStrings()).containsExactly("x");
    assertThat(options.logitBias()).isEmpty();
  }
}

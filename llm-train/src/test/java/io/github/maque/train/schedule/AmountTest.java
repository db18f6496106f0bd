package io.github.maque.train.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AmountTest {
  private static final Horizon HORIZON = new Horizon(200, 1000);

  @ParameterizedTest
  @CsvSource({
    "100 steps, 100",
    "1 step, 1",
    "100, 100",
    "0 steps, 0",
    "2k steps, 2000",
    "20000 tokens, 20",
    "20k tokens, 20",
    "0.02M tokens, 20",
    "1.5M tokens, 1500",
    "2B tokens, 2000000",
    "2G tokens, 2000000",
    "1e3 steps, 1000",
    "1_500_000 tokens, 1500",
    "1.5e6 tokens, 1500",
    "1999 tokens, 1",
    "2%, 4",
    "2 %, 4",
    "0.5%, 1",
    "0.99%, 1",
    "29%, 58",
    "100%, 200",
    "150%, 300",
    "' 3steps ', 3"
  })
  void textIsReadAndResolved(String text, long steps) {
    assertThat(Amount.parse(text).steps(HORIZON)).isEqualTo(steps);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "steps",
        "-1 steps",
        "1e-3 steps",
        "1 epoch",
        "2%%",
        "5k%",
        "1,5%",
        "1 m tokens"
      })
  void otherTextIsRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Amount.parse(text))
        .withMessage(
            "an amount must be like \"100 steps\", \"1M tokens\" or \"2%%\", got \"%s\"", text);
  }

  @Test
  void partsOfStepsAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Amount.parse("1.5 steps"))
        .withMessage("value must be whole in steps, got 1.5");
  }

  @Test
  void negativeOnesAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Amount.ofFraction(-0.1))
        .withMessageContaining("value must be 0 to 2^53, got -0.1");
    assertThatIllegalArgumentException().isThrownBy(() -> Amount.ofFraction(Double.NaN));
    assertThatIllegalArgumentException().isThrownBy(() -> Amount.ofSteps(-1));
  }

  @ParameterizedTest
  @CsvSource({"2%, 0.02", "7%, 0.07", "100%, 1", "0.1%, 0.001", "0%, 0"})
  void fractionsAreWrittenAsPercent(String text, double fraction) {
    assertThat(Amount.ofFraction(fraction)).hasToString(text);
  }

  @Test
  void countsAreWrittenInFull() {
    assertThat(Amount.ofTokens(1_000_000_000_000L)).hasToString("1000000000000 tokens");
    assertThat(Amount.ofSteps(1)).hasToString("1 steps");
  }

  @Test
  void whatIsWrittenIsReadBack() {
    Random random = new Random(1);
    for (int i = 0; i < 1000; i++) {
      requireReadBack(() -> Amount.ofSteps(random.nextLong(1L << 53)));
      requireReadBack(() -> Amount.ofTokens(random.nextLong(1L << 53)));
      requireReadBack(() -> Amount.ofFraction(random.nextDouble()));
      requireReadBack(() -> Amount.ofFraction(random.nextDouble() * 1e-9));
    }
  }

  private static void requireReadBack(Supplier<Amount> made) {
    Amount amount = made.get();
    assertThat(Amount.parse(amount.toString())).isEqualTo(amount);
  }

  @Test
  void wholePercentsOfHundredsOfStepsAreExact() {
    for (int percent = 0; percent <= 100; percent++) {
      for (int hundreds = 1; hundreds <= 1000; hundreds *= 10) {
        assertThat(Amount.ofFraction(percent / 100.0).steps(new Horizon(100L * hundreds, 1)))
            .isEqualTo((long) percent * hundreds);
      }
    }
  }
}

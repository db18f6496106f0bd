package io.github.maque.train.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class YamlNumbersTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-0, 0",
    "+7, 7",
    "1_000_000, 1000000",
    "4k, 4000",
    "10M, 10000000",
    "-2G, -2000000000",
    "1.5M, 1500000",
    "1e6, 1000000",
    "1.25e2k, 125000",
    "2.0, 2",
    "9223372036854775807, 9223372036854775807",
    "-9223372036854775808, -9223372036854775808",
    "007, 7",
  })
  void readsWholeNumbers(String text, long expected) {
    assertThat(Numbers.parseWhole(text, Long.MIN_VALUE, Long.MAX_VALUE)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "-", "1__0", "_1", "1_", "k", "4K", "4 k", "0x10", "1e", "1.", "٣", "1kk", "NaN"
      })
  void refusesWhatIsNoWholeNumber(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Numbers.parseWhole(text, Long.MIN_VALUE, Long.MAX_VALUE))
        .withMessage("");
  }

  @ParameterizedTest
  @CsvSource({
    "2147483648, it must be at most 2147483647",
    "10G, it must be at most 2147483647",
    "-2147483649, it must be at least -2147483648",
    "1e999999999, it must be at most 2147483647",
    "-1e999999999, it must be at least -2147483648",
    "1e99999999999, its exponent is out of range",
    "1e2147483647G, it must be at most 2147483647",
    "1e-999999999, it has a fraction",
    "1.5, it has a fraction",
    "0.0001k, it has a fraction",
  })
  void saysWhyAWholeNumberIsRefused(String text, String reason) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Numbers.parseWhole(text, Integer.MIN_VALUE, Integer.MAX_VALUE))
        .withMessage(reason);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "1e-3, 0.001",
    ".5, 0.5",
    "5., 5",
    "1_000.25, 1000.25",
    "-3E+2, -300",
    ".inf, Infinity",
    "-.inf, -Infinity",
    ".nan, NaN",
    "1e-999, 0"
  })
  void readsNumbers(String text, double expected) {
    assertThat(Double.valueOf(Numbers.parseDouble(text))).isEqualTo(Double.valueOf(expected));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1d", "1f", "0x1p3", "NaN", "Infinity", "inf", "4k", ".", "1e", "1 "})
  void refusesWhatIsNoNumber(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Numbers.parseDouble(text))
        .withMessage("");
  }

  @Test
  void refusesNumbersThatAreTooLarge() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Numbers.parseDouble("1e309"))
        .withMessage("it must be at most 1.7976931348623157E308");
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1.0",
    "0.001, 0.001",
    "3e-4, 3.0e-4",
    "1234567, 1234567.0",
    "12345678, 1.2345678e+7",
    "-2e-3, -0.002",
    "2e23, 2.0e+23",
    "1e23, 1.0e+23",
    "4.9e-324, 5.0e-324",
    "1.7976931348623157e308, 1.7976931348623157e+308",
    "-0.0, -0.0",
    "-1.5e-10, -1.5e-10",
    "Infinity, .inf",
    "-Infinity, -.inf",
    "NaN, .nan",
  })
  void printsTheShortestNumber(double number, String expected) {
    assertThat(Numbers.print(number)).isEqualTo(expected);
  }

  @Test
  void noShorterNumberThanThePrintedOneIsTheSame() {
    Random random = new Random(9);
    for (int i = 0; i < 3_000; i++) {
      double number = Double.longBitsToDouble(random.nextLong());
      if (!Double.isFinite(number)) {
        continue;
      }
      String printed = Numbers.print(number);
      assertThat(Double.parseDouble(printed)).isEqualTo(number);
      BigDecimal digits = new BigDecimal(printed).stripTrailingZeros();
      BigDecimal unit = new BigDecimal(BigInteger.ONE, digits.scale() - 1);
      BigDecimal below = digits.divideToIntegralValue(unit).multiply(unit);
      for (BigDecimal shorter : new BigDecimal[] {below, below.add(unit), below.subtract(unit)}) {
        assertThat(shorter.doubleValue()).isNotEqualTo(number);
      }
    }
  }
}

package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "17, 17",
    "70m, 70000000",
    "70MB, 70000000",
    "1.5g, 1500000000",
    "2 kB, 2000",
    "512MiB, 536870912",
    "1GiB, 1073741824",
    "3b, 3"
  })
  void readsWhatPeopleWrite(String written, long bytes) {
    assertThat(ByteSize.parse(written).bytes()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "much", "-1m", "1x", "1 2", "99999999999t"})
  void rejectsWhatIsNoSize(String written) {
    assertThatThrownBy(() -> ByteSize.parse(written))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(written);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "999, 999 B",
    "1000, 1.00 kB",
    "73481000, 73.5 MB",
    "999600, 1.00 MB",
    "123456789012, 123 GB"
  })
  void writesThreeDigits(long bytes, String text) {
    assertThat(ByteSize.toText(bytes)).isEqualTo(text);
  }
}

package io.github.maque.data.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataStateTest {

  @Test
  void isOneLineThatNeverChangesItsForm() {
    DataState state = new DataState(-42, 0xABCL, List.of(0L, 700L, Long.MAX_VALUE - 700));
    String line = "v1;seed=-42;data=0000000000000abc;consumed=0,700,9223372036854775107";
    assertThat(state.encode()).isEqualTo(line);
    assertThat(DataState.decode(line)).isEqualTo(state);
  }

  @Test
  void comesBackWithTheLargestNumbers() {
    DataState state = new DataState(Long.MIN_VALUE, -1, List.of(Long.MAX_VALUE));
    assertThat(DataState.decode(state.encode())).isEqualTo(state);
    assertThat(state.total()).isEqualTo(Long.MAX_VALUE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "v1",
        "v1;seed=1;data=0000000000000abc;consumed=",
        "v1;seed=1;data=0000000000000abc;consumed=1,",
        "v1;seed=1;data=0000000000000abc;consumed=-1",
        "v1;seed=1;data=abc;consumed=1",
        "v1;seed=;data=0000000000000abc;consumed=1",
        "v1;seed=1;data=0000000000000abc;consumed=1\n",
        "v1;seed=1;data=0000000000000abc;consumed=9223372036854775808",
        "v1;seed=99999999999999999999;data=0000000000000abc;consumed=1"
      })
  void refusesWhatIsNone(String line) {
    assertThatIllegalArgumentException().isThrownBy(() -> DataState.decode(line));
  }

  @Test
  void namesAVersionThatItDoesNotKnow() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DataState.decode("v2;seed=1;data=0000000000000abc;consumed=1"))
        .withMessageContaining("version 2");
  }

  @Test
  void refusesCountsThatAreNone() {
    assertThatIllegalArgumentException().isThrownBy(() -> new DataState(0, 0, List.of()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DataState(0, 0, List.of(1L, -1L)))
        .withMessageContaining("-1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DataState(0, 0, List.of(1L, Long.MAX_VALUE)));
  }
}

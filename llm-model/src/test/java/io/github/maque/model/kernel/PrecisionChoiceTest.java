package io.github.maque.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PrecisionChoiceTest {
  @Test
  void isTheFasterByItsOwnFigures() {
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      PrecisionChoice choice = PrecisionChoice.on(manager);
      assertThat(choice.float32Rate()).isBetween(1e6, 1e16);
      assertThat(choice.bfloat16Rate()).isBetween(0.0, 1e16);
      assertThat(choice.precision())
          .isEqualTo(
              choice.bfloat16Rate() > 1.1 * choice.float32Rate()
                  ? Precision.BFLOAT16_MIXED
                  : Precision.FLOAT32);
      assertThat(Precision.AUTO.resolve(manager)).isEqualTo(choice.precision());
    }
  }

  @Test
  void isMeasuredOnceForAllThreadsAndManagers() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<PrecisionChoice>> choices = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        choices.add(
            threads.submit(
                () -> {
                  try (NDManager own = NDManager.newBaseManager("PyTorch")) {
                    return PrecisionChoice.on(own);
                  }
                }));
      }
      PrecisionChoice first = choices.get(0).get();
      for (Future<PrecisionChoice> choice : choices) {
        assertThat(choice.get()).isSameAs(first);
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void leavesNothingWithTheManager() {
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      PrecisionChoice.on(manager);
      assertThat(manager.getManagedArrays()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
  void leavesOtherPrecisionsAsTheyAre(Precision precision) {
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      assertThat(precision.resolve(manager)).isSameAs(precision);
    }
  }

  /** The numbers of c10::ScalarType, of which kernels make their dtypes. */
  @Test
  void namesTypesAsKernelsDo() {
    assertThat(Precision.FLOAT32.dtype()).isEqualTo(6);
    assertThat(Precision.BFLOAT16_MIXED.dtype()).isEqualTo(15);
    assertThat(Precision.BFLOAT16_TRUE.dtype()).isEqualTo(15);
    assertThat(Precision.FLOAT16_MIXED.dtype()).isEqualTo(5);
    assertThatThrownBy(Precision.AUTO::dtype).isInstanceOf(IllegalStateException.class);
  }
}

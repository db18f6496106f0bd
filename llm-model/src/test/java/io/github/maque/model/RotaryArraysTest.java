package io.github.maque.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.github.maque.model.kernel.Precision;
import org.junit.jupiter.api.Test;

class RotaryArraysTest {
  private static final Positions.Rotary ROTARY = new Positions.Rotary(10_000);

  /** More positions than are on the heap at once. */
  @Test
  void arraysHoldWhatTheTableSays() {
    RotaryTable table = RotaryTable.of(ROTARY, 128);
    int contextLength = 2 * (1 << 18) / 64 + 5;
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      NDList arrays = RotaryArrays.of(manager, table, contextLength);
      assertThat(arrays.get(0).getShape().getShape()).containsExactly(contextLength, 64);
      assertThat(arrays.get(0).toFloatArray()).isEqualTo(table.cosines(contextLength));
      assertThat(arrays.get(1).toFloatArray()).isEqualTo(table.sines(contextLength));
      assertThat(manager.getManagedArrays()).hasSize(2);
    }
  }

  @Test
  void contextsThatWouldFillTheMemoryAreRefused() {
    DecoderConfig config =
        DecoderConfig.builder()
            .vocabularySize(2)
            .contextLength(10_000_000)
            .layers(1)
            .width(8)
            .heads(1)
            .headSize(128)
            .positions(ROTARY)
            .build();
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Decoder.create(manager, config, Precision.FLOAT32))
          .withMessage(
              "contextLength must be at most 2097152 where each position has 64 rotary angles,"
                  + " got 10000000");
    }
  }
}

package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.maque.examples.model.InitialTensors;
import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

class InitialTensorsTest {
  @Test
  void refusesToReadBeyondATensor() {
    InitialTensors tensors = new InitialTensors(ModelFixture.config());
    for (long from : new long[] {-1, 31, Long.MAX_VALUE}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> tensors.read("model.norm.weight", from, FloatBuffer.allocate(2)))
          .withMessageContaining("are not all within tensor model.norm.weight, which has 32");
    }
  }
}

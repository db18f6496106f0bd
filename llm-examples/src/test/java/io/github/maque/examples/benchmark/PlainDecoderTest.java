package io.github.maque.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.maque.model.Checkpointing;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.kernel.Precision;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PlainDecoderTest {
  private final NDManager manager = NDManager.newBaseManager("PyTorch");
  private final ModelShape shape = ModelShape.TINY;
  private final RandomBatch batch = RandomBatch.of(3, 16, shape.vocabulary(), 5);
  private final Decoder ours = Decoder.create(manager, shape.config(), Precision.FLOAT32);
  private final PlainDecoder plain = new PlainDecoder(manager, ours);

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void hasTheSameLossAndGradientsAsOurs() {
    TrainingStep exact = TrainingStep.of(ours, batch, 2, Checkpointing.none());
    TrainingStep peer = TrainingStep.of(plain, manager, batch, 3);
    assertThat(peer.run()).isCloseTo(exact.run(), within(1e-5));
    assertThat(peer.gradientNorm()).isCloseTo(exact.gradientNorm(), within(1e-4));
    List<Parameter> byName = List.copyOf(ours.parametersByName().values());
    for (Parameter parameter : peer.parameters()) {
      float[] gradient = gradient(parameter);
      assertThat(byName).anySatisfy(one -> assertClose(gradient(one), gradient));
    }
    assertThat(peer.parameters()).hasSameSizeAs(byName);
  }

  @Test
  void stepsDoNotAddUp() {
    for (TrainingStep step :
        List.of(
            TrainingStep.of(ours, batch, 1, Checkpointing.everyLayer()),
            TrainingStep.of(plain, manager, batch, 1))) {
      double loss = step.run();
      double norm = step.gradientNorm();
      assertThat(step.run()).isEqualTo(loss);
      assertThat(step.gradientNorm()).isCloseTo(norm, within(1e-9));
    }
  }

  @Test
  void refusesWhatItDoesNotCompute() {
    DecoderConfig grouped = shape.config().toBuilder().keyValueHeads(1).build();
    Decoder decoder = Decoder.create(manager, grouped, Precision.FLOAT32);
    assertThatThrownBy(() -> new PlainDecoder(manager, decoder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("keyValueHeads=1");
  }

  private static float[] gradient(Parameter parameter) {
    try (NDArray gradient = parameter.getArray().getGradient()) {
      return gradient.toFloatArray();
    }
  }

  private static void assertClose(float[] one, float[] other) {
    assertThat(one).hasSameSizeAs(other);
    for (int i = 0; i < one.length; i++) {
      assertThat(one[i]).isCloseTo(other[i], within(1e-5f));
    }
  }
}

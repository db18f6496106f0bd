package io.github.maque.align.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.maque.model.Decoder;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoraAdapterTest {
  private final NDManager manager = NDManager.newBaseManager("PyTorch");
  private final Decoder decoder = TinyDecoders.create(manager);

  @AfterEach
  void close() {
    manager.close();
  }

  private LoraAdapter create(LoraConfig config, long seed) {
    return LoraAdapter.create(manager, decoder, config, seed);
  }

  private LoraAdapter trained(long seed) {
    return TinyDecoders.trained(create(LoraConfig.defaults().withRank(4), seed));
  }

  @Test
  void beginsAsNothingAndWithItsSeed() {
    float[] plain = TinyDecoders.logits(decoder);
    LoraAdapter adapter = create(LoraConfig.defaults(), 1);
    adapter.attach();
    assertThat(TinyDecoders.logits(decoder)).isEqualTo(plain);
    // Per layer 8 · (in + out): q 16+16, k and v 16+8, o 16+16, gate and up 16+24, down 24+16.
    assertThat(adapter.parameters()).isEqualTo(2 * 8 * (32 + 24 + 24 + 32 + 40 + 40 + 40));
    String name = "model.layers.1.mlp.gate_proj";
    float[] a = adapter.updates().byProjection().get(name).a().getArray().toFloatArray();
    for (long seed = 1; seed <= 2; seed++) {
      try (LoraAdapter other = create(LoraConfig.defaults(), seed)) {
        float[] again = other.updates().byProjection().get(name).a().getArray().toFloatArray();
        assertThat(java.util.Arrays.equals(again, a)).isEqualTo(seed == 1);
      }
    }
  }

  @Test
  void freezesTheBaseWhileItIsAttached() {
    decoder.freeze(Pattern.compile(".*norm.*"), true);
    LoraAdapter adapter = trained(1);
    adapter.attach();
    assertThat(adapter.isAttached()).isTrue();
    assertThat(decoder.parametersByName().values()).noneMatch(Parameter::requiresGradient);
    assertThat(decoder.allParametersByName().values().stream().filter(Parameter::requiresGradient))
        .hasSize(2 * 14);
    adapter.detach();
    assertThat(adapter.isAttached()).isFalse();
    decoder
        .allParametersByName()
        .forEach(
            (name, parameter) ->
                assertThat(parameter.requiresGradient())
                    .as(name)
                    .isEqualTo(!name.contains("norm")));
  }

  @Test
  void canBeSwitchedAndDisabled() {
    float[] plain = TinyDecoders.logits(decoder);
    LoraAdapter one = trained(1);
    LoraAdapter other = trained(2);
    one.attach();
    float[] first = TinyDecoders.logits(decoder);
    assertThat(first).isNotEqualTo(plain);
    assertThat(one.disabled(() -> TinyDecoders.logits(decoder))).isEqualTo(plain);
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                one.disabled(
                    () -> {
                      throw new IllegalStateException("stop");
                    }))
        .withMessage("stop");
    assertThat(TinyDecoders.logits(decoder)).isEqualTo(first);

    assertThatIllegalStateException()
        .isThrownBy(other::attach)
        .withMessageContaining("an adapter is attached");
    other.takePlaceOf(one);
    assertThat(TinyDecoders.logits(decoder)).isNotEqualTo(first).isNotEqualTo(plain);
    assertThatIllegalStateException().isThrownBy(one::detach);
    other.close();
    assertThat(TinyDecoders.logits(decoder)).isEqualTo(plain);
    assertThat(decoder.parametersByName().values()).allMatch(Parameter::requiresGradient);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void mergedItIsTheSame(boolean attached) {
    LoraAdapter adapter = trained(1);
    adapter.attach();
    float[] unmerged = TinyDecoders.logits(decoder);
    Map<String, float[]> base = TinyDecoders.weights(decoder);
    if (!attached) {
      adapter.detach();
    }
    adapter.merge();
    assertThat(adapter.isMerged()).isTrue();
    assertThat(adapter.isAttached()).isFalse();
    assertThat(TinyDecoders.logits(decoder)).containsExactly(unmerged, within(1e-5f));
    assertThatIllegalStateException().isThrownBy(adapter::attach).withMessageContaining("merged");
    assertThatIllegalStateException().isThrownBy(adapter::merge);
    adapter.unmerge();
    TinyDecoders.weights(decoder)
        .forEach(
            (name, values) ->
                assertThat(values).as(name).containsExactly(base.get(name), within(1e-6f)));
    assertThatIllegalStateException().isThrownBy(adapter::unmerge);
    adapter.attach();
    assertThat(TinyDecoders.logits(decoder)).containsExactly(unmerged, within(1e-5f));
  }

  @Test
  void isOfProjectionsThatThereAre() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> create(LoraConfig.defaults().withTargets("c_attn"), 1))
        .withMessageContaining("targets: c_attn matches none");
    LoraAdapter two = create(LoraConfig.defaults().withTargets("q_proj", "v_proj"), 1);
    assertThat(two.updates().byProjection()).hasSize(4);
    Decoder other = TinyDecoders.create(manager);
    LoraAdapter elsewhere = LoraAdapter.create(manager, other, LoraConfig.defaults(), 1);
    elsewhere.attach();
    assertThatIllegalArgumentException().isThrownBy(() -> two.takePlaceOf(elsewhere));
  }
}

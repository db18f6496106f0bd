package io.github.maque.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.DecoderInput;
import io.github.maque.model.Initialization;
import io.github.maque.model.kernel.Precision;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecoderWeightsTest {
  private static final int[][] IDS = {{3, 1, 4, 1, 5, 9, 2, 6}};

  @TempDir private Path directory;
  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager("PyTorch");
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private static DecoderConfig config(int seed) {
    return DecoderConfig.builder()
        .vocabularySize(40)
        .contextLength(16)
        .layers(2)
        .width(16)
        .heads(2)
        .initialization(new Initialization(seed))
        .build();
  }

  private float[] logits(Decoder decoder) {
    try (NDManager scope = manager.newSubManager()) {
      return decoder.logits(scope, DecoderInput.of(scope, IDS)).toFloatArray();
    }
  }

  @Test
  void aDecoderSavedAndLoadedAnswersTheSame() throws IOException {
    Decoder saved = Decoder.create(manager, config(1), Precision.FLOAT32);
    Decoder other = Decoder.create(manager, config(2), Precision.FLOAT32);
    assertThat(logits(other)).isNotEqualTo(logits(saved));
    Path file = directory.resolve("weights.safetensors");
    SafetensorsFile.write(file, DecoderWeights.of(saved), WeightType.FLOAT32);
    try (SafetensorsFile source = SafetensorsFile.open(file)) {
      DecoderWeights.load(other, source);
    }
    assertThat(logits(other)).isEqualTo(logits(saved));
    other.parametersByName().values().forEach(p -> assertThat(p.requiresGradient()).isTrue());
  }

  @Test
  void aHuggingFaceDirectoryMakesADecoder() throws IOException {
    Decoder saved = Decoder.create(manager, config(1), Precision.FLOAT32);
    Path model = directory.resolve("model");
    HuggingFaceExport.builder(saved.config(), DecoderWeights.of(saved)).build().write(model);
    try (HuggingFaceDirectory source = HuggingFaceDirectory.open(model)) {
      assertThat(logits(source.decoder(manager, Precision.FLOAT32))).isEqualTo(logits(saved));
    }
  }

  @Test
  void weightsOfBlocksOfAUsersAreSavedToo() throws IOException {
    Decoder saved = withLinear(1);
    Decoder other = withLinear(2);
    Path file = directory.resolve("weights.safetensors");
    SafetensorsFile.write(file, DecoderWeights.of(saved), WeightType.FLOAT32);
    try (SafetensorsFile source = SafetensorsFile.open(file)) {
      assertThat(source.names()).contains("model.layers.1.mlp.weight", "model.layers.1.mlp.bias");
      DecoderWeights.load(other, source);
    }
    assertThat(logits(other)).isEqualTo(logits(saved));
  }

  private Decoder withLinear(int seed) {
    return Decoder.builder(manager, config(seed))
        .feedForward((config, layer) -> Linear.builder().setUnits(config.width()).build())
        .build();
  }

  @Test
  void anyPartOfAParameterCanBeRead() {
    Decoder decoder = Decoder.create(manager, config(1), Precision.FLOAT32);
    String name = "model.layers.0.mlp.up_proj.weight";
    float[] all = decoder.parametersByName().get(name).getArray().toFloatArray();
    FloatBuffer part = FloatBuffer.allocate(7);
    DecoderWeights.of(decoder).read(name, 5, part);
    for (int i = 0; i < 7; i++) {
      assertThat(part.get(i)).isEqualTo(all[5 + i]);
    }
    assertThatThrownBy(() -> DecoderWeights.of(decoder).read(name, all.length - 6, part.clear()))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void nothingChangesIfATensorIsMissingOrOfAnotherShape() throws IOException {
    Decoder decoder = Decoder.create(manager, config(1), Precision.FLOAT32);
    float[] before = logits(decoder);
    DecoderConfig wider = config(2).toBuilder().feedForwardWidth(128).build();
    Decoder other = Decoder.create(manager, wider, Precision.FLOAT32);
    assertThat(other.parametersByName().get("model.layers.0.mlp.up_proj.weight").getShape())
        .isEqualTo(new Shape(128, 16));
    assertThatThrownBy(() -> DecoderWeights.load(decoder, DecoderWeights.of(other)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gate_proj.weight must have the shape");
    assertThat(logits(decoder)).isEqualTo(before);
  }
}

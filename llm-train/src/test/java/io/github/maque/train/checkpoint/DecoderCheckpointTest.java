package io.github.maque.train.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.DecoderInput;
import io.github.maque.model.format.DecoderWeights;
import io.github.maque.model.format.HuggingFaceDirectory;
import io.github.maque.model.format.HuggingFaceExport;
import io.github.maque.model.format.NamedArrays;
import io.github.maque.model.kernel.Precision;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecoderCheckpointTest {
  @TempDir private Path directory;

  @Test
  void aDecoderIsSavedAsItWasWhenItWasCopied() throws Exception {
    DecoderConfig config =
        DecoderConfig.builder()
            .vocabularySize(40)
            .contextLength(16)
            .layers(2)
            .width(16)
            .heads(2)
            .build();
    try (NDManager manager = NDManager.newBaseManager("PyTorch");
        CheckpointStore store = CheckpointStore.open(directory, new Retention(1, 0, 0))) {
      Decoder decoder = Decoder.create(manager, config, Precision.FLOAT32);
      float[] expected = logits(manager, decoder);
      NDArray moment = manager.full(new Shape(3), 0.5f);
      NDManager copies = manager.newSubManager();
      NamedArrays weights = DecoderWeights.of(decoder).arrays().copy(copies);
      NamedArrays moments = NamedArrays.of(manager, Map.of("m", moment));
      NamedArrays training = moments.copy(copies);
      store.save(
          new CheckpointContents(
              Checkpoints.state(9, OptionalDouble.empty()),
              files -> HuggingFaceExport.builder(config, weights).build().write(files),
              training,
              copies::close));
      moment.addi(1);
      decoder.parametersByName().values().forEach(p -> p.getArray().stopGradient().muli(0));
      store.await();
      assertThat(copies.isOpen()).isFalse();
      assertThat(logits(manager, decoder)).isNotEqualTo(expected);

      Checkpoint checkpoint = store.newestIntact(why -> {}).orElseThrow();
      try (HuggingFaceDirectory model = HuggingFaceDirectory.open(checkpoint.modelDirectory());
          var tensors = checkpoint.training()) {
        DecoderWeights.load(decoder, model.weights());
        moments.fill(tensors);
      }
      assertThat(logits(manager, decoder)).isEqualTo(expected);
      assertThat(moment.toFloatArray()).containsOnly(0.5f);
    }
  }

  private static float[] logits(NDManager manager, Decoder decoder) {
    try (NDManager scope = manager.newSubManager()) {
      return decoder.logits(scope, DecoderInput.of(scope, new int[][] {{3, 1, 4}})).toFloatArray();
    }
  }
}

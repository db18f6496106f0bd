package io.github.maque.train;

import io.github.maque.model.Decoder;
import io.github.maque.model.format.DecoderWeights;
import io.github.maque.model.format.HuggingFaceDirectory;
import io.github.maque.model.format.HuggingFaceExport;
import io.github.maque.model.format.SafetensorsFile;
import io.github.maque.model.format.TensorSource;
import io.github.maque.model.format.WeightType;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.train.checkpoint.CheckpointContents;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The model in a checkpoint: Hugging Face's layout, or, of a decoder with blocks of a user's, the
 * tensors alone.
 */
final class ModelFiles {
  private static final String WEIGHTS = "model.safetensors";

  private ModelFiles() {}

  /**
   * Returns what writes a model.
   *
   * @param weights the decoder's, or copies of them
   */
  static CheckpointContents.ModelFiles of(
      Decoder decoder, TensorSource weights, @Nullable Tokenizer tokenizer) {
    if (decoder.hasCustomBlocks()) {
      return path -> SafetensorsFile.write(path.resolve(WEIGHTS), weights, WeightType.FLOAT32);
    }
    HuggingFaceExport.Builder export =
        HuggingFaceExport.builder(decoder.config(), weights).type(WeightType.FLOAT32);
    if (tokenizer != null) {
      export.tokenizer(tokenizer);
    }
    return export.build()::writeFiles;
  }

  /** Sets the weights of a decoder to those in a directory. */
  static void load(Decoder decoder, Path directory) throws IOException {
    if (decoder.hasCustomBlocks()) {
      try (SafetensorsFile weights = SafetensorsFile.open(directory.resolve(WEIGHTS))) {
        DecoderWeights.load(decoder, weights);
      }
    } else {
      try (HuggingFaceDirectory model = HuggingFaceDirectory.open(directory)) {
        DecoderWeights.load(decoder, model.weights());
      }
    }
  }
}

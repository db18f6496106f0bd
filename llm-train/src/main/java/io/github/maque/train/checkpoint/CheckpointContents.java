package io.github.maque.train.checkpoint;

import io.github.maque.model.format.TensorSource;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What is written to a checkpoint. It must not change while it is written, beside training: tensors
 * are copies.
 *
 * @param model writes the model's files
 * @param training the optimizer's tensors and the trainer's own
 * @param release gives the copies' memory back, called once, whether writing worked or not
 */
public record CheckpointContents(
    TrainerState state, ModelFiles model, TensorSource training, Runnable release) {
  /** Writes files of a model, those of Hugging Face's layout. */
  @FunctionalInterface
  public interface ModelFiles {
    /**
     * Writes them.
     *
     * @param directory exists, and is not looked at by anyone before it is complete
     */
    void write(Path directory) throws IOException;
  }
}

package io.github.maque.examples.model;

import ai.djl.ndarray.NDManager;
import io.github.maque.align.rollout.ChatModel;
import io.github.maque.examples.WorkListener;
import io.github.maque.model.Decoder;
import io.github.maque.model.format.DecoderWeights;
import io.github.maque.model.format.HuggingFaceDirectory;
import io.github.maque.model.kernel.Precision;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.format.TokenizerConfig;
import java.io.IOException;
import java.nio.file.Path;

/** A model in the engine: its decoder, its tokenizer, and how it chats. */
public final class OpenedModel implements AutoCloseable {
  private final ModelDirectory directory;
  private final NDManager manager;
  private final Decoder decoder;

  private OpenedModel(ModelDirectory directory, NDManager manager, Decoder decoder) {
    this.directory = directory;
    this.manager = manager;
    this.decoder = decoder;
  }

  static OpenedModel open(ModelDirectory directory, Precision precision, WorkListener loading)
      throws IOException {
    try (HuggingFaceDirectory files = HuggingFaceDirectory.open(directory.path())) {
      NDManager manager = NDManager.newBaseManager("PyTorch");
      try {
        Decoder decoder =
            Decoder.builder(manager, files.config())
                .precision(precision.resolve(manager))
                .zeros()
                .build();
        DecoderWeights.load(decoder, CountedTensors.reportingTo(loading, files.weights()));
        return new OpenedModel(directory, manager, decoder);
      } catch (Throwable failure) {
        manager.close();
        throw failure;
      }
    }
  }

  /** Returns where the model is. */
  public Path path() {
    return directory.path();
  }

  /** Returns what lives as long as the model. */
  public NDManager manager() {
    return manager;
  }

  /** Returns the decoder. */
  public Decoder decoder() {
    return decoder;
  }

  /** Returns the tokenizer. */
  public Tokenizer tokenizer() {
    return directory.source().tokenizer().orElseThrow();
  }

  /** Returns what is known of the tokenizer besides. */
  public TokenizerConfig tokenizerConfig() {
    return directory.source().tokenizerConfig();
  }

  /**
   * Returns how the model chats.
   *
   * @throws IllegalArgumentException if neither it nor the caller says so
   */
  public ChatTemplate template() {
    return directory.chatTemplate();
  }

  /** Returns the model to talk to. */
  public ChatModel chat() {
    return new ChatModel(decoder, tokenizer(), template());
  }

  @Override
  public void close() {
    manager.close();
  }
}

package io.github.maque.examples.cli;

import io.github.maque.examples.benchmark.SyntheticChinese;
import io.github.maque.examples.model.InitialTensors;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.FeedForwardKind;
import io.github.maque.model.Initialization;
import io.github.maque.model.format.HuggingFaceExport;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.format.TokenizerFiles;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Small models with random weights for the tests of {@code maque model} and {@code generate}. */
final class ModelFixture {
  /** How many ids the tokenizer has. */
  static final int VOCABULARY = 300;

  private ModelFixture() {}

  /** Returns a decoder that every format can hold. */
  static DecoderConfig config() {
    return DecoderConfig.builder()
        .vocabularySize(VOCABULARY)
        .contextLength(64)
        .layers(2)
        .width(32)
        .heads(4)
        .keyValueHeads(2)
        .feedForwardWidth(64)
        .initialization(new Initialization(5, 0.3, true))
        .build();
  }

  /** Returns one that only this library can hold. */
  static DecoderConfig ownConfig() {
    return config().toBuilder().feedForward(FeedForwardKind.SQUARED_RELU).build();
  }

  /** Learns a byte-level tokenizer with the tokens of ChatML, and {@code <|endoftext|>} as EOS. */
  static Path tokenizer(Path directory) throws IOException {
    Path text = directory.resolve("learn.txt");
    Files.write(text, new SyntheticChinese(8).documents(20_000));
    Path tokenizer = directory.resolve("tokenizer");
    Invocation.of(
            "tokenizer", "train", "--input", text, "--vocab-size", VOCABULARY, "--out", tokenizer)
        .succeeds();
    return tokenizer;
  }

  /** Writes a model as the library does. */
  static Path write(Path directory, DecoderConfig config) throws IOException {
    HuggingFaceExport.builder(config, new InitialTensors(config)).build().write(directory);
    return directory;
  }

  /**
   * Writes a model with tokenizer, chat template and settings. Its weights are not those that a new
   * decoder of the configuration in the directory would have.
   */
  static Path write(
      Path directory, DecoderConfig config, Path tokenizer, GenerationOptions generation)
      throws IOException {
    DecoderConfig otherwise = config.toBuilder().initialization(new Initialization(99)).build();
    HuggingFaceExport.builder(otherwise, new InitialTensors(config))
        .tokenizer(TokenizerFiles.load(tokenizer))
        .chatTemplate(ChatTemplate.chatMl())
        .generationOptions(generation)
        .build()
        .write(directory);
    return directory;
  }

  /** Returns a parameter as training begins with it. */
  static float[] initial(DecoderConfig config, String name) {
    FloatBuffer numbers = FloatBuffer.allocate((int) new InitialTensors(config).size(name));
    new InitialTensors(config).read(name, 0, numbers);
    return numbers.array();
  }

  /** Returns what is in a directory, hidden files too. */
  static List<String> names(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }
}

package io.github.maque.examples.cli;

import io.github.maque.model.format.HuggingFaceDirectory;
import io.github.maque.model.generate.Cancellation;
import io.github.maque.model.generate.DecodingSession;
import io.github.maque.model.generate.Generation;
import io.github.maque.model.generate.GenerationListener;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.model.generate.GenerationRequest;
import io.github.maque.model.generate.Generator;
import io.github.maque.model.kernel.Precision;
import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.DecodeOptions;
import io.github.maque.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A model to talk to: it answers messages, or goes on from a text if it has no chat template. */
final class ChatModel implements AutoCloseable {
  private final String name;
  private final ModelSource source;
  private final Optional<ChatTemplate> template;
  private final GenerationOptions options;
  private final GenerateModel loaded;
  private final DecodingSession session;
  private final Generator generator;

  /**
   * Loads a model.
   *
   * @param layout the template to talk to it with; if none is given its own, if it has one
   * @param sampling how to answer, where it is not as the model says
   * @throws IllegalArgumentException if it is no model to talk to; the message names it
   */
  static ChatModel load(
      Path path,
      TokenizerTrain.@Nullable Template layout,
      GenerateSampling sampling,
      Precision precision,
      Progress progress)
      throws IOException {
    Path found = OpenedModel.resolve(path);
    try (HuggingFaceDirectory directory = HuggingFaceDirectory.open(found)) {
      ModelSource source = OpenedModel.source(found, directory);
      Optional<ChatTemplate> template = OpenedModel.template(found, layout, source);
      GenerateModel loaded = GenerateModel.load(directory.config(), directory.weights(), progress);
      try {
        return new ChatModel(path.toString(), source, template, sampling, loaded, precision);
      } catch (Throwable failure) {
        loaded.close();
        throw failure;
      }
    }
  }

  private ChatModel(
      String name,
      ModelSource source,
      Optional<ChatTemplate> template,
      GenerateSampling sampling,
      GenerateModel loaded,
      Precision precision) {
    this.name = name;
    this.source = source;
    this.template = template;
    this.loaded = loaded;
    options = sampling.of(source);
    session = loaded.open(1, loaded.contextLength(), loaded.resolve(precision));
    generator = new Generator(session, tokenizer(), DecodeOptions.SKIP_SPECIAL_TOKENS);
  }

  /** Returns the path that it was given by. */
  String name() {
    return name;
  }

  /** Returns whether it answers messages, rather than goes on from texts. */
  boolean chats() {
    return template.isPresent();
  }

  /** Returns how many tokens message and answer, and all before them, may have. */
  int contextLength() {
    return loaded.contextLength();
  }

  /** Returns the most tokens of an answer. */
  int maxNewTokens() {
    return options.maxNewTokens();
  }

  /**
   * Returns what the model is given.
   *
   * @param messages what was said; of this, a model that does not chat is given the last alone
   */
  GenerationRequest request(List<ChatMessage> messages, long seed) {
    GenerationOptions seeded = options.withSeed(seed);
    if (template.isEmpty()) {
      return GenerateRequests.text(source).of(messages.get(messages.size() - 1).content(), seeded);
    }
    ChatTemplate layout = template.get();
    return new GenerationRequest(
        layout.encodePrompt(tokenizer(), messages).ids(),
        seeded.toBuilder().stopIds(layout.stopIds(tokenizer())).build());
  }

  /** Answers. */
  Generation answer(
      GenerationRequest request, GenerationListener listener, Cancellation cancellation) {
    return generator.generateAll(List.of(request), listener, cancellation).get(0);
  }

  private Tokenizer tokenizer() {
    return source.tokenizer().orElseThrow();
  }

  @Override
  public void close() {
    session.close();
    loaded.close();
  }
}

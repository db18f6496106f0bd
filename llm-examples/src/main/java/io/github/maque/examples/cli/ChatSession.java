package io.github.maque.examples.cli;

import io.github.maque.examples.WorkListener;
import io.github.maque.examples.model.ModelDirectory;
import io.github.maque.examples.model.OpenedModel;
import io.github.maque.model.generate.Cancellation;
import io.github.maque.model.generate.DecodingSession;
import io.github.maque.model.generate.Generation;
import io.github.maque.model.generate.GenerationListener;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.model.generate.GenerationRequest;
import io.github.maque.model.generate.Generator;
import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.DecodeOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A decoding session of a model that a person talks to: it answers messages, or goes on from a text
 * if the model has no chat template.
 */
final class ChatSession implements AutoCloseable {
  private final String name;
  private final ModelDirectory files;
  private final GenerationOptions options;
  private final OpenedModel model;
  private final DecodingSession session;
  private final Generator generator;

  /**
   * Loads a model.
   *
   * @throws IllegalArgumentException if it is no model to talk to; the message names it
   */
  static ChatSession open(Path path, AnswerOptions answering, WorkListener loading)
      throws IOException {
    ModelDirectory files = answering.find(path);
    OpenedModel model = files.open(answering.precision(), loading);
    try {
      return new ChatSession(path.toString(), files, answering.generation(files.source()), model);
    } catch (Throwable failure) {
      model.close();
      throw failure;
    }
  }

  private ChatSession(
      String name, ModelDirectory files, GenerationOptions options, OpenedModel model) {
    this.name = name;
    this.files = files;
    this.options = options;
    this.model = model;
    session = DecodingSession.open(model.decoder(), 1);
    generator = new Generator(session, model.tokenizer(), DecodeOptions.SKIP_SPECIAL_TOKENS);
  }

  /** Returns the path that it was given by. */
  String name() {
    return name;
  }

  /** Returns whether it answers messages, rather than goes on from texts. */
  boolean chats() {
    return files.template().isPresent();
  }

  /** Returns how many tokens message and answer, and all before them, may have. */
  int contextLength() {
    return model.decoder().config().contextLength();
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
    if (files.template().isEmpty()) {
      return GenerateRequests.text(files.source())
          .of(messages.get(messages.size() - 1).content(), seeded);
    }
    ChatTemplate layout = files.template().get();
    return new GenerationRequest(
        layout.encodePrompt(model.tokenizer(), messages).ids(),
        seeded.toBuilder().stopIds(layout.stopIds(model.tokenizer())).build());
  }

  /** Answers. */
  Generation answer(
      GenerationRequest request, GenerationListener listener, Cancellation cancellation) {
    return generator.generateAll(List.of(request), listener, cancellation).get(0);
  }

  @Override
  public void close() {
    session.close();
    model.close();
  }
}

package io.github.maque.align.rollout;

import io.github.maque.model.generate.Cancellation;
import io.github.maque.model.generate.DecodingSession;
import io.github.maque.model.generate.Generation;
import io.github.maque.model.generate.GenerationListener;
import io.github.maque.model.generate.GenerationRequest;
import io.github.maque.model.generate.TextGenerator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Generates answers in one decoding session, which is opened when the first is asked for. */
final class AnswerGenerator implements AutoCloseable {
  private final ChatModel model;
  private final int slots;
  private @Nullable DecodingSession session;

  AnswerGenerator(ChatModel model, int slots) {
    this.model = model;
    this.slots = slots;
  }

  /**
   * Serves requests.
   *
   * @param requests by key
   * @param finished hears of each answer as soon as it is there
   * @return the answers by key, in the same order
   */
  Map<String, Answer> generate(
      Map<String, GenerationRequest> requests, Consumer<Generation> finished) {
    if (session == null) {
      session = DecodingSession.open(model.decoder(), slots);
    }
    List<Generation> generations =
        TextGenerator.builder(session, model.tokenizer())
            .chatTemplate(model.template())
            .build()
            .generator()
            .generateAll(
                List.copyOf(requests.values()),
                new GenerationListener() {
                  @Override
                  public void finished(int request, Generation generation) {
                    finished.accept(generation);
                  }
                },
                new Cancellation());
    Map<String, Answer> answers = new LinkedHashMap<>();
    int index = 0;
    for (String key : requests.keySet()) {
      answers.put(key, Answer.of(generations.get(index++)));
    }
    return answers;
  }

  @Override
  public void close() {
    if (session != null) {
      session.close();
    }
  }
}

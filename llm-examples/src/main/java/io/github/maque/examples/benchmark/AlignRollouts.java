package io.github.maque.examples.benchmark;

import ai.djl.ndarray.NDManager;
import io.github.maque.align.rollout.Answer;
import io.github.maque.align.rollout.ChatModel;
import io.github.maque.align.rollout.Rollout;
import io.github.maque.align.rollout.RolloutAnswers;
import io.github.maque.model.Decoder;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.model.kernel.Precision;
import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.bpe.BpeTrainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * How fast a {@link Rollout} answers, beside the same model in a session of one slot. A tokenizer
 * is learnt from synthetic Chinese; the decoder has random weights and may not end an answer, so
 * that all are as long.
 *
 * @param shape the decoder
 * @param corpusBytes how much text its vocabulary is learnt from
 * @param answers how many answers there are, to as many prompts
 * @param oneByOne how many are made one by one: half of them before the others, half of them after
 * @param promptTokens how many tokens a prompt has at least, its layout included
 * @param newTokens how many tokens an answer has
 */
record AlignRollouts(
    ModelShape shape,
    long corpusBytes,
    int answers,
    int oneByOne,
    int promptTokens,
    int newTokens) {
  private static final String END = "<|endoftext|>";
  private static final ChatTemplate TEMPLATE = ChatTemplate.story(END);

  /**
   * What came out: how long each way took, in seconds.
   *
   * @param oneByOneSeconds of {@link #oneByOne} answers
   * @param togetherSeconds of {@link #answers} answers, with a cache
   * @param oneByOneSpread how far the first half and the second one are apart, as a part of all
   */
  record Result(double oneByOneSeconds, double togetherSeconds, double oneByOneSpread) {}

  /**
   * Measures.
   *
   * @param cache a file that does not exist
   * @throws IllegalStateException if an answer is not as long as the others or was not generated
   */
  Result run(
      NDManager manager, Precision precision, Path cache, BiConsumer<String, Double> progress)
      throws IOException {
    progress.accept("a vocabulary of " + shape.vocabulary(), 0.0);
    SyntheticChinese corpus = new SyntheticChinese(1);
    ChatModel model =
        new ChatModel(
            Decoder.create(manager, shape.config(), precision), tokenizer(corpus), TEMPLATE);
    GenerationOptions options = options(model.tokenizer());
    List<List<ChatMessage>> prompts = prompts(corpus, model.tokenizer());
    int half = oneByOne / 2;
    Rollout single = Rollout.builder(options).slots(1).build();
    seconds(model, single, prompts.subList(0, 1)); // to warm up
    progress.accept("one by one", 0.0);
    double before = seconds(model, single, prompts.subList(0, half));
    Rollout together =
        Rollout.builder(options)
            .cache(cache)
            .listener(done -> progress.accept("rollout", (double) done.answers() / done.wanted()))
            .build();
    double all = seconds(model, together, prompts);
    progress.accept("one by one", 0.5);
    double after = seconds(model, single, prompts.subList(half, oneByOne));
    double difference = Math.abs(after / (oneByOne - half) - before / half);
    return new Result(before + after, all, difference / ((before + after) / oneByOne));
  }

  private Tokenizer tokenizer(SyntheticChinese corpus) throws IOException {
    return BpeTrainer.byteLevel()
        .vocabularySize(shape.vocabulary())
        .eos(END)
        .train(corpus.source(corpusBytes))
        .tokenizer();
  }

  private GenerationOptions options(Tokenizer tokenizer) {
    GenerationOptions.Builder options =
        GenerationOptions.builder().maxNewTokens(newTokens).temperature(1).seed(1);
    for (int id : TEMPLATE.stopIds(tokenizer)) {
      options.logitBias(id, Double.NEGATIVE_INFINITY);
    }
    return options.build();
  }

  /** Returns the beginnings of documents, each long enough. */
  private List<List<ChatMessage>> prompts(SyntheticChinese corpus, Tokenizer tokenizer) {
    List<List<ChatMessage>> prompts = new ArrayList<>();
    for (int number = 0; number < answers; number++) {
      String document = corpus.document(number);
      List<ChatMessage> prompt;
      int length = 0;
      do {
        prompt = List.of(ChatMessage.user(document.substring(0, ++length)));
      } while (TEMPLATE.encodePrompt(tokenizer, prompt).size() < promptTokens);
      prompts.add(prompt);
    }
    return prompts;
  }

  private double seconds(ChatModel model, Rollout rollout, List<List<ChatMessage>> prompts)
      throws IOException {
    long start = System.nanoTime();
    RolloutAnswers found = rollout.answers(model, prompts);
    double seconds = (System.nanoTime() - start) / 1e9;
    for (List<Answer> answers : found.answers()) {
      if (answers.size() != 1 || answers.get(0).tokens() != newTokens) {
        throw new IllegalStateException(
            "an answer should have %d tokens, but there is %s".formatted(newTokens, answers));
      }
    }
    if (found.cached() > 0) {
      throw new IllegalStateException(found.cached() + " prompts are equal to others");
    }
    return seconds;
  }
}

package io.github.maque.align.rollout;

import ai.djl.ndarray.NDManager;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.Initialization;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.model.kernel.Precision;
import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.bpe.BpeTrainer;
import io.github.maque.tokenizer.bpe.TextSource;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/** Models that know nothing and answer in a millisecond a token. */
public final class TinyChat {
  public static final String END = "<|endoftext|>";
  public static final ChatTemplate TEMPLATE = ChatTemplate.story(END);
  public static final Tokenizer TOKENIZER = tokenizer();
  public static final int CONTEXT = 96;

  private TinyChat() {}

  public static ChatModel model(NDManager manager, long seed) {
    return new ChatModel(decoder(manager, seed), TOKENIZER, TEMPLATE);
  }

  public static Decoder decoder(NDManager manager, long seed) {
    return Decoder.create(
        manager,
        DecoderConfig.builder()
            .vocabularySize(TOKENIZER.vocabularySize())
            .contextLength(CONTEXT)
            .layers(2)
            .width(16)
            .heads(2)
            .feedForwardWidth(32)
            .initialization(new Initialization(seed, 0.5, false))
            .build(),
        Precision.FLOAT32);
  }

  /** Returns options under which some answers end and others do not. */
  public static GenerationOptions.Builder options() {
    int end = Objects.requireNonNull(TOKENIZER.specialTokens().ids().get(END));
    return GenerationOptions.builder().maxNewTokens(20).seed(5).logitBias(end, 3.0);
  }

  public static List<List<ChatMessage>> prompts(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> List.of(ChatMessage.user("讲第" + i + "个故事。")))
        .toList();
  }

  private static Tokenizer tokenizer() {
    try {
      return BpeTrainer.byteLevel()
          .vocabularySize(290)
          .specialTokens(List.of(END))
          .threads(1)
          .train(TextSource.of(List.of("故事：从前有一只小麻雀，它很小。讲个故事。一只麻雀")))
          .tokenizer();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}

package io.github.maque.align.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderInput;
import io.github.maque.model.generate.BeyondContext;
import io.github.maque.model.generate.DecodingSession;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.model.generate.GenerationRequest;
import io.github.maque.model.generate.TextGenerator;
import io.github.maque.tokenizer.ChatMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PolicySamplesTest {
  private static final GenerationOptions OPTIONS =
      GenerationOptions.builder().maxNewTokens(12).seed(3).build();

  private final NDManager manager = NDManager.newBaseManager("PyTorch");
  private final Decoder policy = TestPairs.decoder(manager, TinyChat.TOKENS, 64);
  private final Decoder before = TestPairs.decoder(manager, TinyChat.TOKENS, 64);
  private final List<List<ChatMessage>> prompts =
      List.of(
          List.of(ChatMessage.user("a")),
          List.of(ChatMessage.user("bc")),
          List.of(ChatMessage.user("def")));

  @AfterEach
  void close() {
    manager.close();
  }

  private PolicySamples.Builder samples() {
    return PolicySamples.builder(policy, TinyChat.TOKENIZER, TinyChat.TEMPLATE, prompts)
        .options(OPTIONS)
        .reference(ReferenceModel.of(before));
  }

  private void change() {
    NDArray table = policy.headTable().getArray();
    float[] values = table.toFloatArray();
    for (int i = 0; i < values.length; i++) {
      values[i] *= 1.5f + (i % 7) * 0.3f;
    }
    TestPairs.assign(table, values);
  }

  @Test
  void theSameModelDoesNotDiverge() {
    assertThat(samples().build().measure(0).get(PolicySamples.DIVERGENCE)).isZero();
  }

  @Test
  void figuresAreThoseOfTheAnswersOneByOne() {
    change();
    Map<String, Double> figures = samples().slots(2).build().measure(0);
    double logRatios = 0;
    int tokens = 0;
    int grams = 0;
    int repeated = 0;
    Set<List<Integer>> all = new HashSet<>();
    try (DecodingSession session = DecodingSession.open(policy, 1)) {
      TextGenerator generator =
          TextGenerator.builder(session, TinyChat.TOKENIZER)
              .chatTemplate(TinyChat.TEMPLATE)
              .build();
      for (List<ChatMessage> prompt : prompts) {
        GenerationRequest request = generator.chatRequest(prompt, OPTIONS);
        int[] answer = generator.generator().generateAll(List.of(request)).get(0).ids();
        logRatios += score(policy, request.prompt(), answer);
        logRatios -= score(before, request.prompt(), answer);
        tokens += answer.length;
        List<List<Integer>> own = new ArrayList<>();
        for (int at = 0; at + 4 <= answer.length; at++) {
          List<Integer> gram = Arrays.stream(answer, at, at + 4).boxed().toList();
          repeated += own.contains(gram) ? 1 : 0;
          own.add(gram);
          all.add(gram);
          grams++;
        }
      }
    }
    assertThat(figures.get(PolicySamples.DIVERGENCE)).isCloseTo(logRatios / tokens, within(1e-5));
    assertThat(Math.abs(logRatios / tokens)).isGreaterThan(0.001);
    assertThat(figures.get(PolicySamples.LENGTH)).isEqualTo(tokens / 3.0);
    assertThat(figures.get(PolicySamples.REPETITION))
        .isCloseTo(repeated / (double) grams, within(1e-12));
    assertThat(figures.get(PolicySamples.DISTINCT)).isEqualTo(all.size() / (double) grams);
  }

  private double score(Decoder decoder, int[] prompt, int[] answer) {
    int[] ids = Arrays.copyOf(prompt, prompt.length + answer.length);
    System.arraycopy(answer, 0, ids, prompt.length, answer.length);
    try (NDManager scope = manager.newSubManager()) {
      float[] logits =
          decoder.logits(scope, DecoderInput.of(scope, new int[][] {ids})).toFloatArray();
      int vocabulary = logits.length / ids.length;
      double sum = 0;
      for (int t = prompt.length; t < ids.length; t++) {
        double exponentials = 0;
        for (int token = 0; token < vocabulary; token++) {
          exponentials += Math.exp(logits[(t - 1) * vocabulary + token]);
        }
        sum += logits[(t - 1) * vocabulary + ids[t]] - Math.log(exponentials);
      }
      return sum;
    }
  }

  @Test
  void theSameSeedSamplesTheSame() {
    change();
    assertThat(samples().build().measure(0)).isEqualTo(samples().build().measure(9));
  }

  @Test
  void repetitionIsSeenWhenTheModelSaysOneThing() {
    GenerationOptions stuck = OPTIONS.toBuilder().logitBias(65, 1000).build();
    Map<String, Double> figures = samples().options(stuck).build().measure(0);
    assertThat(figures.get(PolicySamples.LENGTH)).isEqualTo(12);
    assertThat(figures.get(PolicySamples.REPETITION)).isCloseTo(8 / 9.0, within(1e-12));
    assertThat(figures.get(PolicySamples.DISTINCT)).isCloseTo(1 / 27.0, within(1e-12));
  }

  @Test
  void answersThatCouldNotBeScoredAreRefused() {
    GenerationOptions sliding =
        OPTIONS.toBuilder().beyondContext(new BeyondContext.Slide(1)).build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> samples().options(sliding))
        .withMessageContaining("must stop at the end of the context");
  }
}

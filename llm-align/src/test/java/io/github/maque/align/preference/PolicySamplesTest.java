package io.github.maque.align.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.maque.align.rollout.ChatModel;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PolicySamplesTest {
  private static final GenerationOptions OPTIONS =
      GenerationOptions.builder().maxNewTokens(12).seed(3).build();

  private static NDManager manager;
  private static Decoder policy;
  private static Decoder before;

  private final List<List<ChatMessage>> prompts =
      List.of(
          List.of(ChatMessage.user("a")),
          List.of(ChatMessage.user("bc")),
          List.of(ChatMessage.user("def")));

  @BeforeAll
  static void create() {
    manager = NDManager.newBaseManager("PyTorch");
    policy = TestPairs.decoder(manager, TinyChat.TOKENS, 64);
    before = TestPairs.decoder(manager, TinyChat.TOKENS, 64);
  }

  @AfterAll
  static void close() {
    manager.close();
  }

  @BeforeEach
  void beginAlike() {
    TestPairs.assign(policy.headTable().getArray(), before.headTable().getArray().toFloatArray());
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
    double repetition = 0;
    Set<List<Integer>> all = new HashSet<>();
    try (DecodingSession session = DecodingSession.open(policy, 1)) {
      TextGenerator generator =
          TextGenerator.builder(session, TinyChat.TOKENIZER)
              .chatTemplate(TinyChat.TEMPLATE)
              .build();
      ChatModel model = new ChatModel(policy, TinyChat.TOKENIZER, TinyChat.TEMPLATE);
      for (List<GenerationRequest> requests : model.requests(prompts, OPTIONS, 1)) {
        GenerationRequest request = requests.get(0);
        int[] answer = generator.generator().generateAll(List.of(request)).get(0).ids();
        logRatios += score(policy, request.prompt(), answer);
        logRatios -= score(before, request.prompt(), answer);
        tokens += answer.length;
        List<List<Integer>> own = new ArrayList<>();
        int repeated = 0;
        for (int at = 0; at + 4 <= answer.length; at++) {
          List<Integer> gram = Arrays.stream(answer, at, at + 4).boxed().toList();
          repeated += own.contains(gram) ? 1 : 0;
          own.add(gram);
          all.add(gram);
          grams++;
        }
        repetition += repeated / (double) own.size();
      }
    }
    assertThat(figures.get(PolicySamples.DIVERGENCE)).isCloseTo(logRatios / tokens, within(1e-5));
    assertThat(Math.abs(logRatios / tokens)).isGreaterThan(0.001);
    assertThat(figures.get(PolicySamples.LENGTH)).isEqualTo(tokens / 3.0);
    assertThat(figures.get(PolicySamples.REPETITION)).isCloseTo(repetition / 3, within(1e-12));
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

  /** A model to which all tokens are alike draws the same ones wherever the seed is the same. */
  @Test
  void eachPromptHasDrawsOfItsOwn() {
    NDArray table = policy.headTable().getArray();
    TestPairs.assign(table, new float[(int) table.size()]);
    assertThat(samples().build().measure(0).get(PolicySamples.DISTINCT)).isGreaterThan(0.9);
  }

  @Test
  void promptsThatDoNotFitAreNamedBeforeTheRun() {
    List<List<ChatMessage>> tooLong =
        List.of(prompts.get(0), List.of(ChatMessage.user("x".repeat(100))));
    PolicySamples.Builder builder =
        PolicySamples.builder(policy, TinyChat.TOKENIZER, TinyChat.TEMPLATE, tooLong);
    assertThatIllegalArgumentException()
        .isThrownBy(builder::build)
        .withMessageStartingWith("prompt 1 must have from 1 to 64 tokens, the context length, got");
    Decoder smaller = TestPairs.decoder(manager, TinyChat.TOKENS, 32);
    assertThatIllegalArgumentException()
        .isThrownBy(samples().reference(ReferenceModel.of(smaller))::build)
        .withMessage(
            "reference must have a context of at least 64 tokens, as the policy has, got 32");
  }

  /** The prompt fills the context, so that one token is written, which has no place in it. */
  @Test
  void figuresThatNoAnswerIsLongEnoughForAreLeftOut() {
    ChatModel model = new ChatModel(policy, TinyChat.TOKENIZER, TinyChat.TEMPLATE);
    int around =
        model
                .requests(List.of(List.of(ChatMessage.user("#"))), OPTIONS, 1)
                .get(0)
                .get(0)
                .prompt()
                .length
            - 1;
    List<ChatMessage> prompt = List.of(ChatMessage.user("#".repeat(64 - around)));
    Map<String, Double> figures =
        PolicySamples.builder(policy, TinyChat.TOKENIZER, TinyChat.TEMPLATE, List.of(prompt))
            .reference(ReferenceModel.of(before))
            .build()
            .measure(0);
    assertThat(figures).containsExactly(Map.entry(PolicySamples.LENGTH, 1.0));
  }

  @Test
  void answersThatReachTheEndOfTheContextAreScored() {
    change();
    GenerationOptions unending = OPTIONS.toBuilder().maxNewTokens(100).logitBias(65, 30).build();
    Map<String, Double> figures = samples().options(unending).build().measure(0);
    assertThat(figures.get(PolicySamples.LENGTH)).isGreaterThan(30);
    assertThat(figures.get(PolicySamples.DIVERGENCE)).isFinite().isNotZero();
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

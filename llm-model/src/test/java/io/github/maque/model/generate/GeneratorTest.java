package io.github.maque.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.maque.tokenizer.DecodeOptions;
import io.github.maque.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GeneratorTest {
  private static final GenerationOptions TEN = GenerationOptions.builder().maxNewTokens(10).build();

  private final FakeSession session = FakeSession.hashing(3, 16, 20);
  private final Generator generator = new Generator(session);

  private static GenerationRequest request(GenerationOptions options, int... prompt) {
    return new GenerationRequest(prompt, options);
  }

  private static List<GenerationRequest> requests(int count) {
    return IntStream.range(0, count).mapToObj(i -> request(TEN.withSeed(i), i % 20)).toList();
  }

  @Test
  void endsForEachReason() {
    GenerationOptions.Builder greedy = GenerationOptions.builder().greedy();
    Generator scripted = new Generator(FakeSession.scripted(2, 6, 20, 5, 6, 7, 8, 9, 10));

    Generation length = scripted.generate(new int[] {1}, greedy.maxNewTokens(3).build());
    Generation context = scripted.generate(new int[] {1}, greedy.maxNewTokens(100).build());
    Generation stop = scripted.generate(new int[] {1}, greedy.stopIds(3, 7).build());

    assertThat(length.ids()).containsExactly(5, 6, 7);
    assertThat(length.finishReason()).isEqualTo(FinishReason.LENGTH);
    assertThat(context.ids()).containsExactly(5, 6, 7, 8, 9, 10);
    assertThat(context.finishReason()).isEqualTo(FinishReason.CONTEXT);
    assertThat(stop.ids()).containsExactly(5, 6, 7);
    assertThat(stop.finishReason()).isEqualTo(FinishReason.STOP_ID);
    assertThat(stop.text()).isEmpty();
    assertThat(stop.logProbabilities()).isEmpty();
  }

  @Test
  void writesOneTokenBehindAPromptThatFillsTheContext() {
    Generation generation = generator.generate(new int[16], TEN);

    assertThat(generation.ids()).hasSize(1);
    assertThat(generation.finishReason()).isEqualTo(FinishReason.CONTEXT);
  }

  @Test
  void givesOtherTokensForOtherSeedsOnly() {
    List<Generation> generations =
        generator.generateAll(
            List.of(
                request(TEN, 4), request(TEN.withSeed(1), 4), request(TEN, 4), request(TEN, 5)));

    assertThat(generations.get(2)).isEqualTo(generations.get(0));
    assertThat(generations.get(1)).isNotEqualTo(generations.get(0));
    assertThat(generations.get(3)).isNotEqualTo(generations.get(0));
    assertThat(generations.get(0).hashCode()).isEqualTo(generations.get(2).hashCode());
  }

  @Test
  void endsTextBeforeAStopIdAndAStopString() {
    Tokenizer tokenizer = ByteTokenizer.of("ab", "cd");
    int end = ByteTokenizer.special(tokenizer, "<|im_end|>");
    FakeSession script = FakeSession.scripted(1, 32, 300, 'x', 256, 257, end, 'y', 0xE9, 0xBA);
    Generator texts = new Generator(script, tokenizer, DecodeOptions.ALL);
    GenerationOptions.Builder greedy = GenerationOptions.builder().greedy().maxNewTokens(7);
    List<String> parts = new ArrayList<>();
    GenerationListener listener =
        new GenerationListener() {
          @Override
          public void text(int request, String text) {
            parts.add(text);
          }
        };

    Generation whole = texts.generate(new int[] {'a'}, greedy.build());
    Generation string =
        texts
            .generateAll(
                List.of(request(greedy.stopStrings(List.of("bc", "xabd")).build(), 'a')),
                listener,
                new Cancellation())
            .get(0);
    Generation id =
        texts.generate(new int[] {'a'}, greedy.stopStrings(List.of()).stopIds(end).build());

    assertThat(whole.text()).isEqualTo("xabcd<|im_end|>y\uFFFD");
    assertThat(string.text()).isEqualTo("xa");
    assertThat(string.finishReason()).isEqualTo(FinishReason.STOP_STRING);
    assertThat(string.ids()).containsExactly('x', 256, 257);
    assertThat(parts).containsExactly("xa");
    assertThat(id.text()).isEqualTo("xabcd");
    assertThat(id.ids()).endsWith(257, end);
  }

  @Test
  void neverChoosesIdsTheTokenizerDoesNotKnow() {
    Tokenizer tokenizer = ByteTokenizer.of();
    FakeSession larger = FakeSession.hashing(1, 3000, 4000);
    GenerationOptions options = GenerationOptions.builder().maxNewTokens(2000).build();

    Generation generation =
        new Generator(larger, tokenizer, DecodeOptions.ALL).generate(new int[] {1}, options);

    assertThat(IntStream.of(generation.ids()).boxed())
        .hasSize(2000)
        .allMatch(id -> id < tokenizer.vocabularySize());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Generator(session, tokenizer, DecodeOptions.ALL))
        .withMessage("tokenizer must have at most the decoder's 20 ids, got 260");
  }

  @Test
  void refusesRequestsThatDoNotFitBeforeAnyIsServed() {
    GenerationOptions.Builder builder = TEN.toBuilder();
    refuses("request 1: prompt must have at most 16 tokens, the context length, got 17", TEN, 17);
    refuses(
        "request 1: ids of the prompt must be 0 or more and below the vocabulary size 20, got"
            + " 20",
        request(TEN, 3, 20));
    refuses(
        "request 1: ids of the prompt must be 0 or more and below the vocabulary size 20, got"
            + " -1",
        request(TEN, -1));
    refuses(
        "request 1: stopIds must be 0 or more and below the vocabulary size 20, got 99",
        request(builder.stopIds(99).build(), 3));
    refuses(
        "request 1: ids of logitBias must be 0 or more and below the vocabulary size 20, got"
            + " 20",
        request(TEN.toBuilder().logitBias(20, 1).build(), 3));
    refuses(
        "request 1: stopStrings must be empty where there is no tokenizer, got [x]",
        request(TEN.toBuilder().stopStrings(List.of("x")).build(), 3));
    refuses(
        "request 1: keptTokens must be at most the context length less 2, 14, got 15",
        request(TEN.toBuilder().beyondContext(new BeyondContext.Slide(15)).build(), 3));
    assertThat(session.prefills).isZero();
  }

  private void refuses(String message, GenerationOptions options, int promptLength) {
    refuses(message, request(options, new int[promptLength]));
  }

  private void refuses(String message, GenerationRequest bad) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> generator.generateAll(List.of(request(TEN, 1), bad)))
        .withMessage(message);
  }

  @Test
  void namesTheRequestAndTokenOfBadLogits() {
    FakeSession broken =
        new FakeSession(
            2,
            16,
            20,
            tokens -> {
              float[] logits = FakeSession.hashed(tokens, 20);
              logits[7] = tokens[0] == 4 && tokens.length == 3 ? Float.NaN : logits[7];
              return logits;
            });
    Generator breaking = new Generator(broken);

    assertThatIllegalStateException()
        .isThrownBy(() -> breaking.generateAll(List.of(request(TEN, 3), request(TEN, 4))))
        .withMessage(
            "request 1, new token 2: the logit of id 7 must be finite or negative infinity,"
                + " got NaN");
    assertThat(breaking.generate(new int[] {3}, TEN))
        .isEqualTo(generator.generate(new int[] {3}, TEN));
  }

  @Test
  void passesOnWhatAListenerThrowsAndCanBeUsedAgain() {
    List<GenerationRequest> requests = requests(8);
    List<Generation> expected = generator.generateAll(requests);
    for (int tokens = 1; tokens < 40; tokens += 3) {
      int[] left = {tokens};
      GenerationListener failing =
          new GenerationListener() {
            @Override
            public void token(int request, int id) {
              if (--left[0] == 0) {
                throw new UnsupportedOperationException("enough");
              }
            }
          };

      assertThatThrownBy(() -> generator.generateAll(requests, failing, new Cancellation()))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessage("enough");
      assertThat(generator.generateAll(requests)).isEqualTo(expected);
    }
  }

  @Test
  void refusesToBeUsedFromInsideAListener() {
    GenerationListener nested =
        new GenerationListener() {
          @Override
          public void token(int request, int id) {
            generator.generate(new int[] {1}, TEN);
          }
        };

    assertThatIllegalStateException()
        .isThrownBy(() -> generator.generateAll(requests(1), nested, new Cancellation()))
        .withMessage("the generator is generating already");
    assertThat(generator.generate(new int[] {1}, TEN).ids()).hasSize(10);
  }

  @Test
  void stopsWhenAnotherThreadCancelsAll() throws InterruptedException {
    Cancellation cancellation = new Cancellation();
    Thread canceller = new Thread(cancellation::cancelAll);
    session.beforeStep =
        () -> {
          if (session.steps == 4) {
            canceller.start();
            try {
              canceller.join();
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
          }
        };
    List<Integer> finished = new ArrayList<>();
    GenerationListener listener =
        new GenerationListener() {
          @Override
          public void finished(int request, Generation generation) {
            finished.add(request);
          }
        };

    List<Generation> generations = generator.generateAll(requests(9), listener, cancellation);

    assertThat(generations)
        .hasSize(9)
        .allMatch(generation -> generation.finishReason() == FinishReason.CANCELLED);
    assertThat(generations.stream().map(generation -> generation.ids().length))
        .containsExactly(5, 5, 5, 0, 0, 0, 0, 0, 0);
    assertThat(finished).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(session.steps).isEqualTo(5);
  }

  @Test
  void doesNotReadPromptsThatWereCancelledBefore() {
    Cancellation cancellation = new Cancellation();
    cancellation.cancel(0);
    cancellation.cancel(2);

    List<Generation> generations =
        generator.generateAll(requests(3), new GenerationListener() {}, cancellation);

    assertThat(generations.get(0).ids()).isEmpty();
    assertThat(generations.get(2).finishReason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(generations.get(1).ids()).hasSize(10);
    assertThat(session.tokensRead).isEqualTo(10);
  }

  @Test
  void pullsRequestsOnlyAsSlotsBecomeFree() {
    Cancellation cancellation = new Cancellation();
    int[] finished = {0};
    int[] pulled = {0};
    Iterator<GenerationRequest> endless =
        Stream.generate(() -> request(TEN.withSeed(pulled[0]++), 1)).iterator();
    GenerationListener listener =
        new GenerationListener() {
          @Override
          public void finished(int request, Generation generation) {
            assertThat(pulled[0]).isLessThanOrEqualTo(finished[0] + session.slots());
            if (++finished[0] == 50) {
              cancellation.cancelAll();
            }
          }
        };

    int served = generator.generateAll(endless, listener, cancellation);

    assertThat(served).isEqualTo(pulled[0]).isEqualTo(finished[0]);
    assertThat(served).isBetween(50, 52);
  }

  @Test
  void givesNothingForNoRequests() {
    assertThat(generator.generateAll(List.of())).isEmpty();
    assertThat(session.prefills).isZero();
  }
}

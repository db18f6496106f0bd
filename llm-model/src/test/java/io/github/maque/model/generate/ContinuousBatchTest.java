package io.github.maque.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What comes out of many slots is what each prompt gives alone. */
class ContinuousBatchTest {
  private static final int VOCABULARY = 24;
  private static final Function<int[], float[]> MODEL =
      tokens -> FakeSession.hashed(tokens, VOCABULARY);

  private final Random random = new Random(21);

  private GenerationRequest request(int context) {
    GenerationOptions.Builder options =
        GenerationOptions.builder()
            .maxNewTokens(1 + random.nextInt(30))
            .temperature(random.nextInt(4) == 0 ? 0 : 0.3 + random.nextDouble())
            .seed(random.nextInt(5))
            .logProbabilities(random.nextBoolean());
    if (random.nextBoolean()) {
      options.topK(1 + random.nextInt(10)).topP(0.3 + 0.7 * random.nextDouble());
    }
    if (random.nextBoolean()) {
      options.minP(0.05).repetitionPenalty(1.3).presencePenalty(0.2).frequencyPenalty(0.1);
    }
    if (random.nextBoolean()) {
      options.stopIds(random.nextInt(VOCABULARY), random.nextInt(VOCABULARY));
    }
    if (random.nextBoolean()) {
      options.noRepeatNgram(2 + random.nextInt(3)).logitBias(random.nextInt(VOCABULARY), -2.5);
    }
    int longest = context;
    if (random.nextBoolean()) {
      options.beyondContext(new BeyondContext.Slide(random.nextInt(context - 1)));
      longest = 2 * context;
    }
    return new GenerationRequest(
        random.ints(1 + random.nextInt(longest), 0, VOCABULARY).toArray(), options.build());
  }

  private List<GenerationRequest> requests(int context) {
    List<GenerationRequest> requests = new ArrayList<>();
    for (int n = random.nextInt(20); n >= 0; n--) {
      requests.add(request(context));
    }
    return requests;
  }

  private static void assertSame(Generation actual, Generation expected) {
    assertThat(actual.ids()).containsExactly(expected.ids());
    assertThat(actual.finishReason()).isEqualTo(expected.finishReason());
    assertThat(actual.logProbabilities())
        .containsExactly(expected.logProbabilities(), within(1e-9));
  }

  /** Checks that the calls are in order and keeps what they say. */
  private static class Recorder implements GenerationListener {
    final List<List<Integer>> tokens = new ArrayList<>();
    final List<Generation> finished = new ArrayList<>();

    Recorder(int requests) {
      for (int i = 0; i < requests; i++) {
        tokens.add(new ArrayList<>());
        finished.add(null);
      }
    }

    @Override
    public void token(int request, int id) {
      assertThat(finished.get(request)).isNull();
      tokens.get(request).add(id);
    }

    @Override
    public void finished(int request, Generation generation) {
      assertThat(finished.get(request)).isNull();
      assertThat(generation.ids())
          .containsExactly(tokens.get(request).stream().mapToInt(id -> id).toArray());
      finished.set(request, generation);
    }
  }

  @Test
  void writesBehindEveryPromptWhatItGetsAlone() {
    for (int round = 0; round < 80; round++) {
      int context = 3 + random.nextInt(30);
      int slots = 1 + random.nextInt(20);
      List<GenerationRequest> requests = requests(context);
      Recorder recorder = new Recorder(requests.size());
      FakeSession session = FakeSession.hashing(slots, context, VOCABULARY);

      List<Generation> results =
          new Generator(session).generateAll(requests, recorder, new Cancellation());

      assertThat(results).hasSameSizeAs(requests);
      for (int i = 0; i < requests.size(); i++) {
        assertSame(results.get(i), NaiveGeneration.run(requests.get(i), context, MODEL));
      }
      assertThat(recorder.finished).isEqualTo(results);
      assertThat(session.mostInStep).isLessThanOrEqualTo(slots);
      assertThat(IntStream.range(0, slots).map(session::length)).containsOnly(0);
    }
  }

  @Test
  void endsWhatIsCancelledAndNothingElse() {
    for (int round = 0; round < 80; round++) {
      int context = 3 + random.nextInt(30);
      List<GenerationRequest> requests = requests(context);
      Cancellation cancellation = new Cancellation();
      // How many tokens of all requests come before this one is cancelled; most never are.
      int[] tokensBefore =
          requests.stream()
              .mapToInt(r -> random.nextInt(3) == 0 ? random.nextInt(60) : Integer.MAX_VALUE)
              .toArray();
      int[] count = {0};
      int[] lengthAtCancel = new int[requests.size()];
      Arrays.fill(lengthAtCancel, -1);
      Recorder recorder =
          new Recorder(requests.size()) {
            @Override
            public void token(int request, int id) {
              super.token(request, id);
              count[0]++;
              cancelDue();
            }

            private void cancelDue() {
              for (int i = 0; i < tokensBefore.length; i++) {
                if (tokensBefore[i] <= count[0] && lengthAtCancel[i] < 0) {
                  cancellation.cancel(i);
                  lengthAtCancel[i] = tokens.get(i).size();
                }
              }
            }
          };

      List<Generation> results =
          new Generator(FakeSession.hashing(1 + random.nextInt(20), context, VOCABULARY))
              .generateAll(requests, recorder, cancellation);

      for (int i = 0; i < requests.size(); i++) {
        Generation alone = NaiveGeneration.run(requests.get(i), context, MODEL);
        if (results.get(i).finishReason() == FinishReason.CANCELLED) {
          int length = lengthAtCancel[i];
          assertThat(length).isGreaterThanOrEqualTo(0);
          assertThat(results.get(i).ids()).containsExactly(Arrays.copyOf(alone.ids(), length));
        } else {
          assertSame(results.get(i), alone);
        }
      }
      assertThat(recorder.finished).isEqualTo(results);
    }
  }

  /**
   * Draws of one round may happen at the same time, but count one after the other: one cancelled
   * before its turn does not fail.
   */
  @Test
  void failsWhereItsTurnComes() {
    Function<int[], float[]> model =
        tokens -> {
          float[] logits = FakeSession.hashed(tokens, VOCABULARY);
          logits[3] = tokens[0] == 9 ? Float.NaN : logits[3];
          return logits;
        };
    List<GenerationRequest> requests =
        IntStream.range(0, 16)
            .mapToObj(
                i ->
                    new GenerationRequest(
                        new int[] {i}, GenerationOptions.builder().maxNewTokens(4).build()))
            .toList();
    List<Integer> heard = new ArrayList<>();
    GenerationListener listener =
        new GenerationListener() {
          @Override
          public void token(int request, int id) {
            heard.add(request);
          }
        };

    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                new Generator(new FakeSession(16, 32, VOCABULARY, model))
                    .generateAll(requests, listener, new Cancellation()))
        .withMessageStartingWith("request 9, new token 0: the logit of id 3");
    assertThat(heard).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8);

    Cancellation cancellation = new Cancellation();
    GenerationListener cancelling =
        new GenerationListener() {
          @Override
          public void token(int request, int id) {
            cancellation.cancel(9);
          }
        };
    List<Generation> results =
        new Generator(new FakeSession(16, 32, VOCABULARY, model))
            .generateAll(requests, cancelling, cancellation);
    for (int i = 0; i < 16; i++) {
      assertThat(results.get(i).ids()).hasSize(i == 9 ? 0 : 4);
    }
  }

  @Test
  void keepsAllSlotsBusyWhileRequestsWait() {
    FakeSession session = FakeSession.hashing(4, 64, VOCABULARY);
    List<GenerationRequest> requests = new ArrayList<>();
    int newTokens = 0;
    for (int i = 0; i < 40; i++) {
      int length = 1 + i % 7;
      newTokens += length;
      requests.add(
          new GenerationRequest(
              new int[] {i % VOCABULARY},
              GenerationOptions.builder().maxNewTokens(length).seed(i).build()));
    }

    new Generator(session).generateAll(requests);

    // Every token but the last of each request is read once, and so is every prompt.
    assertThat(session.tokensRead).isEqualTo(newTokens);
    assertThat(session.steps).isLessThanOrEqualTo(newTokens / 4 + 7);
  }

  @Test
  void readsAgainOnlyWhereTheContextSlides() {
    FakeSession session = FakeSession.hashing(1, 10, VOCABULARY);
    GenerationOptions options =
        GenerationOptions.builder()
            .maxNewTokens(30)
            .beyondContext(new BeyondContext.Slide(2))
            .build();

    new Generator(session).generate(new int[] {1, 2, 3}, options);

    // 3 to 10 tokens, then from 2 + 4 to 10 again and again: 8 new tokens, then 5 a time.
    assertThat(session.prefills).isEqualTo(1 + (30 - 8 + 4) / 5);
    assertThat(session.tokensRead).isEqualTo(10 + 4 * 10 + 7);
  }
}

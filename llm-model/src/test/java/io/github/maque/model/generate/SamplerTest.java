package io.github.maque.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplerTest {
  private static final float NEVER = Float.NEGATIVE_INFINITY;

  private final Random random = new Random(11);

  private static GenerationOptions.Builder options() {
    return GenerationOptions.builder();
  }

  private static Map<Integer, Double> selected(float[] logits, GenerationOptions options) {
    Candidates candidates = new Candidates(logits.length);
    candidates.select(logits, options);
    Map<Integer, Double> selected = new TreeMap<>();
    for (int i = 0; i < candidates.size(); i++) {
      selected.put(candidates.id(i), candidates.probability(i));
    }
    return selected;
  }

  /** Logits as of a decoder; in steps of an eighth if {@code coarse}, so that many are equal. */
  private float[] logits(int size, boolean coarse) {
    double spread = 0.1 + 5 * random.nextDouble();
    float[] logits = new float[size];
    for (int i = 0; i < size; i++) {
      double x = random.nextGaussian() * spread;
      logits[i] = random.nextInt(9) == 0 ? NEVER : (float) (coarse ? Math.rint(x * 8) / 8 : x);
    }
    logits[random.nextInt(size)] = 1;
    return logits;
  }

  private GenerationOptions.Builder randomOptions(int vocabulary) {
    GenerationOptions.Builder builder = options().temperature(0.2 + 2 * random.nextDouble());
    if (random.nextBoolean()) {
      builder.topK(1 + random.nextInt(random.nextBoolean() ? 8 : vocabulary + 5));
    }
    if (random.nextBoolean()) {
      builder.topP(1e-9 + random.nextDouble());
    }
    if (random.nextBoolean()) {
      builder.minP(random.nextDouble() * random.nextDouble());
    }
    return builder;
  }

  private void randomPenalties(GenerationOptions.Builder builder, int vocabulary) {
    if (random.nextBoolean()) {
      builder.repetitionPenalty(0.5 + random.nextDouble());
    }
    if (random.nextBoolean()) {
      builder.presencePenalty(random.nextGaussian());
    }
    if (random.nextBoolean()) {
      builder.frequencyPenalty(random.nextGaussian());
    }
    if (random.nextBoolean()) {
      builder.noRepeatNgram(1 + random.nextInt(4));
    }
    for (int i = random.nextInt(4); i > 0; i--) {
      builder.logitBias(
          random.nextInt(vocabulary), random.nextBoolean() ? NEVER : random.nextGaussian());
    }
  }

  @Test
  void leavesTheSameTokensWithTheSameProbabilitiesAsSorting() {
    for (int round = 0; round < 4000; round++) {
      int vocabulary = 1 + random.nextInt(round % 100 == 0 ? 3000 : 60);
      float[] logits = logits(vocabulary, round % 2 == 0);
      GenerationOptions options = randomOptions(vocabulary).build();
      Map<Integer, Double> expected = NaiveSampling.distribution(logits, options);

      Map<Integer, Double> actual = selected(logits, options);

      assertThat(actual.keySet()).as("%s", options).isEqualTo(expected.keySet());
      actual.forEach((id, p) -> assertThat(p).isCloseTo(expected.get(id), within(1e-10)));
    }
  }

  @Test
  void choosesTheSameTokensAsTheNaiveSampler() {
    for (int round = 0; round < 400; round++) {
      int vocabulary = 12 + random.nextInt(40);
      GenerationOptions.Builder builder = randomOptions(vocabulary).seed(random.nextLong());
      randomPenalties(builder, vocabulary);
      if (round % 4 == 0) {
        builder.greedy();
      }
      GenerationOptions options = builder.build();
      int[] prompt = random.ints(1 + random.nextInt(20), 0, vocabulary).toArray();
      TokenHistory history = new TokenHistory(prompt);
      Sampler sampler = new Sampler(options);
      Candidates candidates = new Candidates(vocabulary);
      int[] tokens = prompt;
      for (int step = 0; step < 10; step++) {
        float[] raw = logits(vocabulary, round % 3 == 0);
        float[] processed = NaiveSampling.processed(raw, options, tokens, prompt.length);
        if (processed[NaiveSampling.greedy(processed)] == NEVER) {
          assertThatIllegalStateException()
              .isThrownBy(() -> sampler.next(raw, history, candidates))
              .withMessageContaining("no token is left");
          break;
        }

        int id = sampler.next(raw, history, candidates);

        assertThat(raw).usingComparatorWithPrecision(1e-5f).containsExactly(processed);
        if (options.temperature() == 0) {
          assertThat(id).isEqualTo(NaiveSampling.greedy(processed));
        } else {
          Map<Integer, Double> left = NaiveSampling.distribution(raw, options);
          double uniform = RandomDraw.uniform(options.seed(), step);
          assertThat(id).isEqualTo(NaiveSampling.draw(left, uniform));
        }
        history.add(id);
        tokens = Arrays.copyOf(tokens, tokens.length + 1);
        tokens[tokens.length - 1] = id;
      }
    }
  }

  @Test
  void keepsAllTokensEqualToTheLastOfTopK() {
    float[] logits = {1, 3, 2, 2, 0, 2};

    assertThat(selected(logits, options().topK(2).build()).keySet()).containsExactly(1, 2, 3, 5);
  }

  @Test
  void keepsSmallIdsAmongEqualsAtTheEndOfTopP() {
    float[] logits = new float[10];

    assertThat(selected(logits, options().topP(0.35).build()).keySet()).containsExactly(0, 1, 2, 3);
  }

  @Test
  void findsTheTopOfAVocabularyInAnyOrder() {
    int vocabulary = 5000;
    float[] rising = new float[vocabulary];
    float[] falling = new float[vocabulary];
    float[] equal = new float[vocabulary];
    for (int id = 0; id < vocabulary; id++) {
      rising[id] = id * 1e-3f;
      falling[id] = -id * 1e-3f;
    }
    for (int k : new int[] {1, 2, 50, 2500, 4999, 5000, 6000}) {
      GenerationOptions options = options().topK(k).build();
      int kept = Math.min(k, vocabulary);
      assertThat(selected(rising, options).keySet())
          .hasSize(kept)
          .allMatch(id -> id >= vocabulary - kept);
      assertThat(selected(falling, options).keySet()).hasSize(kept).allMatch(id -> id < kept);
      assertThat(selected(equal, options)).hasSize(vocabulary);
    }
  }

  @Test
  void drawsInProportionToTheProbabilities() {
    int draws = 200_000;
    float[] logits = {0.3f, -1, NEVER, 2, 1.1f, -0.4f, 0, 0.9f};
    for (GenerationOptions base :
        new GenerationOptions[] {
          options().build(),
          options().temperature(0.6).build(),
          options().topK(4).build(),
          options().topP(0.8).build(),
          options().minP(0.2).build()
        }) {
      Map<Integer, Double> expected = NaiveSampling.distribution(logits, base);
      for (boolean steps : new boolean[] {false, true}) {
        int[] counts = new int[logits.length];
        Candidates candidates = new Candidates(logits.length);
        candidates.select(logits, base);
        for (int n = 0; n < draws; n++) {
          // Along the steps of one seed, and across seeds at one step, as in many samples.
          double uniform = steps ? RandomDraw.uniform(5, n) : RandomDraw.uniform(n, 3);
          counts[candidates.draw(uniform)]++;
        }
        double chiSquare = 0;
        for (int id = 0; id < counts.length; id++) {
          double mean = expected.getOrDefault(id, 0.0) * draws;
          if (mean == 0) {
            assertThat(counts[id]).isZero();
          } else {
            chiSquare += (counts[id] - mean) * (counts[id] - mean) / mean;
          }
        }
        // The value that chi-square with 6 degrees of freedom exceeds once in 10,000 times.
        assertThat(chiSquare).isLessThan(27.9);
      }
    }
  }

  @Test
  void drawsTheSameFromWhatIsLeftHoweverItWasFound() {
    float[] logits = logits(500, false);
    GenerationOptions all = options().build();
    GenerationOptions top = options().topK(499).topP(1 - 1e-12).build();
    Candidates one = new Candidates(500);
    Candidates other = new Candidates(500);
    one.select(logits, all);
    other.select(logits, top);

    for (int step = 0; step < 1000; step++) {
      double uniform = RandomDraw.uniform(1, step);
      assertThat(one.draw(uniform)).isEqualTo(other.draw(uniform));
    }
  }

  @Test
  void staysInsideTheCandidatesAtBothEndsOfADraw() {
    Candidates candidates = new Candidates(4);
    candidates.select(new float[] {NEVER, 0, 0, NEVER}, options().build());

    assertThat(candidates.draw(0)).isEqualTo(1);
    assertThat(candidates.draw(Math.nextDown(1.0))).isEqualTo(2);
  }

  @Test
  void standsExtremeLogitsAndTemperatures() {
    float[] logits = {Float.MAX_VALUE, -Float.MAX_VALUE, 0, Float.MAX_VALUE};

    assertThat(selected(logits, options().temperature(1e-6).build()))
        .containsEntry(0, 0.5)
        .containsEntry(1, 0.0)
        .containsEntry(3, 0.5);
    assertThat(selected(new float[] {0, 1}, options().temperature(1e300).build()))
        .containsEntry(0, 0.5);
  }

  @Test
  void ignoresIdsBeyondItsVocabulary() {
    float[] logits = {1, 2, 9, Float.NaN};
    Candidates candidates = new Candidates(2);
    candidates.select(logits, options().build());

    assertThat(candidates.size()).isEqualTo(2);
    assertThat(candidates.mostLikely(logits)).isEqualTo(1);
  }

  @Test
  void saysWhichLogitIsNoNumber() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      float[] logits = new float[300];
      logits[123] = bad;
      for (GenerationOptions options :
          new GenerationOptions[] {
            options().build(),
            options().greedy().build(),
            options().topK(5).build(),
            options().topP(0.5).build()
          }) {
        assertThatIllegalStateException()
            .isThrownBy(
                () ->
                    new Sampler(options)
                        .next(logits.clone(), new TokenHistory(new int[] {1}), new Candidates(300)))
            .withMessage("the logit of id 123 must be finite or negative infinity, got " + bad);
      }
      assertThatIllegalStateException()
          .isThrownBy(() -> Softmax.logProbability(logits, 0))
          .withMessageContaining("id 123");
    }
  }

  @Test
  void saysThatNoTokenIsLeft() {
    float[] logits = {NEVER, NEVER, NEVER};
    for (GenerationOptions options :
        new GenerationOptions[] {
          options().build(), options().greedy().build(), options().topK(2).build()
        }) {
      assertThatIllegalStateException()
          .isThrownBy(
              () ->
                  new Sampler(options)
                      .next(logits.clone(), new TokenHistory(new int[] {1}), new Candidates(3)))
          .withMessageContaining("no token is left to choose");
    }
  }

  @Test
  void countsEveryTokenOfALongHistory() {
    int vocabulary = 2000;
    int[] prompt = random.ints(3000, 0, vocabulary).toArray();
    TokenHistory history = new TokenHistory(prompt);
    int[] added = random.ints(3000, 0, vocabulary).toArray();
    int[] counts = new int[vocabulary];
    for (int id : added) {
      history.add(id);
      counts[id]++;
    }
    float[] repeated = new float[vocabulary];
    Arrays.fill(repeated, 4);
    float[] fresh = new float[vocabulary];

    history.penalizeRepetition(repeated, 2);
    history.penalizeNewTokens(fresh, 10, 1);

    for (int id = 0; id < vocabulary; id++) {
      int here = id;
      boolean occurs =
          IntStream.concat(IntStream.of(prompt), IntStream.of(added)).anyMatch(t -> t == here);
      assertThat(repeated[id]).isEqualTo(occurs ? 2 : 4);
      assertThat(fresh[id]).isEqualTo(counts[id] == 0 ? 0 : -10 - counts[id]);
    }
  }

  @Test
  void allocatesNothingForAToken() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int vocabulary = 4096;
    GenerationOptions options =
        options().topK(200).topP(0.9).minP(0.01).repetitionPenalty(1.1).noRepeatNgram(3).build();
    Sampler sampler = new Sampler(options);
    Candidates candidates = new Candidates(vocabulary);
    TokenHistory history = new TokenHistory(new int[] {1, 2, 3});
    float[] logits = logits(vocabulary, false);
    float[] copy = logits.clone();
    int[] sink = new int[1];
    Runnable tokens =
        () -> {
          for (int n = 0; n < 200; n++) {
            System.arraycopy(logits, 0, copy, 0, vocabulary);
            sink[0] += sampler.next(copy, history, candidates);
          }
        };
    tokens.run();
    long before = threads.getCurrentThreadAllocatedBytes();
    tokens.run();

    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(200 * 16);
  }
}

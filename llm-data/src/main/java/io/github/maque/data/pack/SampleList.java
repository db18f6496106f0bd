package io.github.maque.data.pack;

import java.util.Arrays;
import java.util.Objects;

/**
 * Samples in memory: four bytes a token, eight for each run of equal weights and eight for each
 * sample. Immutable.
 */
public final class SampleList implements Samples {
  /** What fits the largest array, in tokens. */
  private static final int MAX_TOKENS = Integer.MAX_VALUE - 8;

  private final int size;
  // Sample i has the tokens starts[i] … starts[i + 1] - 1, and the runs from firstRuns[i] on.
  private final int[] starts;
  private final int[] firstRuns;
  private final int[] ids;
  // Run r ends before token runEnds[r], counted over all samples.
  private final int[] runEnds;
  private final float[] runWeights;

  private SampleList(Builder from) {
    size = from.size;
    starts = Arrays.copyOf(from.starts, size + 1);
    firstRuns = Arrays.copyOf(from.firstRuns, size);
    ids = Arrays.copyOf(from.ids, starts[size]);
    runEnds = Arrays.copyOf(from.runEnds, from.runs);
    runWeights = Arrays.copyOf(from.runWeights, from.runs);
  }

  /** Returns a builder of an empty list. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public int length(int index) {
    Objects.checkIndex(index, size);
    return starts[index + 1] - starts[index];
  }

  @Override
  public void read(int index, int from, int count, int[] into, float[] lossWeights, int at) {
    Objects.checkFromIndexSize(from, count, length(index));
    int start = starts[index] + from;
    System.arraycopy(ids, start, into, at, count);
    int run = firstRuns[index];
    int done = 0;
    while (done < count) {
      int end = Math.min(count, runEnds[run] - start);
      if (end > done) {
        Arrays.fill(lossWeights, at + done, at + end, runWeights[run]);
        done = end;
      }
      run++;
    }
  }

  /** Collects samples. Used by one thread. */
  public static final class Builder {
    private int size;
    private int[] starts = new int[1];
    private int[] firstRuns = new int[0];
    private int[] ids = new int[0];
    private int runs;
    private int[] runEnds = new int[0];
    private float[] runWeights = new float[0];

    private Builder() {}

    /**
     * Adds a sample.
     *
     * @param tokens its ids, at least one
     * @param lossWeights for each token how much it counts to predict it; that of the first token
     *     is never used
     */
    public Builder add(int[] tokens, float[] lossWeights) {
      if (tokens.length == 0 || tokens.length != lossWeights.length) {
        throw new IllegalArgumentException(
            "sample "
                + size
                + " must have as many lossWeights as tokens, and one at least, got "
                + lossWeights.length
                + " and "
                + tokens.length);
      }
      for (int t = 0; t < tokens.length; t++) {
        if (tokens[t] < 0 || !Float.isFinite(lossWeights[t])) {
          throw new IllegalArgumentException(
              String.format(
                  "token %d of sample %d must have an id that is not negative and a lossWeight that"
                      + " is finite, got %d and %s",
                  t, size, tokens[t], lossWeights[t]));
        }
      }
      int start = starts[size];
      if (tokens.length > MAX_TOKENS - start) {
        throw new IllegalStateException("a SampleList holds at most " + MAX_TOKENS + " tokens");
      }
      ids = grown(ids, start + tokens.length);
      System.arraycopy(tokens, 0, ids, start, tokens.length);
      firstRuns = grown(firstRuns, size + 1);
      firstRuns[size] = runs;
      for (int t = 0; t < tokens.length; t++) {
        if (t == 0 || lossWeights[t] != lossWeights[t - 1]) {
          runEnds = grown(runEnds, runs + 1);
          if (runWeights.length < runEnds.length) {
            runWeights = Arrays.copyOf(runWeights, runEnds.length);
          }
          runWeights[runs++] = lossWeights[t];
        }
        runEnds[runs - 1] = start + t + 1;
      }
      size++;
      starts = grown(starts, size + 1);
      starts[size] = start + tokens.length;
      return this;
    }

    /** Adds a sample of which the tokens marked in {@code answer} count 1 and the others 0. */
    public Builder add(int[] tokens, boolean[] answer) {
      float[] weights = new float[answer.length];
      for (int t = 0; t < answer.length; t++) {
        weights[t] = answer[t] ? 1 : 0;
      }
      return add(tokens, weights);
    }

    /** Returns the samples added so far. */
    public SampleList build() {
      return new SampleList(this);
    }

    private static int[] grown(int[] array, int needed) {
      return needed <= array.length
          ? array
          : Arrays.copyOf(array, grownLength(array.length, needed));
    }

    /** Returns half as much again, so that growing by single elements takes linear time. */
    static int grownLength(int length, int needed) {
      long roomy = Math.max(16, 1L + length + (length >> 1));
      return (int) Math.max(needed, Math.min(roomy, MAX_TOKENS));
    }
  }
}

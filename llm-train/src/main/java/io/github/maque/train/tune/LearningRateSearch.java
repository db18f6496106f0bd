package io.github.maque.train.tune;

import io.github.maque.data.pack.Mixture;
import io.github.maque.data.pack.Sequences;
import io.github.maque.model.Decoder;
import io.github.maque.train.TrainingOptions;
import io.github.maque.train.schedule.Horizon;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks for a learning rate by short runs, a trial for each of several rates.
 *
 * <pre>{@code
 * SearchEvidence evidence =
 *     LearningRateSearch.on(decoder).data(stories).options(options).build().search();
 * evidence.write(directory);
 * options = options.withOptimizer(
 *     options.optimizer().withLearningRate(evidence.recommendation().rate().orElseThrow()));
 * }</pre>
 *
 * <p>All trials begin with the weights that the decoder has, and see the same batches in the same
 * order, so that rates differ by far less than batches do; the decoder has its weights again at the
 * end. The trials' schedule is the run's own, shrunk to their length, so that each rate is judged
 * by where its decay leads: while a rate is high, the noise that the rate itself makes hides what
 * has been learnt, and a search without the decay favours lower rates. The warm-up is at least a
 * tenth of a trial, since a hundredth of a run is many updates and a hundredth of a trial hardly
 * one.
 *
 * <p>A trial whose loss is no finite number, or whose smoothed loss is more than a tenth above its
 * first one, is stopped and counts as diverged; so does one that the trainer gives up, as too many
 * updates in a row could not be made.
 *
 * <p>The recommendation is the largest rate that cannot be told from the best one, and is at least
 * 3 times below the lowest rate that diverged; if too many rates cannot be told apart, it is the
 * best. The largest: rates that are too low lose more in a longer run than the noise of a trial
 * shows. Well below divergence: a rate somewhat too low costs little, and one that diverges later
 * costs the run.
 *
 * <p>What the search cannot know: the best rate of a longer run is lower, with about the third root
 * of its length (Bjorck et al. 2024, <a
 * href="https://arxiv.org/abs/2409.19913">arXiv:2409.19913</a>). Trials of more steps tell more.
 */
public final class LearningRateSearch {
  private final Builder settings;
  private final Mixture data;
  private final Horizon run;
  private final int steps;

  private LearningRateSearch(Builder settings, Mixture data) {
    this.settings = new Builder(settings);
    this.data = data;
    run = TrialRuns.horizon(settings.decoder, data, settings.options);
    steps = (int) Math.min(settings.steps, run.steps());
  }

  /** Returns a builder of a search for the rate of a decoder. */
  public static Builder on(Decoder decoder) {
    return new Builder(decoder);
  }

  /**
   * Runs all trials, one after the other.
   *
   * @throws IOException if a trainer cannot work
   */
  public SearchEvidence search() throws IOException {
    List<List<Trial>> byRate = new ArrayList<>();
    TrialSchedule schedule = new TrialSchedule(settings.options.schedule(), run);
    try (TrialRuns runs = new TrialRuns(settings.decoder, data, settings.options)) {
      for (double rate : settings.rates.spaced(settings.count)) {
        byRate.add(trials(runs, rate, schedule));
      }
    }
    List<RateResult> results = RateResult.of(byRate);
    double passes = TrialRuns.passes(data, steps, run.tokensPerStep());
    return new SearchEvidence(
        results, SearchJudgement.of(results, (double) run.steps() / steps, passes));
  }

  private List<Trial> trials(TrialRuns runs, double rate, TrialSchedule schedule)
      throws IOException {
    List<Trial> trials = new ArrayList<>();
    for (int repeat = 0; repeat < settings.repeats; repeat++) {
      Trial trial = runs.run(rate, schedule, steps, repeat);
      trials.add(trial);
      settings.listener.accept(trial);
      if (trial.diverged()) {
        break; // Once is enough.
      }
    }
    return trials;
  }

  /** Says how to search. Only {@link #data} must be said. */
  public static final class Builder {
    private final Decoder decoder;
    private @Nullable Mixture data;
    private TrainingOptions options = TrainingOptions.defaults();
    private RateRange rates = RateRange.defaults();
    private int count = 8;
    private int steps = 100;
    private int repeats = 2;
    private Consumer<Trial> listener = trial -> {};

    private Builder(Decoder decoder) {
      this.decoder = decoder;
    }

    private Builder(Builder other) {
      decoder = other.decoder;
      data = other.data;
      options = other.options;
      rates = other.rates;
      count = other.count;
      steps = other.steps;
      repeats = other.repeats;
      listener = other.listener;
    }

    /** Sets what is trained on. */
    public Builder data(Sequences sequences) {
      return data(Mixture.of(sequences));
    }

    /** Sets what is trained on: several sources, in proportions. */
    public Builder data(Mixture mixture) {
      data = mixture;
      return this;
    }

    /**
     * Sets the options of the run that the rate is for. Their learning rate is not used; trials are
     * neither evaluated nor saved.
     */
    public Builder options(TrainingOptions ofTheRun) {
      options = ofTheRun;
      return this;
    }

    /** Sets the lowest and the highest rate; {@link RateRange#defaults} if not set. */
    public Builder rates(RateRange range) {
      rates = range;
      return this;
    }

    /** Sets how many rates are tried, in equal ratios, at least 3; 8 if not set. */
    public Builder count(int ofRates) {
      requireAtLeast(3, "count", ofRates);
      count = ofRates;
      return this;
    }

    /**
     * Sets how many updates a trial makes, at least 20 and never more than the run does; 100 if not
     * set.
     */
    public Builder steps(int ofATrial) {
      requireAtLeast(20, "steps", ofATrial);
      steps = ofATrial;
      return this;
    }

    /**
     * Sets how many trials each rate has, with other orders of the data; 2 if not set. With 1 it is
     * not known how much runs differ by chance, and small differences look certain.
     */
    public Builder repeats(int ofEachRate) {
      requireAtLeast(1, "repeats", ofEachRate);
      repeats = ofEachRate;
      return this;
    }

    /** Sets who is told of each trial when it ends. */
    public Builder listener(Consumer<Trial> ofTrials) {
      listener = ofTrials;
      return this;
    }

    /**
     * Checks everything and returns the search.
     *
     * @throws IllegalArgumentException if something is missing or does not go together
     */
    public LearningRateSearch build() {
      if (data == null) {
        throw new IllegalArgumentException("data must be set: what to train on");
      }
      rates.spaced(count);
      return new LearningRateSearch(this, data);
    }
  }

  static void requireAtLeast(int least, String name, int value) {
    if (value < least) {
      throw new IllegalArgumentException(name + " must be at least " + least + ", got " + value);
    }
  }
}

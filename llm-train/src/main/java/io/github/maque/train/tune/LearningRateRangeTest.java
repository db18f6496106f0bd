package io.github.maque.train.tune;

import io.github.maque.data.pack.Mixture;
import io.github.maque.data.pack.Sequences;
import io.github.maque.model.Decoder;
import io.github.maque.train.TrainingOptions;
import io.github.maque.train.schedule.Horizon;
import io.github.maque.train.schedule.Schedule;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The learning-rate range test (Smith 2017, <a
 * href="https://arxiv.org/abs/1506.01186">arXiv:1506.01186</a>): a single run, whose rate grows by
 * the same factor at each update until the loss diverges.
 *
 * <pre>{@code
 * RangeTestEvidence evidence =
 *     LearningRateRangeTest.on(decoder).data(stories).options(options).build().run();
 * }</pre>
 *
 * <p>It recommends the rate at which the loss falls most steeply over the logarithm of the rate,
 * and no more than a third of the rate at which the loss is half the way back up. That is cheap and
 * a rough guide: the loss at a rate is due to all rates before it, so where it falls most steeply
 * depends on how fast the rate grows. {@link LearningRateSearch} is the better evidence. The
 * decoder has its weights again at the end.
 */
public final class LearningRateRangeTest {
  private final Builder settings;
  private final Mixture data;
  private final Horizon run;

  private LearningRateRangeTest(Builder settings, Mixture data) {
    this.settings = new Builder(settings);
    this.data = data;
    run = TrialRuns.horizon(settings.decoder, data, settings.options);
  }

  /** Returns a builder of a test of a decoder. */
  public static Builder on(Decoder decoder) {
    return new Builder(decoder);
  }

  /**
   * Makes the run.
   *
   * @throws IOException if a trainer cannot work
   */
  public RangeTestEvidence run() throws IOException {
    Trial trial;
    try (TrialRuns runs = new TrialRuns(settings.decoder, data, settings.options)) {
      Schedule growing = new GrowingRate(settings.rates);
      trial = runs.run(settings.rates.highest(), growing, settings.steps, 0);
    }
    List<Double> rates = new ArrayList<>();
    for (int i = 0; i < trial.losses().size(); i++) {
      rates.add(settings.rates.at((double) i / (settings.steps - 1)));
    }
    List<RangeTestPoint> points = RangeTestPoint.of(rates, trial.losses(), settings.steps);
    double passes = TrialRuns.passes(data, settings.steps, run.tokensPerStep());
    return new RangeTestEvidence(points, RangeTestJudgement.of(points, trial.diverged(), passes));
  }

  /** The highest rate is the optimizer's; what is here grows to 1. */
  private record GrowingRate(RateRange rates) implements Schedule {
    @Override
    public double factor(long step, Horizon horizon) {
      return rates.at((double) step / (horizon.steps() - 1)) / rates.highest();
    }
  }

  /** Says how to test. Only {@link #data} must be said. */
  public static final class Builder {
    private final Decoder decoder;
    private @Nullable Mixture data;
    private TrainingOptions options = TrainingOptions.defaults();
    private RateRange rates = new RateRange(1e-5, 1);
    private int steps = 200;

    private Builder(Decoder decoder) {
      this.decoder = decoder;
    }

    private Builder(Builder other) {
      decoder = other.decoder;
      data = other.data;
      options = other.options;
      rates = other.rates;
      steps = other.steps;
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

    /** Sets the options of the run that the rate is for, whose schedule and rate are not used. */
    public Builder options(TrainingOptions ofTheRun) {
      options = ofTheRun;
      return this;
    }

    /** Sets the rates of the first and of the last update; 0.00001 and 1 if not set. */
    public Builder rates(RateRange range) {
      rates = range;
      return this;
    }

    /** Sets how many updates the run makes, at least 20; 200 if not set. */
    public Builder steps(int updates) {
      LearningRateSearch.requireAtLeast(20, "steps", updates);
      steps = updates;
      return this;
    }

    /**
     * Checks everything and returns the test.
     *
     * @throws IllegalArgumentException if something is missing or does not go together
     */
    public LearningRateRangeTest build() {
      if (data == null) {
        throw new IllegalArgumentException("data must be set: what to train on");
      }
      return new LearningRateRangeTest(this, data);
    }
  }
}

package io.github.maque.examples.cli;

import io.github.maque.examples.pretrain.Pretraining;
import io.github.maque.train.tune.LearningRateEvidence;
import io.github.maque.train.tune.LearningRateRangeTest;
import io.github.maque.train.tune.LearningRateSearch;
import io.github.maque.train.tune.RateRange;
import io.github.maque.train.tune.RateResult;
import io.github.maque.train.tune.Recommendation;
import io.github.maque.train.tune.Recommendation.Verdict;
import io.github.maque.train.tune.SearchEvidence;
import io.github.maque.train.tune.Trial;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Looks for the learning rate of a run. */
@Command(
    name = "lr-search",
    description = {
      "Recommends a learning rate for a run of maque pretrain with the same configuration: short"
          + " runs with several rates, from the same weights and over the same data. Tables and"
          + " pictures of all losses are kept in a directory.",
      "The verdict says how far to trust it: clear; flat, if the runs were too short to tell rates"
          + " apart; at the edge of the range, if the best rate may be outside; best rates too close to"
          + " divergence, if the recommended one is worse, but safe."
    })
final class LrSearch extends Verb {
  @Spec private @Nullable CommandSpec spec;

  @Mixin private final PretrainOptions options = new PretrainOptions();

  @Option(
      names = "--rates",
      paramLabel = "FROM..TO",
      description = "The lowest and the highest rate (1e-4..3e-2, or 1e-5..1 for --range-test).")
  private @Nullable String rates;

  @Option(names = "--count", description = "How many rates, in equal ratios (8).")
  private @Nullable Integer count;

  @Option(
      names = "--steps",
      description =
          "How many updates each run makes (100, or 200 for --range-test); in a search no more than"
              + " the run that it is for.")
  private @Nullable Integer steps;

  @Option(
      names = "--repeats",
      description =
          "How many runs for each rate, with other orders of the data (2): they show how much is"
              + " chance.")
  private @Nullable Integer repeats;

  @Option(
      names = "--range-test",
      description =
          "A single run instead, whose rate grows until the loss diverges: quicker, and a rough"
              + " guide.")
  private boolean rangeTest;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Where tables and pictures are written (runs/NAME-lr-search, after the configuration).")
  private @Nullable Path out;

  @Override
  protected Summary run() throws IOException {
    if (rangeTest && (count != null || repeats != null)) {
      throw rejection("--range-test is a single run: --count and --repeats do not go with it");
    }
    RateRange range = rates == null ? null : RateRange.parse(rates);
    Path directory = out == null ? options.directory("-lr-search") : out;
    if (Files.exists(directory) && !Files.isDirectory(directory)) {
      throw new NotDirectoryException(directory.toString());
    }
    try (Pretraining pretraining = Pretraining.open(options.read())) {
      LearningRateEvidence evidence =
          rangeTest ? rangeTest(pretraining, range) : search(pretraining, range);
      evidence.write(directory);
      return summary(evidence, directory);
    }
  }

  private LearningRateEvidence search(Pretraining pretraining, @Nullable RateRange range)
      throws IOException {
    LearningRateSearch.Builder search =
        LearningRateSearch.on(pretraining.decoder())
            .data(pretraining.trainingSequences())
            .options(pretraining.config().training())
            .listener(this::tell);
    if (range != null) {
      search.rates(range);
    }
    if (count != null) {
      search.count(count);
    }
    if (steps != null) {
      search.steps(steps);
    }
    if (repeats != null) {
      search.repeats(repeats);
    }
    return search.build().search();
  }

  private LearningRateEvidence rangeTest(Pretraining pretraining, @Nullable RateRange range)
      throws IOException {
    LearningRateRangeTest.Builder test =
        LearningRateRangeTest.on(pretraining.decoder())
            .data(pretraining.trainingSequences())
            .options(pretraining.config().training());
    if (range != null) {
      test.rates(range);
    }
    if (steps != null) {
      test.steps(steps);
    }
    return test.build().run();
  }

  private void tell(Trial trial) {
    if (!isJson()) {
      List<Double> smoothed = trial.smoothed();
      PrintWriter screen = Objects.requireNonNull(spec).commandLine().getOut();
      screen.printf(
          Locale.ROOT,
          "rate %.3g, seed %d: %s%n",
          trial.rate(),
          trial.seed(),
          trial.diverged()
              ? "diverged at step " + smoothed.size()
              : String.format(Locale.ROOT, "loss %.4f", smoothed.get(smoothed.size() - 1)));
      screen.flush();
    }
  }

  private Summary summary(LearningRateEvidence evidence, Path directory) {
    Recommendation found = evidence.recommendation();
    Summary summary = new Summary();
    summary.data("rate", found.rate().isPresent() ? found.rate().getAsDouble() : null);
    summary.data(
        "diverges_at", found.divergesAt().isPresent() ? found.divergesAt().getAsDouble() : null);
    summary.data("verdict", found.verdict().toString());
    summary.data("reasons", found.reasons());
    if (evidence instanceof SearchEvidence search) {
      summary.data("results", results(search));
    }
    summary.print("");
    evidence.table().lines().forEach(summary::print);
    summary.print("");
    found.toString().lines().forEach(summary::print);
    found
        .rate()
        .ifPresent(
            rate ->
                summary.print(
                    "maque pretrain takes it with --set training.optimizer.learning-rate="
                        + rate
                        + (found.verdict() == Verdict.CLEAR ? "" : " (not certain)")));
    return summary.print("").text("out", directory.toString());
  }

  private static List<Map<String, Object>> results(SearchEvidence search) {
    List<Map<String, Object>> results = new ArrayList<>();
    for (RateResult result : search.results()) {
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("rate", result.rate());
      figures.put("diverged", result.diverged());
      figures.put("loss", result.loss());
      figures.put("loss_error", result.lossError());
      figures.put("excess", result.excess());
      figures.put("excess_error", result.excessError());
      results.add(figures);
    }
    return results;
  }
}

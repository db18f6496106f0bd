package io.github.maque.examples.cli;

import io.github.maque.align.rollout.Rollout;
import io.github.maque.examples.align.RolloutJob;
import io.github.maque.examples.align.RolloutScore;
import io.github.maque.examples.model.ModelDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes preference data of a model's own answers. */
@Command(
    name = "rollout",
    description = {
      "Lets a model answer the questions of some data and makes preferences of the answers: chosen"
          + " is the answer of the data and rejected the model's, or with --choose best the best"
          + " and the worst of several answers of the model.",
      "Answers are kept in a file, those to 256 questions at a time: after a kill the same command"
          + " goes on from there. It holds the answers of other models and options too, which are"
          + " never mixed up."
    })
final class RolloutPairs extends Verb {

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "The model's directory, or that of a run, whose best checkpoint is taken.")
  private Path model = Path.of("");

  @Mixin private final DialogueInput data = new DialogueInput();

  @Option(
      names = {"-o", "--out"},
      required = true,
      paramLabel = "FILE",
      description = "The preferences: JSON lines with prompt, chosen and rejected.")
  private Path out = Path.of("");

  @Option(
      names = "--choose",
      paramLabel = "data|best",
      description =
          "What is chosen: the data's answer over each of the model's (data, the default), or the"
              + " best of the model's answers over the worst, by --score.")
  private RolloutJob.Choice choice = RolloutJob.Choice.DATA;

  @Option(
      names = "--score",
      paramLabel = "constraints|length",
      description =
          "What is best: constraints (the default) for the mean share to which an answer keeps to"
              + " the words, sentence, dialogue and summary that it was asked for, less the share"
              + " of 16-character stretches that it had before; length for more characters.")
  private @Nullable RolloutScore score;

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "1",
      description = "Answers of the model to each question (1).")
  private int samples = 1;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Take no more than the first N questions of the data.")
  private @Nullable Integer limit;

  @Option(
      names = "--margin",
      paramLabel = "X",
      defaultValue = "0",
      description =
          "With --choose best, leave out questions whose best answer is not better than the worst by"
              + " so much of the score (0).")
  private double margin;

  @Option(
      names = "--unfinished",
      description = "Take answers too that were cut short, for lack of tokens or of context.")
  private boolean unfinished;

  @Mixin
  private final BatchedAnswerOptions answering = new BatchedAnswerOptions(Rollout.DEFAULT_SLOTS);

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "What draws depend on (0).")
  private long seed;

  @Option(
      names = "--cache",
      paramLabel = "FILE",
      description = "Where answers are kept and found (FILE of --out with .answers behind it).")
  private @Nullable Path cache;

  @Override
  protected Summary run() throws IOException {
    check();
    ModelDirectory found = answering.find(model);
    RolloutJob job =
        new RolloutJob(
            found,
            answering.precision(),
            data.questions(),
            limit == null ? Integer.MAX_VALUE : limit,
            choice,
            score == null ? RolloutScore.CONSTRAINTS : score,
            margin,
            unfinished,
            out);
    RolloutFigures figures;
    try (Progress progress = progress()) {
      Rollout rollout =
          Rollout.builder(answering.generation(found.source()).withSeed(seed))
              .samples(samples)
              .slots(answering.slots())
              .cache(cache())
              .listener(progress::answering)
              .build();
      figures = new RolloutFigures(job.run(rollout, progress.loading()));
    }
    Summary summary = new Summary().text("preferences", out.toString());
    figures.addTo(summary);
    return summary.text("answers_kept_in", cache().toString());
  }

  private void check() throws IOException {
    requirePositive("--samples", samples);
    answering.slots();
    requirePositive("--limit", limit == null ? 1 : limit);
    if (choice == RolloutJob.Choice.BEST && samples < 2) {
      throw rejection("--choose best needs --samples of at least 2, got " + samples);
    }
    if (!(margin >= 0) || margin > 0 && choice == RolloutJob.Choice.DATA) {
      throw rejection("--margin must be at least 0 and goes with --choose best, got " + margin);
    }
    if (choice == RolloutJob.Choice.DATA && score != null) {
      throw rejection("--score goes with --choose best");
    }
    OutputFile.check(out);
    if (out.toAbsolutePath().normalize().equals(cache().toAbsolutePath().normalize())) {
      throw rejection("--cache must be another file than --out");
    }
    for (String path : data.questions().paths()) {
      if (Files.exists(out)
          && Files.exists(Path.of(path))
          && Files.isSameFile(out, Path.of(path))) {
        throw rejection("--out must be another file than --data, which it would replace");
      }
    }
  }

  private Path cache() {
    return cache == null ? out.resolveSibling(out.getFileName() + ".answers") : cache;
  }
}

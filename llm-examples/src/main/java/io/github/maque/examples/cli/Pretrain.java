package io.github.maque.examples.cli;

import io.github.maque.examples.Unfinished;
import io.github.maque.examples.pretrain.PretrainConfig;
import io.github.maque.examples.pretrain.Pretraining;
import io.github.maque.examples.pretrain.RunResult;
import io.github.maque.train.Resume;
import io.github.maque.train.TrainingResult;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a new model on prepared data. */
@Command(
    name = "pretrain",
    description = {
      "Trains a new model on data that maque data prepare has written, as a configuration says."
          + " Checkpoints, metrics, TensorBoard's events, a report and its pictures are kept in a"
          + " directory; each checkpoint is a model that maque generate opens.",
      "Ctrl-C or SIGTERM ends it after the step that it is at: it saves and exits with 75; a second"
          + " one ends it at once. Ended in whatever way, the same command goes on where it was."
    })
final class Pretrain extends Verb {
  private static final String SMOKE = "smoke";

  @Spec private @Nullable CommandSpec spec;

  @Mixin private final PretrainOptions options = new PretrainOptions();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the run is kept (runs/NAME, after the configuration).")
  private @Nullable Path out;

  @Option(
      names = "--resume",
      paramLabel = "auto|never|DIR",
      description =
          "What to go on from: the newest intact checkpoint in the run's directory (auto), nothing"
              + " (never), or a checkpoint.")
  private @Nullable String resume;

  @Option(
      names = "--weights",
      paramLabel = "DIR",
      description =
          "Begin with a model's weights instead of random ones; a run that has checkpoints goes on"
              + " from those.")
  private @Nullable Path weights;

  @Option(
      names = "--smoke",
      description =
          "Try everything out: ten steps of a few sequences at one learning rate. Without --data on"
              + " made-up stories. The run is kept in a new directory smoke in that of --out; without"
              + " --out it is deleted in the end.")
  private boolean smoke;

  private boolean stopped;

  @Override
  protected Summary run() throws IOException {
    check();
    if (!smoke) {
      return train(options.read(), out == null ? options.directory("") : out);
    }
    Path scratch =
        Unfinished.beside(Path.of(System.getProperty("java.io.tmpdir"), "maque-pretrain"));
    Files.createDirectory(scratch);
    try {
      PretrainConfig given = options.read();
      PretrainConfig few = PretrainSmoke.shortened(given);
      return train(
          few.data().directory().isPresent() ? few : PretrainSmoke.withStories(few, scratch),
          (out == null ? scratch : out).resolve(SMOKE));
    } finally {
      Unfinished.delete(scratch);
    }
  }

  private void check() throws IOException {
    // What a smoke run has learnt is nothing that another run should go on from.
    if (smoke && out != null && Files.exists(out.resolve(SMOKE))) {
      throw new FileAlreadyExistsException(
          out.resolve(SMOKE).toString(), null, "exists, and --smoke needs a new directory");
    }
    if (weights != null && resume != null) {
      throw rejection("--weights and --resume exclude each other");
    }
    if (weights != null && !Files.isDirectory(weights)) {
      throw new NoSuchFileException(weights.toString(), null, "expected a model's directory");
    }
  }

  private Summary train(PretrainConfig chosen, Path directory) throws IOException {
    TrainingRunner runner =
        new TrainingRunner(Objects.requireNonNull(spec).commandLine(), isJson());
    boolean goesOn = !smoke && weights == null && (resume == null || resume.equals("auto"));
    Optional<RunResult> before =
        goesOn ? Pretraining.complete(chosen, directory) : Optional.empty();
    if (before.isPresent()) {
      Summary summary = TrainingRunner.finishedBefore(before.get());
      TrainingRunner.addPlaces(directory, before.get().training(), summary);
      return summary;
    }
    Summary summary = new Summary();
    try (Pretraining pretraining = Pretraining.open(chosen);
        Progress progress = progress()) {
      TrainingResult result =
          runner.train(
              pretraining.trainer().directory(directory).resume(resume()),
              progress,
              summary,
              (horizon, plan) -> {
                plan.text("config", options.config()).text("out", directory.toString());
                new PretrainFigures(pretraining, horizon).addTo(plan);
              });
      stopped = !RunResult.of(result).isComplete();
      if (!smoke || out != null) {
        TrainingRunner.addPlaces(directory, result, summary);
      }
      if (stopped) {
        summary.print("", afterStop(result));
      }
      return summary;
    }
  }

  private Resume resume() {
    if (weights != null) {
      return Resume.autoOr(Resume.weights(weights));
    }
    if (resume == null || resume.equals("auto")) {
      return Resume.auto();
    }
    return resume.equals("never") ? Resume.never() : Resume.from(Path.of(resume));
  }

  private String afterStop(TrainingResult result) {
    if (smoke) {
      return "it was stopped";
    }
    boolean auto = resume == null || resume.equals("auto");
    return TrainingRunner.afterStop(
        result, auto ? "the same command" : "the same command with --resume auto");
  }

  @Override
  protected int exitCode() {
    return stopped ? TrainingInterruption.STOPPED : 0;
  }
}

package io.github.maque.examples.cli;

import io.github.maque.examples.pretrain.PretrainConfig;
import io.github.maque.examples.pretrain.Pretraining;
import io.github.maque.train.Resume;
import io.github.maque.train.Trainer;
import io.github.maque.train.TrainingResult;
import io.github.maque.train.metric.RunEnd;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
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
              + " made-up stories, without --out in a directory that is deleted in the end.")
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
          out == null ? scratch.resolve("run") : out);
    } finally {
      Unfinished.delete(scratch);
    }
  }

  private void check() throws IOException {
    if (weights != null && resume != null) {
      throw rejection("--weights and --resume exclude each other");
    }
    if (weights != null && !Files.isDirectory(weights)) {
      throw new NoSuchFileException(weights.toString(), null, "expected a model's directory");
    }
  }

  private Summary train(PretrainConfig chosen, Path directory) throws IOException {
    PrintWriter screen = Objects.requireNonNull(spec).commandLine().getOut();
    try (Pretraining pretraining = Pretraining.open(chosen);
        Progress progress = progress()) {
      TrainingConsole console = new TrainingConsole(isJson() ? null : screen, progress);
      Trainer trainer =
          pretraining
              .trainer()
              .directory(directory)
              .resume(resume(directory))
              .listener(console)
              .build();
      Summary plan =
          new Summary().text("config", options.config()).text("out", directory.toString());
      new PretrainFigures(pretraining, trainer.horizon()).addTo(plan);
      console.print("%s", plan.toText());
      TrainingResult result = train(trainer);
      return summary(plan, directory, result);
    }
  }

  private TrainingResult train(Trainer trainer) throws IOException {
    PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
    Runnable stop =
        () -> {
          trainer.stop();
          err.println("ends after this step and saves; a second signal ends it at once");
          err.flush();
        };
    TrainingInterruption interruption = new TrainingInterruption(stop);
    try {
      return trainer.train();
    } finally {
      interruption.close();
    }
  }

  private Resume resume(Path directory) throws IOException {
    if (weights != null) {
      return hasCheckpoints(directory) ? Resume.auto() : Resume.weights(weights);
    }
    if (resume == null || resume.equals("auto")) {
      return Resume.auto();
    }
    return resume.equals("never") ? Resume.never() : Resume.from(Path.of(resume));
  }

  private static boolean hasCheckpoints(Path directory) throws IOException {
    Path checkpoints = directory.resolve("checkpoints");
    if (!Files.isDirectory(checkpoints)) {
      return false;
    }
    try (DirectoryStream<Path> steps = Files.newDirectoryStream(checkpoints, "step-*")) {
      return steps.iterator().hasNext();
    }
  }

  private Summary summary(Summary plan, Path directory, TrainingResult result) {
    Summary summary = new Summary().addFigures(plan);
    summary.print("");
    new RunFigures(result.history()).addTo(summary);
    stopped =
        result.history().end().map(end -> end.reason() == RunEnd.Reason.STOPPED).orElse(false);
    if (!smoke || out != null) {
      result.lastCheckpoint().ifPresent(path -> summary.text("checkpoint", path.toString()));
      result.bestCheckpoint().ifPresent(path -> summary.text("best_checkpoint", path.toString()));
      summary.text("report", directory.resolve("report.html").toString());
    }
    if (stopped) {
      summary.print("", "it was stopped and saved; the same command goes on");
    }
    return summary;
  }

  @Override
  protected int exitCode() {
    return stopped ? TrainingInterruption.STOPPED : 0;
  }
}

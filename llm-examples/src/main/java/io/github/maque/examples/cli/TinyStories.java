package io.github.maque.examples.cli;

import io.github.maque.examples.storyteller.Learned;
import io.github.maque.examples.storyteller.Stage;
import io.github.maque.examples.storyteller.StageRecord;
import io.github.maque.examples.storyteller.StoryFiles;
import io.github.maque.examples.storyteller.Storyteller;
import io.github.maque.examples.storyteller.StorytellerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Makes a story model, from nothing to aligned. */
@Command(
    name = "tinystories",
    description = {
      "Makes a model that tells Chinese stories: makes stories up, learns a vocabulary, trains a"
          + " model to tell stories, then to tell those it is asked for, then by its own better and"
          + " worse answers; measures all three, writes them for other programs, and says on one"
          + " page what was learnt.",
      "Each stage can be done by a verb of its own, too. Whatever ends it, the same command goes on"
          + " where it was, and makes the same; Ctrl-C while a model is trained saves and exits"
          + " with 75."
    })
final class TinyStories extends Verb {
  /** Reads the name of a stage. */
  static final class StageConverter implements ITypeConverter<Stage> {
    @Override
    public Stage convert(String name) {
      for (Stage stage : Stage.values()) {
        if (stage.label().equals(name)) {
          return stage;
        }
      }
      throw new TypeConversionException(
          "expected one of " + String.join(", ", new Stages()) + ", got '" + name + "'");
    }
  }

  /** The names of the stages. */
  static final class Stages implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.of(Stage.values()).stream().map(Stage::label).iterator();
    }
  }

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--preset",
      paramLabel = "quick|smoke|reference|FILE",
      defaultValue = "quick",
      description =
          "quick (the default): ten minutes on two cores. smoke: a minute, to see that all works."
              + " reference: 44 million parameters, for a GPU and the real data. Or a configuration"
              + " in YAML.")
  private String preset = "quick";

  @Option(
      names = "--data",
      arity = "1..*",
      paramLabel = "PATH",
      description =
          "Stories to learn from, such as TinyStories_all_data_zh.tar.gz, in place of those that are"
              + " made up.")
  private List<Path> data = List.of();

  @Option(
      names = "--instruct",
      arity = "1..*",
      paramLabel = "PATH",
      description =
          "Stories written to order, as blocks of TinyStoriesInstruct or JSON lines, in place of"
              + " those that are made up.")
  private List<Path> instruct = List.of();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where everything is kept (runs/tinystories-PRESET).")
  private @Nullable Path out;

  @Option(
      names = "--from",
      paramLabel = "STAGE",
      converter = StageConverter.class,
      completionCandidates = Stages.class,
      description =
          "Do this stage and those after it anew, whatever was done before: ${COMPLETION-CANDIDATES}.")
  private @Nullable Stage from;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Another value for a key of the configuration, such as"
              + " pretraining.training.duration=200%%; any number of times.")
  private Map<String, String> settings = new LinkedHashMap<>();

  private boolean stopped;

  @Override
  protected Summary run() throws IOException {
    StorytellerConfig config = StorytellerConfig.read(preset, settings);
    config = config.withCorpus(config.corpus().withFiles(data, instruct));
    Path directory = out == null ? Path.of("runs", "tinystories-" + name()) : out;
    try (Progress progress = progress()) {
      StageConsole console =
          new StageConsole(
              Objects.requireNonNull(spec).commandLine().getOut(),
              isJson(),
              progress,
              new TrainingRunner(Objects.requireNonNull(spec).commandLine(), isJson()));
      Storyteller storyteller = new Storyteller(config, directory, console);
      stopped = !storyteller.run(Optional.ofNullable(from));
      return stopped
          ? new Summary()
              .data("stopped", true)
              .print("", "it was stopped and saved; the same" + " command goes on")
          : summary(storyteller, directory);
    }
  }

  private String name() {
    String file = String.valueOf(Path.of(preset).getFileName());
    return file.replaceFirst("\\.ya?ml$", "");
  }

  private static Summary summary(Storyteller storyteller, Path directory) throws IOException {
    Summary summary = new Summary();
    Learned learned = storyteller.learned();
    new LearnedFigures(learned).addTo(summary);
    StoryFiles files = new StoryFiles(directory);
    double seconds = 0;
    Map<String, Object> checksums = new LinkedHashMap<>();
    Map<String, Object> times = new LinkedHashMap<>();
    for (Map.Entry<Stage, StageRecord> stage : storyteller.records().entrySet()) {
      seconds += stage.getValue().seconds();
      times.put(stage.getKey().label(), stage.getValue().seconds());
      // Both say how long things took.
      if (stage.getKey() != Stage.EVALUATE && stage.getKey() != Stage.REPORT) {
        checksums.putAll(stage.getValue().files());
      }
    }
    summary.data("stage_seconds", times);
    summary.data("sha256", checksums);
    summary.number("all_stages", seconds, "s");
    summary.print("");
    summary.text("report", files.report().toString());
    summary.text("huggingface", files.huggingFace().toString());
    summary.text("gguf", files.gguf().toString());
    summary.print("");
    summary.print("Talk to all three of them; 1, 2 and 3 change who answers:");
    summary.print(
        String.format("  maque chat %s %s %s", files.dpo(), files.sft(), files.pretrained()));
    learned.answers().stream().findFirst().ifPresent(first -> howToAsk(summary, first.prompt()));
    summary.print("Let it tell a story:");
    summary.print(
        String.format("  maque generate %s --prompt 从前 --max-new-tokens 200", files.huggingFace()));
    return summary;
  }

  /** So small a model understands only what is put to it as its data put it. */
  private static void howToAsk(Summary summary, String prompt) {
    summary.print(
        "Ask as its data ask, and /reset before you ask again; \\ ends a line that goes on:");
    List<String> lines = prompt.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      summary.print("  " + lines.get(i) + (i + 1 < lines.size() ? "\\" : ""));
    }
  }

  @Override
  protected int exitCode() {
    return stopped ? TrainingInterruption.STOPPED : 0;
  }
}

package io.github.maque.examples.cli;

import io.github.maque.align.evaluation.EvaluationExample;
import io.github.maque.align.rollout.PreferenceRollout;
import io.github.maque.align.rollout.Rollout;
import io.github.maque.align.rollout.RolloutPreferences;
import io.github.maque.align.rollout.RolloutProgress;
import io.github.maque.model.generate.BeyondContext;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.model.kernel.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
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

  /** What {@code --choose} chooses from. */
  enum Choice {
    DATA,
    BEST
  }

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
      names = "--chat-template",
      paramLabel = "NAME",
      description =
          "The layout of messages: chatml, llama2, llama3, instruction or story; the model's own if"
              + " not given and it is one of these.")
  private TokenizerTrain.@Nullable Template chatTemplate;

  @Option(
      names = "--choose",
      paramLabel = "data|best",
      description =
          "What is chosen: the data's answer over each of the model's (data, the default), or the"
              + " best of the model's answers over the worst, by --score.")
  private Choice choice = Choice.DATA;

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
      names = "--unfinished",
      description = "Take answers too that were cut short, for lack of tokens or of context.")
  private boolean unfinished;

  @Mixin private final GenerateSampling sampling = new GenerateSampling();

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "What draws depend on (0).")
  private long seed;

  @Option(
      names = "--slots",
      paramLabel = "N",
      defaultValue = "64",
      description = "Answers written at once; more take more memory (64).")
  private int slots = 64;

  @Option(
      names = "--cache",
      paramLabel = "FILE",
      description = "Where answers are kept and found (FILE of --out with .answers behind it).")
  private @Nullable Path cache;

  @Option(
      names = "--precision",
      paramLabel = "auto|float32|bfloat16_mixed|…",
      defaultValue = "auto",
      description =
          "In what to compute: float32, bfloat16_mixed, bfloat16_true, float16_mixed, or auto (the"
              + " default) for whichever of the first two is faster here.")
  private Precision precision = Precision.AUTO;

  @Override
  protected Summary run() throws IOException {
    check();
    List<EvaluationExample> examples = data.read(limit == null ? Integer.MAX_VALUE : limit);
    requireConstraints(examples);
    RolloutTarget target = RolloutTarget.look(model, chatTemplate);
    GenerationOptions options = sampling.of(target.source()).withSeed(seed);
    boolean slides = options.beyondContext() instanceof BeyondContext.Slide;
    List<EvaluationExample> asked = slides ? examples : target.fitting(examples);
    if (asked.isEmpty()) {
      throw rejection(
          "no question leaves room for an answer in the model's context of "
              + target.source().config().contextLength()
              + " tokens");
    }
    RolloutPreferences pairs = answer(target, options, asked);
    RolloutFigures figures = new RolloutFigures(pairs, examples.size() - asked.size());
    if (pairs.preferences().isEmpty()) {
      throw new IllegalArgumentException("no pair came of it: " + figures.leftOut());
    }
    pairs.write(out);
    Summary summary = new Summary().text("preferences", out.toString());
    figures.addTo(summary);
    return summary.text("answers_kept_in", cache().toString());
  }

  private void check() throws IOException {
    requirePositive("--samples", samples);
    requirePositive("--slots", slots);
    requirePositive("--limit", limit == null ? 1 : limit);
    if (choice == Choice.BEST && samples < 2) {
      throw rejection("--choose best needs --samples of at least 2, got " + samples);
    }
    if (choice == Choice.DATA && score != null) {
      throw rejection("--score goes with --choose best");
    }
    OutputFile.check(out);
    if (out.toAbsolutePath().normalize().equals(cache().toAbsolutePath().normalize())) {
      throw rejection("--cache must be another file than --out");
    }
    for (String path : data.paths()) {
      if (Files.exists(out)
          && Files.exists(Path.of(path))
          && Files.isSameFile(out, Path.of(path))) {
        throw rejection("--out must be another file than --data, which it would replace");
      }
    }
  }

  private void requirePositive(String option, int value) {
    if (value < 1) {
      throw rejection(option + " must be at least 1, got " + value);
    }
  }

  private void requireConstraints(List<EvaluationExample> examples) {
    boolean needed = choice == Choice.BEST && score() == RolloutScore.CONSTRAINTS;
    if (needed && examples.stream().allMatch(example -> example.constraints().isEmpty())) {
      throw rejection(
          "--score constraints needs data that says what is asked for, as stories do, and this does"
              + " not; --score length takes any");
    }
  }

  private RolloutPreferences answer(
      RolloutTarget target, GenerationOptions options, List<EvaluationExample> examples)
      throws IOException {
    try (Progress progress = progress();
        OpenedModel opened = OpenedModel.open(target.path(), chatTemplate, precision, progress)) {
      Rollout rollout =
          Rollout.builder(opened.chat(), options)
              .samples(samples)
              .slots(slots)
              .cache(cache())
              .listener(done -> show(done, progress))
              .build();
      PreferenceRollout preferences = PreferenceRollout.of(rollout).withUnfinished(unfinished);
      return choice == Choice.DATA
          ? preferences.againstData(examples.stream().map(EvaluationExample::dialogue).toList())
          : preferences.bestAgainstWorst(
              examples.stream().map(EvaluationExample::prompt).toList(), score().over(examples));
    }
  }

  /** Shows how far a model has come with its answers. */
  static void show(RolloutProgress done, Progress progress) {
    String speed =
        done.seconds() == 0
            ? ""
            : String.format(Locale.ROOT, "%,.0f tokens/s", done.tokens() / done.seconds());
    progress.update("Answering", done.answers(), done.wanted(), "answers", speed);
  }

  private RolloutScore score() {
    return score == null ? RolloutScore.CONSTRAINTS : score;
  }

  private Path cache() {
    return cache == null ? out.resolveSibling(out.getFileName() + ".answers") : cache;
  }
}

package io.github.maque.examples.cli;

import io.github.maque.align.evaluation.EvaluationReport;
import io.github.maque.align.evaluation.Figure;
import io.github.maque.align.evaluation.ModelResult;
import io.github.maque.align.rollout.Rollout;
import io.github.maque.examples.align.EvaluationJob;
import io.github.maque.examples.align.TrainingTexts;
import io.github.maque.examples.model.ModelDirectory;
import io.github.maque.examples.model.ModelSource;
import io.github.maque.model.generate.GenerationOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures models side by side. */
@Command(
    name = "evaluate",
    description = {
      "Lets models answer the same questions, with the same settings whatever they say themselves,"
          + " and measures the answers, and how likely each finds the answers of the data, none of"
          + " which it should have been trained on. Of stories it is checked whether they keep to"
          + " what was asked for.",
      "Models are opened one after the other. The column data is about the data's own answers."
    })
final class Evaluate extends Verb {
  @Parameters(
      paramLabel = "MODEL",
      arity = "1..*",
      description = "Directories of models, or of runs, whose best checkpoints are taken.")
  private List<Path> models = List.of();

  @Mixin private final DialogueInput data = new DialogueInput();

  @Option(
      names = "--names",
      split = ",",
      paramLabel = "NAME",
      description = "What to call the models, in their order (as their directories are called).")
  private List<String> names = List.of();

  @Option(
      names = "--prompts",
      paramLabel = "N",
      defaultValue = "100",
      description = "How many questions to ask, the first of the data (100).")
  private int prompts;

  @Option(
      names = "--held-out",
      paramLabel = "N",
      defaultValue = "1000",
      description = "On how many answers to compute the loss, the first of the data (1000).")
  private int heldOut;

  @Option(
      names = "--train",
      arity = "1..*",
      paramLabel = "PATH",
      description = "What models were trained on, to look for stretches that they learnt by heart.")
  private List<String> train = List.of();

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description =
          "Write evaluation.json, evaluation.txt and evaluation.html there, the first with every"
              + " answer.")
  private @Nullable Path out;

  @Mixin
  private final BatchedAnswerOptions answering = new BatchedAnswerOptions(Rollout.DEFAULT_SLOTS);

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "What draws depend on (0).")
  private long seed;

  @Override
  protected Summary run() throws IOException {
    check();
    List<String> called = EvaluateNames.of(models, names, prompts > 0);
    Map<String, ModelDirectory> found = new LinkedHashMap<>();
    for (int i = 0; i < models.size(); i++) {
      found.put(called.get(i), answering.find(models.get(i)));
    }
    EvaluationJob job =
        new EvaluationJob(
            found,
            answering.precision(),
            data.questions(),
            prompts,
            heldOut,
            train.isEmpty() ? Optional.empty() : Optional.of(TrainingTexts.of(train)),
            Optional.ofNullable(out));
    Summary summary = new Summary();
    try (Progress progress = progress()) {
      Rollout rollout =
          Rollout.builder(generation(found.values().iterator().next()).withSeed(seed))
              .slots(answering.slots())
              .listener(progress::answering)
              .build();
      EvaluationJob.Result result = job.run(rollout, progress.loading());
      tell(result.report(), result.tooLong(), summary);
    }
    if (out != null) {
      summary.text("report", out.resolve("evaluation.html").toString());
    }
    return summary;
  }

  private void check() {
    if (prompts < 0 || heldOut < 0 || prompts + heldOut == 0) {
      throw rejection(
          "--prompts and --held-out must be 0 or more, and one of them more, got "
              + prompts
              + " and "
              + heldOut);
    }
    answering.slots();
    if (!train.isEmpty() && prompts == 0) {
      throw rejection("--train is looked for in answers, and --prompts 0 asks for none");
    }
    if (out != null && Files.exists(out) && !Files.isDirectory(out)) {
      throw rejection("--out must be a directory, and " + out + " is a file");
    }
  }

  /** What a model says of itself is left out, so that models are asked alike. */
  private GenerationOptions generation(ModelDirectory any) {
    return answering.generation(ModelSource.initial(any.source().config()));
  }

  private void tell(EvaluationReport report, int tooLong, Summary summary) {
    summary.data("prompts_asked", report.prompts().size());
    summary.data("prompts_too_long", tooLong);
    summary.data("held_out_answers", report.heldOut());
    summary.data("results", report.models().stream().map(Evaluate::figures).toList());
    report.toText().lines().forEach(summary::print);
    if (tooLong > 0) {
      summary.print(
          "questions that leave no room for an answer in a context, not asked: " + tooLong);
    }
  }

  private static Map<String, Object> figures(ModelResult model) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("name", model.name());
    result.put("parameters", model.parameters());
    result.put("held_out_left_out", model.leftOut());
    result.put("tokens_per_second", model.tokensPerSecond());
    Map<String, Object> combinations = new LinkedHashMap<>();
    model.figures().forEach((name, values) -> combinations.put(name, byKey(values)));
    result.put("figures", combinations);
    return result;
  }

  private static Map<String, Double> byKey(Map<Figure, Double> values) {
    Map<String, Double> byKey = new LinkedHashMap<>();
    values.forEach((figure, value) -> byKey.put(figure.key(), value));
    return byKey;
  }
}

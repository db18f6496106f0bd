package io.github.maque.examples.cli;

import io.github.maque.align.evaluation.EvaluationExample;
import io.github.maque.align.evaluation.EvaluationReport;
import io.github.maque.align.evaluation.Figure;
import io.github.maque.align.evaluation.ModelEvaluation;
import io.github.maque.align.evaluation.ModelResult;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.model.kernel.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  @Option(
      names = "--chat-template",
      paramLabel = "NAME",
      description =
          "The layout of messages for all models: chatml, llama2, llama3, instruction or story;"
              + " each model's own if not given and it is one of these.")
  private TokenizerTrain.@Nullable Template chatTemplate;

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
    List<String> called = EvaluateNames.of(models, names, prompts > 0);
    List<RolloutTarget> targets = new ArrayList<>();
    for (Path model : models) {
      targets.add(RolloutTarget.look(model, chatTemplate));
    }
    List<EvaluationExample> examples = data.read(Math.max(prompts, heldOut));
    List<EvaluationExample> first = first(examples, prompts);
    List<EvaluationExample> asked = first;
    for (RolloutTarget target : targets) {
      asked = target.fitting(asked);
    }
    if (asked.isEmpty() && prompts > 0) {
      throw rejection("no question leaves room for an answer in the context of every model");
    }
    EvaluationReport report = evaluate(targets, called, asked, first(examples, heldOut));
    Summary summary = new Summary();
    tell(report, first.size() - asked.size(), summary);
    if (out != null) {
      report.write(out);
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
    if (slots < 1) {
      throw rejection("--slots must be at least 1, got " + slots);
    }
    if (!train.isEmpty() && prompts == 0) {
      throw rejection("--train is looked for in answers, and --prompts 0 asks for none");
    }
    if (out != null && Files.exists(out) && !Files.isDirectory(out)) {
      throw rejection("--out must be a directory, and " + out + " is a file");
    }
  }

  private static List<EvaluationExample> first(List<EvaluationExample> examples, int count) {
    return examples.subList(0, Math.min(count, examples.size()));
  }

  private EvaluationReport evaluate(
      List<RolloutTarget> targets,
      List<String> called,
      List<EvaluationExample> asked,
      List<EvaluationExample> answers)
      throws IOException {
    try (Progress progress = progress()) {
      ModelEvaluation.Builder builder =
          ModelEvaluation.builder(options(targets))
              .prompts(asked)
              .heldOut(answers)
              .slots(slots)
              .listener(done -> RolloutPairs.show(done, progress));
      if (!train.isEmpty()) {
        builder.trainingTexts(EvaluateTexts.of(train));
      }
      ModelEvaluation evaluation = builder.build();
      List<ModelResult> results = new ArrayList<>();
      if (!asked.isEmpty()) {
        results.add(evaluation.data());
      }
      for (int i = 0; i < targets.size(); i++) {
        Path path = targets.get(i).path();
        try (OpenedModel opened = OpenedModel.open(path, chatTemplate, precision, progress)) {
          results.add(evaluation.evaluate(called.get(i), opened.chat()));
        }
      }
      return evaluation.report(results);
    }
  }

  /** What a model says of itself is left out, so that models are asked alike. */
  private GenerationOptions options(List<RolloutTarget> targets) {
    ModelSource silent = ModelSource.initial(targets.get(0).source().config());
    return sampling.of(silent).withSeed(seed);
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

package io.github.maque.examples.align;

import io.github.maque.align.evaluation.EvaluationExample;
import io.github.maque.align.evaluation.EvaluationReport;
import io.github.maque.align.evaluation.ModelEvaluation;
import io.github.maque.align.evaluation.ModelResult;
import io.github.maque.align.rollout.Rollout;
import io.github.maque.examples.WorkListener;
import io.github.maque.examples.model.ModelDirectory;
import io.github.maque.examples.model.OpenedModel;
import io.github.maque.model.kernel.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Measures models side by side, which are opened one after the other.
 *
 * @param models by names other than "data", in the order of the report
 * @param precision in what to compute
 * @param questions what they are asked
 * @param prompts how many questions to ask, the first of the data
 * @param heldOut on how many answers to compute the loss, the first of the data
 * @param trainingTexts where to look for stretches that were learnt by heart; none for nowhere
 * @param out where to write the report, if anywhere
 */
public record EvaluationJob(
    Map<String, ModelDirectory> models,
    Precision precision,
    Questions questions,
    int prompts,
    int heldOut,
    Optional<Iterable<String>> trainingTexts,
    Optional<Path> out) {

  /**
   * What came of it.
   *
   * @param report what was measured
   * @param tooLong how many questions were not asked, because they fill a model's context
   */
  public record Result(EvaluationReport report, int tooLong) {}

  /** Copies the map and checks that there is something to measure. */
  public EvaluationJob {
    models = Collections.unmodifiableMap(new LinkedHashMap<>(models));
    if (models.isEmpty()) {
      throw new IllegalArgumentException("models must be at least one, got none");
    }
    if (prompts < 0 || heldOut < 0 || prompts + heldOut == 0) {
      throw new IllegalArgumentException(
          "prompts and heldOut must be 0 or more, and one of them more, got "
              + prompts
              + " and "
              + heldOut);
    }
  }

  /**
   * Measures the models.
   *
   * @param rollout how they answer, each question once
   * @param loading hears of their weights
   * @throws IOException if a file cannot be read or written
   * @throws IllegalArgumentException if a model cannot chat, or no question can be asked
   */
  public Result run(Rollout rollout, WorkListener loading) throws IOException {
    models.values().forEach(ModelDirectory::chatTemplate);
    List<EvaluationExample> examples = questions.read(Math.max(prompts, heldOut));
    List<EvaluationExample> first = first(examples, prompts);
    List<EvaluationExample> asked = first;
    for (ModelDirectory model : models.values()) {
      asked = Questions.fitting(model, asked);
    }
    if (asked.isEmpty() && prompts > 0) {
      throw new IllegalArgumentException(
          "no question leaves room for an answer in the context of every model");
    }
    ModelEvaluation.Builder builder =
        ModelEvaluation.builder(rollout).prompts(asked).heldOut(first(examples, heldOut));
    trainingTexts.ifPresent(builder::trainingTexts);
    EvaluationReport report = evaluate(builder.build(), !asked.isEmpty(), loading);
    if (out.isPresent()) {
      report.write(out.get());
    }
    return new Result(report, first.size() - asked.size());
  }

  private static List<EvaluationExample> first(List<EvaluationExample> examples, int count) {
    return examples.subList(0, Math.min(count, examples.size()));
  }

  private EvaluationReport evaluate(ModelEvaluation evaluation, boolean data, WorkListener loading)
      throws IOException {
    List<ModelResult> results = new ArrayList<>();
    if (data) {
      results.add(evaluation.data());
    }
    for (Map.Entry<String, ModelDirectory> model : models.entrySet()) {
      try (OpenedModel opened = model.getValue().open(precision, loading)) {
        results.add(evaluation.evaluate(model.getKey(), opened.chat()));
      }
    }
    return evaluation.report(results);
  }
}

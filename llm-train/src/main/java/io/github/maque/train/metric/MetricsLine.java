package io.github.maque.train.metric;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** An event as a line of JSON, and back. */
final class MetricsLine {
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  private MetricsLine() {}

  static String of(RunDescription run) {
    JsonObject line = event("run");
    line.addProperty("first_step", run.firstStep());
    line.addProperty("steps", run.steps());
    line.addProperty("parameters", run.parameters());
    line.addProperty("tokens_per_step", run.tokensPerStep());
    line.addProperty("rows_per_micro_batch", run.rowsPerMicroBatch());
    line.addProperty("precision", run.precision());
    line.addProperty("device", run.device());
    line.add("flops_per_token", number(run.flopsPerToken()));
    line.add("flops_per_second", number(run.flopsPerSecond()));
    line.addProperty("configuration", run.configuration());
    return GSON.toJson(line);
  }

  static String of(StepMetrics step) {
    JsonObject line = event("step", step.step());
    line.addProperty("tokens", step.tokens());
    line.add("loss", number(step.loss()));
    line.add("learning_rate", number(step.learningRate()));
    line.add("gradient_norm", number(step.gradientNorm()));
    line.addProperty("skipped", step.skipped());
    line.add("loss_scale", number(step.lossScale()));
    line.add("others", numbers(step.others()));
    line.add("seconds", number(step.seconds()));
    line.add("tokens_per_second", number(step.tokensPerSecond()));
    line.add("utilization", number(step.utilization()));
    line.addProperty("memory_bytes", step.memoryBytes());
    return GSON.toJson(line);
  }

  static String of(Evaluation evaluation) {
    JsonObject line = event("evaluation", evaluation.step());
    line.add("loss", number(evaluation.loss()));
    evaluation.perplexity().ifPresent(value -> line.add("perplexity", number(value)));
    evaluation.bitsPerByte().ifPresent(bits -> line.add("bits_per_byte", number(bits)));
    line.addProperty("tokens", evaluation.tokens());
    line.addProperty("best", evaluation.best());
    JsonArray samples = new JsonArray();
    for (Evaluation.Sample sample : evaluation.samples()) {
      JsonObject object = new JsonObject();
      object.addProperty("prompt", sample.prompt());
      object.addProperty("text", sample.text());
      samples.add(object);
    }
    line.add("samples", samples);
    line.add("figures", numbers(evaluation.figures()));
    line.add("seconds", number(evaluation.seconds()));
    return GSON.toJson(line);
  }

  static String of(SavedCheckpoint checkpoint) {
    JsonObject line = event("checkpoint", checkpoint.step());
    line.addProperty("directory", checkpoint.directory().toString());
    line.addProperty("bytes", checkpoint.bytes());
    line.add("copy_seconds", number(checkpoint.copySeconds()));
    line.add("write_seconds", number(checkpoint.writeSeconds()));
    return GSON.toJson(line);
  }

  static String of(Warning warning) {
    JsonObject line = event("warning", warning.step());
    line.addProperty("kind", warning.kind().name());
    line.addProperty("message", warning.message());
    return GSON.toJson(line);
  }

  static String of(RunEnd end) {
    JsonObject line = event("end", end.step());
    line.addProperty("reason", end.reason().name());
    line.addProperty("tokens", end.tokens());
    line.addProperty("message", end.message());
    line.add("seconds", number(end.seconds()));
    return GSON.toJson(line);
  }

  /** Returns whether a run that goes on after update {@code step} keeps the event. */
  static boolean isKept(MetricsObject line, long step) {
    // A part of the run belongs to the first of its updates.
    String field = line.string("event").equals("run") ? "first_step" : "step";
    return line.whole(field) <= step;
  }

  /** Tells {@code listener} the event. */
  static void replay(MetricsObject line, TrainingListener listener) {
    String event = line.string("event");
    switch (event) {
      case "run" -> listener.started(run(line));
      case "step" -> listener.stepped(step(line));
      case "evaluation" -> listener.evaluated(evaluation(line));
      case "checkpoint" -> listener.saved(checkpoint(line));
      case "warning" -> listener.warned(warning(line));
      case "end" -> listener.ended(end(line));
      default -> throw new IllegalArgumentException("unknown event \"" + event + "\"");
    }
  }

  private static RunDescription run(MetricsObject line) {
    return new RunDescription(
        line.string("configuration"),
        line.whole("parameters"),
        line.whole("first_step"),
        line.whole("steps"),
        line.whole("tokens_per_step"),
        Math.toIntExact(line.whole("rows_per_micro_batch")),
        line.string("precision"),
        line.string("device"),
        line.number("flops_per_token"),
        line.number("flops_per_second"));
  }

  private static StepMetrics step(MetricsObject line) {
    return new StepMetrics(
        line.whole("step"),
        line.whole("tokens"),
        line.number("loss"),
        line.number("learning_rate"),
        line.number("gradient_norm"),
        line.flag("skipped"),
        line.number("loss_scale"),
        line.number("seconds"),
        line.number("tokens_per_second"),
        line.number("utilization"),
        line.whole("memory_bytes"),
        numbers(line.object("others")));
  }

  private static Map<String, Double> numbers(MetricsObject object) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    object.names().forEach(name -> numbers.put(name, object.number(name)));
    return numbers;
  }

  private static Evaluation evaluation(MetricsObject line) {
    List<Evaluation.Sample> samples = new ArrayList<>();
    for (MetricsObject sample : line.objects("samples")) {
      samples.add(new Evaluation.Sample(sample.string("prompt"), sample.string("text")));
    }
    return new Evaluation(
        line.whole("step"),
        line.number("loss"),
        optional(line, "perplexity"),
        optional(line, "bits_per_byte"),
        line.whole("tokens"),
        line.flag("best"),
        line.number("seconds"),
        line.names().contains("figures") ? numbers(line.object("figures")) : Map.of(),
        samples);
  }

  private static OptionalDouble optional(MetricsObject line, String name) {
    return line.names().contains(name)
        ? OptionalDouble.of(line.number(name))
        : OptionalDouble.empty();
  }

  private static SavedCheckpoint checkpoint(MetricsObject line) {
    return new SavedCheckpoint(
        line.whole("step"),
        Path.of(line.string("directory")),
        line.whole("bytes"),
        line.number("copy_seconds"),
        line.number("write_seconds"));
  }

  private static Warning warning(MetricsObject line) {
    return new Warning(
        line.whole("step"), line.choice("kind", Warning.Kind.class), line.string("message"));
  }

  private static RunEnd end(MetricsObject line) {
    return new RunEnd(
        line.choice("reason", RunEnd.Reason.class),
        line.whole("step"),
        line.whole("tokens"),
        line.number("seconds"),
        line.string("message"));
  }

  private static JsonObject event(String name) {
    JsonObject line = new JsonObject();
    line.addProperty("event", name);
    return line;
  }

  private static JsonObject event(String name, long step) {
    JsonObject line = event(name);
    line.addProperty("step", step);
    return line;
  }

  /** In an order of their own, so that equal figures are equal lines. */
  private static JsonObject numbers(Map<String, Double> values) {
    JsonObject numbers = new JsonObject();
    new TreeMap<>(values).forEach((name, value) -> numbers.add(name, number(value)));
    return numbers;
  }

  private static JsonPrimitive number(double value) {
    // JSON has no word for NaN and infinity.
    return Double.isFinite(value)
        ? new JsonPrimitive(value)
        : new JsonPrimitive(Double.toString(value));
  }
}

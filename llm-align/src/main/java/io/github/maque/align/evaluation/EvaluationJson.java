package io.github.maque.align.evaluation;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.maque.tokenizer.ChatMessage;
import java.util.List;
import java.util.Map;

/** A report as JSON. */
final class EvaluationJson {
  private static final Gson GSON =
      new GsonBuilder().disableHtmlEscaping().setPrettyPrinting().create();

  private EvaluationJson() {}

  static String write(EvaluationReport report) {
    JsonObject json = new JsonObject();
    json.addProperty("version", 1);
    json.addProperty("generation", report.generation());
    json.addProperty("prompts", report.prompts().size());
    json.addProperty("held_out", report.heldOut());
    JsonObject notCheckable = new JsonObject();
    report.notCheckable().forEach(notCheckable::addProperty);
    json.add("not_checkable", notCheckable);
    JsonArray models = new JsonArray();
    report.models().forEach(model -> models.add(write(model)));
    json.add("models", models);
    JsonArray samples = new JsonArray();
    for (int i = 0; i < report.prompts().size(); i++) {
      samples.add(sample(report, i));
    }
    json.add("samples", samples);
    return GSON.toJson(json) + "\n";
  }

  private static JsonObject write(ModelResult model) {
    JsonObject json = new JsonObject();
    json.addProperty("name", model.name());
    json.addProperty("parameters", model.parameters());
    json.addProperty("held_out_left_out", model.leftOut());
    add(json, "tokens_per_second", model.tokensPerSecond());
    JsonObject figures = new JsonObject();
    model.figures().forEach((combination, values) -> figures.add(combination, write(values)));
    json.add("figures", figures);
    return json;
  }

  private static JsonObject sample(EvaluationReport report, int index) {
    EvaluationExample prompt = report.prompts().get(index);
    JsonObject json = new JsonObject();
    json.add("prompt", write(prompt.prompt()));
    json.addProperty("combination", prompt.combination());
    json.addProperty("data", prompt.answer());
    JsonObject answers = new JsonObject();
    for (ModelResult model : report.models()) {
      JsonObject answer = new JsonObject();
      answer.addProperty("text", model.answers().get(index));
      answer.add("figures", write(model.checks().get(index)));
      answers.add(model.name(), answer);
    }
    json.add("answers", answers);
    return json;
  }

  private static JsonArray write(List<ChatMessage> messages) {
    JsonArray array = new JsonArray();
    for (ChatMessage message : messages) {
      JsonObject json = new JsonObject();
      json.addProperty("role", message.role().label());
      json.addProperty("content", message.content());
      array.add(json);
    }
    return array;
  }

  private static JsonObject write(Map<Figure, Double> figures) {
    JsonObject json = new JsonObject();
    figures.forEach((figure, value) -> add(json, figure.key(), value));
    return json;
  }

  /** JSON has no word for numbers that are not finite. */
  private static void add(JsonObject json, String name, double value) {
    if (Double.isFinite(value)) {
      json.addProperty(name, value);
    } else {
      json.addProperty(name, String.valueOf(value));
    }
  }
}

package io.github.maque.align.evaluation;

import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.train.metric.HtmlDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A report as a page of HTML. */
final class EvaluationPage {
  private final EvaluationReport report;
  private final HtmlDocument html;

  private EvaluationPage(EvaluationReport report) {
    this.report = report;
    html = new HtmlDocument("Evaluation", EvaluationPage.class, "evaluation.css");
  }

  static String write(EvaluationReport report, int samples) {
    if (samples < 0) {
      throw new IllegalArgumentException("samples must be 0 or more, got " + samples);
    }
    EvaluationPage page = new EvaluationPage(report);
    page.heading();
    page.figures();
    page.samples(samples);
    page.generation();
    return page.html.end();
  }

  private void heading() {
    html.element("h1", "", "Evaluation");
    html.element(
        "p",
        "quiet",
        String.format(
            Locale.ROOT,
            "%,d prompts, %,d held-out answers",
            report.prompts().size(),
            report.heldOut()));
    html.open("div", "cards");
    for (ModelResult model : report.models()) {
      html.open("div", "card").element("b", "", model.name());
      if (model.parameters() > 0) {
        html.element(
            "span", "quiet", String.format(Locale.ROOT, "%,d parameters", model.parameters()));
      } else {
        html.element("span", "quiet", "the answers that the data has");
      }
      if (Double.isFinite(model.tokensPerSecond())) {
        html.element(
            "span",
            "quiet",
            String.format(Locale.ROOT, "%,.0f tokens a second", model.tokensPerSecond()));
      }
      if (model.leftOut() > 0) {
        html.element(
            "span",
            "bad",
            String.format(Locale.ROOT, "%,d held-out answers too long", model.leftOut()));
      }
      html.close("div");
    }
    html.close("div");
  }

  private void figures() {
    html.element("h2", "", "All prompts");
    table(ModelResult.ALL);
    html.element("p", "quiet", "In bold the best of the models, where more or less is better.");
    if (!report.notCheckable().isEmpty()) {
      StringBuilder features = new StringBuilder("Asked for, but not checkable by a program:");
      report
          .notCheckable()
          .forEach(
              (feature, count) -> features.append(" ").append(feature).append(" ×").append(count));
      html.element("p", "quiet", features.toString());
    }
    List<String> combinations =
        report.combinations().stream().filter(name -> !name.equals(ModelResult.ALL)).toList();
    if (!combinations.isEmpty()) {
      html.element("h2", "", "By fields of the prompt");
    }
    for (String combination : combinations) {
      html.open("details", "");
      html.element("summary", "", combination + " (" + report.promptsOf(combination) + ")");
      table(combination);
      html.close("details");
    }
  }

  private void table(String combination) {
    List<String> columns = new ArrayList<>(List.of("", ""));
    report.models().forEach(model -> columns.add("#" + model.name()));
    html.table(columns);
    for (Figure figure : report.figures(combination)) {
      html.open("tr", "").element("td", "name", figure.label());
      html.element("td", "quiet", figure.description());
      for (ModelResult model : report.models()) {
        Double value = model.figures().getOrDefault(combination, Map.of()).get(figure);
        boolean best =
            value != null && model.parameters() > 0 && report.isBest(combination, figure, value);
        html.element(
            "td", best ? "number best" : "number", value == null ? "–" : figure.format(value));
      }
      html.close("tr");
    }
    html.endTable();
  }

  private void samples(int most) {
    int count = Math.min(most, report.prompts().size());
    if (count == 0) {
      return;
    }
    html.element("h2", "", "Answers side by side");
    for (int i = 0; i < count; i++) {
      sample((int) ((long) i * report.prompts().size() / count));
    }
  }

  private void sample(int index) {
    html.open("section", "").element("h3", "", "Prompt " + (index + 1));
    for (ChatMessage message : report.prompts().get(index).prompt()) {
      html.open("div", "prompt").element("b", "", message.role().label());
      html.element("div", "text", message.content()).close("div");
    }
    html.open("div", "answers");
    for (ModelResult model : report.models()) {
      html.open("div", "card").element("b", "", model.name());
      html.element("div", "text", model.answers().get(index));
      html.open("p", "quiet");
      model
          .checks()
          .get(index)
          .forEach(
              (figure, value) ->
                  html.element("span", "check", figure.label() + " " + figure.format(value)));
      html.close("p").close("div");
    }
    html.close("div").close("section");
  }

  private void generation() {
    html.element("h2", "", "Generation").element("pre", "", report.generation());
  }
}

package io.github.maque.align.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A report as plain text. */
final class EvaluationText {
  private static final String GAP = "  ";

  private EvaluationText() {}

  static String write(EvaluationReport report) {
    StringBuilder out = new StringBuilder();
    for (String combination : report.combinations()) {
      out.append(combination).append(" (").append(report.promptsOf(combination)).append(")\n");
      table(rows(report, combination), out);
      out.append('\n');
    }
    if (!report.notCheckable().isEmpty()) {
      out.append("Not checkable by a program:");
      report
          .notCheckable()
          .forEach((feature, count) -> out.append(' ').append(feature).append(" ×").append(count));
      out.append('\n');
    }
    for (ModelResult model : report.models()) {
      if (model.leftOut() > 0) {
        out.append(model.name())
            .append(": answers longer than its context, not in its loss: ")
            .append(model.leftOut())
            .append('\n');
      }
    }
    return out.toString();
  }

  private static List<List<String>> rows(EvaluationReport report, String combination) {
    List<List<String>> rows = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of(""));
    report.models().forEach(model -> head.add(model.name()));
    rows.add(head);
    for (Figure figure : report.figures(combination)) {
      List<String> row = new ArrayList<>(List.of(figure.label()));
      for (ModelResult model : report.models()) {
        Double value = model.figures().getOrDefault(combination, Map.of()).get(figure);
        row.add(value == null ? "-" : figure.format(value));
      }
      rows.add(row);
    }
    return rows;
  }

  /** Writes rows with their first column to the left and the others to the right. */
  private static void table(List<List<String>> rows, StringBuilder out) {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], width(row.get(i)));
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder(GAP).append(row.get(0));
      line.append(" ".repeat(widths[0] - width(row.get(0))));
      for (int i = 1; i < columns; i++) {
        line.append(GAP).append(" ".repeat(widths[i] - width(row.get(i)))).append(row.get(i));
      }
      out.append(line.toString().stripTrailing()).append('\n');
    }
  }

  /** Returns how many columns a terminal takes: characters of East Asia take two. */
  private static int width(String text) {
    return text.codePoints().map(c -> c >= 0x2E80 && c <= 0xFFDC || c >= 0x20000 ? 2 : 1).sum();
  }
}

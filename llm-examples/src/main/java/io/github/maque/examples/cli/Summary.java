package io.github.maque.examples.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a verb has to say in the end: figures under names, in the order in which they were added,
 * and text for people. {@code --json} prints the figures, otherwise both are printed.
 *
 * <p>Names are in snake case and carry their unit, as in {@code seconds} and {@code
 * peak_heap_bytes}.
 */
final class Summary {
  private static final Gson JSON =
      new GsonBuilder().disableHtmlEscaping().serializeNulls().create();

  private final Map<String, @Nullable Object> figures = new LinkedHashMap<>();

  /** Label and value of a line, or a text without a label. */
  private final List<Line> lines = new ArrayList<>();

  private record Line(String label, String value) {}

  /** Adds a number of things. */
  Summary count(String name, long count) {
    return add(name, count, String.format(Locale.ROOT, "%,d", count));
  }

  /** Adds a measured number, which people see with its unit. */
  Summary number(String name, double value, String unit) {
    return add(name, rounded(value), (digits(value) + " " + unit).stripTrailing());
  }

  /** Adds an amount of memory or data; the name ends in {@code _bytes}. */
  Summary bytes(String name, long bytes) {
    return add(name, bytes, ByteSize.toText(bytes));
  }

  /** Adds a word or a name. */
  Summary text(String name, String text) {
    return add(name, text, text);
  }

  /** Adds a yes or no. */
  Summary truth(String name, boolean value) {
    return add(name, value, value ? "yes" : "no");
  }

  /** Adds something made of several figures, which people read elsewhere in the summary. */
  Summary data(String name, @Nullable Object value) {
    figures.put(name, plain(value));
    return this;
  }

  /** Adds a line for people only. */
  Summary print(String text) {
    return print("", text);
  }

  /** Adds a line with a label, for people only. */
  Summary print(String label, String text) {
    lines.add(new Line(label, text));
    return this;
  }

  /** Adds all that another summary says. */
  Summary addAll(Summary other) {
    figures.putAll(other.figures);
    lines.addAll(other.lines);
    return this;
  }

  /** Adds the figures of another summary, which people have read already. */
  Summary addFigures(Summary other) {
    figures.putAll(other.figures);
    return this;
  }

  /** Returns the figures as one line of JSON. */
  String toJson() {
    return JSON.toJson(figures);
  }

  /** Returns the lines for people, labels and values under each other. */
  String toText() {
    int width = lines.stream().mapToInt(line -> line.label.length()).max().orElse(0);
    StringBuilder text = new StringBuilder();
    for (Line line : lines) {
      if (!line.label.isEmpty()) {
        text.append(line.label).append(" ".repeat(width - line.label.length() + 2));
      }
      text.append(line.value).append(System.lineSeparator());
    }
    return text.toString();
  }

  private Summary add(String name, @Nullable Object figure, String text) {
    figures.put(name, figure);
    String label = name.endsWith("_bytes") ? name.substring(0, name.length() - 6) : name;
    lines.add(new Line(label.replace('_', ' '), text));
    return this;
  }

  /** JSON knows no infinities, and nobody wants to read 17 digits. */
  private static @Nullable Object plain(@Nullable Object value) {
    if (value instanceof Double number) {
      return rounded(number);
    }
    if (value instanceof Summary summary) {
      return summary.figures;
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> copy = new LinkedHashMap<>();
      map.forEach((key, inner) -> copy.put(String.valueOf(key), plain(inner)));
      return copy;
    }
    if (value instanceof Collection<?> collection) {
      List<@Nullable Object> copy = new ArrayList<>();
      collection.forEach(inner -> copy.add(plain(inner)));
      return copy;
    }
    return value;
  }

  private static @Nullable Double rounded(double value) {
    if (!Double.isFinite(value)) {
      return null;
    }
    return Double.valueOf(String.format(Locale.ROOT, "%.5g", value));
  }

  private static String digits(double value) {
    if (!Double.isFinite(value)) {
      return "-";
    }
    double size = Math.abs(value);
    int decimals = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }
}

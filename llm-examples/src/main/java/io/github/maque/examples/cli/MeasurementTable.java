package io.github.maque.examples.cli;

import io.github.maque.examples.benchmark.Measurement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Measurements as a verb tells them. */
final class MeasurementTable {
  private MeasurementTable() {}

  /** Adds measurements to a summary, those of a group under its name. */
  static void add(List<Measurement> measurements, Summary summary) {
    summary.data("measurements", measurements.stream().map(MeasurementTable::data).toList());
    int width = measurements.stream().mapToInt(one -> one.name().length()).max().orElse(1);
    String group = "";
    for (Measurement one : measurements) {
      if (!one.group().equals(group)) {
        group = one.group();
        summary.print("");
        summary.print(group);
      }
      summary.print(
          String.format(
                  Locale.ROOT,
                  "  %-" + width + "s %10.1f %-10s  spread %3.0f %%  %s",
                  one.name(),
                  one.value(),
                  one.unit(),
                  100 * one.spread(),
                  one.remark())
              .stripTrailing());
    }
  }

  /** Adds what else there is to say. */
  static void addRemarks(List<String> remarks, Summary summary) {
    summary.data("remarks", remarks);
    for (String remark : remarks) {
      summary.print("");
      summary.print(remark);
    }
  }

  private static Map<String, Object> data(Measurement one) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("group", one.group());
    data.put("name", one.name());
    data.put("value", one.value());
    data.put("unit", one.unit());
    data.put("spread", one.spread());
    data.put("remark", one.remark());
    return data;
  }
}

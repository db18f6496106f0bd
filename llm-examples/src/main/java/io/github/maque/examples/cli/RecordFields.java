package io.github.maque.examples.cli;

import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The fields of a record by name, so that a field that is added later is shown too. */
final class RecordFields {
  private RecordFields() {}

  /**
   * Returns all fields in their order, names in snake case. A record among them is a map too, with
   * its class as {@code kind} where it is one of several; a constant is its name in lower case.
   */
  static Map<String, Object> of(Record record) {
    Map<String, Object> fields = new LinkedHashMap<>();
    if (record.getClass().getInterfaces().length > 0) {
      fields.put("kind", snakeCase(record.getClass().getSimpleName()));
    }
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      fields.put(snakeCase(component.getName()), plain(valueOf(component, record)));
    }
    return fields;
  }

  /** Returns a value of such a map for people: {@code rotary, base 10000.0}. */
  static String text(Object value) {
    if (value instanceof Boolean truth) {
      return truth ? "yes" : "no";
    }
    if (value instanceof Integer number) {
      return String.format(Locale.ROOT, "%,d", number);
    }
    if (value instanceof Double number) {
      return number == Math.rint(number) && Math.abs(number) < 1e15
          ? String.format(Locale.ROOT, "%,.0f", number)
          : number.toString();
    }
    if (value instanceof Collection<?> values) {
      return values.isEmpty() ? "none" : values.toString();
    }
    if (!(value instanceof Map<?, ?> fields)) {
      return value.toString();
    }
    if (fields.isEmpty()) {
      return "none";
    }
    return fields.entrySet().stream()
        .map(
            field ->
                field.getKey().equals("kind")
                    ? text(field.getValue())
                    : field.getKey().toString().replace('_', ' ') + " " + text(field.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static Object plain(Object value) {
    if (value instanceof Record inner) {
      return of(inner);
    }
    return value instanceof Enum<?> constant ? constant.name().toLowerCase(Locale.ROOT) : value;
  }

  private static Object valueOf(RecordComponent component, Record record) {
    try {
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot read " + component, e);
    }
  }

  private static String snakeCase(String name) {
    return name.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
  }
}

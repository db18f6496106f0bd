package io.github.maque.train.yaml;

import java.lang.reflect.Modifier;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The records that stand for an interface, by the names they have in YAML.
 *
 * @param type the interface
 * @param records by kind, in the order in which errors list them
 */
record Kinds(Class<?> type, Map<String, Class<?>> records) {
  /** The key that says which. */
  static final String KEY = "kind";

  Kinds {
    records.forEach((kind, record) -> check(type, kind, record));
    if (records.values().stream().distinct().count() < records.size()) {
      throw new IllegalArgumentException(
          "kinds of " + type.getSimpleName() + " must be different records, got " + records);
    }
    records = Collections.unmodifiableMap(new LinkedHashMap<>(records));
  }

  private static void check(Class<?> type, String kind, Class<?> record) {
    String what = "kind " + kind + " of " + type.getSimpleName();
    if (!kind.matches("[a-z0-9]+(-[a-z0-9]+)*")) {
      throw new IllegalArgumentException(
          what + " must be named by small letters, digits and single hyphens");
    }
    if (!record.isRecord() || !type.isAssignableFrom(record)) {
      throw new IllegalArgumentException(
          what + " must be a record that implements it, got " + record.getName());
    }
    for (var component : record.getRecordComponents()) {
      if (KebabCase.of(component.getName()).equals(KEY)) {
        throw new IllegalArgumentException(
            what + " must not have a component named kind, since that is the key that names it");
      }
    }
  }

  /** Returns the kinds of a sealed interface, named after its records. */
  static Kinds ofSealed(Class<?> type) {
    Map<String, Class<?>> records = new LinkedHashMap<>();
    collect(type, type, records);
    return new Kinds(type, records);
  }

  private static void collect(Class<?> root, Class<?> type, Map<String, Class<?>> records) {
    for (Class<?> permitted : type.getPermittedSubclasses()) {
      if (permitted.isSealed() && Modifier.isAbstract(permitted.getModifiers())) {
        collect(root, permitted, records);
        continue;
      }
      Class<?> other = records.put(KebabCase.of(permitted.getSimpleName()), permitted);
      if (other != null && other != permitted) {
        throw new IllegalArgumentException(
            root.getSimpleName()
                + " has two kinds of one name, "
                + other.getName()
                + " and "
                + permitted.getName());
      }
    }
  }

  @Nullable String nameOf(Class<?> record) {
    return records.entrySet().stream()
        .filter(each -> each.getValue() == record)
        .map(Map.Entry::getKey)
        .findAny()
        .orElse(null);
  }
}

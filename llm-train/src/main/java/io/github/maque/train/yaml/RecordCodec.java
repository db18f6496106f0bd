package io.github.maque.train.yaml;

import io.github.maque.train.yaml.YamlNode.Entry;
import io.github.maque.train.yaml.YamlNode.Mapping;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Records: mappings from the names of their components. */
record RecordCodec(RecordType type, Codecs codecs) implements Codec {
  /** Returns the path of a key in a mapping. */
  static String join(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  @Override
  public String expected() {
    return "a mapping with " + String.join(", ", keys());
  }

  @Override
  public Object read(YamlNode node, String path, @Nullable Object base) {
    if (!(node.expanded() instanceof Mapping mapping)) {
      throw unexpected(node, path);
    }
    return read(mapping, path, base, Set.of());
  }

  /**
   * Makes a record.
   *
   * @param others keys that may be there and are not the record's
   */
  Object read(Mapping mapping, String path, @Nullable Object base, Set<String> others) {
    refuseUnknown(mapping, path, others);
    Object defaults = base == null ? type.defaults() : base;
    List<RecordComponent> components = type.components();
    @Nullable Object[] values = new @Nullable Object[components.size()];
    for (int i = 0; i < values.length; i++) {
      RecordComponent component = components.get(i);
      Object standard = defaults == null ? null : RecordType.get(component, defaults);
      values[i] = component(component, mapping, path, standard);
    }
    try {
      return type.create(values);
    } catch (InvocationTargetException e) {
      Throwable refusal = e.getTargetException();
      if (refusal instanceof Error error) {
        throw error;
      }
      String reason = refusal.getMessage() == null ? refusal.toString() : refusal.getMessage();
      throw refused(mapping, path, inKebabCase(reason), refusal);
    }
  }

  /** Says which key was refused, if the record names its component first. */
  private YamlException refused(Mapping mapping, String path, String reason, Throwable refusal) {
    for (String key : keys()) {
      if (reason.startsWith(key + " must ")) {
        Entry entry = mapping.entries().get(key);
        Place place = entry == null ? mapping.place() : entry.value().place();
        String problem = reason.substring(key.length() + 1) + options(mapping, place);
        return new YamlException(place, join(path, key), problem, refusal);
      }
    }
    return new YamlException(
        mapping.place(), path, reason + options(mapping, mapping.place()), refusal);
  }

  /** Writes names of components as the keys that they are in YAML. */
  private String inKebabCase(String reason) {
    String text = reason;
    for (RecordComponent component : type.components()) {
      String name = component.getName();
      text = text.replaceAll("\\b" + name + "\\b", KebabCase.of(name));
    }
    return text;
  }

  private Object component(
      RecordComponent component, Mapping mapping, String path, @Nullable Object standard) {
    Codec codec = codecs.of(component);
    String key = KebabCase.of(component.getName());
    Entry entry = mapping.entries().get(key);
    if (entry != null) {
      return codec.read(entry.value(), join(path, key), standard);
    }
    Object value = standard == null ? codec.absent() : standard;
    if (value == null) {
      throw new YamlException(
          mapping.place(), join(path, key), "missing key, expected " + codec.expected());
    }
    return value;
  }

  private void refuseUnknown(Mapping mapping, String path, Set<String> others) {
    Set<String> known = new LinkedHashSet<>(others);
    known.addAll(keys());
    mapping
        .entries()
        .forEach(
            (key, entry) -> {
              if (!known.contains(key)) {
                throw new YamlException(
                    entry.keyPlace(),
                    join(path, Excerpt.of(key)),
                    "unknown key, " + Nearest.suggest(key, known));
              }
            });
  }

  /** Says which other options on the command line had a part in a record that was refused. */
  private static String options(Mapping mapping, Place told) {
    Set<String> options = new TreeSet<>();
    for (Entry entry : mapping.entries().values()) {
      Place place = entry.value().place();
      if (place instanceof Place.Option && !place.equals(told)) {
        options.add(place.toString());
      }
    }
    return options.isEmpty() ? "" : " (with " + String.join(", ", options) + ")";
  }

  private List<String> keys() {
    return type.components().stream().map(each -> KebabCase.of(each.getName())).toList();
  }

  @Override
  public Mapping write(Object value) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (RecordComponent component : type.components()) {
      Object part = RecordType.get(component, value);
      if (part == null) {
        throw new IllegalArgumentException(RecordType.describe(component) + " is null");
      }
      YamlNode node = codecs.of(component).write(part);
      entries.put(KebabCase.of(component.getName()), new Entry(node, YamlNode.NOWHERE));
    }
    return new Mapping(entries, YamlNode.NOWHERE);
  }

  @Override
  public @Nullable Object absent() {
    return type.defaults();
  }
}

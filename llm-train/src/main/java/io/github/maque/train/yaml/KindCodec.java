package io.github.maque.train.yaml;

import io.github.maque.train.yaml.YamlNode.Entry;
import io.github.maque.train.yaml.YamlNode.Mapping;
import io.github.maque.train.yaml.YamlNode.Scalar;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Interfaces: mappings in which one key says which record the others make. */
record KindCodec(Kinds kinds, Codecs codecs) implements Codec {
  @Override
  public String expected() {
    return "a mapping whose kind is one of " + String.join(", ", kinds.records().keySet());
  }

  @Override
  public Object read(YamlNode node, String path, @Nullable Object base) {
    if (!(node.expanded() instanceof Mapping mapping)) {
      throw unexpected(node, path);
    }
    Class<?> type = type(mapping, path, base);
    // Settings of one kind mean nothing to another.
    Object sameKind = base != null && base.getClass() == type ? base : null;
    return codecs
        .ofRecord(type)
        .read(mapping.without(Kinds.KEY), path, sameKind, Set.of(Kinds.KEY));
  }

  private Class<?> type(Mapping mapping, String path, @Nullable Object base) {
    Entry kind = mapping.entries().get(Kinds.KEY);
    if (kind != null) {
      return record(kind, path);
    }
    if (base != null) {
      return base.getClass();
    }
    throw new YamlException(
        mapping.place(),
        RecordCodec.join(path, Kinds.KEY),
        "missing key, expected one of " + String.join(", ", kinds.records().keySet()));
  }

  private Class<?> record(Entry kind, String path) {
    Set<String> names = kinds.records().keySet();
    Class<?> record =
        kind.value() instanceof Scalar scalar ? kinds.records().get(scalar.text()) : null;
    if (record != null) {
      return record;
    }
    String suggestion =
        kind.value() instanceof Scalar scalar
            ? Nearest.suggest(scalar.text(), names)
            : "expected one of " + String.join(", ", names);
    throw new YamlException(
        kind.value().place(),
        RecordCodec.join(path, Kinds.KEY),
        "unknown kind " + kind.value().described() + ", " + suggestion);
  }

  @Override
  public YamlNode write(Object value) {
    String name = kinds.nameOf(value.getClass());
    if (name == null) {
      throw new IllegalArgumentException(
          value.getClass().getName()
              + " is none of the kinds of "
              + kinds.type().getSimpleName()
              + " that can be written: "
              + String.join(", ", kinds.records().keySet()));
    }
    Map<String, Entry> entries = new LinkedHashMap<>();
    entries.put(Kinds.KEY, new Entry(Scalar.text(name), YamlNode.NOWHERE));
    entries.putAll(codecs.ofRecord(value.getClass()).write(value).entries());
    return new Mapping(entries, YamlNode.NOWHERE);
  }
}

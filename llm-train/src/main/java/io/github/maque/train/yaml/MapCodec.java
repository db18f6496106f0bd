package io.github.maque.train.yaml;

import io.github.maque.train.yaml.YamlNode.Entry;
import io.github.maque.train.yaml.YamlNode.Mapping;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Maps by text, which replace a default as a whole; written in the order of the keys. */
record MapCodec(Codec value) implements Codec {
  @Override
  public String expected() {
    return "a mapping";
  }

  @Override
  public Object read(YamlNode node, String path, @Nullable Object base) {
    if (!(node.expanded() instanceof Mapping mapping)) {
      throw unexpected(node, path);
    }
    Map<String, Object> values = new LinkedHashMap<>();
    mapping
        .entries()
        .forEach(
            (key, entry) ->
                values.put(key, value.read(entry.value(), RecordCodec.join(path, key), null)));
    return Collections.unmodifiableMap(values);
  }

  @Override
  public YamlNode write(Object map) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    // Map.of has another order in each run of the JVM.
    new TreeMap<String, Object>(typed(map))
        .forEach((key, each) -> entries.put(key, new Entry(value.write(each), YamlNode.NOWHERE)));
    return new Mapping(entries, YamlNode.NOWHERE);
  }

  private static Map<String, Object> typed(Object map) {
    Map<String, Object> typed = new LinkedHashMap<>();
    ((Map<?, ?>) map).forEach((key, each) -> typed.put((String) key, each));
    return typed;
  }

  @Override
  public Object absent() {
    return Map.of();
  }
}

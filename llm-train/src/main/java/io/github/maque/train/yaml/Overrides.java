package io.github.maque.train.yaml;

import io.github.maque.train.yaml.YamlNode.Entry;
import io.github.maque.train.yaml.YamlNode.Mapping;
import io.github.maque.train.yaml.YamlNode.Scalar;
import java.util.List;
import java.util.Map;

/** Puts the values of options in the places of what a text says. */
final class Overrides {
  private final Place.Option option;
  private final String value;

  private Overrides(Place.Option option, String value) {
    this.option = option;
    this.value = value;
  }

  /**
   * Returns a document with values replaced or added.
   *
   * @param options values by the path of a key
   */
  static YamlNode apply(YamlNode document, Map<String, String> options) {
    YamlNode changed = document;
    for (Map.Entry<String, String> each : options.entrySet()) {
      Place.Option option = new Place.Option(each.getKey());
      List<String> keys = List.of(each.getKey().split("\\.", -1));
      if (keys.contains("")) {
        throw new YamlException(
            option, "", "expected the path of a key, such as optimizer.learning-rate");
      }
      changed = new Overrides(option, each.getValue()).replace(changed, keys, "");
    }
    return changed;
  }

  private YamlNode replace(YamlNode node, List<String> keys, String path) {
    if (keys.isEmpty()) {
      return new Scalar(value, true, option);
    }
    Mapping mapping = mapping(node, path);
    String key = keys.get(0);
    List<String> others = keys.subList(1, keys.size());
    Entry entry = mapping.entries().get(key);
    YamlNode before = entry == null ? Mapping.empty(option) : entry.value();
    YamlNode after = replace(before, others, RecordCodec.join(path, key));
    Place keyPlace = entry == null || others.isEmpty() ? option : entry.keyPlace();
    return mapping.with(key, new Entry(after, keyPlace));
  }

  private Mapping mapping(YamlNode node, String path) {
    YamlNode expanded = node.expanded();
    if (expanded instanceof Mapping mapping) {
      return mapping;
    }
    if (expanded instanceof Scalar scalar && scalar.isNothing()) {
      return Mapping.empty(option);
    }
    throw new YamlException(
        option, "", path + " at " + node.place() + " is " + node.described() + ", not a mapping");
  }
}

package io.github.maque.train.yaml;

import io.github.maque.train.yaml.YamlNode.Sequence;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists, which replace a default as a whole. */
record ListCodec(Codec item) implements Codec {
  @Override
  public String expected() {
    return "a list";
  }

  @Override
  public Object read(YamlNode node, String path, @Nullable Object base) {
    if (!(node.expanded() instanceof Sequence sequence)) {
      throw unexpected(node, path);
    }
    List<Object> items = new ArrayList<>();
    for (YamlNode each : sequence.items()) {
      items.add(item.read(each, path + "[" + items.size() + "]", null));
    }
    return List.copyOf(items);
  }

  @Override
  public YamlNode write(Object list) {
    return new Sequence(((List<?>) list).stream().map(item::write).toList(), YamlNode.NOWHERE);
  }

  @Override
  public Object absent() {
    return List.of();
  }
}

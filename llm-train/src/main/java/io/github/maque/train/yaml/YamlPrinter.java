package io.github.maque.train.yaml;

import java.util.ArrayList;
import java.util.List;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Present;
import org.snakeyaml.engine.v2.api.lowlevel.Serialize;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.scanner.StreamReader;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** Prints nodes in block style, indented by two. */
final class YamlPrinter {
  private static final CoreSchema SCHEMA = new CoreSchema();
  private static final DumpSettings SETTINGS =
      DumpSettings.builder()
          .setSchema(SCHEMA)
          .setDefaultFlowStyle(FlowStyle.BLOCK)
          .setIndent(2)
          .setIndicatorIndent(2)
          .setIndentWithIndicator(true)
          .setSplitLines(false)
          .setWidth(Integer.MAX_VALUE)
          .setUseUnicodeEncoding(true)
          .build();

  private YamlPrinter() {}

  static String print(YamlNode node) {
    return new Present(SETTINGS)
        .emitToString(new Serialize(SETTINGS).serializeOne(library(node)).iterator());
  }

  private static Node library(YamlNode node) {
    if (node instanceof YamlNode.Mapping mapping) {
      List<NodeTuple> tuples = new ArrayList<>();
      mapping
          .entries()
          .forEach(
              (key, entry) -> tuples.add(new NodeTuple(text(key, false), library(entry.value()))));
      return new MappingNode(Tag.MAP, tuples, FlowStyle.BLOCK);
    }
    if (node instanceof YamlNode.Sequence sequence) {
      List<Node> items = sequence.items().stream().map(YamlPrinter::library).toList();
      return new SequenceNode(Tag.SEQ, items, FlowStyle.BLOCK);
    }
    YamlNode.Scalar scalar = (YamlNode.Scalar) node;
    return scalar.plain() ? bare(scalar.text()) : text(scalar.text(), true);
  }

  /** Returns what is no text: a number, truth or nothing. */
  private static ScalarNode bare(String text) {
    Tag tag = SCHEMA.getScalarResolver().resolve(text, true);
    return new ScalarNode(tag, text, ScalarStyle.PLAIN);
  }

  /** Returns text, which the library puts in quotes where it would not be taken for text. */
  private static ScalarNode text(String text, boolean mayBeBlock) {
    if (text.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE)) {
      throw new IllegalArgumentException(
          "half a surrogate pair has no form in YAML, got \"" + Excerpt.of(text) + '"');
    }
    return new ScalarNode(Tag.STR, text, style(text, mayBeBlock));
  }

  private static ScalarStyle style(String text, boolean mayBeBlock) {
    if (text.codePoints().noneMatch(YamlPrinter::breaksLines)) {
      return ScalarStyle.PLAIN;
    }
    return mayBeBlock && isProse(text) ? ScalarStyle.LITERAL : ScalarStyle.DOUBLE_QUOTED;
  }

  /** Whether the text is lines that a literal block gives back as they are, without escapes. */
  private static boolean isProse(String text) {
    return !Character.isWhitespace(text.codePointAt(0))
        && text.codePoints().allMatch(c -> c == '\n' || isPrintable(c))
        && text.lines().noneMatch(YamlPrinter::endsInSpace);
  }

  private static boolean isPrintable(int codePoint) {
    return !breaksLines(codePoint) && StreamReader.isPrintable(codePoint) && codePoint != 0xFEFF;
  }

  private static boolean breaksLines(int codePoint) {
    return "\n\r\u0085\u2028\u2029".indexOf(codePoint) >= 0;
  }

  private static boolean endsInSpace(String line) {
    return !line.isEmpty() && Character.isWhitespace(line.codePointBefore(line.length()));
  }
}

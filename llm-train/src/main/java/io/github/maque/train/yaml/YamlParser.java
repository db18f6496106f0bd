package io.github.maque.train.yaml;

import io.github.maque.train.yaml.YamlNode.Entry;
import io.github.maque.train.yaml.YamlNode.Mapping;
import io.github.maque.train.yaml.YamlNode.Scalar;
import io.github.maque.train.yaml.YamlNode.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Parses one document. What could make a small text large or deep is bounded: nesting, and the
 * number of nodes after aliases are replaced by what they stand for.
 */
final class YamlParser {
  /** The most characters of a text. */
  static final int MAX_CHARACTERS = 1 << 20;

  static final int MAX_DEPTH = 64;
  static final int MAX_NODES = 100_000;

  private final Iterator<Event> events;
  private final Place origin;
  private final Map<Anchor, Anchored> anchors = new HashMap<>();
  private long nodes;
  private Place reached;

  private YamlParser(String text, Place origin) {
    LoadSettings settings = LoadSettings.builder().setCodePointLimit(MAX_CHARACTERS).build();
    this.events = new Parse(settings).parseString(text).iterator();
    this.origin = origin;
    this.reached = origin.at(1, 1);
  }

  /** A node that aliases may stand for, and of how many it is made. */
  private record Anchored(YamlNode node, long nodes) {}

  /**
   * Parses a text.
   *
   * @param origin a place in it
   * @return the document; if there is none, a scalar that means nothing
   */
  static YamlNode parse(String text, Place origin) {
    if (text.codePointCount(0, text.length()) > MAX_CHARACTERS) {
      throw new YamlException(
          origin.at(1, 1), "", "expected at most " + MAX_CHARACTERS + " characters of YAML");
    }
    try {
      return new YamlParser(text, origin).document();
    } catch (MarkedYamlEngineException e) {
      Optional<Mark> mark = e.getProblemMark();
      throw notYaml(mark.map(m -> place(origin, m)).orElse(origin), e.getProblem(), e);
    } catch (ReaderException e) {
      Place place = lineAndColumn(origin, text, e.getPosition());
      String character = String.format("the character U+%04X", e.getCodePoint());
      throw notYaml(place, character + " may only be written escaped", e);
    } catch (YamlEngineException e) {
      throw notYaml(origin, String.valueOf(e.getMessage()), e);
    }
  }

  private static YamlException notYaml(Place place, String problem, Throwable cause) {
    return new YamlException(
        place, "", "expected YAML, but " + Excerpt.of(problem.strip(), 200), cause);
  }

  private static Place place(Place origin, Mark mark) {
    return origin.at(mark.getLine() + 1, mark.getColumn() + 1);
  }

  /** Returns the place of a code point, by its number. */
  private static Place lineAndColumn(Place origin, String text, int position) {
    int length = text.codePointCount(0, text.length());
    String before = text.substring(0, text.offsetByCodePoints(0, Math.min(position, length)));
    int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
    String lastLine = before.substring(before.lastIndexOf('\n') + 1);
    return origin.at(line, lastLine.codePointCount(0, lastLine.length()) + 1);
  }

  private YamlNode document() {
    expect(Event.ID.StreamStart);
    Event first = next();
    if (first.getEventId() == Event.ID.StreamEnd) {
      return new Scalar("", true, origin.at(1, 1));
    }
    YamlNode root = node(next(), 0);
    expect(Event.ID.DocumentEnd);
    Event next = next();
    if (next.getEventId() != Event.ID.StreamEnd) {
      throw new YamlException(place(next), "", "expected one document, found another");
    }
    return root;
  }

  private Event next() {
    try {
      Event event = events.next();
      reached = place(event);
      return event;
    } catch (IllegalArgumentException e) {
      // Escapes such as \x without digits: the library does not look before it parses them.
      throw new YamlException(
          reached, "", "expected YAML, but after this an escape is malformed", e);
    }
  }

  private void expect(Event.ID id) {
    Event event = next();
    if (event.getEventId() != id) {
      throw new IllegalStateException("the YAML parser gave " + event + ", not " + id);
    }
  }

  private YamlNode node(Event event, int depth) {
    if (event instanceof AliasEvent alias) {
      return standIn(alias);
    }
    if (depth > MAX_DEPTH) {
      throw new YamlException(
          place(event), "", "expected at most " + MAX_DEPTH + " levels of nesting, found more");
    }
    long before = nodes;
    count(event, 1);
    YamlNode node = untagged(event, depth);
    if (event instanceof NodeEvent anchored) {
      anchored.getAnchor().ifPresent(a -> anchors.put(a, new Anchored(node, nodes - before)));
    }
    return node;
  }

  private YamlNode standIn(AliasEvent alias) {
    Anchored anchored = anchors.get(alias.getAlias());
    if (anchored == null) {
      throw new YamlException(
          place(alias),
          "",
          "expected the alias *"
              + Excerpt.of(alias.getAlias().getValue())
              + " to stand for something that ends before it");
    }
    count(alias, anchored.nodes());
    return anchored.node();
  }

  private void count(Event event, long more) {
    nodes += more;
    if (nodes > MAX_NODES) {
      throw new YamlException(
          place(event),
          "",
          "expected at most " + MAX_NODES + " values and keys, aliases replaced, found more");
    }
  }

  private YamlNode untagged(Event event, int depth) {
    if (event instanceof ScalarEvent scalar) {
      refuse(scalar.getTag(), event);
      return new Scalar(scalar.getValue(), scalar.isPlain(), place(event));
    }
    if (event instanceof SequenceStartEvent sequence) {
      refuse(sequence.getTag(), event);
      return sequence(event, depth);
    }
    if (event instanceof MappingStartEvent mapping) {
      refuse(mapping.getTag(), event);
      return mapping(event, depth);
    }
    throw new IllegalStateException("the YAML parser gave " + event + ", not a node");
  }

  private void refuse(Optional<String> tag, Event event) {
    if (tag.isPresent()) {
      throw new YamlException(
          place(event), "", "expected no tag, found " + Excerpt.of(tag.orElseThrow()));
    }
  }

  private Sequence sequence(Event start, int depth) {
    List<YamlNode> items = new ArrayList<>();
    Event next = next();
    while (next.getEventId() != Event.ID.SequenceEnd) {
      items.add(node(next, depth + 1));
      next = next();
    }
    return new Sequence(items, place(start));
  }

  private Mapping mapping(Event start, int depth) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    Event next = next();
    while (next.getEventId() != Event.ID.MappingEnd) {
      Place keyPlace = place(next);
      YamlNode key = node(next, depth + 1);
      if (!(key instanceof Scalar scalar)) {
        throw new YamlException(keyPlace, "", "expected a key, found " + key.described());
      }
      Entry first = entries.get(scalar.text());
      if (first != null) {
        throw new YamlException(
            keyPlace, "", "duplicate key " + scalar.described() + ", first at " + first.keyPlace());
      }
      entries.put(scalar.text(), new Entry(node(next(), depth + 1), keyPlace));
      next = next();
    }
    return new Mapping(entries, place(start));
  }

  private Place place(Event event) {
    return event.getStartMark().map(mark -> place(origin, mark)).orElse(origin);
  }
}

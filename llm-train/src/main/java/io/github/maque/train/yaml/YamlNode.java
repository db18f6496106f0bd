package io.github.maque.train.yaml;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What YAML is made of. Tags, anchors and comments are gone. */
sealed interface YamlNode {
  /** What is written has no place yet. */
  Place NOWHERE = new Place.InText("", 0, 0);

  Place place();

  /** Says what this is in an error message. */
  String described();

  /** Returns this as a list or a mapping if it is one, parsing the value of an option. */
  default YamlNode expanded() {
    return this;
  }

  /**
   * A value without parts.
   *
   * @param plain whether it stands without quotes and so may mean nothing, truth or a number
   */
  record Scalar(String text, boolean plain, Place place) implements YamlNode {
    private static final Pattern NOTHING = Pattern.compile("~|null|Null|NULL|");

    static Scalar plain(String text) {
      return new Scalar(text, true, NOWHERE);
    }

    static Scalar text(String text) {
      return new Scalar(text, false, NOWHERE);
    }

    boolean isNothing() {
      return plain && NOTHING.matcher(text).matches();
    }

    @Override
    public String described() {
      return isNothing() ? "nothing" : '"' + Excerpt.of(text) + '"';
    }

    @Override
    public YamlNode expanded() {
      return place instanceof Place.Option ? YamlParser.parse(text, place) : this;
    }
  }

  /** A list. */
  record Sequence(List<YamlNode> items, Place place) implements YamlNode {
    @Override
    public String described() {
      return "a list";
    }
  }

  /** Values by key, in the order of the text. */
  record Mapping(Map<String, Entry> entries, Place place) implements YamlNode {
    static Mapping empty(Place place) {
      return new Mapping(Map.of(), place);
    }

    /** Returns the same with one key added or its value replaced. */
    Mapping with(String key, Entry entry) {
      Map<String, Entry> changed = new LinkedHashMap<>(entries);
      changed.put(key, entry);
      return new Mapping(changed, place);
    }

    Mapping without(String key) {
      Map<String, Entry> changed = new LinkedHashMap<>(entries);
      changed.remove(key);
      return new Mapping(changed, place);
    }

    @Override
    public String described() {
      return "a mapping";
    }
  }

  /** A value and where its key stands. */
  record Entry(YamlNode value, Place keyPlace) {}
}

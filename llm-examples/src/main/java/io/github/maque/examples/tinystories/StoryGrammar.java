package io.github.maque.examples.tinystories;

import java.util.List;
import java.util.Map;

/**
 * All that stories are made of.
 *
 * @param tables people, animals and things, by the kind
 * @param phrases texts that say the same in several ways, by name
 * @param words words besides the subjects of plots that a story may be asked to have
 * @param plots the courses of events
 */
record StoryGrammar(
    Map<String, WordTable> tables,
    Map<String, List<Template>> phrases,
    List<String> words,
    List<Plot> plots) {

  StoryGrammar {
    tables = Map.copyOf(tables);
    phrases = Map.copyOf(phrases);
    words = List.copyOf(words);
    plots = List.copyOf(plots);
  }

  /** Returns the grammar that lies beside this class. */
  static StoryGrammar bundled() {
    return Bundled.GRAMMAR;
  }

  /** Read once, when it is first needed. */
  private static final class Bundled {
    static final StoryGrammar GRAMMAR =
        GrammarReader.read(
            "words.txt",
            "phrases.txt",
            "plots-home.txt",
            "plots-friends.txt",
            "plots-courage.txt",
            "plots-nature.txt",
            "plots-honesty.txt");
  }

  WordTable table(String name) {
    WordTable table = tables.get(name);
    if (table == null) {
      throw new IllegalArgumentException("there is no table " + name);
    }
    return table;
  }

  List<Template> phrase(String name) {
    List<Template> phrase = phrases.get(name);
    if (phrase == null) {
      throw new IllegalArgumentException("there is no part and no phrase {" + name + "}");
    }
    return phrase;
  }
}

package io.github.maque.examples.tinystories;

import java.util.List;
import java.util.Map;
import java.util.Objects;

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

  /** Copies everything and checks that each slot can be filled. */
  StoryGrammar {
    tables = Map.copyOf(tables);
    phrases = Map.copyOf(phrases);
    words = List.copyOf(words);
    plots = List.copyOf(plots);
    for (Plot plot : plots) {
      SlotCheck check = new SlotCheck(plot, tables, phrases);
      plot.summaries().forEach(check::check);
      plot.beats().forEach(beat -> beat.forEach(line -> check.check(line.template())));
    }
  }

  /** Returns the grammar that lies beside this class. */
  static StoryGrammar bundled() {
    return Bundled.GRAMMAR;
  }

  /** Read once, when it is first needed. */
  private static final class Bundled {
    static final StoryGrammar GRAMMAR =
        GrammarReader.readResources(
            "words.txt",
            "phrases.txt",
            "plots-home.txt",
            "plots-friends.txt",
            "plots-courage.txt",
            "plots-nature.txt",
            "plots-honesty.txt");
  }

  /** Returns a table, which is there. */
  WordTable table(String name) {
    return Objects.requireNonNull(tables.get(name), name);
  }

  /** Returns the ways to say a phrase, which is there. */
  List<Template> phrase(String name) {
    return Objects.requireNonNull(phrases.get(name), name);
  }
}

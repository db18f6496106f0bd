package io.github.maque.examples.tinystories;

import io.github.maque.examples.tinystories.Plot.Line;
import io.github.maque.examples.tinystories.Plot.Part;
import io.github.maque.examples.tinystories.Template.Slot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;

/** One story while it is told: who takes part in it, and the draws to come. */
final class Telling {
  private static final String DIALOGUE = "对话";

  private final StoryGrammar grammar;
  private final Plot plot;
  private final Random random;

  /** Who and what takes part, as rows of their tables. */
  private final Map<String, Cast> cast = new LinkedHashMap<>();

  /** A row that was drawn, and the column that holds its word. */
  private record Cast(Map<String, Template> row, String wordColumn) {}

  private Telling(StoryGrammar grammar, Plot plot, Random random) {
    this.grammar = grammar;
    this.plot = plot;
    this.random = random;
  }

  /** Tells a story of any plot; one that becomes too long is told again in other words. */
  static Story tell(StoryGrammar grammar, Random random) {
    Plot plot = grammar.plots().get(random.nextInt(grammar.plots().size()));
    Story story;
    do {
      story = new Telling(grammar, plot, random).story();
    } while (story.text().length() > Story.LONGEST);
    return story;
  }

  private Story story() {
    plot.parts().forEach(this::cast);
    Set<String> features = new LinkedHashSet<>(plot.features());
    StringBuilder out = new StringBuilder();
    for (List<Line> beat : plot.beats()) {
      Line line = draw(beat);
      line.template().tell(this, out);
      features.addAll(line.features());
    }
    String text = out.toString();
    if (text.indexOf('“') >= 0) {
      features.add(DIALOGUE);
    }
    List<String> subjects =
        plot.parts().stream().filter(Part::subject).map(this::word).filter(text::contains).toList();
    List<String> words = grammar.words().stream().filter(text::contains).toList();
    String summary = told(draw(plot.summaries()));
    return new Story(plot.title(), text, subjects, words, List.copyOf(features), summary);
  }

  private void cast(Part part) {
    List<Cast> free = new ArrayList<>();
    for (String name : part.tables()) {
      WordTable table = grammar.table(name);
      for (Map<String, Template> row : table.rows()) {
        Cast candidate = new Cast(row, table.wordColumn());
        if (!cast.containsValue(candidate)) {
          free.add(candidate);
        }
      }
    }
    cast.put(part.name(), draw(free));
  }

  private String word(Part part) {
    return told(new Slot(part.name(), ""));
  }

  private String told(Template template) {
    StringBuilder out = new StringBuilder();
    template.tell(this, out);
    return out.toString();
  }

  /** Appends what stands in a slot in this story: always the same row, but a new phrase. */
  void fill(Slot slot, StringBuilder out) {
    Cast found = cast.get(slot.name());
    if (found == null) {
      draw(grammar.phrase(slot.name())).tell(this, out);
      return;
    }
    String column = slot.column().isEmpty() ? found.wordColumn() : slot.column();
    Objects.requireNonNull(found.row().get(column), column).tell(this, out);
  }

  /** Returns one of several, each as likely as the others. */
  <T> T draw(List<T> several) {
    return several.get(random.nextInt(several.size()));
  }
}

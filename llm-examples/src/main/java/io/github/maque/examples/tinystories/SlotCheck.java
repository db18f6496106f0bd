package io.github.maque.examples.tinystories;

import io.github.maque.examples.tinystories.Plot.Part;
import io.github.maque.examples.tinystories.Template.Slot;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds slots that nothing can stand in, before a story is told. */
record SlotCheck(Plot plot, Map<String, WordTable> tables, Map<String, List<Template>> phrases) {

  /**
   * Checks a template and all that may stand in it.
   *
   * @throws IllegalArgumentException if there is nothing for a slot; the message names the plot
   */
  void check(Template template) {
    template.forEachSlot(this::check);
  }

  private void check(Slot slot) {
    List<Part> parts =
        plot.parts().stream().filter(part -> part.name().equals(slot.name())).toList();
    for (Part part : parts) {
      part.tables().forEach(name -> check(slot, name));
    }
    if (parts.isEmpty()) {
      found(phrases.get(slot.name()), "part or phrase {" + slot.name() + "}").forEach(this::check);
    }
  }

  private void check(Slot slot, String name) {
    WordTable table = found(tables.get(name), "table " + name);
    String column = slot.column().isEmpty() ? table.wordColumn() : slot.column();
    for (Map<String, Template> row : table.rows()) {
      check(found(row.get(column), "column " + column + " in table " + name));
    }
  }

  private <T> T found(@Nullable T value, String what) {
    if (value == null) {
      throw new IllegalArgumentException("plot " + plot.title() + " has no " + what);
    }
    return value;
  }
}

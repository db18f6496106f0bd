package io.github.maque.examples.tinystories;

import java.util.List;
import java.util.function.Consumer;

/** Text that is partly open: what a line of the grammar says, to be filled in for each story. */
sealed interface Template {
  /** Appends the text as one story has it. */
  void tell(Telling telling, StringBuilder out);

  /** Shows every slot to {@code reader}, those of all choices. */
  void forEachSlot(Consumer<Slot> reader);

  /** Text that is always the same. */
  record Text(String text) implements Template {
    @Override
    public void tell(Telling telling, StringBuilder out) {
      out.append(text);
    }

    @Override
    public void forEachSlot(Consumer<Slot> reader) {}
  }

  /**
   * A place for something else.
   *
   * @param name of whom or what a story is about, or of a phrase
   * @param column which column of its table is meant; empty for the first one and for phrases
   */
  record Slot(String name, String column) implements Template {
    @Override
    public void tell(Telling telling, StringBuilder out) {
      telling.fill(this, out);
    }

    @Override
    public void forEachSlot(Consumer<Slot> reader) {
      reader.accept(this);
    }
  }

  /** One of several texts, each as likely as the others. */
  record Choice(List<Template> alternatives) implements Template {
    @Override
    public void tell(Telling telling, StringBuilder out) {
      telling.draw(alternatives).tell(telling, out);
    }

    @Override
    public void forEachSlot(Consumer<Slot> reader) {
      alternatives.forEach(alternative -> alternative.forEachSlot(reader));
    }
  }

  /** Texts one behind the other. */
  record Sequence(List<Template> parts) implements Template {
    @Override
    public void tell(Telling telling, StringBuilder out) {
      parts.forEach(part -> part.tell(telling, out));
    }

    @Override
    public void forEachSlot(Consumer<Slot> reader) {
      parts.forEach(part -> part.forEachSlot(reader));
    }
  }
}

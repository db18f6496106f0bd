package io.github.maque.train.yaml;

/** Where something was said, for error messages. */
sealed interface Place {
  /** Returns the place of a line and a column, counted from 1, in the text that this is in. */
  Place at(int line, int column);

  /** Whether the place already says which key is meant. */
  boolean names(String path);

  /** A place in a text. */
  record InText(String source, int line, int column) implements Place {
    @Override
    public Place at(int otherLine, int otherColumn) {
      return new InText(source, otherLine, otherColumn);
    }

    @Override
    public boolean names(String path) {
      return false;
    }

    @Override
    public String toString() {
      return source + ":" + line + ":" + column;
    }
  }

  /** The value of an option on the command line. */
  record Option(String name) implements Place {
    @Override
    public Place at(int line, int column) {
      return this;
    }

    @Override
    public boolean names(String path) {
      return path.equals(name);
    }

    @Override
    public String toString() {
      return "option " + Excerpt.of(name);
    }
  }
}

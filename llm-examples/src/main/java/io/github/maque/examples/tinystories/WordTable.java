package io.github.maque.examples.tinystories;

import java.util.List;
import java.util.Map;

/**
 * Things of one kind and what goes with each of them: its measure word, its pronoun, what one does
 * with it.
 *
 * @param columns what the columns are called; the first holds the word itself
 * @param rows one map a thing, from the column to the text
 */
record WordTable(List<String> columns, List<Map<String, Template>> rows) {
  WordTable {
    columns = List.copyOf(columns);
    rows = List.copyOf(rows);
  }

  String wordColumn() {
    return columns.get(0);
  }
}

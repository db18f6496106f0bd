package io.github.maque.examples.align;

import io.github.maque.data.Document;
import io.github.maque.data.Location;
import io.github.maque.data.source.Block;
import io.github.maque.data.source.BlockReader;
import io.github.maque.data.source.ParsedBlock;
import io.github.maque.data.source.RecordFormat;
import io.github.maque.data.source.RecordSource;
import io.github.maque.data.source.SourcePosition;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Finds out how files are laid out, from the first records of the first one that has any. */
public final class FormatDetection {
  /** What stands between documents in many a text file. */
  public static final String SEPARATOR = "<|endoftext|>";

  /** Where the text is in most data sets of JSON objects, the most telling name first. */
  private static final List<String> FIELDS = List.of("story_zh", "story", "text", "content");

  /** A JSON value and where it was found. */
  private record Value(Object json, Location location) {}

  private FormatDetection() {}

  /**
   * Returns the format of files: JSON if they begin with an object or with nothing but strings,
   * text with separators if there is one in the beginning, and otherwise a document a line.
   *
   * @throws IllegalArgumentException if it is JSON, but none of the fields is known
   */
  public static RecordFormat<Document> detect(List<String> paths) throws IOException {
    ParsedBlock<Value> values = beginning(json(), paths);
    if (isJson(values)) {
      return json(values);
    }
    boolean separated =
        beginning(RecordFormat.lines(), paths).records().stream()
            .anyMatch(line -> line.text().contains(SEPARATOR));
    return separated ? RecordFormat.separatedBy(SEPARATOR) : RecordFormat.lines();
  }

  /**
   * Returns the format of JSON files with the field in which the text seems to be.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static RecordFormat<Document> detectJson(List<String> paths) throws IOException {
    return json(beginning(json(), paths));
  }

  private static RecordFormat<Value> json() {
    return RecordFormat.jsonValues("any", Value::new);
  }

  private static boolean isJson(ParsedBlock<Value> block) {
    if (block.records().isEmpty()) {
      return false;
    }
    // A line of text may happen to be a number, or one in quotation marks.
    return block.records().get(0).json() instanceof Map<?, ?>
        || block.errors().isEmpty()
            && block.records().stream().allMatch(value -> value.json() instanceof String);
  }

  private static RecordFormat<Document> json(ParsedBlock<Value> block) {
    for (Value value : block.records()) {
      if (!(value.json() instanceof Map<?, ?> object)) {
        continue;
      }
      for (String field : FIELDS) {
        if (object.get(field) instanceof String) {
          return RecordFormat.json(field);
        }
      }
      throw new IllegalArgumentException(
          value.location() + ": which field is the text? --field names one of " + object.keySet());
    }
    return RecordFormat.json(FIELDS.toArray(String[]::new));
  }

  /** Returns the first block with anything in it, or else an empty one. */
  private static <T> ParsedBlock<T> beginning(RecordFormat<T> format, List<String> paths)
      throws IOException {
    RecordSource<T> source = RecordSource.of(format, paths);
    try (BlockReader<T> reader = source.open(SourcePosition.START, 1)) {
      for (Block<T> block = reader.next(); block != null; block = reader.next()) {
        ParsedBlock<T> parsed = block.parse();
        if (!parsed.records().isEmpty() || !parsed.errors().isEmpty()) {
          return parsed;
        }
      }
      return new ParsedBlock<>(List.of(), List.of());
    }
  }
}

package io.github.maque.data.source;

import io.github.maque.data.Document;
import io.github.maque.data.Location;
import io.github.maque.data.internal.Json;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * How a file is cut into records, and what a record is. All text is UTF-8; a record that is not, or
 * a text that holds a zero byte, is unreadable.
 *
 * @param <T> the kind of record
 */
public final class RecordFormat<T> {
  private final String name;
  private final Supplier<RecordScanner> scanner;
  private final RecordParser<T> parser;

  private RecordFormat(String name, Supplier<RecordScanner> scanner, RecordParser<T> parser) {
    this.name = name;
    this.scanner = scanner;
    this.parser = parser;
  }

  /**
   * Returns the format of JSON objects, of which one field is the text: one object per line, or a
   * JSON array of objects as the whole file, whichever a file begins with. Blank lines and empty
   * elements are no records.
   *
   * @param fields where the text is: a name, names joined by dots for objects in objects, or a JSON
   *     pointer (RFC 6901) if it begins with a slash. The first one that a record has is taken; it
   *     must be a string, and be there once. A record that is a string is itself the text.
   */
  public static RecordFormat<Document> json(String... fields) {
    List<String> addresses = List.of(fields);
    return new RecordFormat<>(
        "json(" + String.join(", ", addresses) + ")",
        RecordScanner.Json::new,
        new JsonText(addresses));
  }

  /**
   * Returns the format of JSON values, one per line or as elements of an array, that {@code parser}
   * makes something of. In a file of JSON lines the first value cannot be an array.
   *
   * @param name identifies what the parser does
   * @param parser gets a value as {@code io.github.maque.data.internal.Json} describes it and where
   *     it is; it throws {@link IllegalArgumentException} for a record that is not acceptable
   */
  public static <T> RecordFormat<T> jsonValues(
      String name, BiFunction<Object, Location, T> parser) {
    return new RecordFormat<>(
        "jsonValues(" + requireName(name) + ")",
        RecordScanner.Json::new,
        (data, from, to, location) -> {
          Utf8.check(data, from, to);
          return parser.apply(Json.read(data, from, to - from), location);
        });
  }

  /**
   * Returns the format of text files in which every line is a document; blank lines are none. Lines
   * end with a line feed, or with a carriage return and a line feed.
   */
  public static RecordFormat<Document> lines() {
    return new RecordFormat<>(
        "lines()",
        RecordScanner.Lines::new,
        (data, from, to, location) -> {
          int end = data[to - 1] == '\r' ? to - 1 : to;
          String text = Utf8.decode(data, from, end);
          return text.isBlank() ? null : new Document(text, location);
        });
  }

  /**
   * Returns the format of text files in which lines of nothing but spaces and tabs separate
   * documents. White space around a document is left out, and its lines end with line feeds.
   */
  public static RecordFormat<Document> paragraphs() {
    return text("paragraphs()", RecordScanner.Paragraphs::new, Document::new);
  }

  /**
   * Returns the format of text files in which {@code separator} stands between documents, such as
   * {@code <|endoftext|>}. White space around a document is left out, and its lines end with line
   * feeds.
   */
  public static RecordFormat<Document> separatedBy(String separator) {
    return text("separatedBy(" + separator + ")", separated(separator), Document::new);
  }

  /**
   * Returns the format of text separated as {@link #separatedBy(String)} says, that {@code parser}
   * makes something of.
   *
   * @param name identifies what the parser does
   * @param parser gets a text and where it is; it throws {@link IllegalArgumentException} for a
   *     record that is not acceptable
   */
  public static <T> RecordFormat<T> separatedBy(
      String separator, String name, BiFunction<String, Location, T> parser) {
    return text(
        "separatedBy(" + separator + ", " + requireName(name) + ")", separated(separator), parser);
  }

  /**
   * Returns the format of files that hold one document each. White space around a document is left
   * out, and its lines end with line feeds.
   */
  public static RecordFormat<Document> wholeFiles() {
    return text("wholeFiles()", RecordScanner.WholeFile::new, Document::new);
  }

  /**
   * Returns the format of the TinyStoriesChinese data set, whose stories are in the field {@code
   * story_zh}, or in {@code story} in those of its copies that have only one language.
   */
  public static RecordFormat<Document> tinyStoriesChinese() {
    return json("story_zh", "story");
  }

  private static Supplier<RecordScanner> separated(String separator) {
    if (separator.isEmpty()) {
      throw new IllegalArgumentException("separator must not be empty");
    }
    return () -> new RecordScanner.Separated(separator);
  }

  private static String requireName(String name) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("name must not be blank");
    }
    return name;
  }

  private static <T> RecordFormat<T> text(
      String name, Supplier<RecordScanner> scanner, BiFunction<String, Location, T> parser) {
    return new RecordFormat<>(
        name,
        scanner,
        (data, from, to, location) -> {
          String text = Utf8.decode(data, from, to).strip().replace("\r\n", "\n");
          return text.isEmpty() ? null : parser.apply(text, location);
        });
  }

  /**
   * Returns the format with its parameters, such as {@code json(story_zh)}; equal formats have
   * equal names.
   */
  public String name() {
    return name;
  }

  Supplier<RecordScanner> scanner() {
    return scanner;
  }

  RecordParser<T> parser() {
    return parser;
  }

  @Override
  public String toString() {
    return name;
  }
}

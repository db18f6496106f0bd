package io.github.maque.data.source;

import io.github.maque.data.Document;
import io.github.maque.data.Location;
import java.util.function.BiFunction;

/**
 * How a file is cut into records, and what a record is.
 *
 * @param <T> the kind of record
 */
public abstract class RecordFormat<T> {
  RecordFormat() {}

  /**
   * Returns the format with its parameters, such as {@code json(story_zh)}; equal formats have
   * equal names.
   */
  public abstract String name();

  /**
   * Returns the format of JSON objects, of which one field is the text: one object per line, or a
   * JSON array of objects as the whole file, whichever a file begins with.
   *
   * @param fields where the text is: a name, names joined by dots for objects in objects, or a JSON
   *     pointer (RFC 6901) if it begins with a slash. The first one that a record has is taken. A
   *     record that is a string is itself the text.
   */
  public static RecordFormat<Document> json(String... fields) {
    throw new UnsupportedOperationException();
  }

  /**
   * Returns the format of JSON values, one per line or as elements of an array, that {@code parser}
   * makes something of.
   *
   * @param name identifies what the parser does
   * @param parser gets a value as {@code io.github.maque.data.internal.Json} describes it and where
   *     it is; it throws {@link IllegalArgumentException} for a record that is not acceptable
   */
  public static <T> RecordFormat<T> jsonValues(
      String name, BiFunction<Object, Location, T> parser) {
    throw new UnsupportedOperationException();
  }

  /** Returns the format of text files in which every line is a document; blank lines are none. */
  public static RecordFormat<Document> lines() {
    throw new UnsupportedOperationException();
  }

  /** Returns the format of text files in which blank lines separate documents. */
  public static RecordFormat<Document> paragraphs() {
    throw new UnsupportedOperationException();
  }

  /**
   * Returns the format of text files in which {@code separator} stands between documents, such as
   * {@code <|endoftext|>}. White space around a document is left out.
   */
  public static RecordFormat<Document> separatedBy(String separator) {
    throw new UnsupportedOperationException();
  }

  /**
   * Returns the format of text separated as {@link #separatedBy} says, that {@code parser} makes
   * something of.
   *
   * @param name identifies what the parser does
   * @param parser gets a text and where it is; it throws {@link IllegalArgumentException} for a
   *     record that is not acceptable
   */
  public static <T> RecordFormat<T> separatedBy(
      String separator, String name, BiFunction<String, Location, T> parser) {
    throw new UnsupportedOperationException();
  }

  /** Returns the format of files that hold one document each. */
  public static RecordFormat<Document> wholeFiles() {
    throw new UnsupportedOperationException();
  }

  /**
   * Returns the format of the TinyStoriesChinese data set, whose stories are in the field {@code
   * story_zh}, or in {@code story} in those of its copies that have only one language.
   */
  public static RecordFormat<Document> tinyStoriesChinese() {
    return json("story_zh", "story");
  }
}

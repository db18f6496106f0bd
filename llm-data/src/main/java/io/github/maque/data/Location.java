package io.github.maque.data;

/**
 * A place in a file.
 *
 * @param file the file's name; what lies inside an archive follows an exclamation mark, as in
 *     {@code stories.tar.gz!data00_zh.jsonl}
 * @param line the line on which it begins, the first being 1
 */
public record Location(String file, long line) {

  @Override
  public String toString() {
    return file + ": line " + line;
  }
}

package io.github.maque.data.source;

import io.github.maque.data.Location;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Some records in a row, not parsed yet: what one thread works on. Where blocks begin and end
 * depends only on the files, the format, and the longest record allowed.
 *
 * @param <T> the kind of record
 */
public final class Block<T> {
  private final CutBlock cut;
  private final RecordParser<T> parser;
  private final SourcePosition position;
  private final long bytesRead;

  Block(CutBlock cut, RecordParser<T> parser, SourcePosition position, long bytesRead) {
    this.cut = cut;
    this.parser = parser;
    this.position = position;
    this.bytesRead = bytesRead;
  }

  /** Returns where this block is. */
  public SourcePosition position() {
    return position;
  }

  /** Returns how many bytes of text it holds, unpacked. */
  public int size() {
    return cut.data().length;
  }

  /**
   * Returns how many bytes of the files, as they are on disk, were read up to the end of this
   * block: for showing progress beside {@link RecordSource#sizeInBytes()}. It depends on how far
   * buffers are filled.
   */
  public long bytesRead() {
    return bytesRead;
  }

  /** Parses the block. Any thread may do this, and several may parse several blocks at once. */
  public ParsedBlock<T> parse() {
    List<T> records = new ArrayList<>(cut.bounds().length / 2);
    List<RecordError> errors = new ArrayList<>();
    parse((record, location) -> records.add(record), errors::add);
    return new ParsedBlock<>(records, errors);
  }

  /** Parses the block and hands over its records with the places where they begin. */
  void parse(BiConsumer<T, Location> records, Consumer<RecordError> errors) {
    byte[] data = cut.data();
    int[] bounds = cut.bounds();
    long line = cut.firstLine();
    int counted = 0;
    for (int i = 0; i < bounds.length; i += 2) {
      int text = CutBlock.skipBlank(data, bounds[i], bounds[i + 1]);
      if (text == bounds[i + 1]) {
        continue;
      }
      line += LineFeeds.count(data, counted, text);
      counted = text;
      Location location = new Location(cut.file(), line);
      try {
        T record = parser.parse(data, bounds[i], bounds[i + 1], location);
        if (record != null) {
          records.accept(record, location);
        }
      } catch (IllegalArgumentException e) {
        errors.accept(new RecordError(location, String.valueOf(e.getMessage())));
      }
    }
    cut.errors().forEach(errors);
  }

  /** Returns how many bytes of the heap the block takes, about, before it is parsed. */
  public long footprint() {
    return cut.footprint();
  }
}

package io.github.maque.data.source;

import io.github.maque.data.MalformedDataException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Counts records that could not be read, and stops when they are too many. Told about blocks in
 * their order, so that it stops at the same place each time.
 */
public final class ErrorTally {
  /** Before so many records, one bad line would be a large share. */
  private static final long EARLIEST_STOP = 10_000;

  /** How many errors are kept to be shown. */
  private static final int SHOWN = 20;

  private final double maxErrorRate;
  private long records;
  private long errors;
  private final List<String> shown = new ArrayList<>();

  /**
   * Creates a tally.
   *
   * @param maxErrorRate which share of all records may be unreadable, from 0 to 1
   */
  public ErrorTally(double maxErrorRate) {
    this(maxErrorRate, 0, 0, List.of());
  }

  /** Creates a tally that goes on from where another one was. */
  public ErrorTally(double maxErrorRate, long records, long errors, List<String> shown) {
    if (!(maxErrorRate >= 0 && maxErrorRate <= 1)) {
      throw new IllegalArgumentException(
          "maxErrorRate must be between 0 and 1, got " + maxErrorRate);
    }
    this.maxErrorRate = maxErrorRate;
    this.records = records;
    this.errors = errors;
    this.shown.addAll(shown);
  }

  /**
   * Adds a block.
   *
   * @throws MalformedDataException if too many records have been unreadable
   */
  public void add(ParsedBlock<?> block) throws MalformedDataException {
    records += block.records().size() + block.errors().size();
    errors += block.errors().size();
    for (RecordError error : block.errors()) {
      if (shown.size() < SHOWN) {
        shown.add(error.toString());
      }
    }
    if (errors > maxErrorRate * Math.max(records, EARLIEST_STOP)) {
      throw tooMany("stopped");
    }
  }

  /**
   * Says that there are no more records.
   *
   * @throws MalformedDataException if too many of them were unreadable
   */
  public void end() throws MalformedDataException {
    if (errors > maxErrorRate * records) {
      throw tooMany("failed");
    }
  }

  /** Returns how many records were seen, readable or not. */
  public long records() {
    return records;
  }

  /** Returns how many records could not be read. */
  public long errors() {
    return errors;
  }

  /** Returns the first errors, each with its place. */
  public List<String> shown() {
    return Collections.unmodifiableList(shown);
  }

  private MalformedDataException tooMany(String outcome) {
    return new MalformedDataException(
        shown.isEmpty() ? "the input" : shown.get(0),
        String.format(
            Locale.ROOT,
            "%s: %,d of %,d records are unreadable, at most %s %% may be; this is the first",
            outcome,
            errors,
            records,
            BigDecimal.valueOf(maxErrorRate)
                .movePointRight(2)
                .stripTrailingZeros()
                .toPlainString()));
  }
}

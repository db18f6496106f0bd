package io.github.maque.data.pack;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How far a {@link BatchStream} has come: all that is needed to go on with the very next sequence.
 * It does not depend on the size of batches.
 *
 * @param seed the seed of the order
 * @param fingerprint what stands for the data: their number, sizes and weights, whether they are
 *     shuffled, and some of their content
 * @param consumed for each source how many of its sequences have been handed out, over all epochs
 */
public record DataState(long seed, long fingerprint, List<Long> consumed) {
  /** The meaning of states and of the orders that they continue. */
  public static final int VERSION = 1;

  private static final Pattern ENCODED =
      Pattern.compile("v1;seed=(-?\\d+);data=([0-9a-f]{16});consumed=(\\d+(?:,\\d+)*)");

  private static final Pattern VERSIONED = Pattern.compile("v(\\d+);.*");

  /** Checks that there are counts, that none is negative, and that their sum fits 63 bits. */
  public DataState {
    consumed = List.copyOf(consumed);
    long left = Long.MAX_VALUE;
    boolean valid = !consumed.isEmpty();
    for (long count : consumed) {
      valid &= count >= 0 && count <= left;
      left -= count;
    }
    if (!valid) {
      throw new IllegalArgumentException(
          "consumed must have one count or more, none negative, below 2^63 in all, got "
              + consumed);
    }
  }

  /** Returns how many sequences have been handed out, of all sources together. */
  public long total() {
    return consumed.stream().mapToLong(Long::longValue).sum();
  }

  /** Returns the state as one short line, without spaces, for {@link #decode}. */
  public String encode() {
    return String.format(
        Locale.ROOT,
        "v%d;seed=%d;data=%016x;consumed=%s",
        VERSION,
        seed,
        fingerprint,
        consumed.stream().map(String::valueOf).collect(Collectors.joining(",")));
  }

  /**
   * Returns the state that was encoded.
   *
   * @throws IllegalArgumentException if {@code encoded} is no state of this version
   */
  public static DataState decode(String encoded) {
    Matcher matcher = ENCODED.matcher(encoded);
    if (!matcher.matches()) {
      Matcher versioned = VERSIONED.matcher(encoded);
      throw new IllegalArgumentException(
          versioned.matches() && !versioned.group(1).equals("1")
              ? "a data state of version 1 is needed, got version " + versioned.group(1)
              : "a data state looks like v1;seed=0;data=0123456789abcdef;consumed=0, got "
                  + encoded);
    }
    try {
      return new DataState(
          Long.parseLong(matcher.group(1)),
          Long.parseUnsignedLong(matcher.group(2), 16),
          Pattern.compile(",")
              .splitAsStream(matcher.group(3))
              .map(Long::valueOf)
              .collect(Collectors.toUnmodifiableList()));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("a number does not fit 64 bits in " + encoded, e);
    }
  }
}

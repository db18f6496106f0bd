package io.github.maque.examples.cli;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * An amount of data as people write it: {@code 70m} and {@code 70MB} are 70,000,000 bytes, {@code
 * 1.5GiB} is three times 2^29.
 *
 * @param bytes the amount in bytes
 */
record ByteSize(long bytes) {
  private static final Pattern WRITTEN =
      Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([kmgt]?)(i?b)?", Pattern.CASE_INSENSITIVE);

  /**
   * Reads an amount.
   *
   * @throws IllegalArgumentException if it is not one
   */
  static ByteSize parse(String written) {
    Matcher parts = WRITTEN.matcher(written.strip());
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "expected a size such as 70m, 1.5g or 512MiB, got '" + written + "'");
    }
    boolean binary = "ib".equalsIgnoreCase(parts.group(3));
    int power = "kmgt".indexOf(parts.group(2).toLowerCase(Locale.ROOT)) + 1;
    BigDecimal unit =
        BigDecimal.valueOf(binary ? 1024 : 1000).pow(parts.group(2).isEmpty() ? 0 : power);
    BigDecimal bytes = new BigDecimal(parts.group(1)).multiply(unit);
    if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw new IllegalArgumentException("'" + written + "' is more than a file can hold");
    }
    return new ByteSize(bytes.longValue());
  }

  /** Returns the amount with three digits, such as {@code 73.5 MB}. */
  static String toText(long bytes) {
    if (bytes < 1000) {
      return bytes + " B";
    }
    double value = bytes;
    int power = 0;
    while (value >= 999.5 && power < 4) {
      value /= 1000;
      power++;
    }
    int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    return String.format(Locale.ROOT, "%." + decimals + "f %cB", value, "kMGT".charAt(power - 1));
  }

  @Override
  public String toString() {
    return toText(bytes);
  }

  /** Reads the value of an option. */
  static final class Converter implements ITypeConverter<ByteSize> {
    @Override
    public ByteSize convert(String value) {
      try {
        return parse(value);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }
}

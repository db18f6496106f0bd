package io.github.maque.examples.cli;

import io.github.maque.model.kernel.Precision;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Spells precisions as configurations do: {@code bfloat16-mixed}. */
final class PrecisionConverter implements ITypeConverter<Precision> {
  @Override
  public Precision convert(String name) {
    return Arrays.stream(Precision.values())
        .filter(precision -> toText(precision).equalsIgnoreCase(name.replace('_', '-')))
        .findFirst()
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "expected "
                        + Arrays.stream(Precision.values())
                            .map(PrecisionConverter::toText)
                            .collect(Collectors.joining(", "))
                        + ", got '"
                        + name
                        + "'"));
  }

  /** Returns the name of a precision. */
  static String toText(Precision precision) {
    return precision.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

package io.github.maque.tokenizer.bpe;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Oniguruma's names of character properties in terms of {@code java.util.regex} with {@code
 * UNICODE_CHARACTER_CLASS}: what to write between the brackets of a class.
 */
final class OnigurumaProperties {
  /** {@code \w}, which has not the joiners that Java's has, but all numbers of Latin-1. */
  static final String WORD = "[\\w\\xB2\\xB3\\xB9\\xBC-\\xBE&&[^\\u200C\\u200D]]";

  /** Names of POSIX brackets, which are names of properties too unless they are below. */
  private static final Map<String, String> POSIX =
      Map.ofEntries(
          Map.entry("alnum", "\\p{IsAlphabetic}\\p{Nd}"),
          Map.entry("alpha", "\\p{IsAlphabetic}"),
          Map.entry("ascii", "\\x00-\\x7F"),
          Map.entry("blank", "\\p{Zs}\\t"),
          Map.entry("cntrl", "\\p{Cc}"),
          Map.entry("digit", "\\p{Nd}"),
          Map.entry("graph", "\\p{Graph}"),
          Map.entry("lower", "\\p{IsLowercase}"),
          Map.entry("print", "\\p{Print}"),
          Map.entry("punct", "\\p{P}\\p{S}"),
          Map.entry("space", "\\p{IsWhite_Space}"),
          Map.entry("upper", "\\p{IsUppercase}"),
          Map.entry("word", "\\w&&[^\\u200C\\u200D]"),
          Map.entry("xdigit", "0-9A-Fa-f"));

  private static final Map<String, String> PROPERTIES =
      Map.of(
          "word", WORD,
          "punct", "\\p{P}",
          "any", "\\x{0}-\\x{10FFFF}",
          "assigned", "\\P{Cn}",
          "alphabetic", "\\p{IsAlphabetic}",
          "ideographic", "\\p{IsIdeographic}",
          "lowercase", "\\p{IsLowercase}",
          "uppercase", "\\p{IsUppercase}",
          "whitespace", "\\p{IsWhite_Space}");

  private static final Map<String, String> CATEGORIES =
      Map.ofEntries(
          Map.entry("letter", "L"),
          Map.entry("uppercaseletter", "Lu"),
          Map.entry("lowercaseletter", "Ll"),
          Map.entry("titlecaseletter", "Lt"),
          Map.entry("modifierletter", "Lm"),
          Map.entry("otherletter", "Lo"),
          Map.entry("mark", "M"),
          Map.entry("combiningmark", "M"),
          Map.entry("nonspacingmark", "Mn"),
          Map.entry("spacingmark", "Mc"),
          Map.entry("enclosingmark", "Me"),
          Map.entry("number", "N"),
          Map.entry("decimalnumber", "Nd"),
          Map.entry("letternumber", "Nl"),
          Map.entry("othernumber", "No"),
          Map.entry("punctuation", "P"),
          Map.entry("symbol", "S"),
          Map.entry("mathsymbol", "Sm"),
          Map.entry("currencysymbol", "Sc"),
          Map.entry("modifiersymbol", "Sk"),
          Map.entry("othersymbol", "So"),
          Map.entry("separator", "Z"),
          Map.entry("spaceseparator", "Zs"),
          Map.entry("other", "C"),
          Map.entry("control", "Cc"),
          Map.entry("format", "Cf"),
          Map.entry("privateuse", "Co"),
          Map.entry("unassigned", "Cn"));

  private static final String SHORT_CATEGORIES =
      " L LU LL LT LM LO M MN MC ME N ND NL NO P PC PD PS PE PI PF PO S SM SC SK SO Z ZS ZL ZP"
          + " C CC CF CN CO CS ";

  private OnigurumaProperties() {}

  /** Returns the class of {@code [:name:]}. */
  static Optional<String> posixBracket(String name) {
    return Optional.ofNullable(POSIX.get(name));
  }

  /**
   * Returns the class of {@code \p{name}}: a category, a property or a script, in any case, with or
   * without spaces, hyphens and underscores.
   */
  static Optional<String> property(String name) {
    String key = name.replaceAll("[ _-]", "").toLowerCase(Locale.ROOT);
    if (SHORT_CATEGORIES.contains(" " + key.toUpperCase(Locale.ROOT) + " ")) {
      return Optional.of(
          "\\p{" + key.substring(0, 1).toUpperCase(Locale.ROOT) + key.substring(1) + "}");
    }
    if (CATEGORIES.containsKey(key)) {
      return Optional.of("\\p{" + CATEGORIES.get(key) + "}");
    }
    if (PROPERTIES.containsKey(key)) {
      return Optional.ofNullable(PROPERTIES.get(key));
    }
    return posixBracket(key).or(() -> script(name));
  }

  private static Optional<String> script(String name) {
    try {
      String javaName = name.replace(' ', '_').replace('-', '_');
      return Optional.of("\\p{Is" + Character.UnicodeScript.forName(javaName) + "}");
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}

package io.github.maque.tokenizer.bpe;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Translates regular expressions of Oniguruma's Ruby syntax, in which {@code tokenizer.json} is
 * written, to {@code java.util.regex}.
 *
 * <p>What differs and is translated: names of properties and scripts ({@code \p{Han}}, {@code
 * \p{^L}}), POSIX brackets ({@code [[:alpha:]]}), {@code \h} for a hexadecimal digit, {@code \v}
 * for the vertical tab, octal escapes, {@code {,n}}, quantifiers behind intervals ({@code {1,3}+}
 * repeats the group of up to three, {@code {2}?} makes it optional), {@code (?m)} for a dot that
 * matches newlines, comments, and line anchors, which {@code ^} and {@code $} always are.
 *
 * <p>What has no counterpart is refused: {@code \K}, calls, conditions, absence, callouts, bytes.
 */
final class OnigurumaSyntax {
  private static final int FLAGS =
      Pattern.UNICODE_CHARACTER_CLASS | Pattern.MULTILINE | Pattern.UNIX_LINES;

  private static final String WORD = OnigurumaProperties.WORD;
  private static final String NOT_WORD = "[^" + WORD + "]";

  private static final String WORD_EDGE =
      "(?:(?<=" + WORD + ")(?!" + WORD + ")|(?<!" + WORD + ")(?=" + WORD + "))";

  private static final String NO_WORD_EDGE =
      "(?:(?<=" + WORD + ")(?=" + WORD + ")|(?<!" + WORD + ")(?!" + WORD + "))";

  private final String regex;
  private final StringBuilder out = new StringBuilder();

  /** Where the groups that are open begin in the output. */
  private final Deque<Integer> groups = new ArrayDeque<>();

  /** Where the last thing that can be repeated begins in the output, or -1. */
  private int atom = -1;

  private int at;

  private OnigurumaSyntax(String regex) {
    this.regex = regex;
  }

  /**
   * Compiles a regular expression of Oniguruma's dialect.
   *
   * @throws IllegalArgumentException if it is wrong or uses what is not supported
   */
  static Pattern compile(String regex) {
    try {
      return Pattern.compile(translate(regex), FLAGS);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "regular expression " + abbreviated(regex) + ": " + e.getDescription(), e);
    } catch (StackOverflowError e) {
      throw new IllegalArgumentException(
          "regular expression " + abbreviated(regex) + " is nested too deeply", e);
    }
  }

  /** The expression for a message, which one of many thousand characters would not serve. */
  private static String abbreviated(String regex) {
    return regex.length() <= 300 ? regex : regex.substring(0, 300) + "…";
  }

  /** Returns the expression in the dialect of {@code java.util.regex}. */
  static String translate(String regex) {
    return new OnigurumaSyntax(regex).translate();
  }

  private String translate() {
    while (at < regex.length()) {
      char c = regex.charAt(at);
      switch (c) {
        case '\\' -> {
          atom = out.length();
          at++;
          escape(false);
        }
        case '[' -> {
          atom = out.length();
          characterClass();
        }
        case '(' -> openGroup();
        case ')' -> {
          take();
          atom = groups.isEmpty() ? -1 : groups.pop();
        }
        case '{' -> interval();
        case '*', '+', '?', '|', '^', '$' -> {
          take();
          if (c == '|' || c == '^' || c == '$') {
            atom = -1;
          }
        }
        default -> {
          atom = out.length();
          int codePoint = regex.codePointAt(at);
          out.appendCodePoint(codePoint);
          at += Character.charCount(codePoint);
        }
      }
    }
    return out.toString();
  }

  private void take() {
    out.append(regex.charAt(at++));
  }

  private IllegalArgumentException refused(String what) {
    return new IllegalArgumentException(
        "regular expression "
            + abbreviated(regex)
            + ": "
            + what
            + " at "
            + at
            + " is not supported");
  }

  private boolean looksAt(String text) {
    return regex.startsWith(text, at);
  }

  private void openGroup() {
    int start = out.length();
    if (looksAt("(?#")) {
      int end = regex.indexOf(')', at);
      at = end < 0 ? regex.length() : end + 1;
      return;
    }
    if (!looksAt("(?")) {
      take();
    } else if (looksAt("(?:")
        || looksAt("(?=")
        || looksAt("(?!")
        || looksAt("(?>")
        || looksAt("(?<")) {
      int length = looksAt("(?<=") || looksAt("(?<!") ? 4 : 3;
      out.append(regex, at, at + length);
      at += length;
    } else {
      options();
      if (out.charAt(out.length() - 1) == ')') {
        return; // options for the rest of the group, not a group
      }
    }
    groups.push(start);
    atom = -1;
  }

  /** {@code (?imx-imx:} or {@code (?imx-imx)}. */
  private void options() {
    int start = at;
    StringBuilder java = new StringBuilder("(?");
    for (at += 2; at < regex.length() && ":)".indexOf(regex.charAt(at)) < 0; at++) {
      switch (regex.charAt(at)) {
        case 'm' -> java.append('s');
        case 'i', 'x', '-' -> java.append(regex.charAt(at));
        default -> throw refused("option or group " + regex.substring(start, at + 1));
      }
    }
    boolean startsBranch = start == 0 || "(|:".indexOf(regex.charAt(start - 1)) >= 0;
    if (looksAt(")") && !startsBranch) {
      // There they take the alternatives that follow into a group, which they do not in Java.
      throw refused("an option in the middle of an alternative");
    }
    out.append(java);
    if (at < regex.length()) {
      take();
    }
  }

  /** {@code {n}}, {@code {n,}}, {@code {n,m}}, {@code {,m}}; any other brace is a character. */
  private void interval() {
    int end = regex.indexOf('}', at);
    String body = end < 0 ? "" : regex.substring(at + 1, end);
    if (atom < 0 || !body.matches("\\d+(,\\d*)?|,\\d+")) {
      atom = out.length();
      out.append("\\{");
      at++;
      return;
    }
    at = end + 1;
    out.append('{').append(body.startsWith(",") ? "0" : "").append(body).append('}');
    boolean repeated = looksAt("+") || (looksAt("?") && body.indexOf(',') < 0);
    if (repeated) {
      out.insert(atom, "(?:").append(')');
      take();
    }
  }

  /** Translates the escape behind the backslash that has been read. */
  private void escape(boolean inClass) {
    if (at == regex.length()) {
      throw new IllegalArgumentException(
          "regular expression " + abbreviated(regex) + " ends in a backslash");
    }
    char c = regex.charAt(at++);
    switch (c) {
      case 'p', 'P' -> property(c == 'P');
      case 'h' -> out.append("[0-9a-fA-F]");
      case 'H' -> out.append("[^0-9a-fA-F]");
      case 'v' -> out.append("\\x0B");
      case 'x' -> hexadecimal();
      case '0' -> octal(0);
      case '1', '2', '3', '4', '5', '6', '7', '8', '9' -> {
        boolean octal = c < '8' && at < regex.length() && Character.digit(regex.charAt(at), 8) >= 0;
        if (octal || inClass) {
          octal(Character.digit(c, 8));
        } else {
          out.append('\\').append(c);
        }
      }
      case 'K', 'g', 'y', 'Y', 'C', 'M', 'O', 'N' -> throw refused("\\" + c);
      case 'b' -> out.append(inClass ? "\\x08" : WORD_EDGE);
      case 'B' -> out.append(inClass ? "B" : NO_WORD_EDGE);
      case 'w' -> out.append(WORD);
      case 'W' -> out.append(NOT_WORD);
      case 'd', 'D', 's', 'S', 't', 'n', 'r', 'f', 'a', 'e', 'u', 'c' -> out.append('\\').append(c);
      case 'A', 'Z', 'z', 'G', 'R', 'X', 'k' -> {
        if (inClass) {
          out.append(c);
        } else {
          out.append('\\').append(c);
        }
      }
      default -> {
        // A letter escaped for nothing is that letter, where Java would refuse it.
        if (c > ' ' && c < 0x7F && !Character.isLetterOrDigit(c)) {
          out.append('\\');
        }
        out.append(c);
      }
    }
  }

  private void hexadecimal() {
    if (looksAt("{")) {
      int end = regex.indexOf('}', at);
      out.append("\\x").append(regex, at, end < 0 ? regex.length() : end + 1);
      at = end < 0 ? regex.length() : end + 1;
      return;
    }
    int value = 0;
    int digits = 0;
    while (digits < 2 && at < regex.length() && Character.digit(regex.charAt(at), 16) >= 0) {
      value = 16 * value + Character.digit(regex.charAt(at++), 16);
      digits++;
    }
    if (value > 0x7F) {
      throw refused("the byte escape \\x" + Integer.toHexString(value));
    }
    out.append(String.format(Locale.ROOT, "\\x%02X", value));
  }

  private void octal(int firstDigit) {
    int value = firstDigit;
    for (int n = 1;
        n < 3 && at < regex.length() && Character.digit(regex.charAt(at), 8) >= 0;
        n++) {
      value = 8 * value + Character.digit(regex.charAt(at++), 8);
    }
    if (value > 0x7F) {
      throw refused("the byte escape \\" + Integer.toOctalString(value));
    }
    out.append(String.format(Locale.ROOT, "\\x%02X", value));
  }

  private void property(boolean negated) {
    int end = regex.indexOf('}', at);
    if (!looksAt("{") || end < 0) {
      throw refused("a property without braces");
    }
    String name = regex.substring(at + 1, end);
    at = end + 1;
    boolean caret = name.startsWith("^");
    String java =
        OnigurumaProperties.property(caret ? name.substring(1) : name)
            .orElseThrow(() -> refused("the property " + name));
    out.append(negated != caret ? "[^" : "[").append(java).append(']');
  }

  private void characterClass() {
    take();
    if (looksAt("^")) {
      take();
    }
    boolean hasOperand = false;
    boolean isIntersection = false;
    if (looksAt("]")) {
      out.append("\\]"); // first in its class, a bracket is a character
      at++;
      hasOperand = true;
    }
    while (!looksAt("]")) {
      if (at >= regex.length()) {
        throw new IllegalArgumentException(
            "regular expression " + abbreviated(regex) + ": a [ is not closed");
      }
      if (looksAt("&&")) {
        requireOperand(hasOperand);
        take();
        take();
        isIntersection = true;
        hasOperand = false;
        continue;
      }
      hasOperand = true;
      if (looksAt("[:") && regex.indexOf(":]", at) > 0) {
        posixBracket();
      } else if (looksAt("[")) {
        characterClass();
      } else if (looksAt("\\")) {
        at++;
        escape(true);
      } else {
        take();
      }
    }
    if (isIntersection) {
      requireOperand(hasOperand);
    }
    take();
  }

  /** The JDK takes some intersections with nothing and fails when it matches them. */
  private void requireOperand(boolean hasOperand) {
    if (!hasOperand) {
      throw refused("an intersection && with nothing on one side");
    }
  }

  private void posixBracket() {
    int end = regex.indexOf(":]", at);
    String name = regex.substring(at + 2, end);
    boolean negated = name.startsWith("^");
    String java =
        OnigurumaProperties.posixBracket(negated ? name.substring(1) : name)
            .orElseThrow(() -> refused("the bracket [:" + name + ":]"));
    out.append(negated ? "[^" : "[").append(java).append(']');
    at = end + 2;
  }
}

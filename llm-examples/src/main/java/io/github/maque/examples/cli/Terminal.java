package io.github.maque.examples.cli;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What is on the other end of the standard streams. */
final class Terminal {
  private static final int STANDARD_INPUT = 0;
  private static final int STANDARD_OUTPUT = 1;
  private static final int STANDARD_ERROR = 2;

  private Terminal() {}

  /** Returns whether a person types standard input. */
  static boolean takesInput() {
    return isTerminal(STANDARD_INPUT);
  }

  /**
   * Returns standard input as text: in UTF-8, or in the terminal's own charset. Reading throws a
   * {@link CharacterCodingException} where it is something else.
   */
  @SuppressWarnings("SystemConsoleNull") // the charset is the same on newer JDKs
  static BufferedReader input() {
    Console console = takesInput() ? System.console() : null;
    Charset charset = console == null ? StandardCharsets.UTF_8 : console.charset();
    return new BufferedReader(new InputStreamReader(System.in, charset.newDecoder()));
  }

  /** Returns whether colours may be written to standard output (see no-color.org). */
  static boolean takesColours() {
    String noColour = System.getenv("NO_COLOR");
    return (noColour == null || noColour.isEmpty()) && isTerminal(STANDARD_OUTPUT);
  }

  /** Returns whether a person sees standard error as it is written. */
  static boolean showsProgress() {
    return isTerminal(STANDARD_ERROR);
  }

  @SuppressWarnings("SystemConsoleNull") // newer JDKs are asked for nothing
  private static boolean isTerminal(int descriptor) {
    Path link = Path.of("/proc/self/fd/" + descriptor);
    try {
      String target = Files.readSymbolicLink(link).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException e) {
      // No Linux. The JDK tells only whether standard input and output are both terminals, and from
      // JDK 22 on not even that; without a terminal, a line too few does no harm.
      return Runtime.version().feature() < 22 && System.console() != null;
    }
  }
}

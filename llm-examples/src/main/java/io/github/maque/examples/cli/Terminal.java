package io.github.maque.examples.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What is on the other end of the standard streams. */
final class Terminal {
  private static final int STANDARD_OUTPUT = 1;
  private static final int STANDARD_ERROR = 2;

  private Terminal() {}

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

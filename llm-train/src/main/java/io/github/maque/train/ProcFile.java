package io.github.maque.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** What Linux tells of memory in files of lines such as {@code VmRSS: 123 kB}. */
final class ProcFile {
  private ProcFile() {}

  /** Returns a number of 1,024 bytes each, or nothing where there is no such file or line. */
  static OptionalLong kilobytes(String file, String name) {
    try {
      for (String line : Files.readAllLines(Path.of(file))) {
        if (line.startsWith(name + ":")) {
          return OptionalLong.of(Long.parseLong(line.replaceAll("[^0-9]", "")));
        }
      }
    } catch (IOException e) {
      return OptionalLong.empty(); // Another system.
    }
    return OptionalLong.empty();
  }
}

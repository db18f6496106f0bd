package io.github.maque.examples.benchmark;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The machine and the JVM that figures were measured on. */
public final class Machine {
  private Machine() {}

  /** Returns a line such as {@code Intel Xeon, 2 processors, Linux 6.1, OpenJDK 17.0.15}. */
  public static String describe() {
    return String.format(
        "%s, %d processors, %s %s, %s %s",
        processor(),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.name"),
        System.getProperty("os.version"),
        System.getProperty("java.vm.name"),
        System.getProperty("java.vm.version"));
  }

  /**
   * Returns how many threads on average have wanted a processor in the last minute, ours and those
   * of others; negative if the system does not tell. Well above what a benchmark uses itself, its
   * absolute figures are worth little.
   */
  public static double loadAverage() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }

  private static String processor() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"), StandardCharsets.UTF_8)) {
        if (line.startsWith("model name")) {
          return line.substring(line.indexOf(':') + 1).strip();
        }
      }
    } catch (IOException e) {
      // Only Linux has this file.
    }
    return System.getProperty("os.arch");
  }
}

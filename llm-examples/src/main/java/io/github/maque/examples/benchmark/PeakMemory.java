package io.github.maque.examples.benchmark;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** How much memory this JVM has taken at most. */
public final class PeakMemory {
  private PeakMemory() {}

  /** Forgets the heap's peak so far. That of the process cannot be forgotten. */
  public static void reset() {
    heapPools().forEach(MemoryPoolMXBean::resetPeakUsage);
  }

  /**
   * Returns the sum of the largest sizes that the parts of the heap have had, garbage included: an
   * upper bound of the heap's largest size.
   */
  public static long heap() {
    return heapPools().stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum();
  }

  /**
   * Returns the largest resident size the process has had, native libraries and the JVM itself
   * included, where the system tells (Linux).
   */
  public static OptionalLong process() {
    try {
      for (String line :
          Files.readAllLines(Path.of("/proc/self/status"), StandardCharsets.ISO_8859_1)) {
        if (line.startsWith("VmHWM:")) {
          return OptionalLong.of(1024 * Long.parseLong(line.replaceAll("\\D", "")));
        }
      }
    } catch (IOException e) {
      // Only Linux has this file.
    }
    return OptionalLong.empty();
  }

  private static List<MemoryPoolMXBean> heapPools() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP)
        .toList();
  }
}

package io.github.maque.examples.benchmark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Which allocator serves native code in this process: large arrays are allocated and freed all the
 * time, and what that costs differs by a factor.
 */
public final class Allocator {
  private static final List<String> KNOWN = List.of("tcmalloc", "jemalloc", "mimalloc");

  private Allocator() {}

  /** Returns its name, which is the C library's where no other one is loaded or known. */
  public static String inUse() {
    try {
      String maps = Files.readString(Path.of("/proc/self/maps"), StandardCharsets.ISO_8859_1);
      return KNOWN.stream().filter(maps::contains).findFirst().orElse("the C library's");
    } catch (IOException e) {
      // Only Linux has this file.
      return "unknown";
    }
  }
}

package io.github.maque.examples;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Files and directories that are being written under another name. They are deleted when the JVM
 * ends, be it by Ctrl-C, so that nothing half-written stays.
 */
public final class Unfinished {
  private static final Set<Path> PATHS = ConcurrentHashMap.newKeySet();
  private static volatile boolean stopping;

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(Unfinished::deleteAll, "maque-clean-up"));
  }

  private Unfinished() {}

  /** Returns a name beside {@code target} that nobody uses, to be deleted unless {@link #keep}. */
  public static Path beside(Path target) {
    Path absolute = target.toAbsolutePath();
    String unique = Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), 36);
    Path path = absolute.resolveSibling("." + absolute.getFileName() + "-" + unique + ".tmp");
    PATHS.add(path);
    return path;
  }

  /** Leaves {@code path} alone from now on. */
  public static void keep(Path path) {
    PATHS.remove(path);
  }

  /** Deletes {@code path} and what is below it, if it is there. */
  public static void delete(Path path) throws IOException {
    if (Files.exists(path)) {
      Files.walkFileTree(path, new Deletion());
    }
    PATHS.remove(path);
  }

  /** Returns whether the JVM is ending, so that whatever fails now fails because of that. */
  public static boolean isStopping() {
    return stopping;
  }

  /** Deletes everything that is not kept, as the JVM is ending. */
  public static void deleteAll() {
    stopping = true;
    for (Path path : PATHS) {
      try {
        delete(path);
      } catch (IOException e) {
        // Nobody is left to tell.
      }
    }
  }

  private static final class Deletion extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
        throws IOException {
      if (failure != null) {
        throw failure;
      }
      Files.deleteIfExists(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}

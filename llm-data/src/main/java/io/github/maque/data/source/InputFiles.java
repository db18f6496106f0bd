package io.github.maque.data.source;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Finds the files that arguments such as {@code data/*.jsonl.gz} mean. */
final class InputFiles {
  /** By names and not as the file system sorts, so that the order is the same everywhere. */
  private static final Comparator<Path> ORDER = Comparator.comparing(InputFiles::slashes);

  private final List<Path> files = new ArrayList<>();
  private final Set<Path> known = new HashSet<>();

  private InputFiles() {}

  /**
   * Returns the files that each argument stands for, in the order of the arguments and sorted
   * within each, and each file once.
   */
  static List<Path> ofPatterns(List<String> patterns) throws IOException {
    InputFiles input = new InputFiles();
    for (String pattern : patterns) {
      input.addPattern(pattern);
    }
    return input.files(patterns);
  }

  /** Does the same for files and directories. */
  static List<Path> ofPaths(List<Path> paths) throws IOException {
    InputFiles input = new InputFiles();
    for (Path path : paths) {
      input.addPath(path);
    }
    return input.files(paths);
  }

  private List<Path> files(List<?> arguments) {
    if (arguments.isEmpty()) {
      throw new IllegalArgumentException("paths must not be empty");
    }
    return List.copyOf(files);
  }

  private void addPattern(String pattern) throws IOException {
    if (!isGlob(pattern) || exists(pattern)) {
      addPath(Path.of(pattern));
      return;
    }
    String glob = pattern.replace(File.separatorChar, '/');
    // Everything up to the last slash in front of the first wildcard is a directory.
    int wildcard = 0;
    while (!isGlob(glob.substring(wildcard, wildcard + 1))) {
      wildcard++;
    }
    int slash = glob.lastIndexOf('/', wildcard);
    Path directory = Path.of(slash < 0 ? "" : glob.substring(0, slash + 1));
    // "**/" stands for no directory, too, which Java's patterns do not know.
    String rest = glob.substring(slash + 1).replace("**/", "{**/,}");
    PathMatcher matcher;
    try {
      matcher = FileSystems.getDefault().getPathMatcher("glob:" + rest);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "paths holds " + pattern + ", which is not a pattern: " + e.getMessage(), e);
    }
    int depth =
        rest.contains("**")
            ? Integer.MAX_VALUE
            : 1 + (int) rest.chars().filter(c -> c == '/').count();
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(directory)) {
      walk(directory, depth, matcher, found);
    }
    add(found, pattern, "no file fits the pattern");
  }

  private void addPath(Path path) throws IOException {
    if (path.toString().isEmpty()) {
      throw new IllegalArgumentException("paths holds an empty name");
    }
    if (Files.isDirectory(path)) {
      List<Path> found = new ArrayList<>();
      walk(path, Integer.MAX_VALUE, file -> true, found);
      add(found, path.toString(), "the directory has no files");
    } else if (Files.isRegularFile(path)) {
      add(List.of(path), path.toString(), "");
    } else if (Files.exists(path)) {
      throw new IOException(path + " is neither a file nor a directory");
    } else {
      throw new NoSuchFileException(path.toString(), null, "does not exist");
    }
  }

  private void add(List<Path> found, String argument, String ifNone) throws IOException {
    if (found.isEmpty()) {
      throw new NoSuchFileException(argument, null, ifNone);
    }
    for (Path file : found.stream().sorted(ORDER).toList()) {
      if (known.add(file.toRealPath())) {
        files.add(file);
      }
    }
  }

  /**
   * Finds the regular files below a directory whose path from there is accepted, or that lie in a
   * directory of which that is true, but nothing hidden. Links are followed.
   *
   * @param depth how far down accepted paths lie
   */
  private static void walk(Path directory, int depth, PathMatcher accepted, List<Path> found)
      throws IOException {
    Files.walkFileTree(
        directory,
        EnumSet.of(FileVisitOption.FOLLOW_LINKS),
        depth,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
            return isHidden(path) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (isHidden(file) || !isAccepted(directory.relativize(file))) {
              return FileVisitResult.CONTINUE;
            }
            if (attributes.isSymbolicLink()) { // which would have been followed
              throw new NoSuchFileException(file.toString(), null, "is a link to nothing");
            }
            if (attributes.isDirectory()) { // as far down as we were to go
              walk(file, Integer.MAX_VALUE, path -> true, found);
            } else if (attributes.isRegularFile()) {
              found.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof FileSystemLoopException) {
              return FileVisitResult.CONTINUE; // a link to a directory that it lies in
            }
            throw e;
          }

          private boolean isAccepted(Path path) {
            for (int i = path.getNameCount(); i > 0; i--) {
              if (accepted.matches(path.subpath(0, i))) {
                return true;
              }
            }
            return false;
          }

          private boolean isHidden(Path path) {
            return EntryName.isHidden(directory.relativize(path).toString());
          }
        });
  }

  private static boolean exists(String path) {
    try {
      return Files.exists(Path.of(path));
    } catch (InvalidPathException e) {
      return false; // Windows has no files with an asterisk
    }
  }

  private static boolean isGlob(String text) {
    return text.chars().anyMatch(c -> "*?[{".indexOf(c) >= 0);
  }

  private static String slashes(Path path) {
    return path.toString().replace(File.separatorChar, '/');
  }
}

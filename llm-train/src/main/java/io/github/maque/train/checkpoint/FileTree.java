package io.github.maque.train.checkpoint;

import io.github.maque.tokenizer.format.AtomicFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A directory with everything in it. Links are not followed.
 *
 * @param files what is no directory
 * @param directories the inner ones first, the whole last
 */
record FileTree(List<Path> files, List<Path> directories) {
  /** Copies the lists. */
  FileTree {
    files = List.copyOf(files);
    directories = List.copyOf(directories);
  }

  /** Looks at a directory. */
  static FileTree of(Path root) throws IOException {
    List<Path> files = new ArrayList<>();
    List<Path> directories = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            files.add(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            directories.add(directory);
            return FileVisitResult.CONTINUE;
          }
        });
    return new FileTree(files, directories);
  }

  /** Sees to it that everything survives a power failure. */
  void force() throws IOException {
    for (Path file : files) {
      if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        // Windows forces only what can be written.
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          channel.force(true);
        }
      }
    }
    directories.forEach(AtomicFile::syncDirectory);
  }

  /** Deletes all of it. */
  void delete() throws IOException {
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
    for (Path directory : directories) {
      Files.deleteIfExists(directory);
    }
  }
}

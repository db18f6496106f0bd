package io.github.maque.examples.cli;

import io.github.maque.examples.Unfinished;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where a model is written: a directory or a file, which appears as a whole or not at all. What was
 * there before is replaced only if that was asked for and it is a model.
 */
final class ModelTarget {
  private static final String CONFIG = "config.json";

  /** What a model consists of; whatever else is beside it is not made again by writing a model. */
  private static final Pattern FILES_OF_A_MODEL =
      Pattern.compile(
          "config\\.json|generation_config\\.json|model(-\\d+-of-\\d+)?\\.safetensors"
              + "|model\\.safetensors\\.index\\.json|tokenizer(_config)?\\.json|tokenizer\\.model"
              + "|special_tokens_map\\.json|added_tokens\\.json|vocab\\.json|merges\\.txt"
              + "|chat_template\\.jinja");

  private final Path target;

  /** What the place is filled with. */
  @FunctionalInterface
  interface Content {
    /**
     * Writes everything.
     *
     * @param place a path where there is nothing
     * @return what there is to be said about it
     */
    List<String> writeTo(Path place) throws IOException;
  }

  private ModelTarget(Path target) {
    this.target = target;
  }

  /**
   * Checks that a directory can be written, before the work begins.
   *
   * @param force whether it may replace the directory of another model
   */
  static ModelTarget directory(Path directory, boolean force) throws IOException {
    if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      if (!Files.isDirectory(directory)) {
        throw new IOException(directory + ": is a file, expected a directory to write");
      }
      boolean model = Files.exists(directory.resolve(CONFIG));
      if (!isEmpty(directory) && !(force && model)) {
        throw new IOException(
            directory
                + (model
                    ? ": holds a model, expected another directory or --force"
                    : ": holds files but no model, expected another directory"));
      }
      requireNothingElse(directory);
    }
    return checked(directory);
  }

  private static void requireNothingElse(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      for (Path entry : entries.sorted().toList()) {
        String name = String.valueOf(entry.getFileName());
        if (Files.isDirectory(entry) || !FILES_OF_A_MODEL.matcher(name).matches()) {
          throw new IOException(
              directory
                  + ": holds "
                  + name
                  + " beside its model, which would be lost, expected another directory");
        }
      }
    }
  }

  /**
   * Checks that a file can be written, before the work begins.
   *
   * @param force whether it may replace another file
   */
  static ModelTarget file(Path file, boolean force) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException(file + ": is a directory, expected the name of a file to write");
    }
    if (!force && Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(file + ": is there already, expected another name or --force");
    }
    return checked(file);
  }

  private static ModelTarget checked(Path target) throws IOException {
    if (target.toAbsolutePath().getFileName() == null) {
      throw new IOException(target + ": is a root directory, expected a name to write");
    }
    Path existing = target.toAbsolutePath().normalize().resolveSibling(".").normalize();
    while (!Files.exists(existing)) {
      existing = existing.resolveSibling("..").normalize();
    }
    if (!Files.isDirectory(existing) || !Files.isWritable(existing)) {
      throw new IOException(target + ": cannot be created in " + existing);
    }
    return new ModelTarget(target);
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.findAny().isEmpty();
    }
  }

  /**
   * Writes beside the place, and then puts what was written there.
   *
   * @return what the content says
   */
  List<String> write(Content content) throws IOException {
    Path absolute = target.toAbsolutePath().normalize();
    Files.createDirectories(absolute.resolveSibling("."));
    Path unfinished = Unfinished.beside(absolute);
    try {
      Files.createDirectory(unfinished);
      Path written = unfinished.resolve(absolute.getFileName());
      List<String> notes = content.writeTo(written);
      publish(written, absolute);
      return notes;
    } finally {
      Unfinished.delete(unfinished);
    }
  }

  private static void publish(Path written, Path place) throws IOException {
    if (!Files.isDirectory(place)) {
      Files.move(written, place, StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    // No directory takes the place of another in one step.
    Path old = Unfinished.beside(place);
    Unfinished.keep(old);
    Files.move(place, old, StandardCopyOption.ATOMIC_MOVE);
    try {
      Files.move(written, place, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.move(old, place, StandardCopyOption.ATOMIC_MOVE);
      throw e;
    }
    Unfinished.delete(old);
  }

  /** Returns the files that were written. */
  List<Path> files() throws IOException {
    if (!Files.isDirectory(target)) {
      return List.of(target);
    }
    try (Stream<Path> entries = Files.list(target)) {
      return entries.sorted().toList();
    }
  }
}

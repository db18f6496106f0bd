package io.github.maque.train.checkpoint;

import io.github.maque.model.format.SafetensorsFile;
import io.github.maque.model.format.WeightType;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;

/** Writes the files of a checkpoint, in an order that makes {@link Manifest#FILE} a promise. */
final class CheckpointFiles {
  private CheckpointFiles() {}

  /**
   * Writes everything into a directory, down to the disk.
   *
   * @param directory empty; nobody looks at it yet
   * @return what has been written
   */
  static Manifest write(CheckpointContents contents, Path directory) throws IOException {
    contents.model().write(directory);
    requireNoneOfOurs(directory);
    SafetensorsFile.write(
        directory.resolve(Checkpoint.TRAINING), contents.training(), WeightType.FLOAT32);
    StateFile.write(directory, contents.state());
    FileTree.of(directory).force();
    Manifest manifest = Manifest.of(directory);
    manifest.write(directory);
    return manifest;
  }

  private static void requireNoneOfOurs(Path directory) throws IOException {
    for (String name :
        List.of(Checkpoint.TRAINING, StateFile.FILE, StateFile.CONFIGURATION, Manifest.FILE)) {
      Path file = directory.resolve(name);
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        throw new FileAlreadyExistsException(
            file.toString(), null, "a model must have no file of this name");
      }
    }
  }
}

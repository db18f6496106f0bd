package io.github.maque.data.clean;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Arrays that lie in files of a directory until they are closed. */
final class ScratchFiles implements Closeable {
  private final Path directory;
  private final int segmentBytes;
  private final List<Path> files = new ArrayList<>();
  private final List<MappedRecords> arrays = new ArrayList<>();

  ScratchFiles(Path directory, int segmentBytes) {
    this.directory = directory;
    this.segmentBytes = segmentBytes;
  }

  /** Returns {@code count} zeros. What a killed process left under this name is overwritten. */
  MappedRecords longs(String name, long count) throws IOException {
    Path file = directory.resolve("duplicates-" + name + ".tmp");
    files.add(file);
    MappedRecords array = MappedRecords.longs(file, count, segmentBytes);
    arrays.add(array);
    return array;
  }

  @Override
  public void close() throws IOException {
    arrays.forEach(MappedRecords::close);
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
  }
}

package io.github.maque.train.checkpoint;

import io.github.maque.tokenizer.format.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * What a checkpoint consists of, as its file {@value #FILE} says, which is written last:
 *
 * <pre>
 * maque checkpoint 1
 * 1d0e2a3b 512 config.json
 * 9c71f044 120000 model.safetensors
 * 00c2b1aa 78 DONE
 * </pre>
 *
 * <p>A line gives the CRC-32C (RFC 3720), the size in bytes and the name of a file, with / between
 * directories, in the order of the names. The last line does so for the lines above it.
 *
 * @param files all files but {@value #FILE}, by name
 */
record Manifest(SortedMap<String, Entry> files) {
  static final String FILE = "DONE";

  private static final String TITLE = "maque checkpoint 1";
  private static final Pattern LINE =
      Pattern.compile("([0-9a-f]{8}) (0|[1-9][0-9]{0,17}) ([^\\p{Cntrl}\\\\]+)");
  private static final int BUFFER_BYTES = 1 << 20;

  /** The size of a file, and the CRC-32C of what is in it. */
  record Entry(long bytes, int checksum) {}

  /** Copies the map. */
  Manifest {
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
  }

  /** Reads all files of a checkpoint whose manifest is not there yet. */
  static Manifest of(Path directory) throws IOException {
    SortedMap<String, Entry> files = new TreeMap<>();
    for (Map.Entry<String, Path> file : filesByName(directory).entrySet()) {
      Entry entry = new Entry(Files.size(file.getValue()), checksum(file.getValue()));
      if (!LINE.matcher(line(file.getKey(), entry)).matches()) {
        throw new IOException(
            file.getValue() + ": the name of a file must have no control characters and no \\");
      }
      files.put(file.getKey(), entry);
    }
    return new Manifest(files);
  }

  /**
   * Reads the manifest of a checkpoint.
   *
   * @throws CheckpointException if it is missing or damaged
   */
  static Manifest read(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    String text = TextFile.read(file);
    if (!text.startsWith(TITLE + "\n")) {
      throw new CheckpointException(file, "expected it to begin with the line \"" + TITLE + "\"");
    }
    String listed = text.substring(0, text.lastIndexOf('\n', text.length() - 2) + 1);
    if (!text.equals(listed + lastLine(listed))) {
      throw new CheckpointException(file, "its last line does not fit those above");
    }
    SortedMap<String, Entry> files = new TreeMap<>();
    for (String line : listed.lines().skip(1).toList()) {
      Matcher matcher = LINE.matcher(line);
      if (!matcher.matches()) {
        throw new CheckpointException(
            file, "expected a checksum, a size and a name in each line but the first");
      }
      Entry entry =
          new Entry(
              Long.parseLong(matcher.group(2)), Integer.parseUnsignedInt(matcher.group(1), 16));
      files.put(matcher.group(3), entry);
    }
    Manifest manifest = new Manifest(files);
    if (!manifest.format().equals(text)) {
      throw new CheckpointException(file, "expected each name once, in their order");
    }
    return manifest;
  }

  /** Writes the manifest down to the disk, which makes a checkpoint of the directory. */
  void write(Path directory) throws IOException {
    byte[] text = format().getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(directory.resolve(FILE), out -> out.write(text));
  }

  /**
   * Compares the files with the manifest: that they are there, their sizes, and what is in some of
   * them. Others, such as those that file managers leave behind, are not looked at.
   *
   * @param read which files are read and compared with their checksums
   * @throws CheckpointException if there is a difference
   */
  void verify(Path directory, Predicate<String> read) throws IOException {
    Map<String, Path> present = filesByName(directory);
    for (Map.Entry<String, Entry> file : files.entrySet()) {
      String name = file.getKey();
      Path path = present.get(name);
      // The name itself is never followed: it may lead anywhere.
      if (path == null) {
        throw new CheckpointException(directory, "the file " + name + " is missing");
      }
      if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
        throw new CheckpointException(path, "expected a file, found a link or the like");
      }
      long bytes = Files.size(path);
      if (bytes != file.getValue().bytes()) {
        throw new CheckpointException(
            path, "expected " + file.getValue().bytes() + " bytes, found " + bytes);
      }
      if (read.test(name) && checksum(path) != file.getValue().checksum()) {
        throw new CheckpointException(path, "its checksum is not that in " + FILE);
      }
    }
  }

  /** Returns how many bytes all files have, this one included. */
  long bytes() {
    return format().getBytes(StandardCharsets.UTF_8).length
        + files.values().stream().mapToLong(Entry::bytes).sum();
  }

  private String format() {
    StringBuilder text = new StringBuilder(TITLE).append('\n');
    files.forEach((name, entry) -> text.append(line(name, entry)).append('\n'));
    return text.append(lastLine(text.toString())).toString();
  }

  private static String lastLine(String above) {
    byte[] bytes = above.getBytes(StandardCharsets.UTF_8);
    CRC32C checksum = new CRC32C();
    checksum.update(bytes);
    return line(FILE, new Entry(bytes.length, (int) checksum.getValue())) + "\n";
  }

  private static String line(String name, Entry entry) {
    return String.format(Locale.ROOT, "%08x %d %s", entry.checksum(), entry.bytes(), name);
  }

  private static Map<String, Path> filesByName(Path directory) throws IOException {
    Map<String, Path> files = new HashMap<>();
    for (Path file : FileTree.of(directory).files()) {
      String name =
          directory.relativize(file).toString().replace(file.getFileSystem().getSeparator(), "/");
      if (!name.equals(FILE)) {
        files.put(name, file);
      }
    }
    return files;
  }

  private static int checksum(Path file) throws IOException {
    CRC32C checksum = new CRC32C();
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (channel.read(buffer) >= 0) {
        checksum.update(buffer.flip());
        buffer.clear();
      }
    }
    return (int) checksum.getValue();
  }
}

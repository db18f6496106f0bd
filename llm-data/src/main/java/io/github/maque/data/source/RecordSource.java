package io.github.maque.data.source;

import io.github.maque.data.Location;
import io.github.maque.data.MalformedDataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * The records of some files, one file after another. Immutable.
 *
 * <pre>{@code
 * RecordSource<Document> stories =
 *     RecordSource.of(RecordFormat.tinyStoriesChinese(), Path.of("TinyStories_all_data_zh.tar.gz"));
 * stories.forEach(story -> System.out.println(story.text()));
 * }</pre>
 *
 * @param <T> the kind of record
 */
public final class RecordSource<T> {
  /** Raised when blocks would end elsewhere. */
  private static final String FINGERPRINT_VERSION = "maque source 1";

  private final RecordFormat<T> format;
  private final List<Path> files;
  private final ReadLimits limits;
  private final double maxErrorRate;

  private RecordSource(
      RecordFormat<T> format, List<Path> files, ReadLimits limits, double maxErrorRate) {
    if (!(maxErrorRate >= 0 && maxErrorRate <= 1)) {
      throw new IllegalArgumentException(
          "maxErrorRate must be between 0 and 1, got " + maxErrorRate);
    }
    this.format = format;
    this.files = files;
    this.limits = limits;
    this.maxErrorRate = maxErrorRate;
  }

  /**
   * Returns a source. Gzip, zstd, xz and bzip2, and tar and zip archives are recognised by their
   * first bytes and unpacked, also one inside another, except zip, which must be a file of its own.
   *
   * <p>The files come in the order of the arguments, those of one directory or pattern sorted by
   * their paths, and each once. Below directories and in archives, what is hidden (its name or that
   * of a directory begins with a dot) and the {@code __MACOSX} of zip archives are left out.
   *
   * @param paths files, directories, which stand for all files below them, and glob patterns such
   *     as {@code data/*.jsonl.gz}, in which {@code **} goes down into directories
   * @throws java.nio.file.NoSuchFileException if a path does not exist, a directory is empty, or a
   *     pattern fits no file
   */
  public static <T> RecordSource<T> of(RecordFormat<T> format, List<String> paths)
      throws IOException {
    return ofFiles(format, InputFiles.ofPatterns(paths));
  }

  /**
   * Returns a source of the given files and directories, as {@link #of(RecordFormat, List)} does,
   * but without patterns.
   */
  public static <T> RecordSource<T> of(RecordFormat<T> format, Path... paths) throws IOException {
    return ofFiles(format, InputFiles.ofPaths(List.of(paths)));
  }

  private static <T> RecordSource<T> ofFiles(RecordFormat<T> format, List<Path> files) {
    return new RecordSource<>(format, files, ReadLimits.DEFAULT, 0.001);
  }

  /** Returns this source with other limits. */
  public RecordSource<T> limits(ReadLimits newLimits) {
    return new RecordSource<>(format, files, newLimits, maxErrorRate);
  }

  /**
   * Returns this source with another share of records that may be unreadable before reading fails;
   * 0.001 otherwise.
   */
  public RecordSource<T> maxErrorRate(double share) {
    return new RecordSource<>(format, files, limits, share);
  }

  /** Returns the files in the order in which they are read. */
  public List<Path> files() {
    return files;
  }

  /** Returns the format. */
  public RecordFormat<T> format() {
    return format;
  }

  /** Returns the share of records that may be unreadable. */
  public double maxErrorRate() {
    return maxErrorRate;
  }

  /** Returns how many bytes the files have on disk. */
  public long sizeInBytes() throws IOException {
    long size = 0;
    for (Path file : files) {
      size += Files.size(file);
    }
    return size;
  }

  /**
   * Returns what changes whenever the blocks or their records may change: a SHA-256, in
   * hexadecimal, of the format's name, the longest record allowed, and the name, size and time of
   * last modification of every file. Positions in a source mean the same in another one with the
   * same fingerprint. Directories may have moved, and limits that only decide when reading fails
   * may be others.
   */
  public String fingerprint() throws IOException {
    StringBuilder identity = new StringBuilder(FINGERPRINT_VERSION);
    identity.append('\n').append(format.name());
    identity.append('\n').append(limits.maxRecordBytes());
    for (Path file : files) {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      identity.append('\n').append(file.getFileName());
      identity.append('\0').append(attributes.size());
      identity.append('\0').append(attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS));
    }
    return HexFormat.of().formatHex(DigestUtils.sha256(identity.toString()));
  }

  /**
   * Hands every record to {@code sink}, in order, on the calling thread, while another one unpacks.
   *
   * @param sink may refuse a record by an {@link IllegalArgumentException}, which ends the reading
   * @return how many records there were, and which could not be read
   * @throws MalformedDataException if a file is damaged, too many records are, or one is refused,
   *     which is named by its file and line
   */
  public ErrorTally forEach(Consumer<? super T> sink) throws IOException {
    ErrorTally tally = new ErrorTally(maxErrorRate);
    try (BlockReader<T> reader = open(SourcePosition.START, 1)) {
      for (Block<T> block = reader.next(); block != null; block = reader.next()) {
        List<T> records = new ArrayList<>();
        List<Location> locations = new ArrayList<>();
        List<RecordError> errors = new ArrayList<>();
        block.parse(
            (record, location) -> {
              records.add(record);
              locations.add(location);
            },
            errors::add);
        tally.add(new ParsedBlock<>(records, errors));
        for (int i = 0; i < records.size(); i++) {
          hand(records.get(i), locations.get(i), sink);
        }
      }
    }
    tally.end();
    return tally;
  }

  private static <T> void hand(T record, Location location, Consumer<? super T> sink)
      throws MalformedDataException {
    try {
      sink.accept(record);
    } catch (IllegalArgumentException e) {
      throw new MalformedDataException(location.toString(), String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Starts to read, unpacking several files at once if there are several.
   *
   * @param from where to begin; what lies before is unpacked if it must be, but not parsed
   * @param threads how many threads unpack; there is nothing to gain from more than there are files
   */
  public BlockReader<T> open(SourcePosition from, int threads) throws IOException {
    return open(from, threads, BlockCutter.BLOCK_SIZE);
  }

  /** Does the same with blocks of another size. */
  BlockReader<T> open(SourcePosition from, int threads, int blockSize) throws IOException {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be positive, got " + threads);
    }
    if (from.file() > files.size()) {
      throw new IllegalArgumentException(
          "from must be in one of " + files.size() + " files, got file " + from.file());
    }
    return new BlockReader<>(files, format, limits, from, threads, blockSize);
  }
}

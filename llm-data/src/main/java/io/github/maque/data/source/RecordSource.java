package io.github.maque.data.source;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * The records of some files, in the order of the files' names. Immutable.
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
  private final RecordFormat<T> format;
  private final List<Path> files;
  private final ReadLimits limits;
  private final double maxErrorRate;

  private RecordSource(
      RecordFormat<T> format, List<Path> files, ReadLimits limits, double maxErrorRate) {
    this.format = format;
    this.files = files;
    this.limits = limits;
    this.maxErrorRate = maxErrorRate;
  }

  /**
   * Returns a source. Gzip, zstd, xz and bzip2, and tar and zip archives are recognised by their
   * first bytes and unpacked.
   *
   * @param paths files, directories, which stand for all files below them, and glob patterns such
   *     as {@code data/*.jsonl.gz}
   * @throws IOException if a path does not exist or a pattern fits no file
   */
  public static <T> RecordSource<T> of(RecordFormat<T> format, List<String> paths)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Returns a source of the given files and directories. */
  public static <T> RecordSource<T> of(RecordFormat<T> format, Path... paths) throws IOException {
    throw new UnsupportedOperationException();
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
    throw new UnsupportedOperationException();
  }

  /**
   * Hands every record to {@code sink}, in order, on the calling thread.
   *
   * @return how many records there were, and which could not be read
   * @throws io.github.maque.data.MalformedDataException if a file is damaged or too many records
   *     are
   */
  public ErrorTally forEach(Consumer<? super T> sink) throws IOException {
    throw new UnsupportedOperationException();
  }

  /**
   * Starts to read, unpacking several files at once if there are several.
   *
   * @param from where to begin; what lies before is unpacked if it must be, but not parsed
   * @param threads how many threads unpack
   */
  public BlockReader<T> open(SourcePosition from, int threads) throws IOException {
    throw new UnsupportedOperationException();
  }
}

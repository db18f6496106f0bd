package io.github.maque.examples.benchmark;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipParameters;

/**
 * An archive like that of the TinyStoriesChinese data set, as large as one likes: a {@code tar.gz}
 * of files {@code data00_zh.jsonl} and so on, with the same fields of the same sizes, of which only
 * {@code story_zh} matters. The stories are synthetic, and some repeat earlier ones, exactly or
 * nearly, so that one knows what a search for duplicates has to find. The same archive on every
 * machine.
 *
 * @param seed another one gives other stories
 * @param exactDuplicates the share of stories that repeat an earlier one word for word
 * @param nearDuplicates the share of stories that repeat an earlier one with a few characters
 *     changed, which leaves about nine tenths of its 5-grams
 */
public record StoryArchive(long seed, double exactDuplicates, double nearDuplicates) {
  /** Files are made in memory, two at a time: their size stands before them in the archive. */
  private static final int LARGEST_FILE = 16 << 20;

  /** A small archive has several files too. */
  private static final int FILES = 8;

  /** About as many bytes as a line has; only the size of files depends on it. */
  private static final long LINE_BYTES = 3000;

  /** A higher level would take most of the time, and what is read back is the same. */
  private static final int COMPRESSION_LEVEL = 1;

  /**
   * What is in an archive.
   *
   * @param stories how many stories, duplicates included
   * @param exactDuplicates how many of them repeat an earlier one word for word
   * @param nearDuplicates how many of them repeat an earlier one with a few characters changed
   * @param files how many files there are
   * @param bytes how many bytes the files have, unpacked
   */
  public record Contents(
      long stories, long exactDuplicates, long nearDuplicates, int files, long bytes) {}

  /** Checks that the shares are shares. */
  public StoryArchive {
    requireShare("exactDuplicates", exactDuplicates);
    requireShare("nearDuplicates", nearDuplicates);
    requireShare("exactDuplicates + nearDuplicates", exactDuplicates + nearDuplicates);
  }

  /**
   * Writes an archive of {@code bytes} bytes, unpacked, to a file; one story in ten repeats an
   * earlier one, half of them exactly.
   */
  public static Contents write(Path file, long bytes, long seed) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      return new StoryArchive(seed, 0.05, 0.05).writeBytes(out, bytes, done -> {});
    }
  }

  /**
   * Writes an archive of {@code bytes} bytes, unpacked, to the end of a line.
   *
   * @param out where it goes; it is not closed
   * @param progress hears how many bytes are done, unpacked
   */
  public Contents writeBytes(OutputStream out, long bytes, LongConsumer progress)
      throws IOException {
    if (bytes < 1) {
      throw new IllegalArgumentException("bytes must be positive, got " + bytes);
    }
    return write(out, new Supply(bytes, Long.MAX_VALUE, bytes), progress);
  }

  /**
   * Writes an archive of {@code stories} stories.
   *
   * @param out where it goes; it is not closed
   * @param progress hears how many bytes are done, unpacked
   */
  public Contents writeStories(OutputStream out, long stories, LongConsumer progress)
      throws IOException {
    if (stories < 1) {
      throw new IllegalArgumentException("stories must be positive, got " + stories);
    }
    long about = Math.min(stories, LARGEST_FILE) * LINE_BYTES;
    return write(out, new Supply(Long.MAX_VALUE, stories, about), progress);
  }

  private Contents write(OutputStream out, Supply supply, LongConsumer progress)
      throws IOException {
    GzipParameters parameters = new GzipParameters();
    parameters.setCompressionLevel(COMPRESSION_LEVEL);
    GzipCompressorOutputStream gzip = new GzipCompressorOutputStream(out, parameters);
    TarArchiveOutputStream tar = new TarArchiveOutputStream(gzip, StandardCharsets.UTF_8.name());
    ExecutorService maker = Executors.newSingleThreadExecutor();
    int files = 0;
    long bytes = 0;
    try {
      ByteArrayOutputStream file = await(maker.submit(supply::nextFile));
      while (file.size() > 0) {
        // The next file is made while this one is compressed.
        Future<ByteArrayOutputStream> next = maker.submit(supply::nextFile);
        TarArchiveEntry entry =
            new TarArchiveEntry(String.format(Locale.ROOT, "data%02d_zh.jsonl", files++));
        entry.setModTime(0);
        entry.setSize(file.size());
        tar.putArchiveEntry(entry);
        file.writeTo(tar);
        tar.closeArchiveEntry();
        bytes += file.size();
        progress.accept(bytes);
        file = await(next);
      }
    } finally {
      maker.shutdownNow();
    }
    tar.finish();
    gzip.finish();
    out.flush();
    StoryLines lines = supply.lines;
    return new Contents(
        lines.stories(), lines.exactDuplicates(), lines.nearDuplicates(), files, bytes);
  }

  private static ByteArrayOutputStream await(Future<ByteArrayOutputStream> file)
      throws IOException {
    try {
      return file.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    } catch (ExecutionException e) {
      throw new IllegalStateException("a story could not be made", e);
    }
  }

  private static void requireShare(String name, double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException(name + " must be between 0 and 1, got " + share);
    }
  }

  /** Makes the files, until there are as many bytes or stories as asked for. */
  private final class Supply {
    private final StoryLines lines = new StoryLines(seed, exactDuplicates, nearDuplicates);
    private final long bytes;
    private final long stories;
    private final long fileBytes;
    private long made;

    Supply(long bytes, long stories, long about) {
      this.bytes = bytes;
      this.stories = stories;
      fileBytes = Math.min(LARGEST_FILE, about / FILES + 1);
    }

    /** Returns the next file, which is empty behind the last one. */
    ByteArrayOutputStream nextFile() {
      ByteArrayOutputStream file = new ByteArrayOutputStream();
      while (file.size() < fileBytes && made + file.size() < bytes && lines.stories() < stories) {
        lines.next(file);
      }
      made += file.size();
      return file;
    }
  }
}

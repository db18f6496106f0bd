package io.github.maque.examples.cli;

import io.github.maque.tokenizer.EncodeOptions;
import io.github.maque.tokenizer.IdBuffer;
import io.github.maque.tokenizer.SpecialTokenPolicy;
import io.github.maque.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;

/**
 * Encodes a file of any size into little-endian 32-bit ids, with memory for a few parts of it.
 *
 * <p>The calling thread reads parts and writes their ids in order, others encode them. A part ends
 * where {@link SafeCuts} allows it or, if every line is a document, behind a line.
 */
final class FileEncoder {
  /**
   * A file without a safe cut is held in memory as a whole; with its ids it takes seven times this.
   */
  private static final int LARGEST_PART = 512 << 20;

  private final Tokenizer tokenizer;
  private final SafeCuts cuts;
  private final EncodeOptions options;
  private final boolean lines;
  private final int threads;
  private final int partBytes;

  /** What was read and written. */
  record Result(long bytes, long characters, long tokens, long documents) {}

  /**
   * Creates an encoder.
   *
   * @param options what happens to special tokens, and what a document begins and ends with
   * @param lines whether every line is a document, rather than the whole file
   * @param threads how many threads encode
   * @param partBytes how much text a thread gets at a time
   */
  FileEncoder(
      Tokenizer tokenizer, EncodeOptions options, boolean lines, int threads, int partBytes) {
    this.tokenizer = tokenizer;
    this.cuts = SafeCuts.of(tokenizer);
    this.options = options;
    this.lines = lines;
    this.threads = threads;
    this.partBytes = partBytes;
  }

  /**
   * Encodes {@code input} into {@code output}.
   *
   * @param progress hears how many bytes of the input are done
   * @throws IllegalArgumentException if special tokens are an error and the text has one
   */
  Result encode(Path input, OutputFile output, LongConsumer progress) throws IOException {
    try (InputStream in = Files.newInputStream(input);
        Team team = new Team(threads)) {
      PartReader reader = new PartReader(input, in);
      Totals totals = new Totals(output, progress);
      Deque<Part> free = new ArrayDeque<>();
      Deque<Future<Part>> underWay = new ArrayDeque<>();
      for (boolean more = true; more; ) {
        Part part = free.isEmpty() ? new Part() : free.pop();
        more = reader.read(part);
        if (threads == 1) {
          totals.add(encode(input, part));
          free.push(part);
        } else {
          underWay.add(team.start(() -> encode(input, part)));
          if (underWay.size() > threads) {
            free.push(totals.add(result(underWay.remove())));
          }
        }
      }
      while (!underWay.isEmpty()) {
        totals.add(result(underWay.remove()));
      }
      return totals.result();
    }
  }

  private Part encode(Path input, Part part) {
    part.ids.clear();
    part.documents = 0;
    try {
      if (lines) {
        encodeLines(part);
      } else {
        EncodeOptions whole =
            options.withBos(options.addBos() && part.first).withEos(options.addEos() && part.last);
        tokenizer.encodeUtf8(part.text, 0, part.length, whole, part.ids);
        part.documents = part.last ? 1 : 0;
      }
    } catch (IllegalArgumentException e) {
      if (options.specialTokens() != SpecialTokenPolicy.ERROR) {
        throw e;
      }
      String place = part.first ? "" : " in the text from byte " + part.offset + " on";
      throw new IllegalArgumentException(input + ": " + e.getMessage() + place, e);
    }
    part.characters = characters(part.text, part.length);
    part.writeIds();
    return part;
  }

  private void encodeLines(Part part) {
    int start = 0;
    while (start < part.length) {
      int feed = indexOfLineFeed(part.text, start, part.length);
      int end = feed > start && part.text[feed - 1] == '\r' && feed < part.length ? feed - 1 : feed;
      tokenizer.encodeUtf8(part.text, start, end, options, part.ids);
      part.documents++;
      start = feed + 1;
    }
  }

  private static int indexOfLineFeed(byte[] text, int from, int to) {
    int at = from;
    while (at < to && text[at] != '\n') {
      at++;
    }
    return at;
  }

  private static long characters(byte[] text, int length) {
    long count = 0;
    for (int i = 0; i < length; i++) {
      // Whatever is not a continuation begins a character.
      count += (text[i] & 0xC0) == 0x80 ? 0 : 1;
    }
    return count;
  }

  private static Part result(Future<Part> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** A stretch of the file and its ids; used again for another stretch. */
  private static final class Part {
    byte[] text = new byte[0];
    int length;
    long offset;
    boolean first;
    boolean last;
    long documents;
    long characters;
    final IdBuffer ids = new IdBuffer();
    ByteBuffer written = ByteBuffer.allocate(0);

    void writeIds() {
      long bytes = 4L * ids.size();
      if (bytes > Integer.MAX_VALUE) {
        throw new IllegalArgumentException("a part of the text has more than 2^29 ids");
      }
      if (written.capacity() < bytes) {
        written = ByteBuffer.allocate((int) Math.min(bytes + bytes / 4, Integer.MAX_VALUE - 8));
        written.order(ByteOrder.LITTLE_ENDIAN);
      }
      written.clear();
      written.asIntBuffer().put(ids.array(), 0, ids.size());
      written.limit((int) bytes);
    }
  }

  /** Reads the file part by part. */
  private final class PartReader {
    private final Path file;
    private final InputStream in;
    private byte[] rest = new byte[0];
    private long offset;
    private boolean first = true;

    PartReader(Path file, InputStream in) {
      this.file = file;
      this.in = in;
    }

    /** Fills {@code part} and returns whether there is another one behind it. */
    boolean read(Part part) throws IOException {
      if (part.text.length < Math.max(partBytes, rest.length)) {
        part.text = new byte[Math.max(partBytes, rest.length)];
      }
      System.arraycopy(rest, 0, part.text, 0, rest.length);
      int length = rest.length;
      int cut = -1;
      boolean end = false;
      while (cut < 0 && !end) {
        if (length == part.text.length) {
          part.text = Arrays.copyOf(part.text, largerSize(length));
        }
        int read = in.readNBytes(part.text, length, part.text.length - length);
        end = read < part.text.length - length;
        length += read;
        if (!end) {
          cut = lastCut(part.text, length);
        }
      }
      part.length = end ? length : cut;
      part.offset = offset;
      part.first = first;
      part.last = end;
      rest = Arrays.copyOfRange(part.text, part.length, length);
      offset += part.length;
      first = false;
      return !end;
    }

    private int lastCut(byte[] text, int length) {
      if (!lines) {
        return cuts.last(text, 0, length);
      }
      int at = length;
      while (at > 0 && text[at - 1] != '\n') {
        at--;
      }
      return at == 0 ? -1 : at;
    }

    private int largerSize(int size) throws IOException {
      if (size >= LARGEST_PART) {
        throw new IOException(
            file
                + ": byte "
                + offset
                + ": no place to cut the text within "
                + ByteSize.toText(LARGEST_PART)
                + (lines
                    ? ", expected shorter lines"
                    : "; with this tokenizer, expected a smaller file or --lines"));
      }
      return Math.min(Math.max(2 * size, 1024), LARGEST_PART);
    }
  }

  /** Takes finished parts in order. */
  private static final class Totals {
    private final OutputFile output;
    private final LongConsumer progress;
    private long bytes;
    private long characters;
    private long tokens;
    private long documents;

    Totals(OutputFile output, LongConsumer progress) {
      this.output = output;
      this.progress = progress;
    }

    Part add(Part part) throws IOException {
      output.write(part.written);
      bytes += part.length;
      characters += part.characters;
      tokens += part.ids.size();
      documents += part.documents;
      progress.accept(bytes);
      return part;
    }

    Result result() {
      return new Result(bytes, characters, tokens, documents);
    }
  }

  /** Threads that end with the work. */
  private static final class Team implements AutoCloseable {
    private final ExecutorService threads;

    Team(int count) {
      threads =
          Executors.newFixedThreadPool(
              count,
              task -> {
                Thread thread = new Thread(task, "maque-encode");
                thread.setDaemon(true);
                return thread;
              });
    }

    <T> Future<T> start(Callable<T> task) {
      return threads.submit(task);
    }

    @Override
    public void close() {
      threads.shutdownNow();
    }
  }
}

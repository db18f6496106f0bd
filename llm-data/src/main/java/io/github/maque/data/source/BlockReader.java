package io.github.maque.data.source;

import io.github.maque.data.MalformedDataException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the blocks of a {@link RecordSource} in order, unpacking ahead on threads of its own. Used
 * by one thread at a time.
 *
 * @param <T> the kind of record
 */
public final class BlockReader<T> implements Closeable {
  /** How many bytes of blocks may lie ready, over all files: less where the heap is small. */
  private static final long READ_AHEAD = Math.min(64 << 20, Runtime.getRuntime().maxMemory() / 8);

  /**
   * How many may lie ready of the file whose turn it is, even if the others have used up the rest:
   * without this they would wait for it, and it for them.
   */
  private static final long CURRENT_READ_AHEAD = READ_AHEAD / 8;

  /** How many files may lie ready, as small ones hardly count in bytes. */
  private static final int FILES_AHEAD = 1000;

  private final List<Path> files;
  private final RecordFormat<T> format;
  private final ReadLimits limits;
  private final SourcePosition from;
  private final int blockSize;

  /** How many bytes lie on disk before each file. */
  private final long[] bytesBefore;

  private final List<Thread> threads = new ArrayList<>();

  // The rest is guarded by the monitor of this object.

  /** What was read of each file that a thread has begun and that is not used up. */
  private final Map<Integer, FileBlocks<T>> ready = new HashMap<>();

  private long bytesReady;

  /** The file whose turn it is, and the first one that no thread has begun. */
  private int current;

  private int unclaimed;
  private boolean closed;

  private static final class FileBlocks<T> {
    private final ArrayDeque<Block<T>> blocks = new ArrayDeque<>();
    private long bytes;
    private boolean finished;
    private @Nullable Throwable failure;
  }

  BlockReader(
      List<Path> files,
      RecordFormat<T> format,
      ReadLimits limits,
      SourcePosition from,
      int threadCount,
      int blockSize)
      throws IOException {
    this.files = files;
    this.format = format;
    this.limits = limits;
    this.from = from;
    this.blockSize = blockSize;
    current = from.file();
    unclaimed = from.file();
    bytesBefore = new long[files.size() + 1];
    for (int i = 0; i < files.size(); i++) {
      bytesBefore[i + 1] = bytesBefore[i] + Files.size(files.get(i));
    }
    for (int i = 0; i < Math.min(threadCount, files.size() - from.file()); i++) {
      Thread thread = new Thread(new Unpacking(), "maque-read-" + i);
      thread.setDaemon(true);
      threads.add(thread);
    }
    threads.forEach(Thread::start);
  }

  /**
   * Returns the next block, or null behind the last one.
   *
   * @throws MalformedDataException if a file is cut short, damaged or dangerous; the blocks that
   *     were whole before that place have been returned
   * @throws IOException if a file cannot be read, or the calling thread is interrupted
   */
  public synchronized @Nullable Block<T> next() throws IOException {
    try {
      while (!closed) {
        if (current == files.size()) {
          return null;
        }
        FileBlocks<T> file = ready.get(current);
        Block<T> block = file == null ? null : file.blocks.poll();
        if (file != null && block != null) {
          file.bytes -= block.footprint();
          bytesReady -= block.footprint();
          notifyAll();
          return block;
        }
        if (file != null && file.finished) {
          rethrow(file.failure);
          ready.remove(current);
          current++;
          notifyAll();
        } else {
          wait();
        }
      }
      throw new IOException("the reader is closed");
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static void rethrow(@Nullable Throwable failure) throws IOException {
    if (failure instanceof IOException e) {
      throw e;
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
  }

  /** Stops reading ahead and closes the files. */
  @Override
  public void close() throws IOException {
    synchronized (this) {
      closed = true;
      ready.clear();
      notifyAll();
    }
    threads.forEach(Thread::interrupt);
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true; // they end soon, and nothing is left behind then
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns the next file that no thread has begun, or -1 if there is nothing left to do. */
  private synchronized int claim() {
    try {
      while (!closed && unclaimed < files.size() && unclaimed - current >= FILES_AHEAD) {
        wait();
      }
    } catch (InterruptedException e) {
      return -1; // by close()
    }
    if (closed || unclaimed == files.size()) {
      return -1;
    }
    ready.put(unclaimed, new FileBlocks<>());
    return unclaimed++;
  }

  private synchronized void put(int number, Block<T> block) throws IOException {
    try {
      FileBlocks<T> file = ready.get(number);
      while (!closed && file != null) {
        if (bytesReady < READ_AHEAD || number == current && file.bytes < CURRENT_READ_AHEAD) {
          file.blocks.add(block);
          file.bytes += block.footprint();
          bytesReady += block.footprint();
          notifyAll();
          return;
        }
        wait();
      }
      throw new InterruptedIOException("the reader is closed");
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private synchronized void finish(int number, @Nullable Throwable failure) {
    FileBlocks<T> file = ready.get(number);
    if (file != null) {
      file.failure = failure;
      file.finished = true;
    }
    if (failure != null) {
      unclaimed = files.size(); // nobody comes beyond this file
    }
    notifyAll();
  }

  private static IOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("interrupted while waiting for input");
  }

  /** What one thread does: unpacks one file after another and cuts it into blocks. */
  private final class Unpacking implements Runnable, FileUnpacker.Sink {
    private final BlockCutter cutter =
        new BlockCutter(format.scanner(), blockSize, limits.maxRecordBytes());
    private int file;
    private long block;

    @Override
    public void run() {
      for (file = claim(); file >= 0; file = claim()) {
        try {
          read();
          finish(file, null);
        } catch (Throwable e) { // next() throws it
          finish(file, e);
        }
      }
    }

    private void read() throws IOException {
      block = 0;
      Path path = files.get(file);
      try (FileUnpacker unpacker = new FileUnpacker(path, limits)) {
        unpacker.run(this);
      }
      if (file == from.file() && block < from.block()) {
        throw new MalformedDataException(
            path.toString(),
            "has changed: it gives " + block + " blocks, of which " + from.block() + " were read");
      }
    }

    @Override
    public void accept(String name, InputStream content, LongSupplier bytesRead)
        throws IOException {
      cutter.start(name, content);
      for (CutBlock cut = cutter.next(); cut != null; cut = cutter.next()) {
        SourcePosition position = new SourcePosition(file, block++);
        if (position.compareTo(from) >= 0) {
          long bytes = bytesBefore[file] + bytesRead.getAsLong();
          put(file, new Block<>(cut, format.parser(), position, bytes));
        }
      }
    }
  }
}

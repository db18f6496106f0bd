package io.github.maque.data.shard;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Does work on several threads and hands out the results in the order of the inputs. The owner, one
 * thread, adds an input only where there is room for it, so that only so many are in memory.
 */
final class OrderedWork<I, O> implements Closeable {
  private final Work<I, O> work;
  private final ExecutorService threads;
  private final int capacity;
  private final long capacityBytes;
  private final Deque<UnderWay<O>> underWay = new ArrayDeque<>();
  private long bytesUnderWay;

  /** What is done with an input. */
  @FunctionalInterface
  interface Work<I, O> {
    O apply(I input) throws IOException;
  }

  private record UnderWay<O>(Future<O> result, long bytes) {}

  /**
   * Starts the threads.
   *
   * @param capacityBytes how large all inputs under way may be together; a single one may be larger
   */
  OrderedWork(int threadCount, long capacityBytes, Work<I, O> work) {
    this.work = work;
    this.capacityBytes = capacityBytes;
    capacity = 2 * threadCount + 1;
    threads =
        Executors.newFixedThreadPool(
            threadCount,
            task -> {
              Thread thread = new Thread(task, "maque-prepare");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Returns whether an input of so many bytes may be added before a result is taken. */
  boolean hasRoom(long bytes) {
    return underWay.isEmpty()
        || underWay.size() < capacity && bytesUnderWay + bytes <= capacityBytes;
  }

  boolean isEmpty() {
    return underWay.isEmpty();
  }

  /** Returns whether {@link #take} would not wait. */
  boolean hasResult() {
    return !underWay.isEmpty() && underWay.element().result.isDone();
  }

  void add(I input, long bytes) {
    underWay.add(new UnderWay<>(threads.submit(() -> work.apply(input)), bytes));
    bytesUnderWay += bytes;
  }

  /** Returns the result of the earliest input whose result was not taken yet. */
  O take() throws IOException {
    UnderWay<O> earliest = underWay.remove();
    bytesUnderWay -= earliest.bytes;
    try {
      return earliest.result.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException interrupted = new InterruptedIOException("interrupted");
      interrupted.initCause(e);
      throw interrupted;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** Abandons what is not finished. */
  @Override
  public void close() {
    threads.shutdownNow();
  }
}

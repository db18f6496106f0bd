package io.github.maque.data.pack;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Assembles batches on a thread of its own, ahead of their use. The thread is told to stop by a
 * flag and is never interrupted: an interruption would close the channels that somebody's {@link
 * Sequences} read from, for everybody.
 */
final class BatchPrefetcher implements AutoCloseable {
  private final BatchAssembler assembler;
  private final int ahead;
  private final Thread thread;

  // Both guarded by this.
  private final Deque<Batch> ready = new ArrayDeque<>();
  private boolean ended;

  // Written under the same guard.
  private volatile boolean closed;

  BatchPrefetcher(BatchAssembler assembler, int ahead) {
    this.assembler = assembler;
    this.ahead = ahead;
    thread = new Thread(this::run, "batch-prefetcher");
    thread.setDaemon(true);
    thread.start();
  }

  /** Waits for the next batch and returns it, or null behind the last one or once closed. */
  synchronized @Nullable Batch next() {
    while (ready.isEmpty() && !ended && !closed) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CancellationException("interrupted while waiting for a batch");
      }
    }
    if (closed) {
      return null;
    }
    if (ready.isEmpty()) {
      // The thread is through: there are no more, or this throws what it has failed with.
      return assembler.next(() -> closed);
    }
    notifyAll();
    return ready.remove();
  }

  /** Stops the thread and waits until it has. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      ready.clear();
      notifyAll();
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (awaitRoom()) {
        Batch batch = assembler.next(() -> closed);
        if (batch == null) {
          return;
        }
        add(batch);
      }
    } catch (InterruptedException | RuntimeException | Error failure) {
      // The assembler throws its failure again for whoever asks it next.
    } finally {
      end();
    }
  }

  /** Returns whether another batch is wanted, once there is room for one. */
  private synchronized boolean awaitRoom() throws InterruptedException {
    while (ready.size() >= ahead && !closed) {
      wait();
    }
    return !closed;
  }

  private synchronized void add(Batch batch) {
    ready.add(batch);
    notifyAll();
  }

  private synchronized void end() {
    ended = true;
    notifyAll();
  }
}

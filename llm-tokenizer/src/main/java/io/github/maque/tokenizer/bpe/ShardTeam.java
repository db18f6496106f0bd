package io.github.maque.tokenizer.bpe;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Threads that do the same short task over and over, one shard each. Between tasks they spin for a
 * moment before they sleep: a merge takes tens of microseconds, waking a thread takes as long.
 */
final class ShardTeam implements AutoCloseable {
  private static final int SPINS = 20_000;

  private final List<CorpusShard> shards;
  private final List<Thread> helpers = new ArrayList<>();
  private final AtomicInteger pending = new AtomicInteger();
  private volatile @Nullable Throwable failure;
  private volatile @Nullable Consumer<CorpusShard> task;
  private int rounds;
  private volatile int round;
  private volatile boolean closed;

  ShardTeam(List<CorpusShard> shards) {
    this.shards = shards;
    for (CorpusShard shard : shards.subList(1, shards.size())) {
      Thread helper = new Thread(() -> serve(shard), "maque-merge");
      helper.setDaemon(true);
      helper.start();
      helpers.add(helper);
    }
  }

  List<CorpusShard> shards() {
    return shards;
  }

  /** Runs {@code work} on every shard, each on its own thread, and waits for all. */
  void runParallel(Consumer<CorpusShard> work) {
    if (helpers.isEmpty()) {
      runHere(work);
      return;
    }
    task = work;
    pending.set(helpers.size());
    round = ++rounds;
    helpers.forEach(LockSupport::unpark);
    work.accept(shards.get(0));
    for (int spin = 0; pending.get() > 0; spin++) {
      if (spin < SPINS) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(1_000); // the thread waited for may need this very processor
      }
    }
    Throwable failed = failure;
    if (failed != null) {
      throw new IllegalStateException("a merge failed", failed);
    }
  }

  /** Runs {@code work} on every shard on this thread, for work too small to share. */
  void runHere(Consumer<CorpusShard> work) {
    shards.forEach(work);
  }

  private void serve(CorpusShard shard) {
    int seen = 0;
    while (true) {
      for (int spin = 0; round == seen && !closed; spin++) {
        if (spin < SPINS) {
          Thread.onSpinWait();
        } else {
          LockSupport.park(this);
        }
      }
      if (closed) {
        return;
      }
      seen = round;
      Consumer<CorpusShard> work = task;
      try {
        if (work != null) {
          work.accept(shard);
        }
      } catch (RuntimeException | Error e) {
        failure = e;
      } finally {
        pending.decrementAndGet();
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    helpers.forEach(LockSupport::unpark);
  }
}

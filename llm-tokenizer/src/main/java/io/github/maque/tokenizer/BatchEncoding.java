package io.github.maque.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Encodes a list of texts on several threads that take the next text as they become free. */
final class BatchEncoding {
  private BatchEncoding() {}

  static List<int[]> run(
      Tokenizer tokenizer, List<? extends CharSequence> texts, EncodeOptions options, int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, got " + threads);
    }
    CharSequence[] all = texts.toArray(new CharSequence[0]);
    int[][] results = new int[all.length][];
    AtomicInteger next = new AtomicInteger();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Runnable worker =
        () -> {
          IdBuffer buffer = new IdBuffer();
          try {
            for (int i; failure.get() == null && (i = next.getAndIncrement()) < results.length; ) {
              buffer.clear();
              tokenizer.encode(all[i], options, buffer);
              results[i] = buffer.toArray();
            }
          } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
          }
        };

    List<Thread> helpers = new ArrayList<>();
    for (int t = 1; t < Math.min(threads, results.length); t++) {
      Thread helper = new Thread(worker, "maque-encode-" + t);
      helper.setDaemon(true);
      helper.start();
      helpers.add(helper);
    }
    worker.run();
    joinAll(helpers);
    rethrow(failure.get());
    return Arrays.asList(results);
  }

  /** Waits for every helper even when interrupted, for they write into the caller's result. */
  private static void joinAll(List<Thread> helpers) {
    boolean interrupted = false;
    for (Thread helper : helpers) {
      while (helper.isAlive()) {
        try {
          helper.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void rethrow(@Nullable Throwable failure) {
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
  }
}

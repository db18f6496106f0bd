package io.github.maque.examples.cli;

import io.github.maque.model.generate.Cancellation;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ends generation when the JVM is told to end, by Ctrl-C for instance, and keeps it alive until
 * what was written so far is told.
 */
final class GenerateInterruption {
  /** More than a token takes, even behind a long prompt. */
  private static final long MOST_SECONDS = 10;

  private final CountDownLatch told = new CountDownLatch(1);
  private final Thread hook;

  /** Starts to listen. */
  GenerateInterruption(Cancellation cancellation) {
    hook =
        new Thread(
            () -> {
              cancellation.cancelAll();
              await();
            },
            "maque-generate-stop");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Says that everything is told. */
  void finish() {
    told.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending, and may do so now.
    }
  }

  private void await() {
    try {
      boolean unused = told.await(MOST_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

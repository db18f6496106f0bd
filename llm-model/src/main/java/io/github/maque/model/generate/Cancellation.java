package io.github.maque.model.generate;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ends generation early, from any thread. What was cancelled stays cancelled, also for a call that
 * has not begun yet. A sequence ends before its next token, with what it has and {@link
 * FinishReason#CANCELLED}.
 */
public final class Cancellation {
  private final Set<Integer> requests = ConcurrentHashMap.newKeySet();
  private volatile boolean all;

  /** Creates one that nothing is cancelled by yet. */
  public Cancellation() {}

  /**
   * Cancels one request.
   *
   * @param request its place among the requests, from 0
   */
  public void cancel(int request) {
    requests.add(request);
  }

  /** Cancels all requests, those not yet taken up too. */
  public void cancelAll() {
    all = true;
  }

  /** Returns whether this request is cancelled, alone or with all. */
  public boolean isCancelled(int request) {
    return all || requests.contains(request);
  }

  boolean isAllCancelled() {
    return all;
  }
}

package io.github.maque.tokenizer.bpe;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/**
 * Lends objects that are costly to make to one caller at a time. Never blocks: where all are lent,
 * a new one is made, and what finds no place on its return is dropped. Unlike thread-locals this
 * keeps at most {@code capacity} of them, however many (virtual) threads come.
 */
final class WorkspacePool<T> {
  private final AtomicReferenceArray<T> slots;
  private final Supplier<T> factory;

  WorkspacePool(int capacity, Supplier<T> factory) {
    this.slots = new AtomicReferenceArray<>(capacity);
    this.factory = factory;
  }

  T borrow() {
    int home = home();
    for (int i = 0; i < slots.length(); i++) {
      T idle = slots.getAndSet((home + i) % slots.length(), null);
      if (idle != null) {
        return idle;
      }
    }
    return factory.get();
  }

  void giveBack(T workspace) {
    int home = home();
    for (int i = 0; i < slots.length(); i++) {
      if (slots.compareAndSet((home + i) % slots.length(), null, workspace)) {
        return;
      }
    }
  }

  /** Threads start at different slots, so that each tends to get back the one it warmed. */
  private int home() {
    return (int) (Thread.currentThread().getId() % slots.length());
  }
}

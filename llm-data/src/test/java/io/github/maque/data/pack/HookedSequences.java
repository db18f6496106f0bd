package io.github.maque.data.pack;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/** Sequences with which something happens each time one is read for a batch. */
final class HookedSequences implements Sequences {
  private final NumberedSequences numbers = new NumberedSequences(40, 6, 0);
  private final LongConsumer hook;
  private final AtomicLong reads = new AtomicLong();

  /** Creates sequences that call {@code hook} with the number of each. */
  HookedSequences(LongConsumer hook) {
    this.hook = hook;
  }

  @Override
  public long size() {
    return numbers.size();
  }

  @Override
  public int length() {
    return numbers.length();
  }

  @Override
  public void read(long index, Row row) {
    // The first reads are for the fingerprint.
    if (reads.getAndIncrement() >= Mixture.PROBES) {
      hook.accept(index);
    }
    numbers.read(index, row);
  }
}

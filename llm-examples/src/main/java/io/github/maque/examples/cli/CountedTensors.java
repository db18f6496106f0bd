package io.github.maque.examples.cli;

import io.github.maque.model.format.TensorSource;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * Tensors that tell how many of their numbers were read.
 *
 * @param source the tensors
 * @param progress hears how many more numbers were read
 */
record CountedTensors(TensorSource source, LongConsumer progress) implements TensorSource {
  /**
   * Returns tensors that show on a bar how much of them was read.
   *
   * @param task what they are read for
   */
  static CountedTensors reportingTo(String task, Progress progress, TensorSource source) {
    long total = source.names().stream().mapToLong(source::size).sum();
    AtomicLong done = new AtomicLong();
    return new CountedTensors(
        source, count -> progress.update(task, done.addAndGet(count), total, "numbers"));
  }

  @Override
  public Set<String> names() {
    return source.names();
  }

  @Override
  public long[] shape(String name) {
    return source.shape(name);
  }

  @Override
  public void read(String name, long from, FloatBuffer into) throws IOException {
    int count = into.remaining();
    source.read(name, from, into);
    progress.accept(count);
  }
}

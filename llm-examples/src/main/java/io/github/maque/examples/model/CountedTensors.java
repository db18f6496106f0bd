package io.github.maque.examples.model;

import io.github.maque.examples.WorkListener;
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
public record CountedTensors(TensorSource source, LongConsumer progress) implements TensorSource {
  /** Returns tensors that tell how much of all of them was read. */
  public static CountedTensors reportingTo(WorkListener listener, TensorSource source) {
    long total = source.names().stream().mapToLong(source::size).sum();
    AtomicLong done = new AtomicLong();
    return new CountedTensors(source, count -> listener.update(done.addAndGet(count), total));
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

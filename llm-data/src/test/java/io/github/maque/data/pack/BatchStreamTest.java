package io.github.maque.data.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class BatchStreamTest {
  private static final Sequences NUMBERS = new NumberedSequences(23, 6, 0);
  private static final Mixture MIXED =
      Mixture.of(NUMBERS, 0.7)
          .and(new NumberedSequences(5, 6, 1), 0.29)
          .and(new NumberedSequences(1, 6, 2), 0.01);

  @ParameterizedTest
  @CsvSource({
    "single, true, 4, 0",
    "single, true, 4, 3",
    "single, true, 50, 3",
    "single, false, 5, 0",
    "single, false, 1, 3",
    "mixed, true, 4, 0",
    "mixed, true, 7, 3",
    "mixed, false, 4, 3"
  })
  void goesOnFromEveryBatchWithTheSameOnes(
      String data, boolean shuffled, int batchSize, int prefetch) {
    List<Content> all = new ArrayList<>();
    List<String> states = new ArrayList<>();
    try (BatchStream stream = builder(data, shuffled, batchSize).prefetch(prefetch).open()) {
      states.add(stream.state().encode());
      for (int i = 0; i < 25; i++) {
        try (Batch batch = stream.next()) {
          assertThat(stream.state()).isEqualTo(batch.state());
          all.add(Content.of(batch));
          states.add(batch.state().encode());
        }
      }
    }
    for (int i = 0; i < 25; i++) {
      DataState from = DataState.decode(states.get(i));
      try (BatchStream stream =
          builder(data, shuffled, batchSize).prefetch(3 - prefetch).from(from).open()) {
        assertThat(stream.state()).isEqualTo(from);
        for (int k = i; k < Math.min(25, i + 8); k++) {
          try (Batch batch = stream.next()) {
            assertThat(Content.of(batch)).isEqualTo(all.get(k));
            assertThat(stream.state().encode()).isEqualTo(states.get(k + 1));
          }
        }
      }
    }
  }

  @Test
  void goesOnWithAnotherBatchSize() {
    List<Integer> four = new ArrayList<>();
    List<Integer> three = new ArrayList<>();
    DataState state;
    try (BatchStream stream = builder("mixed", true, 4).open()) {
      for (int i = 0; i < 3; i++) {
        numbers(stream.next());
      }
      state = stream.state();
      for (int i = 0; i < 6; i++) {
        four.addAll(numbers(stream.next()));
      }
    }
    try (BatchStream stream = builder("mixed", true, 3).from(state).open()) {
      for (int i = 0; i < 8; i++) {
        three.addAll(numbers(stream.next()));
      }
    }
    assertThat(three).isEqualTo(four);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void endsAfterItsEpochsWithASmallerBatch(int prefetch) {
    List<Integer> rows = new ArrayList<>();
    List<Integer> numbers = new ArrayList<>();
    try (BatchStream stream =
        BatchStream.of(NUMBERS).batchSize(5).sequential().epochs(1).prefetch(prefetch).open()) {
      for (Batch batch = stream.next(); batch != null; batch = stream.next()) {
        rows.add(batch.rows());
        assertThat(batch.ids().remaining()).isEqualTo(batch.rows() * 6 * 4);
        numbers.addAll(numbers(batch));
      }
      assertThat(stream.next()).isNull();
      assertThat(stream.state().consumed()).containsExactly(23L);
    }
    assertThat(rows).containsExactly(5, 5, 5, 5, 3);
    assertThat(numbers).isEqualTo(LongStream.range(0, 23).mapToObj(i -> (int) i).toList());
  }

  @Test
  void knowsHowMuchOfItsEpochsIsLeft() {
    BatchStream.Builder builder = builder("single", true, 10).epochs(2);
    List<Integer> rows = new ArrayList<>();
    DataState from;
    try (BatchStream stream = builder.open()) {
      numbers(stream.next());
      from = stream.state();
    }
    try (BatchStream stream = builder.from(from).open()) {
      for (Batch batch = stream.next(); batch != null; batch = stream.next()) {
        rows.add(batch.rows());
        batch.close();
      }
      from = stream.state();
    }
    assertThat(rows).containsExactly(10, 10, 10, 6);
    try (BatchStream stream = builder.from(from).open()) {
      assertThat(stream.next()).isNull();
    }
    try (BatchStream stream = builder.epochs(1).from(from).open()) {
      assertThat(stream.next()).isNull();
    }
  }

  @Test
  void refusesTheStateOfSomethingElse() {
    DataState state;
    try (BatchStream stream = builder("mixed", true, 4).open()) {
      numbers(stream.next());
      state = stream.state();
    }
    for (Mixture other :
        List.of(
            Mixture.of(NUMBERS),
            Mixture.of(NUMBERS, 0.7).and(new NumberedSequences(5, 6, 1), 0.29),
            Mixture.of(NUMBERS, 0.7)
                .and(new NumberedSequences(6, 6, 1), 0.29)
                .and(new NumberedSequences(1, 6, 2), 0.01))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> BatchStream.of(other).seed(9).from(state).open())
          .withMessageContaining("other data")
          .withMessageContaining(state.encode())
          .withMessageContaining("23 × ");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder("mixed", false, 4).from(state).open())
        .withMessageContaining("sequential");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder("mixed", true, 4).seed(8).from(state).open())
        .withMessageContaining("seed")
        .withMessageContaining("9, got 8");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                builder("mixed", true, 4)
                    .from(new DataState(9, state.fingerprint(), List.of(0L, 3L, 1L)))
                    .open())
        .withMessageContaining("consumed");
  }

  @Test
  void refusesSettingsThatDoNotGoTogether() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder("mixed", true, 4).epochs(1).open())
        .withMessageContaining("epochs");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder("single", true, 4).epochs(Long.MAX_VALUE - 1).open())
        .withMessageContaining("epochs");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder("single", true, 1 << 28).open())
        .withMessageContaining("batchSize");
    assertThatIllegalArgumentException().isThrownBy(() -> builder("single", true, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder("single", true, 1).epochs(0))
        .withMessageContaining("epochs");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder("single", true, 1).prefetch(-1))
        .withMessageContaining("prefetch");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void throwsWhatAssemblingFailedWithBehindTheBatchesBefore(int prefetch) {
    IllegalStateException failure = new IllegalStateException("the disk is gone");
    HookedSequences failing =
        new HookedSequences(
            index -> {
              if (index == 17) {
                throw failure;
              }
            });
    try (BatchStream stream =
        BatchStream.of(failing).sequential().batchSize(5).prefetch(prefetch).open()) {
      for (int i = 0; i < 3; i++) {
        assertThat(numbers(stream.next())).startsWith(i * 5);
      }
      DataState before = stream.state();
      assertThatThrownBy(stream::next).isSameAs(failure);
      assertThatThrownBy(stream::next).isSameAs(failure);
      assertThat(stream.state()).isEqualTo(before);
    }
  }

  @Test
  void doesNotOpenWhatCannotBeRead() {
    Sequences cut =
        new Sequences() {
          @Override
          public long size() {
            return 1;
          }

          @Override
          public int length() {
            return 1;
          }

          @Override
          public void read(long index, Row row) {
            throw new IllegalStateException("the disk is gone");
          }
        };
    assertThatIllegalStateException()
        .isThrownBy(BatchStream.of(cut)::open)
        .withMessage("the disk is gone");
    assertThat(prefetchers()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void refusesToGoOnOnceClosed(int prefetch) {
    BatchStream stream = builder("single", true, 4).prefetch(prefetch).open();
    Batch batch = stream.next();
    DataState state = stream.state();
    stream.close();
    stream.close();
    assertThatIllegalStateException().isThrownBy(stream::next).withMessageContaining("closed");
    assertThat(stream.state()).isEqualTo(state);
    // What was handed out is still whole.
    assertThat(batch).isNotNull();
    assertThat(numbers(batch)).hasSize(4);
  }

  @Test
  void assemblesNoMoreAheadThanTold() throws InterruptedException {
    AtomicLong reads = new AtomicLong();
    HookedSequences counted = new HookedSequences(index -> reads.incrementAndGet());
    try (BatchStream stream = BatchStream.of(counted).batchSize(2).prefetch(3).open()) {
      for (int taken = 0; taken < 5; taken++) {
        awaitReads(reads, 2L * (taken + 3));
        awaitWaiting(prefetchers().get(0));
        assertThat(reads.get()).isEqualTo(2L * (taken + 3));
        assertThat(stream.state().total()).isEqualTo(2L * taken);
        numbers(stream.next());
      }
    }
    assertThat(prefetchers()).isEmpty();
  }

  @Test
  void stopsItsThreadWithinABatch() throws InterruptedException {
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    List<Boolean> interrupted = new ArrayList<>();
    HookedSequences slow =
        new HookedSequences(
            index -> {
              if (index == 20) {
                reading.countDown();
                interrupted.add(!awaits(goOn));
              }
            });
    BatchStream stream = BatchStream.of(slow).sequential().batchSize(40).prefetch(1).open();
    reading.await();
    Thread closing = new Thread(stream::close);
    closing.start();
    goOn.countDown();
    closing.join();
    assertThat(interrupted).containsExactly(false);
    assertThat(prefetchers()).isEmpty();
  }

  @Test
  void doesNotTakeBeingClosedForTheEnd() {
    AtomicReference<BatchStream> stream = new AtomicReference<>();
    HookedSequences closing = new HookedSequences(index -> stream.get().close());
    stream.set(BatchStream.of(closing).batchSize(4).epochs(1).prefetch(0).open());
    assertThatIllegalStateException()
        .isThrownBy(stream.get()::next)
        .withMessageContaining("closed");
    assertThat(stream.get().state().total()).isZero();
  }

  @Test
  void tellsAWaitingThreadThatItWasClosed() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    HookedSequences stuck = new HookedSequences(index -> awaits(goOn));
    BatchStream stream = BatchStream.of(stuck).batchSize(1).prefetch(1).open();
    FutureTask<Throwable> waiting = new FutureTask<>(() -> caught(stream));
    Thread waiter = new Thread(waiting);
    waiter.start();
    awaitWaiting(waiter);
    Thread closing = new Thread(stream::close);
    closing.start();
    assertThat(waiting.get()).isInstanceOf(IllegalStateException.class);
    goOn.countDown();
    closing.join();
  }

  @Test
  void losesNoBatchWhenAWaitingThreadIsInterrupted() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    HookedSequences stuck = new HookedSequences(index -> awaits(goOn));
    try (BatchStream stream = BatchStream.of(stuck).sequential().batchSize(1).prefetch(1).open()) {
      AtomicReference<Boolean> flag = new AtomicReference<>();
      FutureTask<Throwable> waiting =
          new FutureTask<>(
              () -> {
                Throwable thrown = caught(stream);
                flag.set(Thread.currentThread().isInterrupted());
                return thrown;
              });
      Thread waiter = new Thread(waiting);
      waiter.start();
      awaitWaiting(waiter);
      waiter.interrupt();
      assertThat(waiting.get()).isInstanceOf(CancellationException.class);
      assertThat(flag.get()).isTrue();
      goOn.countDown();
      assertThat(numbers(stream.next())).containsExactly(0);
      assertThat(numbers(stream.next())).containsExactly(1);
    }
  }

  @Test
  void givesTheSameBatchesWhateverTheThreads() {
    try (BatchStream direct = builder("mixed", true, 4).prefetch(0).open();
        BatchStream ahead = builder("mixed", true, 4).prefetch(5).open()) {
      for (int i = 0; i < 3000; i++) {
        try (Batch expected = direct.next();
            Batch actual = ahead.next()) {
          assertThat(actual.ids()).isEqualTo(expected.ids());
          assertThat(actual.segments()).isEqualTo(expected.segments());
        }
      }
    }
  }

  private static BatchStream.Builder builder(String data, boolean shuffled, int batchSize) {
    Mixture mixture = data.equals("mixed") ? MIXED : Mixture.of(NUMBERS);
    BatchStream.Builder builder = BatchStream.of(mixture).batchSize(batchSize).seed(9);
    return shuffled ? builder : builder.sequential();
  }

  /** Returns the numbers of the sequences of a batch, and closes it. */
  private static List<Integer> numbers(Batch batch) {
    try (batch) {
      List<Integer> numbers = new ArrayList<>();
      ByteBuffer ids = batch.ids();
      for (int row = 0; row < batch.rows(); row++) {
        numbers.add(ids.getInt(row * batch.length() * 4));
      }
      return numbers;
    }
  }

  private static @Nullable Throwable caught(BatchStream stream) {
    try {
      stream.next();
      return null;
    } catch (RuntimeException thrown) {
      return thrown;
    }
  }

  /** Returns whether the latch was opened, and not the thread interrupted. */
  private static boolean awaits(CountDownLatch latch) {
    try {
      return latch.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      return false;
    }
  }

  private static void awaitWaiting(Thread thread) throws InterruptedException {
    while (thread.getState() != Thread.State.WAITING) {
      Thread.sleep(1);
    }
  }

  private static void awaitReads(AtomicLong reads, long count) throws InterruptedException {
    while (reads.get() < count) {
      Thread.sleep(1);
    }
  }

  private static List<Thread> prefetchers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("batch-prefetcher"))
        .toList();
  }

  /** Everything that a batch holds. */
  private record Content(int rows, int length, DataState state, List<List<Integer>> values) {
    static Content of(Batch batch) {
      List<List<Integer>> values = new ArrayList<>();
      for (ByteBuffer buffer :
          List.of(
              batch.ids(),
              batch.targets(),
              batch.lossWeights(),
              batch.positions(),
              batch.segments())) {
        List<Integer> ints = new ArrayList<>();
        while (buffer.hasRemaining()) {
          ints.add(buffer.getInt());
        }
        values.add(ints);
      }
      return new Content(batch.rows(), batch.length(), batch.state(), values);
    }
  }
}

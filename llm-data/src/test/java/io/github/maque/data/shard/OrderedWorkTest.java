package io.github.maque.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class OrderedWorkTest {
  @Test
  void givesResultsInTheOrderOfInputs() throws IOException {
    CountDownLatch last = new CountDownLatch(1);
    try (OrderedWork<Integer, Integer> work =
        new OrderedWork<>(2, 1000, input -> afterwards(last, input))) {
      List<Integer> results = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        work.add(i, 1);
      }
      while (!work.isEmpty()) {
        results.add(work.take());
      }
      assertThat(results).containsExactly(0, 1, 4, 9, 16);
    }
  }

  /** The first input is finished only after the second one. */
  private static int afterwards(CountDownLatch second, int input) throws IOException {
    if (input == 1) {
      second.countDown();
    }
    try {
      second.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    return input * input;
  }

  @Test
  void hasRoomForSoManyInputsAndBytes() throws IOException {
    try (OrderedWork<Integer, Integer> work = new OrderedWork<>(2, 100, input -> input)) {
      assertThat(work.hasRoom(1_000_000)).isTrue(); // otherwise it would never be done
      work.add(1, 60);
      assertThat(work.hasRoom(40)).isTrue();
      assertThat(work.hasRoom(41)).isFalse();
      work.add(2, 40);
      assertThat(work.hasRoom(1)).isFalse();
      work.take();
      assertThat(work.hasRoom(60)).isTrue();
      work.take();
      for (int i = 0; i < 5; i++) {
        assertThat(work.hasRoom(0)).isTrue();
        work.add(i, 0);
      }
      assertThat(work.hasRoom(0)).isFalse();
    }
  }

  @Test
  void throwsWhatTheWorkThrows() {
    try (OrderedWork<Exception, Integer> work =
        new OrderedWork<>(
            1,
            100,
            input -> {
              throw input instanceof IOException io ? io : new IOException(input);
            })) {
      work.add(new FileNotFoundException("gone"), 1);
      assertThatThrownBy(work::take).isInstanceOf(FileNotFoundException.class).hasMessage("gone");
    }
  }
}

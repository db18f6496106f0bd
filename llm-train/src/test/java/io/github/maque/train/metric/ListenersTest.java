package io.github.maque.train.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListenersTest {
  private final HistoryRecorder before = new HistoryRecorder();
  private final HistoryRecorder after = new HistoryRecorder();

  @Test
  void allHearEverything() {
    Listeners listeners = new Listeners(List.of(before, after));
    tellRun(listeners);

    HistoryRecorder expected = new HistoryRecorder();
    tellRun(expected);
    assertThat(before.history()).isEqualTo(expected.history());
    assertThat(after.history()).isEqualTo(expected.history());
  }

  @ParameterizedTest
  @ValueSource(strings = {"started", "stepped", "evaluated", "saved", "warned"})
  void oneThatThrowsIsReportedOnceAndHeardNoMore(String event) {
    Failing failing = new Failing(event, new IllegalStateException("out of paper"));
    tellRun(new Listeners(List.of(before, failing, after)));

    assertThat(failing.heard).endsWith(event).doesNotHaveDuplicates();
    for (HistoryRecorder listener : List.of(before, after)) {
      RunHistory history = listener.history();
      assertThat(history.steps()).hasSize(2);
      assertThat(history.end()).isPresent();
      assertThat(history.warnings()).hasSize(2);
      assertThat(history.warnings())
          .filteredOn(warning -> warning.kind() == Warning.Kind.LISTENER)
          .singleElement()
          .satisfies(
              warning -> {
                assertThat(warning.message())
                    .contains(Failing.class.getName(), "IllegalStateException: out of paper");
                assertThat(warning.step()).isEqualTo(event.equals("started") ? 4 : 5);
              });
    }
  }

  @Test
  void othersHearOfTheFailureAfterTheEvent() {
    List<String> heard = new ArrayList<>();
    TrainingListener last =
        new TrainingListener() {
          @Override
          public void stepped(StepMetrics step) {
            heard.add("step");
          }

          @Override
          public void warned(Warning warning) {
            heard.add("warning");
          }
        };
    new Listeners(List.of(new Failing("stepped", new IllegalStateException()), last))
        .stepped(Runs.step(1, 1, false));
    assertThat(heard).containsExactly("step", "warning");
  }

  @Test
  void nothingFollowsTheEnd() {
    tellRun(new Listeners(List.of(before, new Failing("ended", new AssertionError()), after)));
    assertThat(before.history().warnings()).hasSize(1);
    assertThat(after.history().end()).isPresent();
  }

  @Test
  void failuresOnHearingOfFailuresEnd() {
    Failing first = new Failing("warned", new IllegalStateException());
    Failing second = new Failing("warned", new LinkageError("no library"));
    new Listeners(List.of(first, second, after)).warned(new Warning(1, Warning.Kind.SPIKE, "high"));

    assertThat(first.heard).containsExactly("warned");
    assertThat(second.heard).containsExactly("warned");
    assertThat(after.history().warnings())
        .extracting(Warning::kind)
        .containsExactly(Warning.Kind.SPIKE, Warning.Kind.LISTENER, Warning.Kind.LISTENER);
  }

  @Test
  void runningOutOfMemoryGetsThrough() {
    OutOfMemoryError error = new OutOfMemoryError();
    Listeners listeners = new Listeners(List.of(new Failing("stepped", error)));
    assertThatThrownBy(() -> listeners.stepped(Runs.step(1, 1, false))).isSameAs(error);
  }

  @Test
  void anErrorOfTheJavaLibrariesIsOneListenersFailure() {
    // What Java's drawing throws on a machine without fonts.
    tellRun(new Listeners(List.of(before, new Failing("evaluated", new InternalError("fonts")))));
    assertThat(before.history().steps()).hasSize(2);
    assertThat(before.history().end()).isPresent();
    assertThat(before.history().warnings())
        .extracting(Warning::message)
        .anyMatch(m -> m.contains("fonts"));
  }

  private static void tellRun(TrainingListener listener) {
    listener.started(Runs.description(5));
    listener.stepped(Runs.step(5, 2, false));
    listener.evaluated(Runs.evaluation(5, 2, "a", "b"));
    listener.saved(Runs.checkpoint(5));
    listener.warned(new Warning(5, Warning.Kind.SPIKE, "high"));
    listener.stepped(Runs.step(6, 1, false));
    listener.ended(Runs.end(RunEnd.Reason.COMPLETED, 6));
  }

  /** Throws when it first hears of one kind of event. */
  private static final class Failing implements TrainingListener {
    private final List<String> heard = new ArrayList<>();
    private final String event;
    private final Throwable failure;

    Failing(String event, Throwable failure) {
      this.event = event;
      this.failure = failure;
    }

    @Override
    public void started(RunDescription run) {
      hear("started");
    }

    @Override
    public void stepped(StepMetrics step) {
      hear("stepped");
    }

    @Override
    public void evaluated(Evaluation evaluation) {
      hear("evaluated");
    }

    @Override
    public void saved(SavedCheckpoint checkpoint) {
      hear("saved");
    }

    @Override
    public void warned(Warning warning) {
      hear("warned");
    }

    @Override
    public void ended(RunEnd end) {
      hear("ended");
    }

    private void hear(String what) {
      heard.add(what);
      if (what.equals(event)) {
        throwUnchecked(failure);
      }
    }

    private static void throwUnchecked(Throwable failure) {
      if (failure instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) failure;
    }
  }
}

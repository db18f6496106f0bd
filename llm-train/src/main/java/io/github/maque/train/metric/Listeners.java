package io.github.maque.train.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells several listeners, in their order. One that throws is logged, reported to the others as a
 * {@link Warning.Kind#LISTENER} and heard no more. Only {@link OutOfMemoryError} gets through, as
 * the others would not fare better.
 */
public final class Listeners implements TrainingListener {
  private static final Logger LOGGER = LoggerFactory.getLogger(Listeners.class);

  private final List<TrainingListener> working;
  private long lastStep;

  /** Creates one for {@code listeners}. */
  public Listeners(List<? extends TrainingListener> listeners) {
    working = new ArrayList<>(listeners);
  }

  @Override
  public void started(RunDescription run) {
    lastStep = run.firstStep() - 1;
    report(tell(listener -> listener.started(run)));
  }

  @Override
  public void stepped(StepMetrics step) {
    lastStep = step.step();
    report(tell(listener -> listener.stepped(step)));
  }

  @Override
  public void evaluated(Evaluation evaluation) {
    report(tell(listener -> listener.evaluated(evaluation)));
  }

  @Override
  public void saved(SavedCheckpoint checkpoint) {
    report(tell(listener -> listener.saved(checkpoint)));
  }

  @Override
  public void warned(Warning warning) {
    report(tell(listener -> listener.warned(warning)));
  }

  /** {@inheritDoc} A listener that fails here is only logged, as nothing may follow. */
  @Override
  public void ended(RunEnd end) {
    tell(listener -> listener.ended(end));
  }

  // Only after all have heard the event, so that they hear everything in the same order. It ends,
  // as each round has a listener less.
  private void report(List<Warning> failures) {
    failures.forEach(this::warned);
  }

  private List<Warning> tell(Consumer<TrainingListener> event) {
    List<Warning> failures = new ArrayList<>();
    for (TrainingListener listener : List.copyOf(working)) {
      try {
        event.accept(listener);
      } catch (OutOfMemoryError e) {
        throw e;
      } catch (Throwable e) {
        LOGGER.error("{} failed and is heard no more", listener.getClass().getName(), e);
        working.removeIf(each -> each == listener);
        failures.add(failure(listener, e));
      }
    }
    return failures;
  }

  private Warning failure(TrainingListener listener, Throwable cause) {
    String message = listener.getClass().getName() + " failed and is heard no more: " + cause;
    return new Warning(lastStep, Warning.Kind.LISTENER, message);
  }
}

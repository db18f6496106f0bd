package io.github.maque.examples.cli;

import io.github.maque.data.shard.PreparationProgress.Stage;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How long each stage of a preparation takes. */
final class StageTimes {
  private final Map<Stage, Long> nanos = new EnumMap<>(Stage.class);
  private final long start = System.nanoTime();
  private long since = start;
  private long end = start;
  private @Nullable Stage current;

  /** Tells that {@code stage} is going on. */
  void enter(Stage stage) {
    if (stage != current) {
      stop();
      current = stage;
    }
  }

  /** Tells that nothing is going on any more. What came before the first stage counts as its. */
  void stop() {
    if (current != null) {
      end = System.nanoTime();
      nanos.merge(current, end - since, Long::sum);
      since = end;
    }
  }

  /** Returns how long all of it took. */
  double seconds() {
    return (end - start) / 1e9;
  }

  /** Adds the time of each stage that there was. */
  void addTo(Summary summary) {
    nanos.forEach(
        (stage, time) ->
            summary.number(stage.name().toLowerCase(Locale.ROOT) + "_seconds", time / 1e9, "s"));
  }
}

package io.github.maque.train.metric;

import java.nio.file.Path;

/**
 * What lies where in the directory of a run.
 *
 * @param path the directory
 */
public record RunDirectory(Path path) {
  /** Returns the file with all events, see {@link MetricsFile}. */
  public Path metrics() {
    return path.resolve("metrics.jsonl");
  }

  /** Returns the page that {@link HtmlReport} writes. */
  public Path report() {
    return path.resolve("report.html");
  }

  /** Returns the directory of the {@link io.github.maque.train.checkpoint.CheckpointStore}. */
  public Path checkpoints() {
    return path.resolve("checkpoints");
  }
}

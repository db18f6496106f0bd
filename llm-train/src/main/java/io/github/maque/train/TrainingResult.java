package io.github.maque.train;

import io.github.maque.train.metric.RunHistory;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What came of a run.
 *
 * @param history all that happened from the first update on; of what was before the run went on
 *     from a checkpoint, what the metrics file in its directory holds
 * @param lastCheckpoint the directory of the newest checkpoint, if the run has a directory
 * @param bestCheckpoint the directory of the kept checkpoint with the lowest validation loss, if
 *     there is one
 */
public record TrainingResult(
    RunHistory history, Optional<Path> lastCheckpoint, Optional<Path> bestCheckpoint) {}

package io.github.maque.train.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Remembers what it hears: some 200 bytes an update. */
public final class HistoryRecorder implements TrainingListener {
  private final List<RunDescription> parts;
  private final List<StepMetrics> steps;
  private final List<Evaluation> evaluations;
  private final List<SavedCheckpoint> checkpoints;
  private final List<Warning> warnings;
  private Optional<RunEnd> end = Optional.empty();

  /** Creates a recorder for a run that begins. */
  public HistoryRecorder() {
    this(RunHistory.EMPTY);
  }

  /** Creates a recorder for a run that goes on after {@code earlier}. */
  public HistoryRecorder(RunHistory earlier) {
    parts = new ArrayList<>(earlier.parts());
    steps = new ArrayList<>(earlier.steps());
    evaluations = new ArrayList<>(earlier.evaluations());
    checkpoints = new ArrayList<>(earlier.checkpoints());
    warnings = new ArrayList<>(earlier.warnings());
    end = earlier.end();
  }

  /** Returns what was heard so far. */
  public RunHistory history() {
    return new RunHistory(parts, steps, evaluations, checkpoints, warnings, end);
  }

  @Override
  public void started(RunDescription run) {
    parts.add(run);
    end = Optional.empty();
  }

  @Override
  public void stepped(StepMetrics step) {
    steps.add(step);
  }

  @Override
  public void evaluated(Evaluation evaluation) {
    evaluations.add(evaluation);
  }

  @Override
  public void saved(SavedCheckpoint checkpoint) {
    checkpoints.add(checkpoint);
  }

  @Override
  public void warned(Warning warning) {
    warnings.add(warning);
  }

  @Override
  public void ended(RunEnd runEnd) {
    end = Optional.of(runEnd);
  }
}

package io.github.maque.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import io.github.maque.model.kernel.Precision;
import io.github.maque.train.checkpoint.Retention;
import io.github.maque.train.metric.Evaluation;
import io.github.maque.train.metric.RunEnd;
import io.github.maque.train.metric.StepMetrics;
import io.github.maque.train.metric.Warning;
import io.github.maque.train.schedule.Amount;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules that end a run, and what is checked before one begins. */
class StopRuleTest {
  @TempDir private Path directory;

  private final NDManager manager = NDManager.newBaseManager("PyTorch");

  @AfterEach
  void close() {
    manager.close();
  }

  private TrainerBuilder run() {
    return TestRuns.of(TestRuns.decoder(manager, Precision.FLOAT32), directory);
  }

  /** Wants to stop when it has heard of so many updates and evaluations. */
  private static final class After implements StopRule {
    private final int steps;
    private final int evaluations;
    private final List<Long> heard = new ArrayList<>();
    private int evaluated;

    After(int steps, int evaluations) {
      this.steps = steps;
      this.evaluations = evaluations;
    }

    @Override
    public void stepped(StepMetrics step) {
      heard.add(step.step());
    }

    @Override
    public void evaluated(Evaluation evaluation) {
      evaluated++;
    }

    @Override
    public Optional<String> reason() {
      return heard.size() >= steps && evaluated >= evaluations
          ? Optional.of("it has seen enough")
          : Optional.empty();
    }
  }

  @Test
  void ruleEndsTheRunAndSaysWhy() throws IOException {
    TrainingResult result = run().stopWhen(new After(9, 0)).build().train();
    RunEnd end = result.history().end().orElseThrow();
    assertThat(end.reason()).isEqualTo(RunEnd.Reason.STOPPED);
    assertThat(end.message()).isEqualTo("it has seen enough");
    assertThat(end.step()).isEqualTo(9);
    assertThat(result.lastCheckpoint()).contains(TestRuns.checkpoint(directory, 9));
    assertThat(result.history().warnings())
        .filteredOn(warning -> warning.kind() == Warning.Kind.STOP_RULE)
        .singleElement()
        .satisfies(warning -> assertThat(warning.message()).isEqualTo("it has seen enough"));
  }

  @Test
  void ruleHearsOfWhatWasBefore() throws IOException {
    run().stopWhen(new After(7, 0)).build().train();
    After later = new After(10, 2);
    TrainingResult result = run().stopWhen(later).build().train();
    assertThat(later.heard).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
    assertThat(result.history().end().orElseThrow().step()).isEqualTo(10);
  }

  @Test
  void bestIsKeptWhateverTheCadence() throws IOException {
    TrainingResult result =
        run()
            .evaluation(new EvaluationPlan(5, 0, List.of(), 1, 0))
            .checkpoints(new CheckpointPlan(4, new Retention(1, 1, 0)))
            .build()
            .train();
    Evaluation best =
        result.history().evaluations().stream()
            .filter(evaluation -> evaluation.step() % 4 == 0 && evaluation.step() > 0)
            .min((a, b) -> Double.compare(a.loss(), b.loss()))
            .orElseThrow();
    assertThat(result.bestCheckpoint()).isPresent();
    assertThat(best.step()).isPositive();
    assertThat(result.history().evaluations()).extracting(Evaluation::step).contains(4L, 5L, 8L);
  }

  @Test
  void impossibleRunsAreRefusedWhenBuilt() {
    assertThatThrownBy(() -> run().duration(Amount.ofSteps(0)).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("duration must be at least a step");
    assertThatThrownBy(
            () ->
                run()
                    .validation(new RaggedSequences(TestDecoders.TOKENS, TestDecoders.LENGTH, 0))
                    .build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("validation: there are no sequences");
  }
}

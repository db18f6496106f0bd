package io.github.maque.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import io.github.maque.model.Decoder;
import io.github.maque.model.format.HuggingFaceDirectory;
import io.github.maque.model.kernel.Precision;
import io.github.maque.train.metric.Evaluation;
import io.github.maque.train.metric.MetricsFile;
import io.github.maque.train.metric.RunEnd;
import io.github.maque.train.metric.RunHistory;
import io.github.maque.train.metric.StepMetrics;
import io.github.maque.train.metric.TrainingListener;
import io.github.maque.train.metric.Warning;
import io.github.maque.train.objective.TokenLoss;
import io.github.maque.train.objective.TokenObjective;
import io.github.maque.train.optimizer.Sgd;
import io.github.maque.train.schedule.Amount;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run begins with, and that it goes on as if it had never ended. */
class ResumeTest {
  private static final int STOP = 14;

  /** The run that the others must be like, which nobody changes. */
  @TempDir private static Path whole;

  @TempDir private Path directory;

  private final NDManager manager = NDManager.newBaseManager("PyTorch");

  @BeforeAll
  static void trainWithoutAStop() throws IOException {
    TestRuns.train(whole, Precision.FLOAT32);
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private TrainerBuilder run(Path at) {
    return TestRuns.of(TestRuns.decoder(manager, Precision.FLOAT32), at);
  }

  /** Trains until it is asked to stop after a step. */
  private static TrainingResult stopped(TrainerBuilder builder, long step) throws IOException {
    AtomicReference<Trainer> trainer = new AtomicReference<>();
    trainer.set(
        builder
            .listener(
                new TrainingListener() {
                  @Override
                  public void stepped(StepMetrics metrics) {
                    if (metrics.step() == step) {
                      trainer.get().stop();
                    }
                  }
                })
            .build());
    return trainer.get().train();
  }

  private static RunEnd end(TrainingResult result) {
    return result.history().end().orElseThrow();
  }

  @Test
  void stoppedRunGoesOnToTheBit() throws IOException {
    goesOnToTheBit(Precision.FLOAT32, whole);
  }

  @Test
  void stoppedRunGoesOnToTheBitInHalfPrecision() throws IOException {
    Path uninterrupted = directory.resolve("whole");
    TestRuns.train(uninterrupted, Precision.BFLOAT16_MIXED);
    goesOnToTheBit(Precision.BFLOAT16_MIXED, uninterrupted);
  }

  private void goesOnToTheBit(Precision precision, Path uninterrupted) throws IOException {
    Path parts = directory.resolve("parts");
    RunEnd stop = end(stopped(TestRuns.of(TestRuns.decoder(manager, precision), parts), STOP));
    assertThat(stop.reason()).isEqualTo(RunEnd.Reason.STOPPED);
    assertThat(stop.step()).isEqualTo(STOP);
    TrainingResult rest = TestRuns.train(parts, precision);
    assertThat(TestRuns.computed(parts)).isEqualTo(TestRuns.computed(uninterrupted));
    for (String file : List.of("model.safetensors", "training.safetensors", "config.yaml")) {
      assertThat(TestRuns.last(parts, file)).isEqualTo(TestRuns.last(uninterrupted, file));
    }
    assertThat(rest.history().steps()).hasSize(TestRuns.STEPS);
    assertThat(rest.history().parts()).hasSize(2);
    assertThat(TestRuns.warnings(rest)).isEmpty();
    RunHistory before = MetricsFile.read(uninterrupted.resolve("metrics.jsonl"));
    assertThat(end(rest).tokens()).isEqualTo(before.end().orElseThrow().tokens());
    assertThat(rest.lastCheckpoint()).contains(TestRuns.checkpoint(parts, TestRuns.STEPS));
  }

  @Test
  void completeRunStaysAsItIs() throws IOException {
    Map<Path, ByteBuffer> before = files();
    Decoder decoder = TestRuns.decoder(manager, Precision.FLOAT32);
    TrainingResult again = TestRuns.of(decoder, whole).build().train();
    assertThat(files()).isEqualTo(before);
    assertThat(end(again).reason()).isEqualTo(RunEnd.Reason.COMPLETED);
    assertThat(end(again).step()).isEqualTo(TestRuns.STEPS);
    assertThat(again.history().steps()).hasSize(TestRuns.STEPS);
    Path last = TestRuns.checkpoint(whole, TestRuns.STEPS);
    assertThat(again.lastCheckpoint()).contains(last);
    try (HuggingFaceDirectory saved = HuggingFaceDirectory.open(last)) {
      assertThat(TestDecoders.weights(decoder))
          .usingRecursiveComparison()
          .isEqualTo(TestDecoders.weights(saved.decoder(manager, Precision.FLOAT32)));
    }
  }

  private static Map<Path, ByteBuffer> files() throws IOException {
    Map<Path, ByteBuffer> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(whole)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(file, ByteBuffer.wrap(Files.readAllBytes(file)));
      }
    }
    return files;
  }

  @Test
  void aRunThatWasKilledBeforeItSaidThatItIsCompleteSaysSo() throws IOException {
    run(directory).duration(Amount.ofSteps(2)).build().train();
    Path metrics = directory.resolve("metrics.jsonl");
    List<String> lines = Files.readAllLines(metrics);
    Files.write(metrics, lines.subList(0, lines.size() - 1));
    assertThat(MetricsFile.read(metrics).end()).isEmpty();
    for (int part = 0; part < 2; part++) {
      run(directory).duration(Amount.ofSteps(2)).build().train();
      assertThat(Files.readAllLines(metrics)).hasSize(lines.size());
      assertThat(MetricsFile.read(metrics).end().orElseThrow().reason())
          .isEqualTo(RunEnd.Reason.COMPLETED);
    }
  }

  @Test
  void goesOnFromACheckpointElsewhere() throws IOException {
    Path whole = directory.resolve("whole");
    Path other = directory.resolve("other");
    stopped(run(whole), STOP);
    Path checkpoint = TestRuns.checkpoint(whole, STOP);
    run(other).resume(Resume.from(checkpoint)).build().train();
    run(whole).build().train();
    List<String> all = TestRuns.computed(whole);
    List<String> later = TestRuns.computed(other);
    assertThat(later).isNotEmpty().isEqualTo(all.subList(all.size() - later.size(), all.size()));
    assertThat(TestRuns.last(other, "training.safetensors"))
        .isEqualTo(TestRuns.last(whole, "training.safetensors"));
    assertThatThrownBy(() -> run(whole).resume(Resume.from(checkpoint)).build().train())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("holds a newer checkpoint");
  }

  @Test
  void goesOnFromACheckpointWithoutADirectory() throws IOException {
    stopped(run(directory), STOP);
    Decoder decoder = TestRuns.decoder(manager, Precision.FLOAT32);
    TrainingResult result =
        Trainer.on(decoder)
            .data(new RaggedSequences(TestDecoders.TOKENS, TestDecoders.LENGTH, 100))
            .options(run(directory).build().options().withDuration(Amount.ofSteps(STOP + 1)))
            .resume(Resume.from(TestRuns.checkpoint(directory, STOP)))
            .build()
            .train();
    assertThat(result.history().steps()).extracting(StepMetrics::step).containsExactly(STOP + 1L);
    assertThat(result.lastCheckpoint()).isEmpty();
  }

  @Test
  void beginsAnewWithWeights() throws IOException {
    Path first = directory.resolve("first");
    Path second = directory.resolve("second");
    stopped(run(first), STOP);
    Decoder decoder = TestRuns.decoder(manager, Precision.FLOAT32);
    TrainingResult result =
        stopped(
            TestRuns.of(decoder, second)
                .validation(new RaggedSequences(TestDecoders.TOKENS, TestDecoders.LENGTH, 10))
                .resume(Resume.weights(TestRuns.checkpoint(first, STOP))),
            1);
    assertThat(result.history().steps()).extracting(StepMetrics::step).containsExactly(1L);
    double before = result.history().evaluations().get(0).loss();
    Decoder untrained = TestRuns.decoder(manager, Precision.FLOAT32);
    TrainingResult fresh = stopped(TestRuns.of(untrained, directory.resolve("third")), 1);
    assertThat(before).isNotEqualTo(fresh.history().evaluations().get(0).loss());
    // The order of the data and the optimizer's state are those of a run that begins.
    assertThat(result.history().steps().get(0).tokens())
        .isEqualTo(fresh.history().steps().get(0).tokens());
    assertThat(result.history().steps().get(0).learningRate())
        .isEqualTo(fresh.history().steps().get(0).learningRate());
  }

  @Test
  void refusesToBeginAnewWhereCheckpointsAre() throws IOException {
    stopped(run(directory).resume(Resume.never()), 2);
    byte[] metrics = Files.readAllBytes(directory.resolve("metrics.jsonl"));
    for (Resume resume :
        List.of(Resume.never(), Resume.weights(TestRuns.checkpoint(directory, 2)))) {
      assertThatThrownBy(() -> run(directory).resume(resume).build().train())
          .isInstanceOf(IOException.class)
          .hasMessageContaining(directory.toString())
          .hasMessageContaining("must have no checkpoints");
    }
    assertThat(Files.readAllBytes(directory.resolve("metrics.jsonl"))).isEqualTo(metrics);
  }

  @Test
  void fallsBackToTheNewestIntactCheckpointAndSaysWhy() throws IOException {
    Path damaged = directory.resolve("damaged");
    stopped(run(damaged), STOP);
    damage(TestRuns.checkpoint(damaged, STOP).resolve("training.safetensors"));
    TrainingResult result = run(damaged).build().train();
    assertThat(TestRuns.warnings(result))
        .singleElement()
        .satisfies(
            warning -> {
              assertThat(warning.kind()).isEqualTo(Warning.Kind.CHECKPOINT);
              assertThat(warning.message()).contains("step-00000014", "training.safetensors");
            });
    assertThat(result.history().parts().get(1).firstStep()).isBetween(2L, 13L);
    assertThat(TestRuns.computed(damaged)).isEqualTo(TestRuns.computed(whole));
  }

  @Test
  void damagedCheckpointsAreOutOfTheWay() throws IOException {
    stopped(run(directory), STOP);
    damage(TestRuns.checkpoint(directory, STOP).resolve("training.safetensors"));
    TrainingResult result = stopped(run(directory), STOP - 1);
    assertThat(result.lastCheckpoint()).contains(TestRuns.checkpoint(directory, STOP - 1));
    try (Stream<Path> all = Files.list(directory.resolve("checkpoints"))) {
      assertThat(all.map(each -> each.getFileName().toString()))
          .filteredOn(name -> name.startsWith("damaged-step-00000014"))
          .hasSize(1);
    }
  }

  @Test
  void refusesARunOfWhichNothingIsIntact() throws IOException {
    stopped(run(directory), STOP);
    try (Stream<Path> all = Files.list(directory.resolve("checkpoints"))) {
      for (Path checkpoint : all.filter(Files::isDirectory).toList()) {
        damage(checkpoint.resolve("model.safetensors"));
      }
    }
    assertThatThrownBy(() -> run(directory).build().train())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no checkpoint in " + directory.resolve("checkpoints") + " is intact")
        .hasMessageContaining("step-00000004")
        .hasMessageContaining("step-00000014");
    assertThatThrownBy(
            () ->
                run(directory.resolve("other"))
                    .resume(Resume.from(TestRuns.checkpoint(directory, STOP)))
                    .build()
                    .train())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("model.safetensors");
  }

  private static void damage(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
  }

  @Test
  void otherSettingsAreTold() throws IOException {
    stopped(run(directory), 2);
    TrainingResult result =
        stopped(run(directory).rowsPerMicroBatch(4).rules(StepRules.defaults()), 3);
    assertThat(result.history().warnings())
        .singleElement()
        .satisfies(warning -> assertThat(warning.message()).contains("other settings"));
    assertThat(result.history().parts())
        .extracting(part -> part.rowsPerMicroBatch())
        .containsExactly(3, 4);
  }

  @Test
  void rowsThatWereFoundStay() throws IOException {
    stopped(run(directory).rowsPerMicroBatch(0), 2);
    TrainingResult result = stopped(run(directory).rowsPerMicroBatch(0), 3);
    assertThat(result.history().parts()).hasSize(2);
    assertThat(result.history().parts().get(1).rowsPerMicroBatch())
        .isEqualTo(result.history().parts().get(0).rowsPerMicroBatch())
        .isPositive();
  }

  @Test
  void usersObjectiveIsTheSameSettingAgain() throws IOException {
    stopped(run(directory).objective(weighted(1)), 2);
    assertThat(stopped(run(directory).objective(weighted(1)), 3).history().warnings()).isEmpty();
  }

  /** Returns another object each time. */
  private static TokenObjective weighted(float factor) {
    return (batch, logProbabilities) ->
        new TokenLoss(
            logProbabilities.mul(batch.lossWeights()).sum().mul(-factor),
            batch.lossWeights().mul(-factor));
  }

  @Test
  void otherDataAreRefused() throws IOException {
    stopped(run(directory), 2);
    assertThatThrownBy(
            () ->
                run(directory)
                    .data(new RaggedSequences(TestDecoders.TOKENS, TestDecoders.LENGTH, 99))
                    .build()
                    .train())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("other data");
  }

  @Test
  void anotherModelOfTheSameShapesIsRefused() throws IOException {
    stopped(run(directory), 2);
    Decoder other =
        Decoder.create(
            manager, TestDecoders.config().dropout(0.1).heads(4).build(), Precision.FLOAT32);
    for (Path at : List.of(directory, directory.resolve("other"))) {
      Resume resume =
          at == directory ? Resume.auto() : Resume.weights(TestRuns.checkpoint(directory, 2));
      assertThatThrownBy(() -> TestRuns.of(other, at).resume(resume).build().train())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("step-00000002")
          .hasMessageContaining("heads is 2, but the decoder's is 4");
    }
  }

  @Test
  void anotherOptimizerOrWindowIsRefusedWithAReason() throws IOException {
    stopped(run(directory), 2);
    StepRules window = new StepRules(1, 20, 6, 64, false);
    for (TrainerBuilder other :
        List.of(run(directory).optimizer(Sgd.defaults()), run(directory).rules(window))) {
      assertThatThrownBy(() -> other.build().train())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("step-00000002")
          .hasMessageContaining("optimizer")
          .hasMessageContaining("spikeWindow");
    }
  }

  @Test
  void theSameProgramBeginsWithWeightsAndGoesOn() throws IOException {
    Path first = directory.resolve("first");
    Path second = directory.resolve("second");
    stopped(run(first), 2);
    Resume resume = Resume.autoOr(Resume.weights(TestRuns.checkpoint(first, 2)));
    stopped(run(second).resume(resume), 3);
    TrainingResult result = stopped(run(second).resume(resume), 5);
    assertThat(result.history().parts().get(1).firstStep()).isEqualTo(4);
    double begun = result.history().evaluations().get(0).loss();
    TrainingResult fresh = stopped(run(directory.resolve("third")), 1);
    assertThat(begun).isNotEqualTo(fresh.history().evaluations().get(0).loss());
  }

  @Test
  void aRunInAnotherPrecisionHasItsLossScale() throws IOException {
    stopped(run(directory), 2);
    for (int part = 0; part < 2; part++) {
      Precision precision = part == 0 ? Precision.FLOAT16_MIXED : Precision.FLOAT32;
      TrainingResult result =
          stopped(TestRuns.of(TestRuns.decoder(manager, precision), directory), 4 + 2L * part);
      StepMetrics last = result.history().steps().get(result.history().steps().size() - 1);
      if (precision == Precision.FLOAT32) {
        assertThat(last.lossScale()).isEqualTo(1);
      } else {
        assertThat(last.lossScale()).isGreaterThan(1000);
      }
    }
  }

  @Test
  void anEvaluationThatWasCutShortIsMadeUpFor() throws IOException {
    Path parts = directory.resolve("parts");
    AtomicReference<Trainer> trainer = new AtomicReference<>();
    trainer.set(
        run(parts)
            .probe(
                step -> {
                  if (step == 6) {
                    trainer.get().stop();
                  }
                  return Map.of();
                })
            .build());
    TrainingResult stopped = trainer.get().train();
    assertThat(end(stopped).step()).isEqualTo(6);
    assertThat(stopped.history().evaluations())
        .extracting(Evaluation::step)
        .containsExactly(0L, 4L);
    run(parts).build().train();
    assertThat(TestRuns.computed(parts)).isEqualTo(TestRuns.computed(whole));
  }

  @Test
  void aRunThatIsStoppedBeforeItBeginsMakesNoStep() throws IOException {
    Trainer trainer = run(directory).rowsPerMicroBatch(0).build();
    trainer.stop();
    TrainingResult result = trainer.train();
    assertThat(end(result).reason()).isEqualTo(RunEnd.Reason.STOPPED);
    assertThat(result.history().evaluations()).isEmpty();
    assertThat(result.history().steps()).isEmpty();
    assertThat(result.lastCheckpoint()).isEmpty();
  }

  @Test
  void anInterruptSavesAndStops() throws IOException {
    Path parts = directory.resolve("parts");
    TrainingListener interrupts =
        new TrainingListener() {
          @Override
          public void stepped(StepMetrics metrics) {
            if (metrics.step() == STOP) {
              Thread.currentThread().interrupt();
            }
          }
        };
    TrainingResult result = run(parts).listener(interrupts).build().train();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(end(result).reason()).isEqualTo(RunEnd.Reason.STOPPED);
    assertThat(end(result).step()).isEqualTo(STOP);
    assertThat(result.lastCheckpoint()).contains(TestRuns.checkpoint(parts, STOP));
    run(parts).build().train();
    assertThat(TestRuns.computed(parts)).isEqualTo(TestRuns.computed(whole));
  }
}

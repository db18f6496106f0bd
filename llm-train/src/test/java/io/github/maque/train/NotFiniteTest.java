package io.github.maque.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import ai.djl.ndarray.NDManager;
import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.maque.data.pack.Row;
import io.github.maque.data.pack.Sequences;
import io.github.maque.model.Decoder;
import io.github.maque.train.checkpoint.Checkpoint;
import io.github.maque.train.metric.HistoryRecorder;
import io.github.maque.train.metric.RunEnd;
import io.github.maque.train.metric.RunHistory;
import io.github.maque.train.metric.StepMetrics;
import io.github.maque.train.metric.TrainingListener;
import io.github.maque.train.metric.Warning;
import io.github.maque.train.objective.NextToken;
import io.github.maque.train.objective.TokenObjective;
import io.github.maque.train.schedule.Amount;
import io.github.maque.train.schedule.Constant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Losses and gradients that are no numbers. */
class NotFiniteTest {
  @TempDir private Path directory;

  private final NDManager manager = NDManager.newBaseManager("PyTorch");
  private final Decoder decoder = TestDecoders.create(manager);
  private final Sequences data = new RaggedSequences(TestDecoders.TOKENS, TestDecoders.LENGTH, 100);

  @AfterEach
  void close() {
    manager.close();
  }

  private TrainerBuilder run(TokenObjective objective, int steps) {
    return Trainer.on(decoder)
        .data(data)
        .objective(objective)
        .tokensPerStep(8L * TestDecoders.LENGTH)
        .rowsPerMicroBatch(8)
        .duration(Amount.ofSteps(steps));
  }

  /** Returns what each update left of the weights. */
  private List<Map<String, float[]>> weightsAfterEachStep(TrainerBuilder run) throws IOException {
    List<Map<String, float[]>> weights = new ArrayList<>();
    weights.add(TestDecoders.weights(decoder));
    run.listener(
            new TrainingListener() {
              @Override
              public void stepped(StepMetrics step) {
                weights.add(TestDecoders.weights(decoder));
              }
            })
        .build()
        .train();
    return weights;
  }

  private static boolean same(Map<String, float[]> left, Map<String, float[]> right) {
    Gson gson = new Gson();
    return gson.toJson(left).equals(gson.toJson(right));
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void updateIsLeftOut(double bad) throws IOException {
    for (TokenObjective objective :
        List.of(
            TestObjectives.value(step -> step == 3 || step == 4 ? bad : 1),
            TestObjectives.gradient(step -> step == 3 || step == 4 ? bad : 1))) {
      HistoryRecorder recorder = new HistoryRecorder();
      List<Map<String, float[]>> weights =
          weightsAfterEachStep(run(objective, 6).listener(recorder));
      for (int step = 1; step <= 6; step++) {
        boolean left = step == 3 || step == 4;
        assertThat(same(weights.get(step), weights.get(step - 1))).isEqualTo(left);
        assertThat(recorder.history().steps().get(step - 1).skipped()).isEqualTo(left);
      }
      assertThat(recorder.history().skipped()).isEqualTo(2);
      assertThat(recorder.history().warnings())
          .extracting(Warning::kind, Warning::step)
          .containsExactly(tuple(Warning.Kind.NOT_FINITE, 3L), tuple(Warning.Kind.NOT_FINITE, 4L));
    }
  }

  /** What was left out must not have reached the optimizer either. */
  @Test
  void laterUpdatesAreThoseOfARunWithoutIt() throws IOException {
    Map<String, float[]> start = TestDecoders.weights(decoder);
    OneRow row = new OneRow();
    StepRules rules = new StepRules(1, 20, 0, 8, false);
    TrainingOptions options =
        run(TestObjectives.value(step -> 1), 1)
            .build()
            .options()
            .withSchedule(new Constant(Amount.ofSteps(0)))
            .withRules(rules);
    List<Map<String, float[]>> bad =
        weightsAfterEachStep(
            run(TestObjectives.gradient(step -> step == 2 ? Double.NaN : 1), 4)
                .data(row)
                .options(
                    options
                        .withObjective(TestObjectives.gradient(step -> step == 2 ? Double.NaN : 1))
                        .withDuration(Amount.ofSteps(4))));
    TestDecoders.assign(decoder, start);
    List<Map<String, float[]>> good =
        weightsAfterEachStep(
            run(TestObjectives.gradient(step -> 1), 3)
                .data(row)
                .options(
                    options
                        .withObjective(TestObjectives.gradient(step -> 1))
                        .withDuration(Amount.ofSteps(3))));
    assertThat(same(bad.get(4), good.get(3))).isTrue();
  }

  /** The same row whenever it is asked, so that updates depend on nothing but what was before. */
  private static final class OneRow implements Sequences {
    private final Sequences rows = new RaggedSequences(TestDecoders.TOKENS, TestDecoders.LENGTH, 1);

    @Override
    public long size() {
      return 1;
    }

    @Override
    public int length() {
      return rows.length();
    }

    @Override
    public void read(long index, Row row) {
      rows.read(0, row);
    }
  }

  @Test
  void failsAfterTheLimitAndWritesTheBatch() throws IOException {
    HistoryRecorder recorder = new HistoryRecorder();
    TrainerBuilder run =
        run(TestObjectives.value(step -> step > 5 ? Double.NaN : 1), 100)
            .rules(new StepRules(1, 3, 6, 8, false))
            .checkpoints(new CheckpointPlan(5, CheckpointPlan.defaults().keep()))
            .directory(directory)
            .listener(recorder);
    Path file = directory.resolve("failed-step-8.jsonl");
    assertThatThrownBy(() -> run.build().train())
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("3 updates in a row could not be made")
        .hasMessageContaining("step 8")
        .hasMessageContaining(file.toString());
    RunHistory history = recorder.history();
    RunEnd end = history.end().orElseThrow();
    assertThat(end.reason()).isEqualTo(RunEnd.Reason.FAILED);
    assertThat(end.step()).isEqualTo(8);
    assertThat(end.tokens()).isEqualTo(history.steps().get(7).tokens());
    assertThat(end.message()).contains("TrainingFailedException");
    assertSameData(file);
    Checkpoint checkpoint = Checkpoint.open(TestRuns.checkpoint(directory, 5));
    assertThat(checkpoint.state().step()).isEqualTo(5);
  }

  private void assertSameData(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSize(8);
    Row row = new Row(data.length());
    for (String line : lines) {
      JsonObject fields = JsonParser.parseString(line).getAsJsonObject();
      data.read(fields.get("sequence").getAsLong(), row);
      assertThat(fields.get("source").getAsInt()).isZero();
      Gson gson = new Gson();
      assertThat(gson.fromJson(fields.get("ids"), int[].class)).isEqualTo(row.ids);
      assertThat(gson.fromJson(fields.get("targets"), int[].class)).isEqualTo(row.targets);
      assertThat(gson.fromJson(fields.get("positions"), int[].class)).isEqualTo(row.positions);
      assertThat(gson.fromJson(fields.get("segments"), int[].class)).isEqualTo(row.segments);
      assertThat(gson.fromJson(fields.get("loss_weights"), float[].class))
          .isEqualTo(row.lossWeights);
    }
  }

  /** The data are to blame: a weight is no number. */
  @Test
  void writesWhatIsNoNumber() throws IOException {
    Sequences bad =
        new Sequences() {
          @Override
          public long size() {
            return 8;
          }

          @Override
          public int length() {
            return data.length();
          }

          @Override
          public void read(long index, Row row) {
            data.read(index, row);
            row.lossWeights[1] = Float.NaN;
          }
        };
    assertThatThrownBy(
            () ->
                run(TestObjectives.value(step -> 1), 10)
                    .objective(new NextToken())
                    .data(bad)
                    .rules(new StepRules(1, 1, 6, 8, false))
                    .directory(directory)
                    .build()
                    .train())
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("its batch is in");
    String line = Files.readAllLines(directory.resolve("failed-step-1.jsonl")).get(0);
    JsonArray weights =
        JsonParser.parseString(line).getAsJsonObject().getAsJsonArray("loss_weights");
    assertThat(weights.get(1).getAsString()).isEqualTo("NaN");
  }

  @Test
  void failsWithTheCauseThoughTheBatchCannotBeWritten() throws IOException {
    Files.createDirectories(directory.resolve("failed-step-1.jsonl").resolve("in the way"));
    assertThatThrownBy(
            () ->
                run(TestObjectives.value(step -> Double.NaN), 10)
                    .rules(new StepRules(1, 1, 6, 8, false))
                    .directory(directory)
                    .build()
                    .train())
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("1 updates in a row")
        .hasMessageContaining("its batch could not be written")
        .hasMessageContaining("failed-step-1.jsonl");
  }

  @Test
  void aWeightThatIsNoNumberStopsTheRun() {
    float[] values = decoder.headTable().getArray().toFloatArray();
    values[3] = Float.NaN;
    TestDecoders.assign(decoder.headTable().getArray(), values);
    assertThatThrownBy(
            () ->
                run(TestObjectives.value(step -> 1), 10)
                    .rules(new StepRules(1, 4, 6, 8, false))
                    .build()
                    .train())
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("4 updates in a row")
        .hasMessageContaining("NaN");
  }

  @Test
  void aStepWithoutWeightsMakesNoUpdate() throws IOException {
    HistoryRecorder recorder = new HistoryRecorder();
    Sequences nothing = new WeightedSequences(data, 0);
    List<Map<String, float[]>> weights =
        weightsAfterEachStep(
            run(TestObjectives.value(step -> 1), 3)
                .objective(new NextToken())
                .data(nothing)
                .listener(recorder));
    assertThat(same(weights.get(3), weights.get(0))).isTrue();
    assertThat(recorder.history().skipped()).isEqualTo(3);
    assertThat(recorder.history().warnings())
        .hasSize(3)
        .allSatisfy(warning -> assertThat(warning.message()).contains("no token"));
  }

  @Test
  void negativeWeightsAreRefused() {
    assertThatThrownBy(
            () ->
                run(TestObjectives.value(step -> 1), 3)
                    .objective(new NextToken())
                    .data(new WeightedSequences(data, -1))
                    .build()
                    .train())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("weight of a row")
        .hasMessageContaining("source 0");
  }
}

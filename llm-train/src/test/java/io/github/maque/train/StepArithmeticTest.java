package io.github.maque.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import io.github.maque.data.pack.Batch;
import io.github.maque.data.pack.BatchStream;
import io.github.maque.data.pack.Sequences;
import io.github.maque.model.Decoder;
import io.github.maque.train.metric.StepMetrics;
import io.github.maque.train.metric.Warning;
import io.github.maque.train.optimizer.Sgd;
import io.github.maque.train.optimizer.TrainedParameter;
import io.github.maque.train.schedule.Amount;
import io.github.maque.train.schedule.Linear;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An update, from its gradients on, in doubles. */
class StepArithmeticTest {
  private static final double RATE = 0.5;
  private static final int ROWS = 8;
  private static final double CLIP = 0.3;

  private final NDManager manager = NDManager.newBaseManager("PyTorch");
  private final Decoder decoder = TestDecoders.create(manager);
  private final Sequences data = new RaggedSequences(TestDecoders.TOKENS, TestDecoders.LENGTH, 100);

  @AfterEach
  void close() {
    manager.close();
  }

  private TrainerBuilder run(int steps) {
    return Trainer.on(decoder)
        .data(data)
        .optimizer(new Sgd(RATE, 0, false, 0))
        .schedule(new Linear(Amount.ofSteps(3), 0.2))
        .rules(new StepRules(CLIP, 1, 0, 8, false))
        .tokensPerStep((long) ROWS * TestDecoders.LENGTH)
        .rowsPerMicroBatch(3)
        .seed(4)
        .duration(Amount.ofSteps(steps));
  }

  private BatchStream batches() {
    return BatchStream.of(data).batchSize(ROWS).seed(4).open();
  }

  /** Returns the gradients of the first update. */
  private Map<String, float[]> gradients() {
    try (BatchStream stream = batches();
        Batch batch = Objects.requireNonNull(stream.next());
        NDManager scope = manager.newSubManager()) {
      TrainingOptions options = run(9).build().options();
      List<TrainedParameter> parameters = TrainedParameters.of(decoder, scope, List.of());
      try (TrainingStep step = new TrainingStep(scope, decoder, parameters, options)) {
        step.accumulate(scope, batch, ROWS, 1, ROWS);
        Map<String, float[]> gradients = new LinkedHashMap<>();
        parameters.forEach(each -> gradients.put(each.name(), each.gradient().toFloatArray()));
        return gradients;
      }
    }
  }

  @Test
  void updateIsRateTimesFactorsTimesClippedGradient() throws IOException {
    Map<String, float[]> gradients = gradients();
    double squares = 0;
    for (float[] gradient : gradients.values()) {
      for (float value : gradient) {
        squares += (double) value * value;
      }
    }
    double norm = Math.sqrt(squares);
    assertThat(norm).isGreaterThan(CLIP);
    Map<String, float[]> before = TestDecoders.weights(decoder);
    List<ParameterRule> rules =
        List.of(new ParameterRule(".*norm.*", 0, 1), new ParameterRule(".*layers\\.1.*", 3, 1));
    StepMetrics step =
        run(9)
            .options(options -> options.withParameterRules(rules).withDuration(Amount.ofSteps(1)))
            .schedule(new Linear(Amount.ofFraction(0), 0.2))
            .build()
            .train()
            .history()
            .steps()
            .get(0);
    assertThat(step.gradientNorm()).isCloseTo(norm, within(1e-5 * norm));
    Map<String, float[]> after = TestDecoders.weights(decoder);
    for (Map.Entry<String, float[]> entry : before.entrySet()) {
      String name = entry.getKey();
      double factor = name.contains("norm") ? 0 : name.contains("layers.1") ? 3 : 1;
      for (int i = 0; i < entry.getValue().length; i++) {
        double change = step.learningRate() * factor * gradients.get(name)[i] * CLIP / norm;
        assertThat((double) after.get(name)[i])
            .isCloseTo(entry.getValue()[i] - change, within(1e-6));
      }
      if (factor == 0) {
        assertThat(after.get(name)).isEqualTo(entry.getValue());
      }
    }
  }

  @Test
  void rateIsThatOfTheSchedule() throws IOException {
    Linear schedule = new Linear(Amount.ofSteps(3), 0.2);
    Trainer trainer = run(10).schedule(schedule).build();
    List<StepMetrics> steps = trainer.train().history().steps();
    assertThat(steps).hasSize(10);
    for (StepMetrics step : steps) {
      assertThat(step.learningRate())
          .isEqualTo(RATE * schedule.factor(step.step() - 1, trainer.horizon()));
    }
    assertThat(steps.get(0).learningRate()).isCloseTo(RATE / 3, within(1e-12));
  }

  @Test
  void paddingIsNotCounted() throws IOException {
    List<StepMetrics> steps = run(20).build().train().history().steps();
    long tokens = 0;
    try (BatchStream stream = batches()) {
      for (StepMetrics step : steps) {
        try (Batch batch = Objects.requireNonNull(stream.next())) {
          for (int place = 0; place < ROWS * TestDecoders.LENGTH; place++) {
            tokens += batch.segments().asIntBuffer().get(place) < 0 ? 0 : 1;
          }
        }
        assertThat(step.tokens()).isEqualTo(tokens);
      }
    }
    assertThat(tokens).isLessThan(20L * ROWS * TestDecoders.LENGTH);
  }

  @Test
  void whatIsFrozenStaysToTheBit() throws IOException {
    String frozen = "model\\.embed_tokens.*|model\\.layers\\.0\\..*";
    assertThat(decoder.freeze(Pattern.compile(frozen), true)).isGreaterThan(3);
    Map<String, float[]> before = TestDecoders.weights(decoder);
    run(5).build().train();
    TestDecoders.weights(decoder)
        .forEach(
            (name, values) -> {
              if (name.matches(frozen)) {
                assertThat(values).isEqualTo(before.get(name));
              } else {
                assertThat(values).isNotEqualTo(before.get(name));
              }
            });
  }

  @Test
  void spikeIsToldAndLeftOutIfAsked() throws IOException {
    for (boolean skip : new boolean[] {false, true}) {
      TrainerBuilder run =
          run(20)
              .objective(TestObjectives.value(step -> step == 15 ? 10 : 1))
              .rowsPerMicroBatch(ROWS)
              .rules(new StepRules(1, 1 + 1, 6, 8, skip));
      var history = run.build().train().history();
      assertThat(history.warnings()).hasSize(1);
      Warning warning = history.warnings().get(0);
      assertThat(warning.kind()).isEqualTo(Warning.Kind.SPIKE);
      assertThat(warning.step()).isEqualTo(15);
      assertThat(warning.message()).contains("standard deviations above the mean of the last 8");
      assertThat(warning.message().endsWith("left out")).isEqualTo(skip);
      assertThat(history.skipped()).isEqualTo(skip ? 1 : 0);
      assertThat(history.steps().get(14).skipped()).isEqualTo(skip);
    }
  }
}

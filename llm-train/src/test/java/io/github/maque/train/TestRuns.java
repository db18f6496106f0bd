package io.github.maque.train;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.maque.model.Decoder;
import io.github.maque.model.kernel.Precision;
import io.github.maque.train.checkpoint.Retention;
import io.github.maque.train.metric.MetricsFile;
import io.github.maque.train.metric.Warning;
import io.github.maque.train.schedule.Amount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A short run with all that its losses depend on: dropout, padding, masks, uneven micro-batches.
 */
final class TestRuns {
  static final int STEPS = 30;
  static final int CHECKPOINT_EVERY = 4;

  /** Events that depend on when a process was killed. */
  private static final Set<String> OTHER_EVENTS = Set.of("run", "checkpoint", "warning", "end");

  private TestRuns() {}

  static Decoder decoder(NDManager manager, Precision precision) {
    return Decoder.create(manager, TestDecoders.config().dropout(0.1).build(), precision);
  }

  static TrainerBuilder of(Decoder decoder, Path directory) {
    return Trainer.on(decoder)
        .data(new RaggedSequences(TestDecoders.TOKENS, TestDecoders.LENGTH, 100))
        .validation(new RaggedSequences(TestDecoders.TOKENS, TestDecoders.LENGTH, 10))
        .tokensPerStep(8L * TestDecoders.LENGTH)
        .rowsPerMicroBatch(3)
        .seed(5)
        .duration(Amount.ofSteps(STEPS))
        .evaluation(new EvaluationPlan(6, 0, List.of(), 1, 0))
        .checkpoints(new CheckpointPlan(CHECKPOINT_EVERY, new Retention(100, 1, 0)))
        .directory(directory);
  }

  /** Trains to the end, in a decoder of its own. */
  static TrainingResult train(Path directory, Precision precision) throws IOException {
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      return of(decoder(manager, precision), directory).build().train();
    }
  }

  /** Returns all that the metrics say about updates and evaluations, but how long they took. */
  static List<String> computed(Path directory) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(directory.resolve("metrics.jsonl"))) {
      JsonObject event = JsonParser.parseString(line).getAsJsonObject();
      if (!OTHER_EVENTS.contains(event.get("event").getAsString())) {
        MetricsFile.MEASURED_FIELDS.forEach(event::remove);
        lines.add(event.toString());
      }
    }
    return lines;
  }

  /** Returns a file of a run's last checkpoint. */
  static byte[] last(Path directory, String file) throws IOException {
    return Files.readAllBytes(checkpoint(directory, STEPS).resolve(file));
  }

  /** Returns what a run was warned of, but that it was too fast for the disk. */
  static List<Warning> warnings(TrainingResult result) {
    return result.history().warnings().stream()
        .filter(warning -> !warning.message().contains("still being written"))
        .toList();
  }

  static Path checkpoint(Path directory, long step) {
    return directory.resolve("checkpoints").resolve(String.format("step-%08d", step));
  }
}

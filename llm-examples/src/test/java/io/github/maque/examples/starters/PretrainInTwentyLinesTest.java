package io.github.maque.examples.starters;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import io.github.maque.data.pack.Row;
import io.github.maque.data.pack.Sequences;
import io.github.maque.model.format.HuggingFaceDirectory;
import io.github.maque.model.generate.DecodingSession;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.model.generate.TextGenerator;
import io.github.maque.model.kernel.Precision;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.train.TrainingResult;
import io.github.maque.train.metric.StepMetrics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PretrainInTwentyLinesTest {
  @TempDir private Path run;

  /** A loss below that of guessing among the pieces by how often each occurs needs context. */
  @Test
  void theLossFallsAndTheCheckpointTellsTheStoryThatWasPrinted() throws IOException {
    List<String> stories = MadeUpData.stories(50);
    Tokenizer tokenizer = MadeUpData.tokenizer(stories, 400);
    Sequences rows = PretrainInTwentyLines.inMemory(stories, tokenizer, 64);
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

    TrainingResult result = PretrainInTwentyLines.pretrain(tokenizer, rows, 30, run, out);

    List<Double> losses = result.history().steps().stream().map(StepMetrics::loss).toList();
    assertThat(losses).hasSize(30);
    assertThat(losses.get(0)).isBetween(5.8, 6.2); // ln 400 is 5.99
    assertThat(losses.get(29)).isLessThan(guessing(stories, tokenizer));
    try (NDManager manager = NDManager.newBaseManager("PyTorch");
        HuggingFaceDirectory files =
            HuggingFaceDirectory.open(result.lastCheckpoint().orElseThrow());
        DecodingSession session = DecodingSession.open(files.decoder(manager, Precision.AUTO), 1)) {
      GenerationOptions options = GenerationOptions.builder().temperature(0.5).build();
      String told =
          TextGenerator.builder(session, files.tokenizer()).build().generate("从前", options).text();
      assertThat(told).isNotBlank();
      assertThat(printed.toString(StandardCharsets.UTF_8)).endsWith("从前" + told);
    }
  }

  private static double guessing(List<String> stories, Tokenizer tokenizer) {
    long[] counts = new long[tokenizer.vocabularySize()];
    long all = 0;
    for (String story : stories) {
      for (int id : tokenizer.encode(story)) {
        counts[id]++;
        all++;
      }
    }
    double entropy = 0;
    for (long count : counts) {
      entropy -= count == 0 ? 0 : (double) count / all * Math.log((double) count / all);
    }
    return entropy;
  }

  @Test
  void everyTokenOfATextButTheFirstIsLearntOnce() throws IOException {
    List<String> stories = MadeUpData.stories(20);
    Tokenizer tokenizer = MadeUpData.tokenizer(stories, 400);
    Sequences rows = PretrainInTwentyLines.inMemory(stories, tokenizer, 64);
    double learnt = 0;
    Row row = new Row(64);
    for (long i = 0; i < rows.size(); i++) {
      rows.read(i, row);
      for (float weight : row.lossWeights) {
        learnt += weight;
      }
    }
    // One more in each text for the end, one less for the first.
    int expected = stories.stream().mapToInt(story -> tokenizer.encode(story).length).sum();
    assertThat(learnt).isEqualTo(expected);
  }
}

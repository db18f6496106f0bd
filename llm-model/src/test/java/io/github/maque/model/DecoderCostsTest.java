package io.github.maque.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.maque.model.kernel.Precision;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecoderCostsTest {
  /** The shape that speed is measured with: 29.9 million parameters. */
  private static final DecoderConfig MEASURED =
      DecoderConfig.builder()
          .vocabularySize(8192)
          .layers(8)
          .width(512)
          .heads(8)
          .feedForwardWidth(1408)
          .build();

  @Test
  void countsTheArithmeticOfTraining() {
    assertThat(MEASURED.parameters()).isEqualTo(29_893_120);
    assertThat(MEASURED.trainingFlopsPerToken(512))
        .isEqualTo(6.0 * 29_893_120 + 6.0 * 8 * 512 * 512);
  }

  @Test
  void countsAnEmbeddingThatIsOnlyLookedUpAsNoArithmetic() {
    DecoderConfig untied = MEASURED.toBuilder().tiedEmbeddings(false).build();
    DecoderConfig learned = MEASURED.toBuilder().positions(new Positions.Learned()).build();

    assertThat(untied.parameters()).isEqualTo(MEASURED.parameters() + 8192 * 512);
    assertThat(untied.activeParameters()).isEqualTo(MEASURED.parameters());
    assertThat(learned.parameters()).isEqualTo(MEASURED.parameters() + 512 * 512);
    assertThat(learned.activeParameters()).isEqualTo(MEASURED.parameters());
  }

  @ParameterizedTest
  @CsvSource({"1, 300", "100, 300", "299, 300", "300, 300", "1000, 300", "7, 8"})
  void countsWhatASlidingWindowLetsTokensSee(int window, int time) {
    DecoderConfig config = MEASURED.toBuilder().slidingWindow(window).headSize(32).build();
    long visible = 0;
    for (int token = 0; token < time; token++) {
      visible += Math.min(token + 1, window);
    }

    double attention = config.trainingFlopsPerToken(time) - 6.0 * config.activeParameters();

    // Scores and weighted sum, forward and twice as much backward. The formula takes half a token
    // less as visible than are, since it leaves out the diagonal's half.
    double exact = 12.0 * 8 * 8 * 32 * visible / time;
    assertThat(attention).isCloseTo(exact, within(12.0 * 8 * 8 * 32 * 0.5 + 1e-3));
  }

  @Test
  void countsTheArithmeticOfTheNextToken() {
    assertThat(MEASURED.inferenceFlopsPerToken(0)).isEqualTo(2.0 * 29_893_120 + 4.0 * 8 * 512);
    assertThat(MEASURED.inferenceFlopsPerToken(99))
        .isEqualTo(2.0 * 29_893_120 + 4.0 * 8 * 512 * 100);
    assertThat(MEASURED.toBuilder().slidingWindow(10).build().inferenceFlopsPerToken(99))
        .isEqualTo(2.0 * 29_893_120 + 4.0 * 8 * 512 * 10);
  }

  /**
   * Megabytes by which the resident memory of a process grew with each layer of a recorded forward
   * pass, on Linux, with an allocator that maps every block of 64 KB and more.
   */
  @ParameterizedTest
  @CsvSource({
    "FLOAT32, 4, 512, 116.48",
    "FLOAT32, 1, 1024, 68.16",
    "FLOAT32, 1, 2048, 95.49",
    "FLOAT32, 8, 128, 53.53",
    "BFLOAT16_MIXED, 1, 256, 13.56",
    "BFLOAT16_MIXED, 1, 512, 21.51"
  })
  void estimatesWhatALayerWasMeasuredToKeep(
      Precision precision, int batch, int time, double megabytes) {
    DecoderConfig config = MEASURED.toBuilder().contextLength(2048).build();

    assertThat(config.activationBytesPerLayer(batch, time, precision) / 1e6)
        .isCloseTo(megabytes, Percentage.withPercentage(1.5));
  }

  @Test
  void addsUpWhatALayerKeeps() {
    DecoderConfig config = MEASURED.toBuilder().keyValueHeads(2).build();
    int tokens = 3 * 300;
    int probabilities = 3 * 8 * (128 * 128 + 128 * 256 + 44 * 300);
    int joined = 512 * (512 + 2 * 128);

    assertThat(config.activationBytesPerLayer(3, 300, Precision.FLOAT32))
        .isEqualTo(
            4L * tokens * (4 * 512 + 3 * 512 + 4 * 128 + 4 * 1408) + 4L * (probabilities + joined));
    assertThat(config.activationBytesPerLayer(3, 300, Precision.BFLOAT16_MIXED))
        .isEqualTo(
            4L * tokens * 2 * 512
                + 2L * tokens * (2 * 512 + 3 * 512 + 4 * 128 + 4 * 1408)
                + 2L * (probabilities + joined + 512 * (512 + 3 * 1408)));
  }

  @Test
  void keepsWhatOptionsAsk() {
    long plain = kept(MEASURED.toBuilder());

    assertThat(kept(MEASURED.toBuilder().postNorm(true)) - plain).isEqualTo(10 * 4 * 4 * 512);
    assertThat(kept(MEASURED.toBuilder().queryKeyNorm(true)) - plain).isEqualTo(10 * 4 * 2 * 1024);
    assertThat(kept(MEASURED.toBuilder().dropout(0.1)) - plain).isEqualTo(10 * 4 * 2 * 512);
    assertThat(kept(MEASURED.toBuilder().norm(NormKind.LAYER_NORM))).isEqualTo(plain);
    assertThat(kept(MEASURED.toBuilder().feedForward(FeedForwardKind.GELU)) - plain)
        .isEqualTo(-10 * 4 * 2 * 1408);
  }

  private static long kept(DecoderConfig.Builder builder) {
    return builder.build().activationBytesPerLayer(2, 5, Precision.FLOAT32);
  }

  @Test
  void keepsFewerProbabilitiesWithASlidingWindow() {
    DecoderConfig config = MEASURED.toBuilder().slidingWindow(50).build();

    long saved =
        MEASURED.activationBytesPerLayer(1, 300, Precision.FLOAT32)
            - config.activationBytesPerLayer(1, 300, Precision.FLOAT32);

    // The second block of queries begins at 128 and sees from 79 on, the third from 207 on.
    assertThat(saved).isEqualTo(4 * 8 * (128 * 79 + 44 * 207));
  }

  @Test
  void addsUpWhatTrainingTakes() {
    TrainingMemory memory = MEASURED.trainingMemory(8, 512, Precision.FLOAT32, 0);

    assertThat(memory.weights()).isEqualTo(4L * 29_893_120);
    assertThat(memory.gradients()).isEqualTo(4L * 29_893_120);
    assertThat(memory.optimizerState()).isEqualTo(8L * 29_893_120);
    assertThat(memory.activations())
        .isEqualTo(8 * MEASURED.activationBytesPerLayer(8, 512, Precision.FLOAT32));
    assertThat(memory.total())
        .isEqualTo(16L * 29_893_120 + memory.activations() + memory.working());
  }

  @Test
  void needsNoMoreForLogitsOfMoreTokens() {
    DecoderConfig wide = MEASURED.toBuilder().vocabularySize(100_000).build();

    long sixteen = wide.trainingMemory(16, 512, Precision.BFLOAT16_MIXED, 0).working();
    long thirtyTwo = wide.trainingMemory(32, 512, Precision.BFLOAT16_MIXED, 0).working();

    assertThat(thirtyTwo - sixteen)
        .as("hidden states and their gradient")
        .isEqualTo(2L * 16 * 512 * 512 * Float.BYTES);
  }

  @ParameterizedTest
  @CsvSource({"1, 8", "2, 4", "3, 3", "8, 1"})
  void keepsInputsOfPiecesAndRecomputesOnePieceAtATime(int every, int pieces) {
    TrainingMemory memory = MEASURED.trainingMemory(8, 512, Precision.FLOAT32, every);
    TrainingMemory twice = MEASURED.trainingMemory(8, 512, Precision.FLOAT32, 2);
    long layer = MEASURED.activationBytesPerLayer(8, 512, Precision.FLOAT32);

    assertThat(memory.activations()).isEqualTo(pieces * 4096L * 512 * 4);
    assertThat(memory.working() - twice.working()).isEqualTo((every - 2) * layer);
  }

  /**
   * Peaks of the resident memory of a process in a training step over the memory before it, without
   * gradients, measured as the above on a decoder of 4 layers.
   */
  @ParameterizedTest
  @CsvSource({
    "FLOAT32, 4, 8192, 0, 528.8",
    "FLOAT32, 4, 8192, 1, 173.2",
    "FLOAT32, 4, 40000, 0, 593.9",
    "BFLOAT16_MIXED, 1, 8192, 0, 132.2",
    "BFLOAT16_MIXED, 1, 8192, 1, 49.6",
    "BFLOAT16_MIXED, 1, 40000, 0, 271.0"
  })
  void estimatesWhatAStepWasMeasuredToTake(
      Precision precision, int batch, int vocabulary, int every, double megabytes) {
    TrainingMemory memory =
        MEASURED.toBuilder()
            .layers(4)
            .vocabularySize(vocabulary)
            .build()
            .trainingMemory(batch, 512, precision, every);

    assertThat((memory.activations() + memory.working()) / 1e6)
        .isCloseTo(megabytes, Percentage.withPercentage(10));
  }

  @Test
  void countsCachedKeysAndValues() {
    DecoderConfig config = MEASURED.toBuilder().keyValueHeads(2).build();

    long numbers = 8L * 2 * 64 * 32 * 500;
    assertThat(config.keyValueCacheBytes(32, 500, Precision.FLOAT32)).isEqualTo(numbers * 8);
    assertThat(config.keyValueCacheBytes(32, 500, Precision.BFLOAT16_MIXED)).isEqualTo(numbers * 6);
  }

  @Test
  void refusesWhatIsOutsideTheContext() {
    assertRefused(() -> MEASURED.trainingFlopsPerToken(513), "time must be between 1 and 512");
    assertRefused(() -> MEASURED.trainingFlopsPerToken(0), "time must be between 1 and 512");
    assertRefused(() -> MEASURED.inferenceFlopsPerToken(513), "position must be between 0 and 512");
    assertRefused(
        () -> MEASURED.keyValueCacheBytes(1, 513, Precision.FLOAT32),
        "positions must be between 1 and 512");
    assertRefused(
        () -> MEASURED.trainingMemory(1, 8, Precision.FLOAT32, 9),
        "checkpointEvery must be between 0 and 8");
    assertRefused(
        () -> MEASURED.trainingMemory(1, 8, Precision.AUTO, 0), "precision must be resolved");
    assertRefused(
        () -> MEASURED.trainingMemory(0, 8, Precision.FLOAT32, 0), "batch must be at least 1");
    assertRefused(
        () -> MEASURED.activationBytesPerLayer(1, 0, Precision.FLOAT32), "time must be at least 1");
  }

  private static void assertRefused(Runnable call, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(call::run)
        .withMessageStartingWith(message + ", got ");
  }
}

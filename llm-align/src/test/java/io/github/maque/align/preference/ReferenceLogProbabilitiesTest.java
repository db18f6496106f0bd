package io.github.maque.align.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.maque.align.internal.ModelFingerprint;
import io.github.maque.data.dialogue.EncodedDialogue;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceLogProbabilitiesTest {
  @TempDir private Path directory;

  private final NDManager manager = NDManager.newBaseManager("PyTorch");
  private final Decoder decoder = TestPairs.decoder(manager);
  private final PreferencePairs pairs = TestPairs.random(20, 2);
  private final PreferenceSequences sequences = PreferenceSequences.bestFit(pairs, 32, 0);

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void sumsAreThoseOfEachSideAlone() {
    ReferenceLogProbabilities found = ReferenceLogProbabilities.compute(decoder, sequences);
    for (int pair = 0; pair < pairs.size(); pair++) {
      assertThat(found.chosen(pair)).isCloseTo(naive(pairs.chosen(pair)), within(1e-4));
      assertThat(found.rejected(pair)).isCloseTo(naive(pairs.rejected(pair)), within(1e-4));
    }
  }

  private double naive(EncodedDialogue side) {
    try (NDManager scope = manager.newSubManager()) {
      NDArray logits = decoder.logits(scope, DecoderInput.of(scope, new int[][] {side.ids()}));
      float[] values = logits.toFloatArray();
      double sum = 0;
      for (int t = 1; t < side.size(); t++) {
        double exponentials = 0;
        for (int token = 0; token < TestPairs.TOKENS; token++) {
          exponentials += Math.exp(values[(t - 1) * TestPairs.TOKENS + token]);
        }
        if (side.learned()[t]) {
          sum += values[(t - 1) * TestPairs.TOKENS + side.ids()[t]] - Math.log(exponentials);
        }
      }
      return sum;
    }
  }

  @Test
  void pairsThatAreLongerThanTheContextAreRefusedBeforeAnythingIsComputed() {
    PreferencePairs tooLong =
        PreferencePairs.builder(40, PreferencePairs.Overlong.REJECT)
            .add(TestPairs.pair(TestPairs.side(1, new int[33]), TestPairs.side(1, 1, 2)))
            .build();
    PreferenceSequences rows = PreferenceSequences.bestFit(tooLong, 64, 0);
    Path file = directory.resolve("reference.jsonl");
    String message =
        "pairs must have sides of at most 32 tokens, the context length of the reference, but one"
            + " has 33: collect them with a maxLength of at most 32";
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ReferenceLogProbabilities.compute(decoder, rows))
        .withMessage(message);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ReferenceLogProbabilities.cached(file, decoder, rows))
        .withMessage(message);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                PreferenceObjective.builder(manager, rows, Dpo.defaults())
                    .reference(ReferenceModel.of(decoder))
                    .build())
        .withMessage(message);
    assertThat(file).doesNotExist();
  }

  private ReferenceLogProbabilities cached(Path file) throws IOException {
    return ReferenceLogProbabilities.cached(file, decoder, sequences);
  }

  @Test
  void theFileIsReadAndNotComputedAgain() throws IOException {
    Path file = directory.resolve("reference.jsonl");
    ReferenceLogProbabilities computed = cached(file);
    List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSize(pairs.size() + 1);
    assertThat(lines.get(1))
        .isEqualTo(
            "{\"ref_chosen_logps\":%s,\"ref_rejected_logps\":%s}",
            computed.chosen(0), computed.rejected(0));
    // Other numbers under the same name, to see that they are taken.
    new ReferenceFile(file, pairs.fingerprint(), ModelFingerprint.of(decoder))
        .write(new double[2 * pairs.size()]);
    assertThat(cached(file).chosen(3)).isZero();
  }

  @Test
  void anotherModelOrOtherPairsAreComputedAnew() throws IOException {
    Path file = directory.resolve("reference.jsonl");
    double before = cached(file).chosen(0);
    NDArray norm = decoder.parametersByName().get("model.norm.weight").getArray();
    float[] weights = norm.toFloatArray();
    weights[0] += 0.5f;
    TestPairs.assign(norm, weights);
    double after = cached(file).chosen(0);
    assertThat(after)
        .isNotEqualTo(before)
        .isEqualTo(ReferenceLogProbabilities.compute(decoder, sequences).chosen(0));
    PreferenceSequences others = PreferenceSequences.bestFit(TestPairs.random(20, 3), 32, 0);
    assertThat(ReferenceLogProbabilities.cached(file, decoder, others).chosen(0))
        .isEqualTo(ReferenceLogProbabilities.compute(decoder, others).chosen(0))
        .isNotEqualTo(after);
  }

  @ParameterizedTest
  @ValueSource(strings = {"empty", "torn", "digit", "no json", "list", "another file"})
  void damagedFilesAreComputedAnewAndReplaced(String damage) throws IOException {
    Path file = directory.resolve("reference.jsonl");
    double expected = cached(file).rejected(19);
    String text = Files.readString(file);
    int digit = text.length() - 4;
    String damaged =
        switch (damage) {
          case "empty" -> "";
          case "torn" -> text.substring(0, text.length() / 2);
          case "digit" ->
              text.substring(0, digit)
                  + (char) ('0' + (text.charAt(digit) - '0' + 1) % 10)
                  + text.substring(digit + 1);
          case "no json" -> "\u0000\u0001{{{\n";
          case "list" -> "[]\n";
          default -> "{\"a\":{}}\n";
        };
    assertThat(damaged).isNotEqualTo(text);
    Files.writeString(file, damaged);
    assertThat(cached(file).rejected(19)).isEqualTo(expected);
    assertThat(file).hasContent(text);
    assertThat(directory).isDirectoryContaining(path -> path.equals(file));
    try (var files = Files.list(directory)) {
      assertThat(files).hasSize(1);
    }
  }
}

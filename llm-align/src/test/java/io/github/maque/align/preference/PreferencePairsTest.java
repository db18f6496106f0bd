package io.github.maque.align.preference;

import static io.github.maque.align.preference.TestPairs.pair;
import static io.github.maque.align.preference.TestPairs.side;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.maque.align.preference.PreferencePairs.Overlong;
import io.github.maque.align.preference.PreferencePairs.Report;
import io.github.maque.data.dialogue.DialogueEncoder;
import io.github.maque.data.source.RecordSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreferencePairsTest {
  @TempDir private Path directory;

  @Test
  void longSidesAreCutAtTheirEnd() {
    PreferencePairs pairs =
        PreferencePairs.builder(4, Overlong.TRUNCATE)
            .add(pair(side(2, 1, 2, 3, 4, 5), side(2, 1, 2, 6)))
            .build();
    assertThat(pairs.chosen(0)).isEqualTo(side(2, 1, 2, 3, 4));
    assertThat(pairs.rejected(0)).isEqualTo(side(2, 1, 2, 6));
    assertThat(pairs.longestSide()).isEqualTo(4);
    assertThat(pairs.report()).isEqualTo(new Report(1, 1, 1, 0, 0, 0));
  }

  @Test
  void pairsThatTeachNothingAreLeftOutAndCounted() {
    PreferencePairs pairs =
        PreferencePairs.builder(4, Overlong.TRUNCATE)
            .add(pair(side(1, 9, 8), side(1, 9, 7)))
            .add(pair(side(4, 1, 2, 3, 4, 5), side(4, 1, 2, 3, 4, 6))) // The answers are cut off.
            .add(pair(side(1, 1, 2, 3, 4, 5), side(1, 1, 2, 3, 4, 6))) // The difference is.
            .add(pair(side(0, 3), side(0, 4))) // Nothing predicts a first token.
            .build();
    assertThat(pairs.report()).isEqualTo(new Report(4, 1, 0, 0, 2, 1));
    assertThat(pairs.chosen(0)).isEqualTo(side(1, 9, 8));
  }

  @Test
  void pairsWithLongSidesAreDroppedOrRefusedAsAskedFor() {
    var tooLong = pair(side(1, 1, 2), side(1, 1, 2, 3, 4));
    PreferencePairs dropped =
        PreferencePairs.builder(3, Overlong.DROP)
            .add(tooLong)
            .add(pair(side(1, 1, 2), side(1, 1, 3)))
            .build();
    assertThat(dropped.report()).isEqualTo(new Report(2, 1, 0, 1, 0, 0));
    PreferencePairs.Builder strict = PreferencePairs.builder(3, Overlong.REJECT);
    strict.add(pair(side(1, 1, 2), side(1, 1, 3)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> strict.add(tooLong))
        .withMessage("pair 1 has a side of 4 tokens, but maxLength is 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> strict.add(pair(side(2, 1, 2), side(1, 1, 3))))
        .withMessage("pair 2 has a side of which no token is learnt");
  }

  @Test
  void noPairIsAnErrorThatSaysWhereTheyWent() {
    PreferencePairs.Builder none =
        PreferencePairs.builder(3, Overlong.DROP).add(pair(side(1, 1, 2), side(1, 1, 2, 3, 4)));
    assertThatIllegalArgumentException()
        .isThrownBy(none::build)
        .withMessageContaining("no pair is left")
        .withMessageContaining("overlong=1");
  }

  @Test
  void fingerprintChangesWithIdsWithWhatIsLearntAndWithTheSides() {
    String one = fingerprint(side(1, 1, 2, 3), side(1, 1, 4));
    assertThat(one).hasSize(64).isEqualTo(fingerprint(side(1, 1, 2, 3), side(1, 1, 4)));
    assertThat(fingerprint(side(1, 1, 2, 5), side(1, 1, 4))).isNotEqualTo(one);
    assertThat(fingerprint(side(2, 1, 2, 3), side(1, 1, 4))).isNotEqualTo(one);
    assertThat(fingerprint(side(1, 1, 4), side(1, 1, 2, 3))).isNotEqualTo(one);
    // The same ids behind each other, cut elsewhere.
    assertThat(fingerprint(side(1, 1, 2), side(1, 3, 1, 4)))
        .isNotEqualTo(fingerprint(side(1, 1, 2, 3), side(0, 1, 4)));
  }

  private static String fingerprint(
      io.github.maque.data.dialogue.EncodedDialogue chosen,
      io.github.maque.data.dialogue.EncodedDialogue rejected) {
    return PreferencePairs.builder(9, Overlong.REJECT)
        .add(pair(chosen, rejected))
        .build()
        .fingerprint();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"prompt":"p","rejected":"r"}                                  | chosen
          {"prompt":"p","chosen":"same","rejected":"same"}               | must differ
          {"prompt":"","chosen":"c","rejected":"r"}                      | prompt
          {"prompt":[{"role":"assistant","content":"a"}],"chosen":"c","rejected":"r"} | prompt
          {"prompt":"p","chosen":"","rejected":"r"}                      | chosen
          {"prompt":"p","chosen":[{"role":"user","content":"u"}],"rejected":"r"} | chosen
          """)
  void badRecordsAreNamedByFileAndLine(String line, String field) throws IOException {
    Path file = directory.resolve("pairs.jsonl");
    Files.writeString(
        file, "{\"prompt\":\"p\",\"chosen\":\"c\",\"rejected\":\"r\"}\n" + line + "\n");
    DialogueEncoder encoder = new DialogueEncoder(TinyChat.TEMPLATE, TinyChat.TOKENIZER);
    PreferencePairs.Builder pairs = PreferencePairs.builder(64, Overlong.TRUNCATE);
    assertThatThrownBy(() -> RecordSource.of(encoder.preferences(), file).forEach(pairs::add))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("pairs.jsonl")
        .hasMessageContaining("2")
        .hasMessageContaining(field);
  }

  @Test
  void recordsThatAreReadLearnTheAnswerAndItsEnd() throws IOException {
    Path file = directory.resolve("pairs.jsonl");
    Files.writeString(file, "{\"prompt\":\"p\",\"chosen\":\"yes\",\"rejected\":\"no\"}\n");
    DialogueEncoder encoder = new DialogueEncoder(TinyChat.TEMPLATE, TinyChat.TOKENIZER);
    PreferencePairs.Builder builder = PreferencePairs.builder(64, Overlong.REJECT);
    RecordSource.of(encoder.preferences(), file).forEach(builder::add);
    PreferencePairs pairs = builder.build();
    int[] answer = TinyChat.TOKENIZER.encode("yes");
    assertThat(pairs.chosen(0).learnedTokens()).isEqualTo(answer.length + 1);
    assertThat(pairs.size()).isEqualTo(1);
  }
}

package io.github.maque.data.clean;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SurveyRowsTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 1", "1, 3", "2, 4", "13, 1", "3, 7", "14, 8", "100, 3"})
  void countsEqualFingerprints(int bands, int rowsPerBand) throws IOException {
    NearDuplicates near = new NearDuplicates(5, bands, rowsPerBand, 0.7);
    DuplicateSurvey survey = new DuplicateSurvey(near);
    MinHash hash = new MinHash(5, near.hashes());
    Stories stories = new Stories(1);
    String story = stories.next(300);
    String[] texts = {story, stories.edit(story, 10), stories.noise(99), stories.edit(story, 30)};
    ByteBuffer bytes = ByteBuffer.allocate(4 * survey.rowBytes());
    for (String text : texts) {
      survey.sign(text, bytes);
    }
    Path file = Files.write(directory.resolve("rows"), bytes.array());
    try (SurveyRows rows = new SurveyRows(file, near, 4096)) {
      for (int a = 0; a < 4; a++) {
        int[] minimaA = hash.sign(texts[a]);
        assertThat(rows.length(a)).isEqualTo(texts[a].length());
        for (int b = 0; b < 4; b++) {
          int[] minimaB = hash.sign(texts[b]);
          int equal = 0;
          for (int i = 0; i < near.hashes(); i++) {
            boolean same = MinHash.fingerprint(minimaA[i]) == MinHash.fingerprint(minimaB[i]);
            equal += same ? 1 : 0;
          }
          assertThat(rows.equalFingerprints(a, b)).isEqualTo(equal);
          assertThat(rows.equal(a, b)).isEqualTo(a == b);
        }
      }
    }
  }

  @Test
  void requiresMoreThanWhatIsEqualByChance() {
    // 0.1 + 0.9 / 256 = 0.1035, 0.72 + 0.28 / 256 = 0.7211
    assertThat(SurveyRows.enoughEqual(new NearDuplicates(5, 1000, 1, 0.1))).isEqualTo(104);
    assertThat(SurveyRows.enoughEqual(NearDuplicates.chinese())).isEqualTo(81);
    assertThat(SurveyRows.enoughEqual(NearDuplicates.chinese().withThreshold(1))).isEqualTo(112);
    assertThat(SurveyRows.enoughEqual(new NearDuplicates(5, 2, 1, 0.5))).isEqualTo(2);
  }
}

package io.github.maque.data.clean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.maque.data.Document;
import io.github.maque.data.Location;
import io.github.maque.data.internal.Json;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CleaningReportTest {

  private static Document document(int line, String text) {
    return new Document(text, new Location("stories.tar.gz!data00.jsonl", line));
  }

  private static CleaningReport example() {
    CleaningReport report = new CleaningReport();
    for (int line = 1; line <= 1_500; line++) {
      report.kept(document(line, "从前有一只小麻雀😀"), line % 3 == 0, line % 3 == 0 ? 8 : 9);
    }
    report.dropped(document(1_501, "太短"), "length(20..20000): too short");
    for (int line = 1_502; line < 1_512; line++) {
      report.dropped(document(line, "从前\n有\t一只\u001B[0m小麻雀" + line), "exact duplicate");
    }
    return report;
  }

  @Test
  void countsDocumentsAndCharacters() {
    CleaningReport report = example();
    assertThat(report.documents()).isEqualTo(1_511);
    assertThat(report.keptDocuments()).isEqualTo(1_500);
    assertThat(report.changedDocuments()).isEqualTo(500);
    assertThat(report.droppedDocuments()).isEqualTo(11);
    assertThat(report.droppedByReason())
        .containsExactly(
            Map.entry("length(20..20000): too short", 1L), Map.entry("exact duplicate", 10L));
    assertThat(report.charactersBefore()).isEqualTo(1_500 * 9 + 2 + 10 * 18);
    assertThat(report.charactersAfter()).isEqualTo(1_000 * 9 + 500 * 8);
  }

  @Test
  void keepsTheFirstThreeOfEachReasonAsSamples() {
    CleaningReport report = example();
    assertThat(report.samples("exact duplicate"))
        .extracting(sample -> sample.location().line())
        .containsExactly(1_502L, 1_503L, 1_504L);
    assertThat(report.samples("unheard of")).isEmpty();
  }

  @Test
  void cutsSamplesBetweenCharacters() {
    CleaningReport report = new CleaningReport();
    report.dropped(document(1, "😀".repeat(120)), "too long");
    report.dropped(document(2, "😀".repeat(121)), "too long");
    report.dropped(document(3, "好\uD83D"), "too long");
    assertThat(report.samples("too long"))
        .extracting(CleaningReport.Sample::text)
        .containsExactly("😀".repeat(120), "😀".repeat(119) + "…", "好\uFFFD");
  }

  @Test
  void comesBackFromJson() {
    CleaningReport report = example();
    Map<String, Object> json = report.toJson();
    assertThat(CleaningReport.fromJson(json).toJson()).isEqualTo(json);

    byte[] written = Json.write(json).getBytes(StandardCharsets.UTF_8);
    CleaningReport read = CleaningReport.fromJson(asObject(Json.read(written)));
    assertThat(read.toText()).isEqualTo(report.toText());

    Document next = document(9_999, "又一个");
    read.dropped(next, "exact duplicate");
    report.dropped(next, "exact duplicate");
    read.kept(next, false, 9);
    report.kept(next, false, 9);
    assertThat(Json.write(read.toJson())).isEqualTo(Json.write(report.toJson()));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> asObject(Object json) {
    return (Map<String, Object>) json;
  }

  @Test
  void saysWhatIsWrongWithJson() {
    Map<String, Object> json = new LinkedHashMap<>(example().toJson());
    json.put("version", 2L);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CleaningReport.fromJson(json))
        .withMessageContainingAll("version", "1", "2");
    assertThatIllegalArgumentException().isThrownBy(() -> CleaningReport.fromJson(Map.of()));
    Map<String, Object> negative = new LinkedHashMap<>(example().toJson());
    negative.put("kept", -1L);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CleaningReport.fromJson(negative))
        .withMessageContaining("kept");
  }

  @Test
  void tellsPeople() {
    assertThat(example().toText())
        .isEqualTo(
            """
            documents                          1,511
              kept                             1,500   99.27 %
                changed                          500   33.09 %
              dropped                             11    0.73 %
                exact duplicate                   10    0.66 %
                length(20..20000): too short       1    0.07 %
            characters                        13,682
              kept                            13,000   95.02 %

            exact duplicate
              stories.tar.gz!data00.jsonl: line 1502
                从前⏎有 一只 [0m小麻雀1502
              stories.tar.gz!data00.jsonl: line 1503
                从前⏎有 一只 [0m小麻雀1503
              stories.tar.gz!data00.jsonl: line 1504
                从前⏎有 一只 [0m小麻雀1504

            length(20..20000): too short
              stories.tar.gz!data00.jsonl: line 1501
                太短
            """);
  }

  /** Names in archives are whatever somebody wrote there. */
  @Test
  void tellsPeopleNothingThatTheirTerminalWouldObey() {
    CleaningReport report = new CleaningReport();
    Location location = new Location("a.tar!\u001B[2J\u202Eb\n.jsonl", 1);
    report.dropped(new Document("\u001B[31m", location), "too short");
    assertThat(report.toText())
        .doesNotContain("\u001B", "\u202E")
        .endsWith("  a.tar! [2J b⏎.jsonl: line 1\n     [31m\n");
  }

  @Test
  void tellsPeopleThatThereIsNothing() {
    assertThat(new CleaningReport().toText())
        .isEqualTo(
            """
            documents    0
              kept       0
                changed  0
              dropped    0
            characters   0
              kept       0
            """);
  }
}

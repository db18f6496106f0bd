package io.github.maque.data.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.maque.data.Document;
import io.github.maque.data.MalformedDataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordSourceTest {
  @TempDir Path directory;

  private Path file(String name, String content) throws IOException {
    return Sources.write(directory, name, content.getBytes(UTF_8));
  }

  @Test
  void everyRecordComesInOrderWithItsPlace() throws IOException {
    Path b = file("in/b", "\"3\"\n");
    Path a = file("in/a", "\"1\"\n\nx\n\"2\"");
    List<String> found = new ArrayList<>();
    ErrorTally tally =
        RecordSource.of(RecordFormat.json("a"), List.of(directory + "/in"))
            .maxErrorRate(0.5)
            .forEach(d -> found.add(d.location() + " " + d.text()));
    assertThat(found).containsExactly(a + ": line 1 1", a + ": line 4 2", b + ": line 1 3");
    assertThat(tally.records()).isEqualTo(4);
    assertThat(tally.errors()).isEqualTo(1);
    assertThat(tally.shown().get(0)).startsWith(a + ": line 3: Unrecognized token 'x'");
  }

  @Test
  void tooManyBadRecordsStopTheReading() throws IOException {
    Path file = file("x", "\"a\"\n".repeat(50) + "x\n".repeat(5_000));
    List<Document> seen = new ArrayList<>();
    assertThatThrownBy(() -> RecordSource.of(RecordFormat.json("a"), file).forEach(seen::add))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageStartingWith(file + ": line 51: ")
        .hasMessageContaining("at most 0.1 % may be");
  }

  @Test
  void whatTheSinkThrowsComesThroughAndEndsTheThreads() throws IOException {
    Path file = file("x", "\"a\"\n".repeat(300_000));
    assertThatThrownBy(
            () ->
                RecordSource.of(RecordFormat.json("a"), file)
                    .forEach(
                        d -> {
                          throw new IllegalStateException("enough");
                        }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(t -> t.getName().startsWith("maque-read-"));
  }

  @Test
  void aRecordThatTheSinkRefusesIsNamed() throws IOException {
    Path file = file("x", "\"a\"\n\nx\n\"b\"\n\"c\"\n");
    List<String> seen = new ArrayList<>();
    assertThatThrownBy(
            () ->
                RecordSource.of(RecordFormat.json("a"), file)
                    .maxErrorRate(0.5)
                    .forEach(
                        d -> {
                          if (d.text().equals("b")) {
                            throw new IllegalArgumentException("b is too long");
                          }
                          seen.add(d.text());
                        }))
        .isInstanceOf(MalformedDataException.class)
        .hasMessage(file + ": line 4: b is too long")
        .hasCauseInstanceOf(IllegalArgumentException.class);
    assertThat(seen).containsExactly("a");
  }

  @Test
  void theFingerprintChangesWithWhatDecidesTheRecords() throws IOException {
    Path a = file("in/a", "1");
    Path b = file("in/b", "2");
    Files.setLastModifiedTime(a, FileTime.fromMillis(1_000_000));
    RecordSource<Document> source = RecordSource.of(RecordFormat.lines(), a, b);
    String fingerprint = source.fingerprint();
    assertThat(fingerprint).matches("[0-9a-f]{64}");
    ReadLimits longer = new ReadLimits(1 << 25, 200, 1L << 44, 10_000_000);
    List<String> others = new ArrayList<>();
    others.add(fingerprint);
    others.add(RecordSource.of(RecordFormat.lines(), b, a).fingerprint());
    others.add(RecordSource.of(RecordFormat.lines(), a).fingerprint());
    others.add(RecordSource.of(RecordFormat.paragraphs(), a, b).fingerprint());
    others.add(source.limits(longer).fingerprint());
    assertThat(source.maxErrorRate(1).fingerprint()).isEqualTo(fingerprint);
    ReadLimits lenient = new ReadLimits(1 << 24, 1000, 1L << 50, 10);
    assertThat(source.limits(lenient).fingerprint()).isEqualTo(fingerprint);
    Files.setLastModifiedTime(a, FileTime.fromMillis(2_000_000));
    others.add(source.fingerprint());
    Files.writeString(a, "12");
    Files.setLastModifiedTime(a, FileTime.fromMillis(1_000_000));
    others.add(source.fingerprint());
    assertThat(others).doesNotHaveDuplicates();
    Files.writeString(a, "1");
    Files.setLastModifiedTime(a, FileTime.fromMillis(1_000_000));
    assertThat(source.fingerprint()).isEqualTo(fingerprint);
  }

  @Test
  void theSizeIsThatOfTheFiles() throws IOException {
    file("in/a", "123");
    file("in/b", "45");
    assertThat(RecordSource.of(RecordFormat.lines(), directory).sizeInBytes()).isEqualTo(5);
  }

  @Test
  void badSettingsAreRefused() throws IOException {
    RecordSource<Document> source = RecordSource.of(RecordFormat.lines(), file("a", ""));
    for (double rate : new double[] {-0.1, 1.1, Double.NaN}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> source.maxErrorRate(rate))
          .withMessageContaining("maxErrorRate");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ReadLimits(0, 1, 1, 1))
        .withMessageContaining("maxRecordBytes");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ReadLimits(1, Double.NaN, 1, 1))
        .withMessageContaining("maxRatio");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SourcePosition(-1, 0))
        .withMessageContaining("-1");
  }
}

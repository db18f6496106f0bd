package io.github.maque.train.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class HtmlReportTest {
  @TempDir Path directory;

  @Test
  void saysWhatTheRunCameTo() throws Exception {
    HistoryRecorder run = new HistoryRecorder();
    run.started(Runs.description(1));
    run.evaluated(Runs.evaluation(0, 9.25, Runs.CHINESE, "。。。"));
    run.stepped(Runs.step(1, 8.5, false));
    run.stepped(Runs.step(2, Double.NaN, true));
    run.warned(new Warning(2, Warning.Kind.NOT_FINITE, "the loss was NaN"));
    run.evaluated(Runs.evaluation(2, 3.125, Runs.CHINESE, "小麻雀飞走了。"));
    run.saved(Runs.checkpoint(2));
    run.evaluated(Runs.evaluation(3, 4.5, Runs.CHINESE, "完"));
    run.ended(new RunEnd(RunEnd.Reason.FAILED, 3, 2000, 5, "the disk is full"));
    Document page = report(run.history());

    assertThat(texts(page, "dd"))
        .contains("3.1250 at step 2", "4.5000 at step 3", "2 of 100", "2,000", "0:05");
    assertThat(texts(page, "dt")).contains("updates left out", "warnings");
    assertThat(texts(page, "p")).contains("After step 3 the run was failed: the disk is full");
    assertThat(texts(page, "td"))
        .containsSubsequence(Runs.CHINESE + "。。。", Runs.CHINESE + "小麻雀飞走了。")
        .contains("22.76", "1024.00 GiB", "the loss was NaN");
    assertThat(texts(page, "pre")).containsExactly(Runs.description(1).configuration());
  }

  @Test
  void needsNothingFromOutside() throws Exception {
    HtmlReport.writeAll(directory, RunHistory.EMPTY);
    Document page = page();

    NodeList pictures = page.getElementsByTagName("img");
    assertThat(pictures.getLength()).isEqualTo(4);
    for (int i = 0; i < 4; i++) {
      Element picture = (Element) pictures.item(i);
      String data = picture.getAttribute("src");
      assertThat(data).startsWith("data:image/png;base64,");
      byte[] png = Base64.getDecoder().decode(data.substring(data.indexOf(',') + 1));
      assertThat(ImageIO.read(new ByteArrayInputStream(png)).getWidth())
          .isEqualTo(2 * Integer.parseInt(picture.getAttribute("width")));
    }
    for (String name : List.of("script", "link", "iframe", "object")) {
      assertThat(page.getElementsByTagName(name).getLength()).isZero();
    }
    assertThat(texts(page, "style").get(0)).doesNotContain("url(", "@import");
  }

  @Test
  void hostileTextIsOnlyText() throws Exception {
    RunDescription run = Runs.description(1);
    HistoryRecorder recorder = new HistoryRecorder();
    recorder.started(
        new RunDescription(
            Runs.HOSTILE, 1, 1, 1, 1, 1, Runs.HOSTILE, Runs.HOSTILE, 1, run.flopsPerSecond()));
    recorder.evaluated(Runs.evaluation(1, 2, Runs.HOSTILE, Runs.HOSTILE));
    recorder.warned(new Warning(1, Warning.Kind.SPIKE, Runs.HOSTILE));
    recorder.ended(new RunEnd(RunEnd.Reason.FAILED, 1, 1, 1, Runs.HOSTILE));
    Document page = report(recorder.history());

    assertThat(page.getElementsByTagName("script").getLength()).isZero();
    String shown = Runs.HOSTILE.replaceAll("[\u0000\u0008\u001b\ufffe\ud800]", "\ufffd");
    assertThat(texts(page, "pre")).containsExactly(shown);
    assertThat(texts(page, "td")).contains(shown, shown + shown);
    assertThat(texts(page, "h3")).containsExactly(shown);
  }

  @Test
  void ofManyStoriesTheFirstAndTheLastAreAmongThoseShown() throws Exception {
    HistoryRecorder run = new HistoryRecorder();
    IntStream.rangeClosed(1, 1000)
        .forEach(step -> run.evaluated(Runs.evaluation(step, 2, "a", "story " + step)));
    List<String> texts = texts(report(run.history()), "td");

    assertThat(texts).contains("astory 1", "astory 1000");
    assertThat(texts).filteredOn(text -> text.startsWith("astory")).hasSize(30);
  }

  @Test
  void picturesLieBesideEachOther() throws IOException {
    HistoryRecorder run = new HistoryRecorder();
    run.evaluated(evaluation(1, 2, Map.of("a/b", 1.0, "a\nb", 2.0)));
    HtmlReport.writeAll(directory.resolve("a/b"), run.history());
    assertThat(directory.resolve("a/b").toFile().list())
        .containsExactlyInAnyOrder(
            "report.html",
            "loss.png",
            "learning-rate.png",
            "gradient-norm.png",
            "tokens-per-second.png",
            "figure-a-b.png",
            "figure-a-b-2.png");
  }

  @Test
  void theListenerKeepsFilesUpToDate() throws Exception {
    TrainingListener files = reporting(directory, new HistoryRecorder());
    files.started(Runs.description(1));
    files.stepped(Runs.step(1, 8, false));
    assertThat(directory).isEmptyDirectory();

    files.evaluated(Runs.evaluation(1, 7.5, "a", "b"));
    assertThat(texts(page(), "dd")).contains("7.5000 at step 1");
    assertThat(directory.toFile().list()).hasSize(6);

    files.evaluated(Runs.evaluation(2, 6.5, "a", "b"));
    files.ended(Runs.end(RunEnd.Reason.STOPPED, 2));
    assertThat(texts(page(), "dd")).contains("6.5000 at step 2");
    assertThat(texts(page(), "p")).contains("After step 2 the run was stopped");
    assertThat(directory.toFile().list()).hasSize(6);
  }

  @Test
  void theListenerKnowsWhatWasBefore() throws Exception {
    HistoryRecorder earlier = new HistoryRecorder();
    earlier.evaluated(Runs.evaluation(1, 7.5, "a", "before"));
    TrainingListener files = reporting(directory, earlier);
    files.started(Runs.description(2));
    files.evaluated(Runs.evaluation(2, 8.5, "a", "after"));

    assertThat(texts(page(), "td")).containsSubsequence("abefore", "aafter");
  }

  @Test
  void sayWhereAReportCannotBeWritten() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    ReportFiles files = new ReportFiles(file, new HistoryRecorder());
    assertThatThrownBy(() -> files.ended(Runs.end(RunEnd.Reason.COMPLETED, 1)))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void aReportThatCannotBeWrittenIsTriedAgain() throws Exception {
    Path place = Files.createFile(directory.resolve("place"));
    TrainingListener files = reporting(place, new HistoryRecorder());
    files.evaluated(Runs.evaluation(1, 7.5, "a", "b"));
    Files.delete(place);
    files.ended(Runs.end(RunEnd.Reason.COMPLETED, 1));
    assertThat(place.resolve("report.html")).isNotEmptyFile();
  }

  @Test
  void aRunWithoutValidationDataShowsNoLossOfIt() throws Exception {
    HistoryRecorder run = new HistoryRecorder();
    run.stepped(Runs.step(1, 8, false));
    run.evaluated(evaluation(1, Double.NaN, Map.of()));
    Document page = report(run.history());
    assertThat(page.getDocumentElement().getTextContent()).doesNotContain("NaN");
    assertThat(texts(page, "dt")).noneMatch(name -> name.contains("validation"));
  }

  @Test
  void figuresOfTheObjectiveAreShown() throws Exception {
    HistoryRecorder run = new HistoryRecorder();
    run.evaluated(evaluation(0, 2, Map.of("margin", 0.125)));
    for (int step = 1; step <= 10; step++) {
      run.stepped(
          new StepMetrics(
              step, step, 2, 1, 1, false, 1, 1, 1, Double.NaN, 0, Map.of("margin", step / 4.0)));
    }
    run.evaluated(evaluation(10, 2, Map.of("margin", 0.75, "overlap", 0.5)));
    Document page = report(run.history());
    // The mean of 1 to 10 is 5.5.
    assertThat(texts(page, "td"))
        .containsSubsequence("margin", "1.375", "0.1250", "0.7500", "overlap", "–", "0.5000");
  }

  @Test
  void ofManyWarningsTheLastAreShown() throws Exception {
    HistoryRecorder run = new HistoryRecorder();
    IntStream.rangeClosed(1, 300)
        .forEach(step -> run.warned(new Warning(step, Warning.Kind.SPIKE, "warning " + step)));
    List<String> texts = texts(report(run.history()), "td");
    assertThat(texts).contains("warning 300", "warning 101").doesNotContain("warning 100");
  }

  /** A configuration of fonts without any, as minimal systems have it. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aMachineWithoutFontsGetsAPageWithoutPictures() throws Exception {
    Path fonts = Files.writeString(directory.resolve("fonts.conf"), "<fontconfig></fontconfig>");
    reportInAProcessWith("FONTCONFIG_FILE", fonts.toString());
    assertThat(directory.resolve("run").toFile().list()).containsExactly("report.html");
    assertThat(Files.readString(directory.resolve("run/report.html")))
        .contains("There are no pictures", "7.5000");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aDisplayThatCannotBeReachedIsNotAskedFor() throws Exception {
    reportInAProcessWith("DISPLAY", ":99");
    assertThat(directory.resolve("run/loss.png")).isNotEmptyFile();
  }

  private void reportInAProcessWith(String variable, String value) throws Exception {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Duser.home=" + directory,
            "-cp",
            System.getProperty("java.class.path"),
            Reporting.class.getName(),
            directory.resolve("run").toString());
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put(variable, value);
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }

  /** What such a process does: a run that is told, to the end. */
  static final class Reporting {
    private Reporting() {}

    public static void main(String[] arguments) {
      TrainingListener files = reporting(Path.of(arguments[0]), new HistoryRecorder());
      files.evaluated(Runs.evaluation(1, 7.5, "a", "b"));
      files.ended(Runs.end(RunEnd.Reason.COMPLETED, 1));
    }
  }

  private static TrainingListener reporting(Path directory, HistoryRecorder recorder) {
    return new Listeners(List.of(recorder, new ReportFiles(directory, recorder)));
  }

  private static Evaluation evaluation(long step, double loss, Map<String, Double> figures) {
    return new Evaluation(
        step,
        loss,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        1,
        false,
        1,
        figures,
        List.of(new Evaluation.Sample("a", "b")));
  }

  /** Returns the page without pictures, which take longer than the rest. */
  private static Document report(RunHistory history) throws Exception {
    byte[] utf8 = HtmlReport.page(history, List.of()).getBytes(StandardCharsets.UTF_8);
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(utf8));
  }

  private Document page() throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(directory.resolve("report.html").toFile());
  }

  private static List<String> texts(Document page, String element) {
    List<String> texts = new ArrayList<>();
    NodeList nodes = page.getElementsByTagName(element);
    for (int i = 0; i < nodes.getLength(); i++) {
      texts.add(nodes.item(i).getTextContent());
    }
    return texts;
  }
}

package io.github.maque.train.metric;

import io.github.maque.tokenizer.format.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * A run as a page of HTML: what it came to, its curves, the stories of its checkpoints side by
 * side, and its configuration. The page is one file that needs nothing else, is light or dark as
 * its reader likes, and can be printed.
 */
public final class HtmlReport {
  /** Pictures stay sharp on screens with two pixels a unit, and on paper. */
  private static final int SCALE = 2;

  private HtmlReport() {}

  /**
   * Writes the page, as a whole or not at all.
   *
   * @param history may be that of a run that still goes on
   */
  public static void write(Path file, RunHistory history) throws IOException {
    writePage(file, history, pictures(history));
  }

  /**
   * Writes the curves beside each other: {@code loss.png}, {@code learning-rate.png}, {@code
   * gradient-norm.png} and {@code tokens-per-second.png}.
   *
   * @param directory is made if need be
   */
  public static void writePictures(Path directory, RunHistory history) throws IOException {
    writePictures(directory, pictures(history));
  }

  /** Writes {@code report.html} and the curves into {@code directory}. */
  static void writeAll(Path directory, RunHistory history) throws IOException {
    Map<Curves, byte[]> pictures = pictures(history);
    writePictures(directory, pictures);
    writePage(directory.resolve("report.html"), history, pictures);
  }

  private static Map<Curves, byte[]> pictures(RunHistory history) {
    Map<Curves, byte[]> pictures = new EnumMap<>(Curves.class);
    for (Curves curves : Curves.values()) {
      pictures.put(curves, curves.png(history, SCALE));
    }
    return pictures;
  }

  private static void writePictures(Path directory, Map<Curves, byte[]> pictures)
      throws IOException {
    Files.createDirectories(directory);
    for (Map.Entry<Curves, byte[]> picture : pictures.entrySet()) {
      Path file = directory.resolve(picture.getKey().fileName());
      AtomicFile.write(file, out -> out.write(picture.getValue()));
    }
  }

  private static void writePage(Path file, RunHistory history, Map<Curves, byte[]> pictures)
      throws IOException {
    byte[] utf8 = page(history, pictures).getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(file, out -> out.write(utf8));
  }

  /** Returns the page with the given PNG files. */
  static String page(RunHistory history, Map<Curves, byte[]> pictures) throws IOException {
    HtmlDocument page = new HtmlDocument("Training run", css());
    ReportSections sections = new ReportSections(page, history);
    sections.heading();
    sections.summary();
    page.open("div", "pictures");
    pictures.forEach(
        (curves, png) ->
            page.picture(
                Base64.getEncoder().encodeToString(png),
                curves.title() + " over steps",
                curves.width(),
                curves.height()));
    page.close("div");
    sections.samples();
    sections.evaluations();
    sections.checkpoints();
    sections.warnings();
    sections.parts();
    sections.configuration();
    return page.end();
  }

  private static String css() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(HtmlReport.class.getResourceAsStream("report.css"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}

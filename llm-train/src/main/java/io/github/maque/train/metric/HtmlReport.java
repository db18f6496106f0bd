package io.github.maque.train.metric;

import io.github.maque.tokenizer.format.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A run as a page of HTML: what it came to, its curves, the stories of its checkpoints side by
 * side, and its configuration. The page is one file that needs nothing else, is light or dark as
 * its reader likes, and can be printed.
 */
public final class HtmlReport {
  private HtmlReport() {}

  /**
   * Writes the page, as a whole or not at all.
   *
   * @param history may be that of a run that still goes on
   */
  public static void write(Path file, RunHistory history) throws IOException {
    writePage(file, history, Picture.all(history));
  }

  /**
   * Writes {@link RunDirectory#report} and beside it the curves as PNG files: {@code loss.png},
   * {@code learning-rate.png}, {@code gradient-norm.png}, {@code tokens-per-second.png} and {@code
   * figure-….png} for each figure of the objective's own. On a machine that cannot draw there are
   * no curves, which the page says.
   *
   * @param directory is made if need be
   */
  public static void writeAll(Path directory, RunHistory history) throws IOException {
    List<Picture> pictures = Picture.all(history);
    Files.createDirectories(directory);
    for (Picture picture : pictures) {
      AtomicFile.write(directory.resolve(picture.fileName()), out -> out.write(picture.png()));
    }
    writePage(new RunDirectory(directory).report(), history, pictures);
  }

  private static void writePage(Path file, RunHistory history, List<Picture> pictures)
      throws IOException {
    byte[] utf8 = page(history, pictures).getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(file, out -> out.write(utf8));
  }

  /** Returns the page with the given pictures, of which there are none if none can be drawn. */
  static String page(RunHistory history, List<Picture> pictures) {
    HtmlDocument page = new HtmlDocument("Training run", HtmlReport.class, "report.css");
    ReportSections sections = new ReportSections(page, history);
    sections.heading();
    sections.summary();
    sections.pictures(pictures);
    sections.figures();
    sections.samples();
    sections.evaluations();
    sections.checkpoints();
    sections.warnings();
    sections.parts();
    sections.configuration();
    return page.end();
  }
}

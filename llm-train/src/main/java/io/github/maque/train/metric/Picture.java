package io.github.maque.train.metric;

import io.github.maque.train.internal.LineChart;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A picture of a run.
 *
 * @param fileName what its file is called
 * @param title what it shows, in a few words
 * @param width in units, of which a {@code png} file has several pixels each
 * @param png the file
 */
record Picture(String fileName, String title, int width, int height, byte[] png) {
  /** Pictures stay sharp on screens with two pixels a unit, and on paper. */
  private static final int SCALE = 2;

  /** Draws all pictures of a run; none if this machine cannot draw. */
  static List<Picture> all(RunHistory history) {
    List<Picture> pictures = new ArrayList<>();
    for (Curves curves : Curves.values()) {
      boolean drawn =
          add(
              pictures,
              curves.fileName(),
              curves.title(),
              curves.width(),
              curves.height(),
              () -> curves.png(history, SCALE));
      if (!drawn) {
        return List.of();
      }
    }
    Set<String> names = new HashSet<>();
    for (String name : RunSummary.figureNames(history)) {
      FigureCurves curves = new FigureCurves(name);
      add(
          pictures,
          fileName(name, names),
          name,
          FigureCurves.WIDTH,
          FigureCurves.HEIGHT,
          () -> curves.png(history, SCALE));
    }
    return pictures;
  }

  private static boolean add(
      List<Picture> pictures,
      String fileName,
      String title,
      int width,
      int height,
      Supplier<byte[]> drawing) {
    return LineChart.attempt(drawing)
        .map(png -> pictures.add(new Picture(fileName, title, width, height, png)))
        .orElse(false);
  }

  /** Returns a name that is safe and free, whatever a figure is called. */
  private static String fileName(String figure, Set<String> taken) {
    String safe = "figure-" + figure.replaceAll("[^\\p{L}\\p{N}._-]+", "-");
    String name = safe;
    for (int number = 2; !taken.add(name); number++) {
      name = safe + "-" + number;
    }
    return name + ".png";
  }
}

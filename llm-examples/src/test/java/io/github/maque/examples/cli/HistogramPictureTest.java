package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.IntSupplier;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistogramPictureTest {
  private static final int FILLING = 0x81A4CD;

  @TempDir Path directory;

  @Test
  void barsAreAsHighAsTheCounts() throws IOException {
    int[] lengths = {10, 10, 10, 10, 12};
    int[] next = {0};
    BufferedImage picture = draw(() -> lengths[next[0]++], lengths.length);
    int four = filled(picture, 0, picture.getWidth() / 2);
    int one = filled(picture, picture.getWidth() / 2, picture.getWidth());
    assertThat((double) four / one).isBetween(3.8, 4.2);
  }

  @Test
  void drawsWhatIsFarApartOnALogarithmicAxis() throws IOException {
    Random random = new Random(1);
    BufferedImage picture = draw(() -> (int) Math.exp(5 + random.nextGaussian()), 20_000);
    int left = filled(picture, 0, picture.getWidth() / 2);
    int right = filled(picture, picture.getWidth() / 2, picture.getWidth());
    // On a linear axis nearly everything would be at the left end.
    assertThat((double) left / right).isBetween(0.2, 5.0);
  }

  @Test
  void drawsExtremes() throws IOException {
    assertThat(filled(draw(() -> 0, 1), 0, 1000)).isPositive();
    assertThat(filled(draw(() -> Integer.MAX_VALUE, 1), 0, 1000)).isPositive();
    int[] both = {0, Integer.MAX_VALUE};
    int[] next = {0};
    assertThat(filled(draw(() -> both[next[0]++], 2), 0, 1000)).isPositive();
  }

  private BufferedImage draw(IntSupplier lengths, int count) throws IOException {
    LengthFigures figures = new LengthFigures();
    for (int i = 0; i < count; i++) {
      figures.add(lengths.getAsInt());
    }
    Path file = directory.resolve("histogram.png");
    HistogramPicture.write(figures, "tokens", file);
    BufferedImage picture = ImageIO.read(file.toFile());
    assertThat(picture.getWidth()).isEqualTo(1000);
    assertThat(picture.getHeight()).isEqualTo(600);
    return picture;
  }

  private static int filled(BufferedImage picture, int from, int to) {
    int filled = 0;
    for (int x = from; x < to; x++) {
      for (int y = 0; y < picture.getHeight(); y++) {
        filled += (picture.getRGB(x, y) & 0xFFFFFF) == FILLING ? 1 : 0;
      }
    }
    return filled;
  }
}

package io.github.maque.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.maque.train.optimizer.TrainedParameter.Kind;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the first update does to a matrix of zeros, which is then the update itself. */
class MuonTest {
  private static final double RATE = 0.5;

  private final NDManager manager = NDManager.newBaseManager("PyTorch");

  @AfterEach
  void close() {
    manager.close();
  }

  /** Short of 1 by what the coefficients leave: singular values are 0.7 to 1.2 instead of 1. */
  @ParameterizedTest
  @CsvSource({"8, 32, 1", "32, 8, 1", "24, 32, 1", "16, 48, 1e-12", "16, 48, 1e12"})
  void anUpdateIsNearTheOrthogonalMatrixNearestToTheGradient(int rows, int columns, float size) {
    double[][] gradient = random(rows, columns);
    double[][] x = update(gradient, size);
    double[][] nearest = NaiveMatrices.polarFactor(gradient);
    int rank = Math.min(rows, columns);
    assertThat(NaiveMatrices.inner(nearest, nearest)).isCloseTo(rank, within(1e-9));
    double cosine = NaiveMatrices.inner(x, nearest) / Math.sqrt(NaiveMatrices.inner(x, x) * rank);
    assertThat(cosine).isGreaterThan(0.97);
  }

  @ParameterizedTest
  @CsvSource({"8, 32", "32, 8", "16, 48"})
  void anUpdateStretchesNoVectorMuchMoreThanAnother(int rows, int columns) {
    double[][] x = update(random(rows, columns), 1);
    double[][] narrow = rows < columns ? NaiveMatrices.transpose(x) : x;
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      double[][] vector = new double[narrow[0].length][1];
      for (double[] entry : vector) {
        entry[0] = random.nextGaussian();
      }
      double[][] image = NaiveMatrices.product(narrow, vector);
      double stretch =
          Math.sqrt(NaiveMatrices.inner(image, image) / NaiveMatrices.inner(vector, vector));
      assertThat(stretch).isBetween(0.65, 1.25);
    }
  }

  @ParameterizedTest
  @CsvSource({"8, 32", "32, 8", "32, 32"})
  void updatesHaveTheSizeThatThoseOfAdamWHave(int rows, int columns) {
    double[][] x = update(random(rows, columns), 1);
    double factor = 0.2 * Math.sqrt(Math.max(rows, columns));
    double size = factor * Math.sqrt(NaiveMatrices.inner(x, x) / (rows * columns));
    assertThat(size).isBetween(0.15, 0.23);
  }

  @Test
  void aGradientOfZerosMovesNothing() {
    assertThat(update(new double[3][4], 1)).isEqualTo(new double[3][4]);
  }

  @Test
  void aVectorIsNoMatrix() {
    NDArray vector = manager.zeros(new Shape(4));
    TrainedParameter parameter =
        new TrainedParameter("odd", Kind.MATRIX, vector, vector.zerosLike(), 1, 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Muon.defaults().create(manager, List.of(parameter)))
        .withMessage("odd must have at least 2 dimensions to be a MATRIX, got the shape (4)");
  }

  private static double[][] random(int rows, int columns) {
    Random random = new Random(100L * rows + columns);
    double[][] matrix = new double[rows][columns];
    for (double[] row : matrix) {
      for (int j = 0; j < columns; j++) {
        row[j] = (float) random.nextGaussian();
      }
    }
    return matrix;
  }

  /** Returns what the iteration made of a gradient that is so many times a matrix. */
  private double[][] update(double[][] matrix, float size) {
    int rows = matrix.length;
    int columns = matrix[0].length;
    float[] gradient = new float[rows * columns];
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] = size * (float) matrix[i / columns][i % columns];
    }
    Shape shape = new Shape(rows, columns);
    NDArray weight = manager.zeros(shape);
    NDArray given = manager.create(gradient, shape);
    TrainedParameter parameter = new TrainedParameter("w", Kind.MATRIX, weight, given, 1, 1);
    try (Optimizer optimizer =
        Muon.defaults().withLearningRate(RATE).create(manager, List.of(parameter))) {
      optimizer.step(1, manager.ones(new Shape(1)), manager.zeros(new Shape(1)));
    }
    double factor = -RATE * 0.2 * Math.sqrt(Math.max(rows, columns));
    float[] changed = weight.toFloatArray();
    double[][] x = new double[rows][columns];
    for (int i = 0; i < changed.length; i++) {
      x[i / columns][i % columns] = changed[i] / factor + 0.0; // no negative zeros
    }
    return x;
  }
}

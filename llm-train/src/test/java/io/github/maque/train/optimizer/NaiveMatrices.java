package io.github.maque.train.optimizer;

/** Matrices in double precision. */
final class NaiveMatrices {
  private NaiveMatrices() {}

  static double[][] product(double[][] a, double[][] b) {
    double[][] c = new double[a.length][b[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < b[0].length; j++) {
        for (int k = 0; k < b.length; k++) {
          c[i][j] += a[i][k] * b[k][j];
        }
      }
    }
    return c;
  }

  static double[][] transpose(double[][] a) {
    double[][] b = new double[a[0].length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[0].length; j++) {
        b[j][i] = a[i][j];
      }
    }
    return b;
  }

  static double inner(double[][] a, double[][] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[0].length; j++) {
        sum += a[i][j] * b[i][j];
      }
    }
    return sum;
  }

  /** Muon's quintic polynomial, whichever side of the matrix is the longer. */
  static double[][] newtonSchulz(double[][] matrix, int iterations) {
    return iterate(matrix, iterations, 3.4445, -4.7750, 2.0315);
  }

  /** The nearest matrix whose singular values are all 1, by the cubic polynomial that converges. */
  static double[][] polarFactor(double[][] matrix) {
    return iterate(matrix, 200, 1.5, -0.5, 0);
  }

  private static double[][] iterate(
      double[][] matrix, int iterations, double a, double b, double c) {
    double norm = Math.sqrt(inner(matrix, matrix));
    double[][] x = combine(1 / norm, matrix, 0, matrix, 0, matrix);
    for (int i = 0; i < iterations; i++) {
      double[][] cube = product(product(x, transpose(x)), x);
      double[][] fifth = product(product(x, transpose(x)), cube);
      x = combine(a, x, b, cube, c, fifth);
    }
    return x;
  }

  private static double[][] combine(
      double a, double[][] x, double b, double[][] y, double c, double[][] z) {
    double[][] sum = new double[x.length][x[0].length];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < x[0].length; j++) {
        sum[i][j] = a * x[i][j] + b * y[i][j] + c * z[i][j];
      }
    }
    return sum;
  }
}

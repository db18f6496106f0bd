package io.github.maque.train.optimizer;

/** An update of one parameter in double precision, with its state. */
interface NaiveUpdate {
  /**
   * Changes weights.
   *
   * @param rate with all factors
   * @param decay with its factor, 0 for what does not decay
   */
  void update(double[] weight, double[] gradient, double rate, double decay);

  /** Adam with decoupled decay, as the paper writes it. */
  static NaiveUpdate adamW(int length, double beta1, double beta2, double epsilon) {
    double[] m = new double[length];
    double[] v = new double[length];
    int[] steps = new int[1];
    return (w, g, rate, decay) -> {
      int t = ++steps[0];
      for (int i = 0; i < length; i++) {
        m[i] = beta1 * m[i] + (1 - beta1) * g[i];
        v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
        double mean = m[i] / (1 - Math.pow(beta1, t));
        double square = v[i] / (1 - Math.pow(beta2, t));
        w[i] -= rate * (mean / (Math.sqrt(square) + epsilon) + decay * w[i]);
      }
    };
  }

  /** Gradient descent with a penalty on squares. */
  static NaiveUpdate sgd(int length, double momentum, boolean nesterov) {
    double[] m = new double[length];
    return (w, g, rate, decay) -> {
      for (int i = 0; i < length; i++) {
        double total = g[i] + decay * w[i];
        m[i] = momentum * m[i] + total;
        w[i] -= rate * (nesterov ? total + momentum * m[i] : m[i]);
      }
    };
  }

  /** Muon for a matrix of so many rows, with updates of AdamW's size. */
  static NaiveUpdate muon(int rows, int length, double momentum, boolean nesterov, int iterations) {
    double[] m = new double[length];
    int columns = length / rows;
    return (w, g, rate, decay) -> {
      double[][] direction = new double[rows][columns];
      for (int i = 0; i < length; i++) {
        m[i] = momentum * m[i] + (1 - momentum) * g[i];
        double ahead = momentum * m[i] + (1 - momentum) * g[i];
        direction[i / columns][i % columns] = nesterov ? ahead : m[i];
      }
      double[][] x = NaiveMatrices.newtonSchulz(direction, iterations);
      for (int i = 0; i < length; i++) {
        double change = 0.2 * Math.sqrt(Math.max(rows, columns)) * x[i / columns][i % columns];
        w[i] -= rate * (change + decay * w[i]);
      }
    };
  }
}

package io.github.maque.model;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A decoder in plain Java and double precision, for reading: what the tests hold against the model
 * that computes on the engine. It knows one sequence at a time and does everything with loops.
 *
 * <p>Vaswani et al. (2017) with what was added since, each cited where it is computed. {@code
 * oracle.py} holds it against other people's models in 64-bit floats.
 */
final class NaiveDecoder {
  private final DecoderConfig config;
  private final Map<String, double[]> weights;

  /**
   * Creates a decoder.
   *
   * @param weights by canonical name, row by row; read at every call, so that they may be changed
   *     between calls
   */
  NaiveDecoder(DecoderConfig config, Map<String, double[]> weights) {
    this.config = config;
    this.weights = weights;
  }

  /** Returns what follows each token of one document: {@code [time][vocabularySize]}. */
  double[][] logits(int... ids) {
    return logits(ids, IntStream.range(0, ids.length).toArray(), new int[ids.length]);
  }

  /**
   * Returns what follows each token: {@code [time][vocabularySize]}.
   *
   * @param positions the place of each token in its document
   * @param segments which document each token is of; tokens see those of their own document only
   */
  double[][] logits(int[] ids, int[] positions, int[] segments) {
    double[][] hidden = hiddenStates(ids, positions, segments);
    double[] head = weight(config.tiedEmbeddings() ? "model.embed_tokens" : "lm_head");
    double[][] logits = new double[ids.length][config.vocabularySize()];
    for (int t = 0; t < ids.length; t++) {
      for (int v = 0; v < config.vocabularySize(); v++) {
        double logit = config.logitScale() * dot(hidden[t], 0, head, v * config.width(), width());
        // Gemma 2 (2024): a smooth bound on what a logit can be.
        logits[t][v] =
            config.logitSoftCap() > 0
                ? config.logitSoftCap() * Math.tanh(logit / config.logitSoftCap())
                : logit;
      }
    }
    return logits;
  }

  /** Returns the normed states the head reads: {@code [time][width]}. */
  double[][] hiddenStates(int[] ids, int[] positions, int[] segments) {
    double[][] x = embed(ids, positions);
    for (int layer = 0; layer < config.layers(); layer++) {
      x = layer("model.layers." + layer + ".", x, positions, segments);
    }
    return norm("model.norm", x);
  }

  private double[][] embed(int[] ids, int[] positions) {
    double[] table = weight("model.embed_tokens");
    double[][] x = new double[ids.length][width()];
    for (int t = 0; t < ids.length; t++) {
      for (int i = 0; i < width(); i++) {
        x[t][i] = config.embeddingScale() * table[ids[t] * width() + i];
        if (config.positions() instanceof Positions.Learned) {
          x[t][i] += weight("model.embed_positions")[positions[t] * width() + i];
        }
      }
    }
    return x;
  }

  private double[][] layer(String layer, double[][] x, int[] positions, int[] segments) {
    double[][] normed = norm(layer + "input_layernorm", x);
    double[][] attended = attention(layer + "self_attn.", normed, positions, segments);
    double[][] between =
        sum(x, config.postNorm() ? norm(layer + "self_attn_output_layernorm", attended) : attended);
    // Wang and Komatsuzaki (GPT-J, 2021): both sub-layers may read the same states.
    double[][] input =
        config.parallelResidual() ? normed : norm(layer + "post_attention_layernorm", between);
    double[][] fed = feedForward(layer + "mlp.", input);
    return sum(between, config.postNorm() ? norm(layer + "mlp_output_layernorm", fed) : fed);
  }

  /** Grouped-query attention (Ainslie et al., 2023), in a sliding window (Beltagy et al., 2020). */
  private double[][] attention(String name, double[][] x, int[] positions, int[] segments) {
    int size = config.headSize();
    double[][] queries = project(name + "q_proj", x, config.heads() * size, config.attentionBias());
    double[][] keys = project(name + "k_proj", x, keyValueWidth(), config.attentionBias());
    double[][] values = project(name + "v_proj", x, keyValueWidth(), config.attentionBias());
    for (int t = 0; t < x.length; t++) {
      prepare(queries[t], name + "q_norm", positions[t]);
      prepare(keys[t], name + "k_norm", positions[t]);
    }
    int group = config.heads() / config.keyValueHeads();
    double[][] heads = new double[x.length][config.heads() * size];
    for (int t = 0; t < x.length; t++) {
      for (int h = 0; h < config.heads(); h++) {
        int keyHead = h / group * size;
        double[] scores = new double[x.length];
        Arrays.fill(scores, Double.NEGATIVE_INFINITY);
        for (int u = 0; u <= t; u++) {
          if (segments[u] == segments[t]
              && (config.slidingWindow() == 0 || t - u < config.slidingWindow())) {
            scores[u] = dot(queries[t], h * size, keys[u], keyHead, size) / Math.sqrt(size);
          }
        }
        double[] logShares = NaiveLoss.logSoftmax(scores);
        for (int u = 0; u <= t; u++) {
          for (int i = 0; i < size; i++) {
            heads[t][h * size + i] += Math.exp(logShares[u]) * values[u][keyHead + i];
          }
        }
      }
    }
    return project(name + "o_proj", heads, width(), config.attentionOutputBias());
  }

  /** Norms each head of one token's queries or keys (Henry et al., 2020) and turns it. */
  private void prepare(double[] heads, String norm, int position) {
    for (int from = 0; from < heads.length; from += config.headSize()) {
      double[] head = Arrays.copyOfRange(heads, from, from + config.headSize());
      if (config.queryKeyNorm()) {
        head = rmsNorm(head, weight(norm));
      }
      if (config.positions() instanceof Positions.Rotary rotary) {
        head = NaiveRotary.turn(head, position, rotary);
      }
      System.arraycopy(head, 0, heads, from, head.length);
    }
  }

  private double[][] feedForward(String name, double[][] x) {
    int inner = config.feedForwardWidth();
    boolean bias = config.feedForwardBias();
    double[][] up = project(name + "up_proj", x, inner, bias);
    double[][] gate =
        config.feedForward().gated() ? project(name + "gate_proj", x, inner, bias) : up;
    for (int t = 0; t < x.length; t++) {
      for (int i = 0; i < inner; i++) {
        up[t][i] =
            switch (config.feedForward()) {
              case SWIGLU -> gate[t][i] / (1 + Math.exp(-gate[t][i])) * up[t][i];
              case GEGLU -> gelu(gate[t][i]) * up[t][i];
              case GELU -> gelu(up[t][i]);
              case SQUARED_RELU -> Math.max(0, up[t][i]) * Math.max(0, up[t][i]);
            };
      }
    }
    return project(name + "down_proj", up, width(), bias);
  }

  /** Hendrycks and Gimpel (2016), the approximation by tanh. */
  private static double gelu(double x) {
    return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
  }

  private double[][] norm(String name, double[][] x) {
    double[][] normed = new double[x.length][];
    for (int t = 0; t < x.length; t++) {
      normed[t] =
          switch (config.norm()) {
            case RMS_NORM -> rmsNorm(x[t], weight(name));
            case LAYER_NORM -> layerNorm(x[t], weight(name), bias(name));
          };
    }
    return normed;
  }

  /** Zhang and Sennrich (2019). */
  private double[] rmsNorm(double[] x, double[] weight) {
    double meanSquare = Arrays.stream(x).map(v -> v * v).sum() / x.length;
    double[] normed = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      normed[i] = x[i] / Math.sqrt(meanSquare + config.normEpsilon()) * weight[i];
    }
    return normed;
  }

  /** Ba et al. (2016). */
  private double[] layerNorm(double[] x, double[] weight, double[] bias) {
    double mean = Arrays.stream(x).sum() / x.length;
    double variance = Arrays.stream(x).map(v -> (v - mean) * (v - mean)).sum() / x.length;
    double[] normed = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      normed[i] = (x[i] - mean) / Math.sqrt(variance + config.normEpsilon()) * weight[i] + bias[i];
    }
    return normed;
  }

  /** Returns {@code x · weightᵀ + bias} for each token. */
  private double[][] project(String name, double[][] x, int out, boolean biased) {
    double[] weight = weight(name);
    double[][] result = new double[x.length][out];
    for (int t = 0; t < x.length; t++) {
      int in = x[t].length;
      for (int o = 0; o < out; o++) {
        result[t][o] = dot(x[t], 0, weight, o * in, in) + (biased ? bias(name)[o] : 0);
      }
    }
    return result;
  }

  private static double[][] sum(double[][] a, double[][] b) {
    double[][] sum = new double[a.length][a[0].length];
    for (int t = 0; t < a.length; t++) {
      for (int i = 0; i < a[t].length; i++) {
        sum[t][i] = a[t][i] + b[t][i];
      }
    }
    return sum;
  }

  private static double dot(double[] a, int fromA, double[] b, int fromB, int length) {
    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += a[fromA + i] * b[fromB + i];
    }
    return sum;
  }

  private int width() {
    return config.width();
  }

  private int keyValueWidth() {
    return config.keyValueHeads() * config.headSize();
  }

  private double[] weight(String name) {
    return parameter(name + ".weight");
  }

  private double[] bias(String name) {
    return parameter(name + ".bias");
  }

  private double[] parameter(String name) {
    double[] values = weights.get(name);
    if (values == null) {
      throw new IllegalArgumentException("no parameter " + name);
    }
    return values;
  }
}

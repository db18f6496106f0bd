package io.github.maque.model;

import io.github.maque.model.ParameterShape.Kind;
import io.github.maque.model.kernel.Precision;

/** What a decoder costs: parameters, floating-point operations, bytes. */
final class DecoderCosts {
  /** Queries that attention takes at once, as {@code GroupedQueryAttention} does. */
  private static final int QUERY_BLOCK = 128;

  /** Up to how many tokens of a sequence attention's probabilities are kept. */
  private static final int MOST_TIME_WITH_PROBABILITIES = 1024;

  /** How many logits exist at once, as gradients, in {@code LanguageModelHead}. */
  private static final long LOGITS = 1 << 23;

  /** How many of them exist in 32-bit floats, in each of two arrays. */
  private static final long FLOAT_LOGITS = 1 << 21;

  private DecoderCosts() {}

  static long parameters(DecoderConfig config) {
    return config.parameterShapes().stream().mapToLong(ParameterShape::size).sum();
  }

  static long activeParameters(DecoderConfig config) {
    return config.parameterShapes().stream()
        .filter(parameter -> !isOnlyLookedUp(parameter.kind(), config))
        .mapToLong(ParameterShape::size)
        .sum();
  }

  private static boolean isOnlyLookedUp(Kind kind, DecoderConfig config) {
    return kind == Kind.POSITION_EMBEDDING
        || (kind == Kind.TOKEN_EMBEDDING && !config.tiedEmbeddings());
  }

  static double trainingFlopsPerToken(DecoderConfig config, int time) {
    requireWithinContext(config, "time", time, 1);
    double window = window(config, time);
    // Of t tokens before it, a token sees t, at most the window: on average so many.
    double visible = window - window * window / (2 * time);
    return 6.0 * config.activeParameters() + 12.0 * attentionNumbers(config) * visible;
  }

  static double inferenceFlopsPerToken(DecoderConfig config, int position) {
    requireWithinContext(config, "position", position, 0);
    double visible = window(config, position + 1L);
    return 2.0 * config.activeParameters() + 4.0 * attentionNumbers(config) * visible;
  }

  /** Returns how many numbers all query heads of all layers have for a token. */
  private static double attentionNumbers(DecoderConfig config) {
    return (double) config.layers() * config.heads() * config.headSize();
  }

  private static double window(DecoderConfig config, long time) {
    return config.slidingWindow() == 0 ? time : Math.min(time, config.slidingWindow());
  }

  static long activationBytesPerLayer(
      DecoderConfig config, int batch, int time, Precision precision) {
    Ranges.requirePositive("batch", batch);
    Ranges.requirePositive("time", time); // Rows of several documents may be longer than a context.
    long tokens = (long) batch * time;
    long perToken = normBytes(config, precision) + attentionBytes(config, precision);
    perToken += (config.feedForward().gated() ? 4L : 2L) * inner(config, precision);
    if (config.dropout() > 0) {
      perToken += 2L * config.width() * Float.BYTES;
    }
    long probabilities = batch * probabilities(config, time) * config.heads();
    return Math.multiplyExact(tokens, perToken)
        + (probabilities + matrices(config, precision)) * bytes(precision);
  }

  private static long inner(DecoderConfig config, Precision precision) {
    return (long) config.feedForwardWidth() * bytes(precision);
  }

  /** Returns how many bytes a token takes in the residual stream and around its norms. */
  private static long normBytes(DecoderConfig config, Precision precision) {
    long width = config.width();
    // What a norm reads, and what it returns.
    long inputs = 2 * (width * Float.BYTES + width * bytes(precision));
    if (!config.postNorm()) {
      return inputs;
    }
    // What a norm of an output reads, and, if RMS, what its weight is multiplied with.
    boolean rms = config.norm() == NormKind.RMS_NORM;
    return inputs + (rms ? 4L : 2L) * width * Float.BYTES;
  }

  /** Returns how many bytes a token takes in attention, without probabilities. */
  private static long attentionBytes(DecoderConfig config, Precision precision) {
    long queries = (long) config.heads() * config.headSize();
    long keys = (long) config.keyValueHeads() * config.headSize();
    // Before and after they are rotated, and what attention found.
    long plain = (2 * (queries + 2 * keys) + queries) * bytes(precision);
    return config.queryKeyNorm() ? plain + 2 * (queries + keys) * Float.BYTES : plain;
  }

  /** Returns how many probabilities a query head of a sequence keeps. */
  private static long probabilities(DecoderConfig config, int time) {
    if (time > MOST_TIME_WITH_PROBABILITIES) {
      return 0;
    }
    long kept = 0;
    for (int from = 0; from < time; from += QUERY_BLOCK) {
      int end = Math.min(from + QUERY_BLOCK, time);
      int first = config.slidingWindow() == 0 ? 0 : Math.max(0, from + 1 - config.slidingWindow());
      kept += (long) (end - from) * (end - first);
    }
    return kept;
  }

  /** Returns how many numbers of a layer's matrices are copied, to join or to round them. */
  private static long matrices(DecoderConfig config, Precision precision) {
    long width = config.width();
    long queries = (long) config.heads() * config.headSize();
    long keys = (long) config.keyValueHeads() * config.headSize();
    long joined = width * (queries + 2 * keys);
    if (precision == Precision.FLOAT32) {
      return joined;
    }
    long feedForward = (config.feedForward().gated() ? 3 : 2) * width * config.feedForwardWidth();
    return joined + width * queries + feedForward;
  }

  static TrainingMemory trainingMemory(
      DecoderConfig config, int batch, int time, Precision precision, int checkpointEvery) {
    Ranges.requireBetween("checkpointEvery", checkpointEvery, 0, config.layers());
    long layer = activationBytesPerLayer(config, batch, time, precision);
    long weights = parameters(config) * Float.BYTES;
    long stream = (long) batch * time * config.width() * Float.BYTES;
    long pieces = checkpointEvery == 0 ? 0 : (config.layers() - 1) / checkpointEvery + 1;
    long kept = checkpointEvery == 0 ? Math.multiplyExact(layer, config.layers()) : stream * pieces;
    long recomputed = Math.multiplyExact(layer, checkpointEvery);
    long tokens = (long) batch * time;
    long backward = recomputed + layerWorking(config, tokens, precision);
    long working = 2 * stream + Math.max(headWorking(config, tokens, precision), backward);
    return new TrainingMemory(weights, weights, 2 * weights, kept, working);
  }

  /** Returns what the head's matrix, its gradient and a piece of the logits take for a while. */
  private static long headWorking(DecoderConfig config, long tokens, Precision precision) {
    long vocabulary = config.vocabularySize();
    long table = vocabulary * config.width();
    long rounded = precision == Precision.FLOAT32 ? 0 : bytes(precision);
    long floats = Math.min(tokens * vocabulary, FLOAT_LOGITS);
    long gradients = Math.min(tokens * vocabulary, LOGITS) * bytes(precision);
    return table * rounded
        + gradients
        + Math.max(floats * (2 * Float.BYTES + rounded), table * (Float.BYTES + rounded));
  }

  /** Returns what gradients inside of the feed-forward or attention take for a while. */
  private static long layerWorking(DecoderConfig config, long tokens, Precision precision) {
    long attention = (config.heads() + 2L * config.keyValueHeads()) * config.headSize();
    long widest = Math.max(config.feedForwardWidth(), attention);
    long gradients = 3 * Math.multiplyExact(tokens, widest * bytes(precision));
    return gradients + widest * config.width() * Float.BYTES;
  }

  static long keyValueCacheBytes(
      DecoderConfig config, int sequences, int positions, Precision precision) {
    Ranges.requirePositive("sequences", sequences);
    requireWithinContext(config, "positions", positions, 1);
    long numbers = (long) config.layers() * config.keyValueHeads() * config.headSize();
    long perToken = numbers * (Float.BYTES + bytes(precision));
    return Math.multiplyExact((long) sequences * positions, perToken);
  }

  private static int bytes(Precision precision) {
    if (precision == Precision.AUTO) {
      throw new IllegalArgumentException("precision must be resolved, got AUTO");
    }
    return precision == Precision.FLOAT32 ? Float.BYTES : Short.BYTES;
  }

  private static void requireWithinContext(
      DecoderConfig config, String name, int value, int least) {
    Ranges.requireBetween(name, value, least, config.contextLength());
  }
}

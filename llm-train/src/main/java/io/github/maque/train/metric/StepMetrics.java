package io.github.maque.train.metric;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is known of an update.
 *
 * @param step its number, counted from 1
 * @param tokens how many tokens the run has read since its beginning, padding not counted
 * @param loss the objective's, over all of its tokens, in nats
 * @param learningRate that it was made with
 * @param gradientNorm the root of the sum of the squares of all gradients, before clipping
 * @param skipped whether it was left out, for a loss or gradients that are no numbers, or a spike
 * @param lossScale what the loss was multiplied with, 1 but for fp16
 * @param seconds how long it took, evaluation and saving not counted
 * @param tokensPerSecond tokens, padding not counted, by the time of the last updates
 * @param utilization the part of the measured rate of matrix products, or NaN if that is not known
 * @param memoryBytes what the process, or the GPU, has in use, or 0 if that is not known
 * @param others an objective's own figures, by name, the most important first
 */
public record StepMetrics(
    long step,
    long tokens,
    double loss,
    double learningRate,
    double gradientNorm,
    boolean skipped,
    double lossScale,
    double seconds,
    double tokensPerSecond,
    double utilization,
    long memoryBytes,
    Map<String, Double> others) {
  /** Copies the map, in its order. */
  public StepMetrics {
    others = Collections.unmodifiableMap(new LinkedHashMap<>(others));
  }
}

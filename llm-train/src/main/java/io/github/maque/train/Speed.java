package io.github.maque.train;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import io.github.maque.model.Decoder;
import io.github.maque.model.kernel.PrecisionChoice;
import java.util.ArrayDeque;
import java.util.Deque;

/** How fast updates have been lately, what part of the device's rate that is, and its memory. */
final class Speed {
  private static final int UPDATES = 20;

  private final double flopsPerToken;
  private final double flopsPerSecond;
  private final Device device;
  private final Deque<double[]> tokensAndSeconds = new ArrayDeque<>();
  private long mark = System.nanoTime();
  private double sinceMark;

  /**
   * Creates one.
   *
   * @param length tokens of a sequence, or of the longest segment if that has fewer
   */
  Speed(Decoder decoder, int length) {
    device = decoder.manager().getDevice();
    flopsPerToken = decoder.config().trainingFlopsPerToken(length);
    PrecisionChoice choice = PrecisionChoice.on(decoder.manager());
    flopsPerSecond =
        switch (decoder.precision()) {
          case FLOAT32 -> choice.float32Rate();
          case BFLOAT16_MIXED, BFLOAT16_TRUE -> choice.bfloat16Rate();
          case FLOAT16_MIXED, AUTO -> Double.NaN; // Nobody measured it.
        };
  }

  double flopsPerToken() {
    return flopsPerToken;
  }

  double flopsPerSecond() {
    return flopsPerSecond;
  }

  /** What was done until now was no update. */
  void restart() {
    mark = System.nanoTime();
    sinceMark = 0;
  }

  /**
   * Counts one of several updates that were made since the last restart.
   *
   * @return its share of the time, in seconds
   */
  double add(int tokens, int updates) {
    if (sinceMark == 0) {
      sinceMark = (System.nanoTime() - mark) / 1e9;
    }
    double seconds = sinceMark / updates;
    tokensAndSeconds.add(new double[] {tokens, seconds});
    if (tokensAndSeconds.size() > UPDATES) {
      tokensAndSeconds.remove();
    }
    return seconds;
  }

  double tokensPerSecond() {
    double tokens = 0;
    double seconds = 0;
    for (double[] update : tokensAndSeconds) {
      tokens += update[0];
      seconds += update[1];
    }
    return tokens / seconds;
  }

  /** Returns the part of the measured rate of matrix products, or NaN. */
  double utilization() {
    return tokensPerSecond() * flopsPerToken / flopsPerSecond;
  }

  /** Returns what the GPU, or this process, has in use, or 0 if that is not known. */
  long memoryBytes() {
    if (device.isGpu()) {
      return CudaUtils.getGpuMemory(device).getCommitted();
    }
    return ProcFile.kilobytes("/proc/self/status", "VmRSS").orElse(0) * 1024;
  }
}

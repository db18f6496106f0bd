package io.github.maque.model.kernel;

import ai.djl.pytorch.jni.JniUtils;

/**
 * Whether this thread's engine records what is computed, so that gradients can be had. Put it into
 * a try statement; closing restores what was before.
 */
public final class GradientMode implements AutoCloseable {
  private final boolean before = JniUtils.isGradMode();

  private GradientMode(boolean recording) {
    JniUtils.setGradMode(recording);
  }

  /** Begins to record. */
  public static GradientMode recording() {
    return new GradientMode(true);
  }

  /** Begins not to record. */
  public static GradientMode notRecording() {
    return new GradientMode(false);
  }

  @Override
  public void close() {
    JniUtils.setGradMode(before);
  }
}

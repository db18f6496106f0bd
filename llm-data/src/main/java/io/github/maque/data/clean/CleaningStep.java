package io.github.maque.data.clean;

/**
 * One thing done to every text by itself. Implementations are immutable, safe for many threads, and
 * give the same verdict on the same text each time. {@link CleaningSteps} has those there are.
 */
public interface CleaningStep {

  /**
   * Returns what the step does, with its parameters, such as {@code length(20..20000)}: the same
   * name means the same verdicts. A preparation that was interrupted goes on only with steps of the
   * same names.
   */
  String name();

  /** Decides what becomes of {@code text}. */
  Verdict apply(String text);
}

package io.github.maque.examples.cli;

import picocli.CommandLine.Option;

/** The options of verbs that let models write many texts at once. */
final class BatchedAnswerOptions extends AnswerOptions {
  @Option(
      names = "--slots",
      paramLabel = "N",
      description = "The most texts written at once; more take more memory (${DEFAULT-VALUE}).")
  private int slots;

  /**
   * Creates the options.
   *
   * @param slots how many texts are written at once if nothing is said
   */
  BatchedAnswerOptions(int slots) {
    this.slots = slots;
  }

  /** Returns how many texts are written at once at most. */
  int slots() {
    if (slots < 1) {
      throw new IllegalArgumentException("--slots must be at least 1, got " + slots);
    }
    return slots;
  }
}

package io.github.maque.model;

import java.util.List;

/**
 * Whether models of a shape can be written so that another program computes the same with them.
 *
 * @param architecture what the format calls the architecture that fits, or comes nearest
 * @param obstacles what that architecture lacks, each with the field at fault; empty if it fits
 */
public record Exportability(String architecture, List<String> obstacles) {
  /** Copies the list. */
  public Exportability {
    obstacles = List.copyOf(obstacles);
  }

  /** Returns whether the architecture fits. */
  public boolean possible() {
    return obstacles.isEmpty();
  }

  /** Returns {@code as LlamaForCausalLM}, or why it is not possible: text for a person. */
  @Override
  public String toString() {
    return possible()
        ? "as " + architecture
        : "not as " + architecture + ": " + String.join("; ", obstacles);
  }
}

package io.github.maque.model.generate;

import java.util.Arrays;

/**
 * A prompt and how to go on from it.
 *
 * @param prompt the ids of the prompt, at least one; not to be changed while the request is in use
 * @param options how to go on
 */
public record GenerationRequest(int[] prompt, GenerationOptions options) {

  /** Checks that there is a prompt. */
  public GenerationRequest {
    if (prompt.length == 0) {
      throw new IllegalArgumentException(
          "prompt must have at least one token, got none: a decoder needs one to start from, such"
              + " as BOS");
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GenerationRequest that
        && Arrays.equals(prompt, that.prompt)
        && options.equals(that.options);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(prompt) + options.hashCode();
  }

  @Override
  public String toString() {
    return "GenerationRequest[prompt=" + Arrays.toString(prompt) + ", options=" + options + "]";
  }
}

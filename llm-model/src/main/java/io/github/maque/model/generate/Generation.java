package io.github.maque.model.generate;

import java.util.Arrays;

/**
 * What a decoder wrote behind a prompt.
 *
 * @param ids all new tokens as they were chosen: with the stop id, if one was the reason to finish,
 *     and with those that spell a stop string
 * @param text what the new tokens add to the text of the prompt, up to the stop id or the stop
 *     string and without it; empty if the generator has no tokenizer. A character that the last
 *     token leaves incomplete is U+FFFD.
 * @param finishReason why it ended
 * @param logProbabilities for every new token its natural log-probability in the decoder's own
 *     distribution, before any change by the options; empty if {@link
 *     GenerationOptions#logProbabilities} is off
 */
public record Generation(
    int[] ids, String text, FinishReason finishReason, double[] logProbabilities) {

  /** Checks that there are as many log-probabilities as ids, or none. */
  public Generation {
    if (logProbabilities.length != 0 && logProbabilities.length != ids.length) {
      throw new IllegalArgumentException(
          "logProbabilities must be none or one for each of "
              + ids.length
              + " ids, got "
              + logProbabilities.length);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Generation that
        && Arrays.equals(ids, that.ids)
        && text.equals(that.text)
        && finishReason == that.finishReason
        && Arrays.equals(logProbabilities, that.logProbabilities);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * Arrays.hashCode(ids) + text.hashCode()) + finishReason.hashCode();
  }

  @Override
  public String toString() {
    return "Generation[ids="
        + Arrays.toString(ids)
        + ", text="
        + text
        + ", finishReason="
        + finishReason
        + ", logProbabilities="
        + Arrays.toString(logProbabilities)
        + "]";
  }
}

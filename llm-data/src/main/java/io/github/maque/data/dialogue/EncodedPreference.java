package io.github.maque.data.dialogue;

import java.util.Arrays;

/**
 * A preference as token ids: two conversations that begin with the same ids.
 *
 * @param chosen the prompt and the better answer, of which only the answer is learnt
 * @param rejected the prompt and the worse answer, alike
 * @param promptLength how many ids at the beginning are the prompt, the same in both and learnt in
 *     neither, so that they need be run through a model only once
 */
public record EncodedPreference(
    EncodedDialogue chosen, EncodedDialogue rejected, int promptLength) {

  /** Checks that the prompt is the same in both and that it is not learnt. */
  public EncodedPreference {
    if (promptLength < 0 || promptLength > Math.min(chosen.size(), rejected.size())) {
      throw new IllegalArgumentException(
          "promptLength must be between 0 and the length of the shorter answer with its prompt, "
              + Math.min(chosen.size(), rejected.size())
              + ", got "
              + promptLength);
    }
    int different = Arrays.mismatch(chosen.ids(), 0, promptLength, rejected.ids(), 0, promptLength);
    if (different >= 0) {
      throw new IllegalArgumentException("the prompts differ at token " + different);
    }
    for (int i = 0; i < promptLength; i++) {
      if (chosen.learned()[i] || rejected.learned()[i]) {
        throw new IllegalArgumentException("token " + i + " of the prompt must not be learnt");
      }
    }
  }

  /** Returns the ids of the prompt. */
  public int[] prompt() {
    return Arrays.copyOf(chosen.ids(), promptLength);
  }
}

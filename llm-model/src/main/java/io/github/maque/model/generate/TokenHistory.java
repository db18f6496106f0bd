package io.github.maque.model.generate;

import io.github.maque.tokenizer.IdBuffer;
import java.util.Arrays;

/** The tokens of one sequence, prompt and new ones, and how often each of them occurs. */
final class TokenHistory {
  private static final int FREE = -1;

  private final IdBuffer tokens;
  private final int promptLength;

  /**
   * The distinct tokens: an open-addressed table of a power of two of places, half full at most.
   */
  private int[] ids = new int[16];

  /** For the token in the same place of {@link #ids}, how often it is among the new tokens. */
  private int[] newCounts = new int[16];

  private int distinct;

  TokenHistory(int[] prompt) {
    promptLength = prompt.length;
    tokens = new IdBuffer(prompt.length + 64);
    tokens.add(prompt, 0, prompt.length);
    Arrays.fill(ids, FREE);
    for (int id : prompt) {
      count(id, 0);
    }
  }

  /** Appends a new token. */
  void add(int id) {
    tokens.add(id);
    count(id, 1);
  }

  /** Returns how many tokens there are, the prompt included. */
  int size() {
    return tokens.size();
  }

  /** Returns how many tokens came behind the prompt. */
  int newTokens() {
    return tokens.size() - promptLength;
  }

  int promptLength() {
    return promptLength;
  }

  /** Returns tokens {@code from} to {@code to}. */
  int[] range(int from, int to) {
    return Arrays.copyOfRange(tokens.array(), from, to);
  }

  int last() {
    return tokens.get(tokens.size() - 1);
  }

  /** Divides the logits of all tokens that occurred, or multiplies those below 0. */
  void penalizeRepetition(float[] logits, float penalty) {
    for (int id : ids) {
      if (id != FREE) {
        float logit = logits[id];
        logits[id] = logit < 0 ? logit * penalty : logit / penalty;
      }
    }
  }

  /** Lowers the logits of the new tokens, once each and for each occurrence. */
  void penalizeNewTokens(float[] logits, double presence, double frequency) {
    for (int place = 0; place < ids.length; place++) {
      int count = newCounts[place];
      if (count > 0) {
        logits[ids[place]] = (float) (logits[ids[place]] - (presence + frequency * count));
      }
    }
  }

  /** Forbids every token that would complete a run of {@code size} tokens a second time. */
  void forbidRepeatedNgrams(float[] logits, int size) {
    int[] all = tokens.array();
    int suffix = tokens.size() - size + 1;
    for (int start = 0; start < suffix; start++) {
      int matched = 0;
      while (matched < size - 1 && all[start + matched] == all[suffix + matched]) {
        matched++;
      }
      if (matched == size - 1) {
        logits[all[start + size - 1]] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  private void count(int id, int occurrences) {
    int place = place(id);
    if (ids[place] == FREE) {
      if (2 * (distinct + 1) > ids.length) {
        grow();
        place = place(id);
      }
      ids[place] = id;
      distinct++;
    }
    newCounts[place] += occurrences;
  }

  private int place(int id) {
    int mask = ids.length - 1;
    // Fibonacci hashing: the high bits of the product depend on all bits of the id.
    int place = (id * 0x9E3779B9) >>> Integer.numberOfLeadingZeros(mask);
    while (ids[place] != FREE && ids[place] != id) {
      place = (place + 1) & mask;
    }
    return place;
  }

  private void grow() {
    int[] oldIds = ids;
    int[] oldCounts = newCounts;
    ids = new int[2 * oldIds.length];
    newCounts = new int[ids.length];
    Arrays.fill(ids, FREE);
    for (int old = 0; old < oldIds.length; old++) {
      if (oldIds[old] != FREE) {
        int place = place(oldIds[old]);
        ids[place] = oldIds[old];
        newCounts[place] = oldCounts[old];
      }
    }
  }
}

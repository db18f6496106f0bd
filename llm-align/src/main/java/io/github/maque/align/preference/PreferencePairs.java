package io.github.maque.align.preference;

import io.github.maque.align.internal.Sha256;
import io.github.maque.data.dialogue.EncodedDialogue;
import io.github.maque.data.dialogue.EncodedPreference;
import io.github.maque.data.pack.SampleList;
import io.github.maque.data.pack.Samples;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

/**
 * Pairs of a better and a worse answer to the same prompt, as token ids in memory. Immutable and
 * safe for many threads.
 *
 * <pre>{@code
 * DialogueEncoder encoder = new DialogueEncoder(ChatTemplate.chatMl(), tokenizer);
 * PreferencePairs.Builder pairs = PreferencePairs.builder(512, Overlong.TRUNCATE);
 * RecordSource.of(encoder.preferences(), Path.of("preferences.jsonl")).forEach(pairs::add);
 * PreferencePairs training = pairs.build();
 * }</pre>
 */
public final class PreferencePairs {
  /** What becomes of a pair with a side that is too long. */
  public enum Overlong {
    /** The first tokens of the side are kept, and the rest is lost, its end of turn too. */
    TRUNCATE,
    /** The pair is left out. */
    DROP,
    /** It is an error that names the pair, as is an answer of which nothing is learnt. */
    REJECT
  }

  /**
   * What became of the pairs that were added.
   *
   * @param added how many there were
   * @param kept how many are left
   * @param truncatedSides how many sides of those that are left were cut at their end
   * @param overlong how many pairs were left out because a side was too long
   * @param unlearned how many were left out because nothing of a side is learnt, as when the prompt
   *     alone is too long
   * @param alike how many were left out because their sides are the same, as when they differ only
   *     in what was cut off
   */
  public record Report(
      int added, int kept, int truncatedSides, int overlong, int unlearned, int alike) {}

  private final SampleList samples;
  private final int[] chosenLengths;
  private final int longestSide;
  private final Report report;
  private final String fingerprint;

  private PreferencePairs(Builder from) {
    samples = from.samples.build();
    chosenLengths = Arrays.copyOf(from.chosenLengths, samples.size());
    longestSide = from.longestSide;
    report = from.report();
    fingerprint = fingerprint(samples, chosenLengths);
  }

  /**
   * Returns a builder of an empty list.
   *
   * @param maxLength the most tokens of a side, its prompt included: the context of the model, or
   *     less
   * @param overlong what becomes of pairs with more
   */
  public static Builder builder(int maxLength, Overlong overlong) {
    return new Builder(maxLength, overlong);
  }

  /** Returns how many pairs there are, at least one. */
  public int size() {
    return samples.size();
  }

  /**
   * Returns the prompt and the better answer of a pair. Its first token, which nothing predicts, is
   * never one to be learnt.
   *
   * @throws IndexOutOfBoundsException if there is no such pair
   */
  public EncodedDialogue chosen(int pair) {
    return side(pair, 0, chosenLength(pair));
  }

  /** Returns the prompt and the worse answer of a pair, as {@link #chosen} does. */
  public EncodedDialogue rejected(int pair) {
    int chosen = chosenLength(pair);
    return side(pair, chosen, samples.length(pair) - chosen);
  }

  /** Returns how many tokens the longest side has, its prompt included. */
  public int longestSide() {
    return longestSide;
  }

  /** Returns what became of the pairs that were added. */
  public Report report() {
    return report;
  }

  /** Returns a SHA-256, in hexadecimal, of all ids and of which of them are learnt, in order. */
  public String fingerprint() {
    return fingerprint;
  }

  /** Returns the pairs as samples: the chosen side and the rejected one behind each other. */
  Samples samples() {
    return samples;
  }

  int chosenLength(int pair) {
    return chosenLengths[Objects.checkIndex(pair, size())];
  }

  private EncodedDialogue side(int pair, int from, int count) {
    int[] ids = new int[count];
    float[] weights = new float[count];
    samples.read(pair, from, count, ids, weights, 0);
    boolean[] learned = new boolean[count];
    for (int t = 0; t < count; t++) {
      learned[t] = weights[t] != 0;
    }
    return new EncodedDialogue(ids, learned);
  }

  private static String fingerprint(Samples samples, int[] chosenLengths) {
    Sha256 digest = new Sha256();
    for (int pair = 0; pair < samples.size(); pair++) {
      int count = samples.length(pair);
      int[] ids = new int[count];
      float[] weights = new float[count];
      samples.read(pair, 0, count, ids, weights, 0);
      ByteBuffer bytes = ByteBuffer.allocate((2 + count) * Integer.BYTES);
      bytes.putInt(chosenLengths[pair]).putInt(count);
      for (int t = 0; t < count; t++) {
        bytes.putInt(weights[t] == 0 ? ~ids[t] : ids[t]);
      }
      digest.add(bytes.flip());
    }
    return digest.hex();
  }

  /** Collects pairs. Used by one thread. */
  public static final class Builder {
    private final int maxLength;
    private final Overlong policy;
    private final SampleList.Builder samples = SampleList.builder();
    private int[] chosenLengths = new int[16];
    private int longestSide;
    private int added;
    private int kept;
    private int truncatedSides;
    private int overlong;
    private int unlearned;
    private int alike;

    private Builder(int maxLength, Overlong policy) {
      if (maxLength < 2) {
        throw new IllegalArgumentException("maxLength must be at least 2, got " + maxLength);
      }
      this.maxLength = maxLength;
      this.policy = policy;
    }

    /**
     * Adds a pair, or leaves it out.
     *
     * @throws IllegalArgumentException if it cannot be used and is not to be left out; the message
     *     has its number, counted from 0
     */
    public Builder add(EncodedPreference pair) {
      int number = added++;
      int longest = Math.max(pair.chosen().size(), pair.rejected().size());
      if (longest > maxLength && policy != Overlong.TRUNCATE) {
        refuse(number, "has a side of " + longest + " tokens, but maxLength is " + maxLength);
        overlong++;
        return this;
      }
      EncodedDialogue chosen = predictable(pair.chosen());
      EncodedDialogue rejected = predictable(pair.rejected());
      if (chosen.learnedTokens() == 0 || rejected.learnedTokens() == 0) {
        refuse(number, "has a side of which no token is learnt");
        unlearned++;
      } else if (Arrays.equals(chosen.ids(), rejected.ids())) {
        refuse(number, "has two sides that are the same");
        alike++;
      } else {
        truncatedSides += pair.chosen().size() > maxLength ? 1 : 0;
        truncatedSides += pair.rejected().size() > maxLength ? 1 : 0;
        keep(chosen, rejected);
      }
      return this;
    }

    /** Returns how many pairs were not left out. */
    int kept() {
      return kept;
    }

    /**
     * Returns the pairs added so far.
     *
     * @throws IllegalArgumentException if none is left
     */
    public PreferencePairs build() {
      if (kept == 0) {
        throw new IllegalArgumentException("no pair is left to learn from: " + report());
      }
      return new PreferencePairs(this);
    }

    private void refuse(int number, String what) {
      if (policy == Overlong.REJECT) {
        throw new IllegalArgumentException("pair " + number + " " + what);
      }
    }

    /** Returns the first tokens of a side, of which the very first is not to be learnt. */
    private EncodedDialogue predictable(EncodedDialogue side) {
      int count = Math.min(side.size(), maxLength);
      boolean[] learned = Arrays.copyOf(side.learned(), count);
      if (count > 0) {
        learned[0] = false;
      }
      return new EncodedDialogue(Arrays.copyOf(side.ids(), count), learned);
    }

    private void keep(EncodedDialogue chosen, EncodedDialogue rejected) {
      int[] ids = Arrays.copyOf(chosen.ids(), chosen.size() + rejected.size());
      System.arraycopy(rejected.ids(), 0, ids, chosen.size(), rejected.size());
      boolean[] learned = Arrays.copyOf(chosen.learned(), ids.length);
      System.arraycopy(rejected.learned(), 0, learned, chosen.size(), rejected.size());
      samples.add(ids, learned);
      if (kept == chosenLengths.length) {
        chosenLengths = Arrays.copyOf(chosenLengths, kept + (kept >> 1) + 1);
      }
      chosenLengths[kept++] = chosen.size();
      longestSide = Math.max(longestSide, Math.max(chosen.size(), rejected.size()));
    }

    Report report() {
      return new Report(added, kept, truncatedSides, overlong, unlearned, alike);
    }
  }
}

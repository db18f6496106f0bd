package io.github.maque.tokenizer.sentencepiece;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The compiled rewriting rules of a SentencePiece model: {@code u32 size; u32 trie[size / 4];
 * replacements}, where the trie is a Darts-clone double array that leads from what is replaced to
 * the offset of its replacement, which a NUL ends.
 *
 * <p>The library follows the trie without looking whether an offset lies inside it. So everything
 * that can be reached is checked here before the library sees it.
 */
final class CharsMap {
  /**
   * The library keeps this many rules per place in the text, and reads past them if there are more.
   */
  private static final int MAX_NESTED_RULES = 32;

  private static final int MAX_BYTES = 1 << 23;

  /** The longest of Unicode's own replacements, of U+FDFA, has 33 bytes. */
  private static final int MAX_REPLACEMENT_BYTES = 128;

  private final int[] units;
  private final byte[] replacements;
  private final int[] replacementLengths;

  /**
   * Checks and reads rules.
   *
   * @throws IllegalArgumentException if following them would lead outside of them
   */
  CharsMap(byte[] encoded) {
    if (encoded.length > MAX_BYTES) {
      throw damaged("they take " + encoded.length + " bytes, more than any real ones");
    }
    ByteBuffer in = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
    long trieBytes = encoded.length < 4 ? -1 : Integer.toUnsignedLong(in.getInt());
    if (trieBytes < 1024 || trieBytes % 4 != 0 || trieBytes >= encoded.length - 4) {
      throw damaged("the size of the trie is wrong");
    }
    units = new int[(int) trieBytes / 4];
    for (int i = 0; i < units.length; i++) {
      units[i] = in.getInt();
    }
    replacements = new byte[in.remaining()];
    in.get(replacements);
    replacementLengths = replacementLengths();
    new Check().run();
  }

  /** A rule that applies: how much it replaces, and by what. */
  record Match(int length, int replacementOffset, int replacementLength) {}

  private static final Match NONE = new Match(0, 0, 0);

  /**
   * Returns the rule for the longest prefix of {@code text[from, to)}; its length is 0 without one.
   */
  Match longest(byte[] text, int from, int to) {
    Match longest = NONE;
    int base = offset(units[0]);
    for (int i = from; i < to; i++) {
      int at = base ^ (text[i] & 0xFF);
      int unit = units[at];
      if (label(unit) != (text[i] & 0xFF)) {
        break;
      }
      base = at ^ offset(unit);
      if (hasLeaf(unit)) {
        int value = value(units[base]);
        longest = new Match(i + 1 - from, value, replacementLengths[value]);
      }
    }
    return longest;
  }

  /** The bytes that matches point into; not to be changed. */
  byte[] replacements() {
    return replacements;
  }

  /** For every offset that can begin a replacement, its length; -1 for the others. */
  private int[] replacementLengths() {
    int[] lengths = new int[replacements.length + 1];
    for (int i = replacements.length; i-- > 0; ) {
      if (replacements[i] == 0) {
        continue;
      }
      int character = Utf8Scanner.validLength(replacements, i, replacements.length);
      int rest = character == 0 ? -1 : lengths[i + character];
      lengths[i] = rest < 0 ? -1 : rest + character;
    }
    return lengths;
  }

  private static boolean hasLeaf(int unit) {
    return (unit >>> 8 & 1) == 1;
  }

  private static int value(int unit) {
    return unit & Integer.MAX_VALUE;
  }

  /** A leaf has the top bit set, so that its label equals no byte. */
  private static int label(int unit) {
    return unit & (1 << 31 | 0xFF);
  }

  private static int offset(int unit) {
    return unit >>> 10 << ((unit & 1 << 9) >>> 6);
  }

  private static IllegalArgumentException damaged(String problem) {
    return new IllegalArgumentException("the normalisation rules are damaged: " + problem);
  }

  /**
   * Walks the whole trie, depth first. Nodes are known by the place their children are computed
   * from; several may share one, as the trie has its common endings merged.
   */
  private final class Check {
    private static final byte ON_PATH = -1;

    /**
     * For every node, the most rules that end on one path below it, plus one; 0 before the visit.
     */
    private final byte[] rulesBelow = new byte[units.length];

    private final int[] pathNodes = new int[units.length];
    private final int[] pathBytes = new int[units.length];
    private int depth;

    void run() {
      enter(offset(units[0]));
      while (depth > 0) {
        int node = pathNodes[depth - 1];
        int next = pathBytes[depth - 1]++;
        if (next == 256) {
          leave(node);
          continue;
        }
        int unit = units[node ^ next];
        if (label(unit) != next) {
          continue;
        }
        int child = node ^ next ^ offset(unit);
        requireInside(child);
        if (rulesBelow[child] == ON_PATH) {
          throw damaged("the trie has a cycle");
        }
        if (rulesBelow[child] == 0) {
          pathBytes[depth - 1]--; // come back to this child when it is known
          enter(child);
          continue;
        }
        if (hasLeaf(unit)) {
          checkReplacement(value(units[child]));
        }
      }
    }

    private void enter(int node) {
      requireInside(node);
      rulesBelow[node] = ON_PATH;
      pathNodes[depth] = node;
      pathBytes[depth++] = 0;
    }

    private void leave(int node) {
      int most = 0;
      for (int b = 0; b < 256; b++) {
        int unit = units[node ^ b];
        if (label(unit) == b) {
          int below = rulesBelow[node ^ b ^ offset(unit)] - 1;
          most = Math.max(most, below + (hasLeaf(unit) ? 1 : 0));
        }
      }
      if (most > MAX_NESTED_RULES) {
        throw damaged("more than " + MAX_NESTED_RULES + " rules begin alike");
      }
      rulesBelow[node] = (byte) (most + 1);
      depth--;
    }

    /** A node's children differ from it in the lowest eight bits. */
    private void requireInside(int node) {
      if (node < 0 || (node | 0xFF) >= units.length) {
        throw damaged("the trie leads outside of itself");
      }
    }

    private void checkReplacement(int offset) {
      if (offset >= replacements.length
          || replacementLengths[offset] < 0
          || replacementLengths[offset] > MAX_REPLACEMENT_BYTES) {
        throw damaged("replacement " + offset + " does not exist, is not text, or is too long");
      }
    }
  }
}

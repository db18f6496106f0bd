package io.github.maque.model;

/** What fields of a {@link DecoderConfig} must be together. */
final class DecoderRules {
  /** More have never been trained, and each has a dozen names. */
  static final int MOST_LAYERS = 1 << 16;

  private DecoderRules() {}

  static void checkVocabulary(int size, int multiple) {
    Ranges.requireBetween("vocabularySize", size, 2, Integer.MAX_VALUE);
    Ranges.requirePositive("vocabularyMultiple", multiple);
    if (padded(size, multiple) > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          String.format(
              "vocabularySize, rounded up to a multiple of vocabularyMultiple, must be below 2^31,"
                  + " got %d and %d",
              size, multiple));
    }
  }

  static void checkHeads(int heads, int headSize, int keyValueHeads) {
    Ranges.requirePositive("heads", heads);
    Ranges.requirePositive("headSize", headSize);
    Ranges.requirePositive("keyValueHeads", keyValueHeads);
    if (heads % keyValueHeads != 0) {
      throw new IllegalArgumentException(
          String.format(
              "keyValueHeads must divide heads, since as many query heads share each, got %d and"
                  + " heads %d",
              keyValueHeads, heads));
    }
    requireProduct("heads", heads, "headSize", headSize);
  }

  static void checkPositions(Positions positions, int headSize, int contextLength, int width) {
    if (positions instanceof Positions.Learned) {
      requireProduct("contextLength", contextLength, "width", width);
    } else if (positions instanceof Positions.Rotary rotary) {
      int rotated = rotary.rotated(headSize);
      if (rotary.scaling() instanceof RotaryScaling.Ntk && rotated == 2) {
        throw new IllegalArgumentException(
            String.format(
                "positions: Ntk needs fraction times headSize to be at least 4, since it leaves the"
                    + " first frequency as it is and 2 places have no other; got %s times %d",
                rotary.fraction(), headSize));
      }
      requireProduct("contextLength", contextLength, "rotated places", rotated);
    }
  }

  /** Checks that what a parameter holds can be numbered. */
  static void requireProduct(String field, int value, String other, long otherValue) {
    if (value * otherValue > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          String.format(
              "%s times %s must be below 2^31, got %d times %d", field, other, value, otherValue));
    }
  }

  static long padded(int size, int multiple) {
    return ((long) size + multiple - 1) / multiple * multiple;
  }
}

package io.github.maque.examples.benchmark;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Lines of JSON with the fields and sizes of the TinyStoriesChinese data set, one story each, some
 * of which repeat an earlier one. Memory does not grow with their number.
 */
final class StoryLines {
  /**
   * Of so many stories the Chinese text is kept to be repeated. Each new one takes the place of
   * another, so that a story is rarely repeated often, and its copies are up to some 100 MB apart.
   */
  private static final int KEPT = 16_384;

  /** One character in so many is another one in a near duplicate, and one more. */
  private static final int CHARACTERS_PER_CHANGE = 300;

  private static final int SHORTEST = 200;
  private static final int LONGEST = 900;

  private static final String[] VERBS = {"jump", "hide", "share", "paint", "listen", "fold"};
  private static final String[] NOUNS = {"kite", "pond", "button", "ladder", "sparrow", "cake"};
  private static final String[] ADJECTIVES = {"shy", "round", "brave", "muddy", "quiet", "warm"};
  private static final String[] FEATURES = {"Dialogue", "Twist", "MoralValue", "BadEnding"};

  private final SplitMix random;
  private final double exactShare;
  private final double nearShare;
  private final Passages chinese;
  private final Passages english;
  private final String[] originals = new String[KEPT];
  private final StringBuilder line = new StringBuilder(4096);
  private long stories;
  private long exactDuplicates;
  private long nearDuplicates;

  StoryLines(long seed, double exactShare, double nearShare) {
    random = new SplitMix(seed);
    this.exactShare = exactShare;
    this.nearShare = nearShare;
    chinese = new Passages(new SyntheticChinese(seed));
    english = new Passages(new SyntheticEnglish(seed));
  }

  /** Appends the next line. */
  void next(ByteArrayOutputStream out) {
    line.setLength(0);
    line.append("{\"story\": ");
    quote(english.next(800 + random.nextInt(400), 1600));
    line.append(", \"instruction\": {\"prompt:\": ");
    String verb = oneOf(VERBS);
    String noun = oneOf(NOUNS);
    String adjective = oneOf(ADJECTIVES);
    String feature = oneOf(FEATURES);
    quote(prompt(verb, noun, adjective, feature));
    line.append(", \"words\": [");
    quote(verb);
    line.append(", ");
    quote(noun);
    line.append(", ");
    quote(adjective);
    line.append("], \"features\": [");
    quote(feature);
    line.append("]}, \"summary\": ");
    quote(english.next(150, 240));
    line.append(", \"source\": \"synthetic\", \"story_zh\": ");
    quote(story());
    line.append("}\n");
    out.writeBytes(line.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Returns how many lines there were so far. */
  long stories() {
    return stories;
  }

  /** Returns how many of them have the text of an earlier one. */
  long exactDuplicates() {
    return exactDuplicates;
  }

  /** Returns how many of them have almost the text of an earlier one. */
  long nearDuplicates() {
    return nearDuplicates;
  }

  private String story() {
    long originalsSoFar = stories - exactDuplicates - nearDuplicates;
    stories++;
    double kind = random.nextDouble();
    if (originalsSoFar > 0 && kind < exactShare + nearShare) {
      String original = originals[random.nextInt((int) Math.min(originalsSoFar, KEPT))];
      if (kind < exactShare) {
        exactDuplicates++;
        return original;
      }
      nearDuplicates++;
      return changed(original);
    }
    int length = SHORTEST + random.nextInt(200) + random.nextInt(200);
    String story = chinese.next(length + (random.chance(0.1) ? random.nextInt(250) : 0), LONGEST);
    int place = originalsSoFar < KEPT ? (int) originalsSoFar : random.nextInt(KEPT);
    originals[place] = story;
    return story;
  }

  /** Puts other Han characters of the story in the place of a few. */
  private String changed(String original) {
    char[] text = original.toCharArray();
    int changes = 1 + text.length / CHARACTERS_PER_CHANGE;
    while (changes > 0) {
      int place = random.nextInt(text.length);
      char other = original.charAt(random.nextInt(text.length));
      char before = original.charAt(place);
      if (other != before && isHan(other) && isHan(before)) {
        text[place] = other;
        changes--;
      }
    }
    return new String(text);
  }

  private static boolean isHan(char c) {
    return Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN;
  }

  private static String prompt(String verb, String noun, String adjective, String feature) {
    return String.format(
        Locale.ROOT,
        "Tell a story of three to five paragraphs in words that a child of three years knows. The"
            + " verb \"%s\", the noun \"%s\" and the adjective \"%s\" must occur in it. It has to"
            + " have the following feature, and whoever reads it should notice that without being"
            + " told: %s. Keep the sentences short and the words easy!\n\nThe story:",
        verb,
        noun,
        adjective,
        feature);
  }

  private String oneOf(String[] choices) {
    return choices[random.nextInt(choices.length)];
  }

  private void quote(String text) {
    line.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> line.append("\\\"");
        case '\\' -> line.append("\\\\");
        case '\n' -> line.append("\\n");
        default -> line.append(c);
      }
    }
    line.append('"');
  }
}

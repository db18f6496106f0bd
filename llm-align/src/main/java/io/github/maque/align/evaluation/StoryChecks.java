package io.github.maque.align.evaluation;

import io.github.maque.data.dialogue.StoryConstraint;
import java.text.Normalizer;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Whether a story keeps to what it was asked for, as far as a program can tell.
 *
 * <p>Texts are compared without regard to case and to compatibility forms such as full-width
 * letters (Unicode's NFKC). A word is present if it stands anywhere in the story, one of Latin
 * letters or digits only as a whole word. A sentence is present if its letters and digits are, in
 * their order and with nothing between them but punctuation and white space. Dialogue is present if
 * there are letters between quotation marks, in one paragraph. A summary is compared by the bigrams
 * of its letters and digits, each counted as often as both texts have it, as ROUGE-2 does with
 * words (Lin, "ROUGE: A Package for Automatic Evaluation of Summaries", 2004).
 */
public final class StoryChecks {
  private static final Set<String> DIALOGUE = Set.of("对话", "dialogue", "dialog");

  private static final Pattern SPEECH =
      Pattern.compile(
          "“[^”\\n]*\\p{L}[^”\\n]*”|「[^」\\n]*\\p{L}[^」\\n]*」|『[^』\\n]*\\p{L}[^』\\n]*』"
              + "|\"[^\"\\n]*\\p{L}[^\"\\n]*\"");

  private StoryChecks() {}

  /**
   * Checks a story.
   *
   * @param constraints what it was asked to keep to
   * @return figures of this story alone, of which a share of answers is 0 or 1; of constraints that
   *     are not there, or not checkable, none
   */
  public static Map<Figure, Double> check(List<StoryConstraint> constraints, String story) {
    Map<Figure, Double> figures = new EnumMap<>(Figure.class);
    for (StoryConstraint constraint : constraints) {
      switch (constraint.field()) {
        case WORDS -> checkWords(constraint.values(), folded(story), figures);
        case SENTENCE ->
            figures.put(Figure.SENTENCE, hasSentence(story, constraint.values().get(0)) ? 1.0 : 0);
        case FEATURES -> {
          if (constraint.values().stream().anyMatch(StoryChecks::isCheckable)) {
            figures.put(Figure.DIALOGUE, SPEECH.matcher(story).find() ? 1.0 : 0);
          }
        }
        case SUMMARY -> compareSummary(constraint.values().get(0), story, figures);
      }
    }
    return figures;
  }

  /** Returns whether a feature can be checked; of those of TinyStories only dialogue can. */
  public static boolean isCheckable(String feature) {
    return DIALOGUE.contains(folded(feature).strip());
  }

  private static void checkWords(List<String> words, String story, Map<Figure, Double> figures) {
    long present = words.stream().filter(word -> hasWord(story, folded(word))).count();
    figures.put(Figure.WORDS, (double) present / words.size());
    figures.put(Figure.ALL_WORDS, present == words.size() ? 1.0 : 0);
  }

  private static boolean hasWord(String story, String written) {
    String word = withoutPunctuationAround(written);
    for (int at = story.indexOf(word); at >= 0; at = story.indexOf(word, at + 1)) {
      int end = at + word.length();
      boolean before = at > 0 && joins(story.codePointBefore(at), word.codePointAt(0));
      boolean behind =
          end < story.length()
              && joins(word.codePointBefore(word.length()), story.codePointAt(end));
      if (!before && !behind) {
        return true;
      }
    }
    return false;
  }

  /** Returns what is left of a word that came in quotation marks or with a full stop. */
  private static String withoutPunctuationAround(String word) {
    int from = 0;
    int to = word.length();
    while (from < to && !isCounted(word.codePointAt(from))) {
      from += Character.charCount(word.codePointAt(from));
    }
    while (from < to && !isCounted(word.codePointBefore(to))) {
      to -= Character.charCount(word.codePointBefore(to));
    }
    return from == to ? word : word.substring(from, to);
  }

  private static boolean joins(int left, int right) {
    return isOfSpacedWords(left) && isOfSpacedWords(right);
  }

  /** Returns whether a character is of those whose words have spaces between them. */
  private static boolean isOfSpacedWords(int character) {
    return Character.isDigit(character)
        || Character.UnicodeScript.of(character) == Character.UnicodeScript.LATIN;
  }

  private static boolean hasSentence(String story, String sentence) {
    String letters = counted(sentence);
    return letters.isEmpty()
        ? folded(story).contains(folded(sentence))
        : counted(story).contains(letters);
  }

  private static void compareSummary(String summary, String story, Map<Figure, Double> figures) {
    Map<Long, Integer> wanted = bigrams(summary);
    Map<Long, Integer> found = bigrams(story);
    int wantedCount = wanted.values().stream().mapToInt(count -> count).sum();
    int foundCount = found.values().stream().mapToInt(count -> count).sum();
    if (wantedCount == 0) {
      return;
    }
    int shared = 0;
    for (Map.Entry<Long, Integer> bigram : wanted.entrySet()) {
      shared += Math.min(bigram.getValue(), found.getOrDefault(bigram.getKey(), 0));
    }
    figures.put(Figure.SUMMARY_RECALL, (double) shared / wantedCount);
    figures.put(Figure.SUMMARY_F1, 2.0 * shared / (wantedCount + foundCount));
  }

  private static Map<Long, Integer> bigrams(String text) {
    int[] characters = counted(text).codePoints().toArray();
    Map<Long, Integer> counts = new HashMap<>();
    for (int i = 1; i < characters.length; i++) {
      counts.merge((long) characters[i - 1] << Integer.SIZE | characters[i], 1, Integer::sum);
    }
    return counts;
  }

  private static String folded(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
  }

  /** Returns the letters and digits alone. */
  private static String counted(String text) {
    return folded(text)
        .codePoints()
        .filter(StoryChecks::isCounted)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static boolean isCounted(int character) {
    return Character.isLetterOrDigit(character);
  }
}

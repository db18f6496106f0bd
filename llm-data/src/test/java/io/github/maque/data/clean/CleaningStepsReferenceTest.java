package io.github.maque.data.clean;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.maque.tokenizer.bpe.Normalizer;
import java.lang.Character.UnicodeBlock;
import java.text.Normalizer.Form;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The steps against slow and simple ones, on all characters and on random texts. */
class CleaningStepsReferenceTest {
  private static final List<String> TEXTS = new MessyTexts(7).texts(8_000, 60);

  /** All characters of the first two planes, and some of the others. */
  private static final int[] CHARACTERS =
      IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
          .filter(c -> c < 0x20000 || c % 61 == 0 || c >>> 8 == 0xE00 || (c & 0xFFF0) == 0xFFF0)
          .toArray();

  /** Every part that some step looks at the neighbours of. */
  private static final List<String> DELICATE =
      List.of(
          "a", "好", "👩", "❤", "1", "\u20E3", "\u200D", "\uFE0F", "\u200C", "م", "\r", "\n", " ",
          "\uD83D", "\uDC69", "\u200B", "\uFFFC", "\u0301", "ａ");

  @Test
  void composesAsTheNormalizerDoes() {
    for (int c = 0; c < 0x10000; c++) {
      String character = Character.toString(c);
      for (String text :
          List.of(character, "e" + character, character + "\u0301", "か" + character)) {
        if (!CanonicalComposition.compose(text).equals(Normalizer.nfc().normalize(text))) {
          assertThat(CanonicalComposition.compose(text))
              .as("U+%04X", c)
              .isEqualTo(Normalizer.nfc().normalize(text));
        }
      }
    }
    for (String text : TEXTS) {
      assertThat(CanonicalComposition.compose(text)).isEqualTo(Normalizer.nfc().normalize(text));
    }
  }

  @Test
  void composesAsTheJdkDoes() {
    for (String text : new MessyTexts(8).texts(4_000, 60)) {
      // Characters that Unicode 9 did not have are left alone.
      String old =
          text.replaceAll("[^\\x00-\\u33FF\\u4E00-\\u9FA5\\uAC00-\\uD7A3\\uF900-\\uFA2D]", "");
      assertThat(CanonicalComposition.compose(old))
          .isEqualTo(java.text.Normalizer.normalize(old, Form.NFC));
    }
  }

  @Test
  void narrowsTheFormsThatUnicodeSaysAreAsciiLettersAndDigits() {
    Pattern narrow = Pattern.compile("[A-Za-z0-9]");
    assertSameAsReference(
        CleaningSteps.normalizeWidth(),
        text ->
            mapCharacters(
                text,
                c -> {
                  String compatible = java.text.Normalizer.normalize(c, Form.NFKC);
                  boolean isForm =
                      UnicodeBlock.of(c.codePointAt(0))
                          == UnicodeBlock.HALFWIDTH_AND_FULLWIDTH_FORMS;
                  boolean changes = isForm && narrow.matcher(compatible).matches();
                  return changes || c.equals("\u3000") ? compatible : c;
                }));
  }

  @Test
  void removesTheCategoriesOfInvisibleCharacters() {
    // Format characters that are seen, or that spell: signs of number, of shorthand, of music…
    Pattern visibleFormat =
        Pattern.compile(
            "[\\u0600-\\u0605\\u06DD\\u070F\\u0890\\u0891\\u08E2\\u180E\\x{110BD}\\x{110CD}"
                + "\\x{13430}-\\x{1345F}\\x{1BCA0}-\\x{1BCA3}\\x{1D173}-\\x{1D17A}]");
    Pattern invisible =
        Pattern.compile(
            "[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\p{IsNoncharacter_Code_Point}\\u2065\\uFFFC\\uFE00-\\uFE0F\\x{E0000}-\\x{E0FFF}&&[^\\n"
                + "\\t]]");
    Pattern lineEnd = Pattern.compile("\\R");
    CleaningStep step = CleaningSteps.removeControlCharacters();
    for (int c : CHARACTERS) {
      String character = Character.toString(c);
      boolean isLineEnd = lineEnd.matcher(character).matches();
      boolean isRemoved =
          invisible.matcher(character).matches() && !visibleFormat.matcher(character).matches();
      String expected = isLineEnd ? "\n" : isRemoved ? "" : character;
      String actual = step.apply("好" + character + "a").text();
      if (!actual.equals("好" + expected + "a")) {
        assertThat(actual).as("U+%04X", c).isEqualTo("好" + expected + "a");
      }
    }
  }

  @Test
  void removesNoMoreInContext() {
    CleaningStep step = CleaningSteps.removeControlCharacters();
    for (String text : MessyTexts.allTexts(DELICATE, 3)) {
      String visible = text.replaceAll("\\r\\n|\\r", "\n");
      visible = mapCharacters(visible, c -> step.apply("好" + c).text().substring(1));
      String cleaned = step.apply(text).text();
      // What is left beyond that are joiners and selectors.
      assertThat(cleaned.replaceAll("[\\u200C\\u200D\\uFE0F]", "")).isEqualTo(visible);
      assertThat(cleaned.replaceAll("[^\\u200C\\u200D\\uFE0F]", "").length())
          .isLessThanOrEqualTo(text.replaceAll("[^\\u200C\\u200D\\uFE0F]", "").length());
    }
  }

  @Test
  void shortensRunsOfWhiteSpace() {
    Pattern run = Pattern.compile("\\p{IsWhite_Space}+");
    Pattern lineEnd = Pattern.compile("\\R");
    assertSameAsReference(
        CleaningSteps.collapseWhitespace(),
        text -> {
          StringBuilder out = new StringBuilder();
          Matcher matcher = run.matcher(text);
          while (matcher.find()) {
            boolean atEdge = matcher.start() == 0 || matcher.end() == text.length();
            long lineEnds = lineEnd.matcher(matcher.group()).results().count();
            String shortened = lineEnds == 0 ? " " : lineEnds == 1 ? "\n" : "\n\n";
            matcher.appendReplacement(out, atEdge ? "" : shortened);
          }
          return matcher.appendTail(out).toString();
        });
  }

  @Test
  void changesNothingWhenAppliedAgain() {
    for (CleaningStep step : CleaningStepsTest.changingSteps().toList()) {
      for (List<String> texts : List.of(TEXTS, MessyTexts.allTexts(DELICATE, 3))) {
        for (String text : texts) {
          String once = step.apply(text).text();
          String twice = step.apply(once).text();
          assertThat(twice).isEqualTo(once).isSameAs(once);
        }
      }
    }
  }

  @Test
  void countsRepeatedLinesAsAListDoes() {
    for (String text : TEXTS) {
      double all = 0;
      double repeated = 0;
      Set<String> seen = new HashSet<>();
      for (String line : text.split("\n", -1)) {
        double characters = line.codePoints().count();
        all += characters;
        repeated += seen.add(line) ? 0 : characters;
      }
      assertThat(Repetition.ofLines(text)).isEqualTo(all == 0 ? 0 : repeated / all);
    }
  }

  @Test
  void countsRepeatedNgramsAsAMapOfSubstringsDoes() {
    for (int n : new int[] {2, 3, 7, 10}) {
      for (String text : TEXTS.subList(0, 1500)) {
        int[] characters = text.codePoints().toArray();
        boolean[] covered = new boolean[characters.length];
        Map<String, Integer> firsts = new HashMap<>();
        for (int i = 0; i + n <= characters.length; i++) {
          String run = Arrays.toString(Arrays.copyOfRange(characters, i, i + n));
          if (firsts.putIfAbsent(run, i) != null) {
            Arrays.fill(covered, i, i + n, true);
          }
        }
        long count = IntStream.range(0, covered.length).filter(i -> covered[i]).count();
        double expected = count == 0 ? 0 : (double) count / covered.length;
        assertThat(Repetition.ofNgrams(text, n)).isEqualTo(expected);
      }
    }
  }

  @Test
  void countsHanAsTheScriptPropertyDoes() {
    Pattern han = Pattern.compile("\\p{IsHan}");
    Pattern counted = Pattern.compile("[\\p{L}\\p{Nd}\\p{IsHan}]");
    for (String messy : TEXTS) {
      String text = messy.replaceAll("\\p{Cn}", ""); // where the JDK cannot know
      double share = (double) han.matcher(text).results().count();
      share = share == 0 ? 0 : share / counted.matcher(text).results().count();
      assertThat(HanScript.share(text)).isEqualTo(share);
    }
  }

  @Test
  void countsLengthsInCodePoints() {
    CleaningStep step = CleaningSteps.length(10, 50);
    for (String text : TEXTS) {
      long length = text.codePoints().count();
      Verdict verdict = step.apply(text);
      assertThat(verdict.isKept() ? "" : verdict.reason())
          .isEqualTo(length < 10 ? "too short" : length > 50 ? "too long" : "");
    }
  }

  private static void assertSameAsReference(CleaningStep step, UnaryOperator<String> reference) {
    for (int c : CHARACTERS) {
      String text = "好" + Character.toString(c) + "a";
      String expected = reference.apply(text);
      if (!step.apply(text).text().equals(expected)) {
        assertThat(step.apply(text).text()).as("U+%04X", c).isEqualTo(expected);
      }
    }
    for (String text : TEXTS) {
      assertThat(step.apply(text).text()).isEqualTo(reference.apply(text));
    }
  }

  private static String mapCharacters(String text, UnaryOperator<String> change) {
    StringBuilder out = new StringBuilder();
    text.codePoints().mapToObj(Character::toString).map(change).forEach(out::append);
    return out.toString();
  }
}

package io.github.maque.data.clean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DecontaminationTest {
  private static final List<String> HELD_OUT = stories(1, 1_000);
  private static final List<String> OTHERS = stories(2, 1_000);
  private static final Decontamination STEP = Decontamination.against(HELD_OUT);

  private static final Pattern COUNTS = Pattern.compile("[\\p{L}\\p{M}\\p{N}]");

  private static List<String> stories(long seed, int count) {
    Stories stories = new Stories(seed);
    return IntStream.range(0, count).mapToObj(i -> stories.next(200 + i % 400)).toList();
  }

  @Test
  void dropsEveryHeldOutText() {
    for (String text : HELD_OUT) {
      assertThat(STEP.apply(text).reason()).isEqualTo("equal to a held-out text");
      assertThat(STEP.share(text)).isOne();
    }
  }

  @Test
  void recognisesTextsThatDifferInWhatDoesNotCount() {
    Decontamination step =
        Decontamination.against(List.of("Tom１２ said: “Hello”，然后café回家了。"), 13, 0.5);
    assertThat(step.apply("ＴＯＭ12 SAID\nhello 然后 cafe\u0301 回家了😀").isKept()).isFalse();
    assertThat(step.apply("Tim12 said: hello 然后cafe回家了").isKept()).isTrue();
  }

  @Test
  void findsPlantedTextsWithFewChangesAndLetsTheRestPass() {
    Stories editor = new Stories(9);
    int found = 0;
    for (String text : HELD_OUT) {
      found += STEP.apply(editor.edit(text, text.length() / 50)).isKept() ? 0 : 1;
    }
    assertThat(found).isGreaterThan(950);
    assertThat(OTHERS.stream().filter(text -> !STEP.apply(text).isKept()).count()).isLessThan(5);

    for (String text : HELD_OUT) {
      assertThat(STEP.apply(text.substring(20, 50)).reason())
          .isEqualTo("overlaps with held-out texts");
    }
  }

  @Test
  void measuresTheShareThatASetOfSubstringsGives() {
    List<String> heldOut = new ArrayList<>(HELD_OUT.subList(0, 200));
    heldOut.addAll(new MessyTexts(5).texts(300, 60));
    List<String> texts = new ArrayList<>(OTHERS.subList(0, 100));
    texts.addAll(new MessyTexts(6).texts(300, 60));
    for (int i = 0; i < 100; i++) {
      texts.add(heldOut.get(i).substring(0, 100) + OTHERS.get(i).substring(0, 100));
    }
    for (int n : new int[] {1, 5, 13}) {
      Decontamination step = Decontamination.against(heldOut, n, 0.5);
      Set<String> known = new HashSet<>();
      heldOut.forEach(text -> known.addAll(ngrams(text, n)));
      double excess = 0;
      for (String text : texts) {
        List<String> ngrams = ngrams(text, n);
        long found = ngrams.stream().filter(known::contains).count();
        double expected = found == 0 ? 0 : (double) found / ngrams.size();
        double actual = step.share(text);
        assertThat(actual).isGreaterThanOrEqualTo(expected);
        excess += actual - expected;
      }
      assertThat(excess / texts.size()).isLessThan(0.005);
    }
  }

  private static List<String> ngrams(String text, int n) {
    String composed = Normalizer.normalize(text, Form.NFC);
    StringBuilder folded = new StringBuilder();
    composed
        .codePoints()
        .map(c -> c > 0xFF00 && c < 0xFF5F ? c - 0xFEE0 : c)
        .filter(c -> COUNTS.matcher(Character.toString(c)).matches())
        .forEach(c -> folded.appendCodePoint(Character.toLowerCase(c)));
    int[] characters = folded.codePoints().toArray();
    return IntStream.rangeClosed(0, characters.length - n)
        .mapToObj(i -> new String(characters, i, n))
        .toList();
  }

  @Test
  void comparesTextsShorterThanAnNgramAsAWhole() {
    Decontamination step = Decontamination.against(List.of("小猫笑了。", "！？"), 13, 0.5);
    assertThat(step.apply("“小猫”，笑了").reason()).isEqualTo("equal to a held-out text");
    assertThat(step.apply("小猫笑").isKept()).isTrue();
    assertThat(step.apply("小猫笑了笑").isKept()).isTrue();
    assertThat(step.apply("！？").isKept()).isTrue(); // nothing that counts
    assertThat(step.apply("").isKept()).isTrue();
  }

  @Test
  void dropsOnlyWhatHasMoreThanTheShare() {
    String text = "一二三四五六七八九十";
    assertThat(Decontamination.against(List.of("一二三四五甲"), 1, 0.5).apply(text).isKept()).isTrue();
    assertThat(Decontamination.against(List.of("一二三四五甲"), 1, 0.49).apply(text).isKept()).isFalse();
    assertThat(Decontamination.against(List.of("十甲"), 1, 0).apply(text).isKept()).isFalse();
  }

  @Test
  void isNamedAfterTheHeldOutTextsInAnyOrder() throws IOException {
    List<String> shuffled = new ArrayList<>(HELD_OUT);
    Collections.reverse(shuffled);
    shuffled.addAll(HELD_OUT.subList(0, 10));
    assertThat(Decontamination.against(shuffled).name()).isEqualTo(STEP.name());
    assertThat(Decontamination.against(HELD_OUT::forEach, 13, 0.5).name()).isEqualTo(STEP.name());
    assertThat(Decontamination.against(HELD_OUT.subList(1, 1_000)).name())
        .isNotEqualTo(STEP.name());
    assertThat(Decontamination.against(List.of("从前有一只小麻雀"), 5, 0.25).name())
        .isEqualTo("decontamination(5, 0.25, 91cec9a8a7b172bd)");
  }

  @Test
  void rejectsHeldOutTextsThatCannotBeReadTwice() {
    Iterator<String> once = HELD_OUT.iterator();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Decontamination.against(() -> once))
        .withMessageContaining("heldOut");
    Stream<String> stream = HELD_OUT.stream();
    assertThatThrownBy(() -> Decontamination.against(stream::iterator))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void rejectsBadParameters() {
    List<String> texts = List.of("从前");
    assertThatIllegalArgumentException().isThrownBy(() -> Decontamination.against(List.of()));
    assertThatIllegalArgumentException().isThrownBy(() -> Decontamination.against(List.of("。")));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Decontamination.against(texts, 0, 0.5))
        .withMessageContaining("ngram");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Decontamination.against(texts, 13, 1))
        .withMessageContaining("maxShare");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Decontamination.against(texts, 13, Double.NaN));
  }
}

package io.github.maque.align.sft;

import static io.github.maque.align.sft.TestDialogues.TOKENIZER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.maque.data.dialogue.DialogueEncoder;
import io.github.maque.data.dialogue.DialogueEncoder.Loss;
import io.github.maque.data.dialogue.EncodedDialogue;
import io.github.maque.data.pack.SampleList;
import io.github.maque.tokenizer.ChatTemplate;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MaskPreviewTest {
  private static final MaskPreview PREVIEW = MaskPreview.of(TOKENIZER);

  private static SampleList samples(String... turns) {
    EncodedDialogue dialogue =
        new DialogueEncoder(ChatTemplate.chatMl(), TOKENIZER)
            .encode(TestDialogues.of(turns), Loss.EVERY_ANSWER);
    return SampleList.builder().add(dialogue.ids(), dialogue.learned()).build();
  }

  /** Shows a text that is learnt, but for its first token. */
  private static String learned(String text) {
    int[] ids = TOKENIZER.encode("x" + text);
    float[] weights = new float[ids.length];
    Arrays.fill(weights, 1);
    return PREVIEW.render(ids, weights);
  }

  @Test
  void answersStandInBracketsWithTheirEndOfTurn() {
    assertThat(PREVIEW.render(samples("讲个故事。", "从前。\n\n麻雀。", "b", "c"), 0))
        .isEqualTo(
            """
            <|im_start|>user↵
            讲个故事。<|im_end|>↵
            <|im_start|>assistant↵
            ⟦从前。↵
            ↵
            麻雀。<|im_end|>⟧↵
            <|im_start|>user↵
            b<|im_end|>↵
            <|im_start|>assistant↵
            ⟦c<|im_end|>⟧↵
            """);
  }

  @Test
  void coloursEndWithEachLine() {
    assertThat(PREVIEW.colours(true).render(samples("q", "a\nb"), 0))
        .isEqualTo(
            """
            ^[1m<|im_start|>^[0muser↵
            q^[1m<|im_end|>^[0m↵
            ^[1m<|im_start|>^[0massistant↵
            ^[32ma↵^[0m
            ^[32mb^[0m^[32m^[1m<|im_end|>^[0m↵
            """
                .replace("^[", "\u001B["));
  }

  @Test
  void weightsBelowOneLookDifferent() {
    int[] ids = TOKENIZER.encode("zqxj");
    assertThat(ids).hasSize(4);
    float[] weights = {1, 0.5f, 0, 2};
    assertThat(PREVIEW.render(ids, weights)).isEqualTo("z⟨q⟩x⟦j⟧");
    assertThat(PREVIEW.colours(true).render(ids, weights))
        .isEqualTo("z\u001B[33mq\u001B[0mx\u001B[32mj\u001B[0m");
  }

  @Test
  void boundariesStandBetweenTokens() {
    int[] ids = TOKENIZER.encode("zq");
    assertThat(PREVIEW.boundaries(true).render(ids, new float[] {0, 1})).isEqualTo("z│⟦q⟧");
    assertThat(PREVIEW.boundaries(true).render(ids, new float[] {0, 0})).isEqualTo("z│q");
    int[] pieces = TOKENIZER.encode("鹂");
    assertThat(pieces).as("bytes E9 B9 82").hasSize(3);
    assertThat(PREVIEW.boundaries(true).render(pieces, new float[3]))
        .isEqualTo("\\xE9│\\xB9│\\x82");
    assertThat(PREVIEW.render(pieces, new float[3])).isEqualTo("鹂");
  }

  @Test
  void whatCannotBeSeenIsEscaped() {
    assertThat(learned("a\u001B[31m\tb\r\n")).isEqualTo("x⟦a\\u001B[31m\\u0009b\\u000D↵\n⟧");
    assertThat(learned("\u200B\u202E\uE000")).isEqualTo("x⟦\\u200B\\u202E\\uE000⟧");
    assertThat(learned("C:\\n ⟧│")).isEqualTo("x⟦C:\\\\n \\u27E7\\u2502⟧");
    assertThat(learned("🐦 é")).isEqualTo("x⟦🐦 é⟧");
  }

  @Test
  void charactersThatTheMaskCutsAreShownAsBytes() {
    int[] ids = TOKENIZER.encode("鹂");
    assertThat(PREVIEW.render(ids, new float[] {0, 1, 1})).isEqualTo("\\xE9⟦\\xB9\\x82⟧");
    assertThat(PREVIEW.render(Arrays.copyOf(ids, 2), new float[2])).isEqualTo("\\xE9\\xB9");
  }

  @Test
  void nothingIsShownAsNothing() {
    assertThat(PREVIEW.render(new int[0], new float[0])).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PREVIEW.render(new int[1], new float[2]))
        .withMessageContaining("as many weights as ids, got 2 and 1");
  }
}

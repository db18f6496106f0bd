package io.github.maque.data.clean;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextFoldingTest {

  @Test
  void keepsLettersMarksAndNumbersOnly() {
    String mixed = "“Ｔｏｍ　有３个 苹果！”——ＡＢＣ\n𠮷e\u0301😀é";
    int[] folded = new int[mixed.length()];
    int count = TextFolding.fold(mixed, folded);
    assertThat(new String(folded, 0, count)).isEqualTo("tom有3个苹果abc𠮷e\u0301é");
  }

  @Test
  void staysWithinATextThatEndsInHalfACharacter() {
    int[] folded = new int[3];
    assertThat(TextFolding.fold("天\ud842", folded)).isEqualTo(1);
    assertThat(TextFolding.fold("\udfb7天\ud842", folded)).isEqualTo(1);
  }
}

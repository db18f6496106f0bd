package io.github.maque.tokenizer.bpe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** How DJL's binding hands texts over: what can be compared with it, and what can not. */
class HuggingFaceJudgeTest {
  @Test
  void nulAndSupplementaryCharactersArriveAsTheyAre() {
    try (HuggingFaceJudge judge = HuggingFaceJudge.normalizing("null")) {
      assertThat(judge.normalize("a\u0000b\uD83D\uDE00\u0000"))
          .isEqualTo("a\u0000b\uD83D\uDE00\u0000");
    }
  }

  @Test
  void loneSurrogateMakesReplacementsOfEverySurrogateAndNulOfTheText() {
    String replacement = "\uFFFD";
    try (HuggingFaceJudge judge = HuggingFaceJudge.normalizing("null")) {
      assertThat(judge.normalize("a\uD83Db")).isEqualTo("a" + replacement.repeat(3) + "b");
      assertThat(judge.normalize("\uD83D\uDE00 \uDE00"))
          .isEqualTo(replacement.repeat(6) + " " + replacement.repeat(3));
      assertThat(judge.normalize("é\u0000\uDE00")).isEqualTo("é" + replacement.repeat(5));
    }
  }

  @Test
  void spansCountInUtf16() {
    String text = "a\uD83D\uDE00b \uD83D\uDE00";
    try (HuggingFaceJudge judge = HuggingFaceJudge.splittingBy("\\p{L}+", "Isolated", false)) {
      assertThat(PreTokens.texts(judge.spans(List.of(text)).get(0), text))
          .containsExactly("a", "\uD83D\uDE00", "b", " \uD83D\uDE00");
    }
  }
}

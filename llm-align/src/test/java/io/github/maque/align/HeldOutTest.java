package io.github.maque.align;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.maque.tokenizer.ChatMessage;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeldOutTest {
  private static List<ChatMessage> question(String text) {
    return List.of(ChatMessage.user(text));
  }

  @Test
  void answersToOneQuestionAreOnOneSide() {
    HeldOut half = new HeldOut(0.5);
    int held = 0;
    for (int i = 0; i < 100; i++) {
      boolean first = half.contains(question("q" + i));
      held += first ? 1 : 0;
      assertThat(
              half.contains(
                  List.of(
                      ChatMessage.system("s"),
                      ChatMessage.user("q" + i + "\n"),
                      ChatMessage.assistant("a"),
                      ChatMessage.user("c"))))
          .isEqualTo(first);
    }
    assertThat(held).isBetween(25, 75);
  }

  /** The first 8 bytes of SHA-256 of "abc" are ba7816bf8f01cfea, by FIPS 180-2: 0.728395 of all. */
  @Test
  void hashIsTheOneThatItAlwaysWas() {
    assertThat(new HeldOut(0.72839).contains(question("abc"))).isFalse();
    assertThat(new HeldOut(0.7284).contains(question("abc"))).isTrue();
  }

  @Test
  void whatHasNoQuestionOrIsNoShareIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new HeldOut(0.5).contains(List.of(ChatMessage.system("s"))))
        .withMessage("messages must have one of the user's, got [system]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new HeldOut(1))
        .withMessage("heldOut must be at least 0 and less than 1, got 1.0");
  }
}

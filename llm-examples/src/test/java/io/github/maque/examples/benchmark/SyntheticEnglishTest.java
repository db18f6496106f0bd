package io.github.maque.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.maque.tokenizer.Tokenizer;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class SyntheticEnglishTest {
  private static final SyntheticEnglish CORPUS = new SyntheticEnglish(1);

  /** English prose has 4.2 to 4.7 bytes per token of GPT-4's vocabulary, code fewer. */
  @Test
  void isSpelledLikeEnglish() throws IOException {
    List<String> texts = CORPUS.documents(1_000_000);
    Tokenizer tokenizer = Peer.cl100k();
    long tokens = texts.stream().mapToLong(text -> tokenizer.encode(text).length).sum();
    assertThat(1e6 / tokens).isCloseTo(4.3, within(0.3));
  }

  @Test
  void hasWhatEnglishTextHas() {
    String text = String.join("", CORPUS.documents(500_000));
    assertThat(text).contains(" the ", "n't ", ", ", ". ", "? ", "\"", "return ", "\n\n");
    assertThat(text).containsPattern("\\b[12]\\d{3}\\b").containsPattern("[a-z][A-Z]");
  }

  @Test
  void followsFromItsSeed() {
    assertThat(new SyntheticEnglish(1).document(7)).isEqualTo(CORPUS.document(7));
    assertThat(new SyntheticEnglish(2).document(7)).isNotEqualTo(CORPUS.document(7));
  }
}

package io.github.maque.examples.starters;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.bpe.BpeTraining;
import io.github.maque.tokenizer.bpe.TextSource;
import io.github.maque.tokenizer.format.TokenizerFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainTokenizerTest {
  @TempDir private Path directory;

  @Test
  void whatIsSavedTakesUnseenTextsApartAndPutsThemTogether() throws IOException {
    TextSource stories = TextSource.of(MadeUpData.stories(100));
    BpeTraining training = TrainTokenizer.train(stories, 800, directory);

    Tokenizer loaded = TokenizerFiles.load(directory);
    assertThat(loaded.vocabularySize()).isEqualTo(800);
    assertThat(loaded.specialTokens().ids())
        .containsOnlyKeys("<|im_start|>", "<|im_end|>", "<|endoftext|>");
    for (String story : MadeUpData.heldOutStories(50)) {
      int[] ids = loaded.encode(story);
      assertThat(ids).isEqualTo(training.tokenizer().encode(story));
      assertThat(ids.length).isLessThan(story.getBytes(StandardCharsets.UTF_8).length / 2);
      assertThat(loaded.decode(ids)).isEqualTo(story);
    }
  }

  @Test
  void eachIdIsPrintedWithItsPart() throws IOException {
    TrainTokenizer.train(TextSource.of(MadeUpData.stories(100)), 800, directory);
    Tokenizer tokenizer = TokenizerFiles.load(directory);
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    String sentence = "从前有一只小麻雀。🐦";

    TrainTokenizer.takeApart(
        tokenizer, sentence, new PrintStream(printed, true, StandardCharsets.UTF_8));

    int[] ids = tokenizer.encode(sentence);
    assertThat(printed.toString(StandardCharsets.UTF_8).lines().toList())
        .hasSize(ids.length + 1)
        .endsWith("together: " + sentence)
        .first()
        .asString()
        .matches("\\s*" + ids[0] + "  从.*");
  }
}

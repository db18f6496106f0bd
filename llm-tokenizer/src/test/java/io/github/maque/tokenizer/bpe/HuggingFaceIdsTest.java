package io.github.maque.tokenizer.bpe;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import io.github.maque.tokenizer.EncodeOptions;
import io.github.maque.tokenizer.IdBuffer;
import io.github.maque.tokenizer.format.TokenizerConfig;
import io.github.maque.tokenizer.format.TokenizerJson;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole tokenizers, written to {@code tokenizer.json} and run by Hugging Face's own library. */
class HuggingFaceIdsTest {
  private static final int TEXTS = 40_000;

  @ParameterizedTest
  @EnumSource(PreTokenPattern.class)
  void givesTheIdsOfHuggingFace(PreTokenPattern pattern) throws IOException {
    BpeTokenizer tokenizer =
        BpeTrainer.byteLevel()
            .vocabularySize(2000)
            .preTokenizer(pattern)
            .specialTokens("<|im_start|>", "<|im_end|>")
            .eos("<|endoftext|>")
            .train(TextSource.of(new TextGenerator(21).texts(8000, 14)))
            .tokenizer();
    assertSameIds(tokenizer, texts(pattern.ordinal()));
  }

  @Test
  void givesTheIdsOfHuggingFaceForCharacterVocabularies() throws IOException {
    BpeTokenizer tokenizer =
        BpeTrainer.characterLevel()
            .vocabularySize(2500)
            .characterCoverage(0.9)
            .train(TextSource.of(new TextGenerator(22).texts(8000, 14)))
            .tokenizer();
    assertSameIds(tokenizer, texts(77));
  }

  @Test
  void givesTheIdsOfHuggingFaceAfterNormalisation() throws IOException {
    BpeTokenizer tokenizer =
        BpeTrainer.byteLevel()
            .vocabularySize(1000)
            .normalizer(Normalizer.nfkc())
            .train(TextSource.of(new TextGenerator(23).texts(5000, 14)))
            .tokenizer();
    assertSameIds(tokenizer, texts(78).subList(0, 10_000));
  }

  private static List<String> texts(long seed) {
    List<String> texts = new ArrayList<>(new TextGenerator(seed).texts(TEXTS, 10));
    for (String unit : List.of("a", "麻雀", " ", "\n", "😀", "'", "1", "的一", "é", "!?", "\u0000")) {
      texts.add(unit.repeat(20_000));
      texts.add("x" + unit.repeat(777) + "y");
    }
    texts.add("a<|im_start|>麻雀<|im_end|> <|endoftext|>\n<|endoftext");
    return texts;
  }

  private static void assertSameIds(BpeTokenizer tokenizer, List<String> texts) throws IOException {
    String json = TokenizerJson.write(tokenizer, TokenizerConfig.DEFAULT);
    IdBuffer ours = new IdBuffer();
    try (HuggingFaceTokenizer theirs =
        HuggingFaceTokenizer.newInstance(
            new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)),
            Map.of("truncation", "false", "padding", "false"))) {
      for (int from = 0; from < texts.size(); from += 5000) {
        List<String> some = texts.subList(from, Math.min(texts.size(), from + 5000));
        long[] encodings =
            TokenizersLibrary.LIB.batchEncode(
                theirs.getHandle(), some.toArray(new String[0]), false);
        for (int i = 0; i < encodings.length; i++) {
          long[] expected = TokenizersLibrary.LIB.getTokenIds(encodings[i]);
          TokenizersLibrary.LIB.deleteEncoding(encodings[i]);
          ours.clear();
          tokenizer.encode(some.get(i), EncodeOptions.WITH_SPECIAL_TOKENS, ours);
          assertThat(ours.toArray())
              .as(some.get(i).length() < 500 ? some.get(i) : "long run")
              .isEqualTo(Arrays.stream(expected).mapToInt(id -> (int) id).toArray());
        }
      }
    }
  }
}

package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.maque.examples.benchmark.SyntheticChinese;
import io.github.maque.examples.benchmark.SyntheticEnglish;
import io.github.maque.tokenizer.AddedToken;
import io.github.maque.tokenizer.EncodeOptions;
import io.github.maque.tokenizer.IdBuffer;
import io.github.maque.tokenizer.SpecialTokenPolicy;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import io.github.maque.tokenizer.bpe.BpeTrainer;
import io.github.maque.tokenizer.bpe.Normalizer;
import io.github.maque.tokenizer.bpe.PreTokenPattern;
import io.github.maque.tokenizer.bpe.TextSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A file encoded in parts must have the ids of the whole text. */
class FileEncoderTest {
  private static final int PART_BYTES = 64;

  @TempDir Path directory;

  /** How many parts have been encoded: a text that is never cut proves nothing. */
  private int parts;

  @ParameterizedTest
  @EnumSource(PreTokenPattern.class)
  void partsGiveTheIdsOfTheWhole(PreTokenPattern pattern) throws IOException {
    BpeTokenizer tokenizer = trainer().preTokenizer(pattern).train(prose()).tokenizer();
    for (int seed = 0; seed < 8; seed++) {
      assertSameIds(tokenizer, text(seed), EncodeOptions.TEXT);
    }
    assertThat(parts).as("parts").isGreaterThan(80);
  }

  @Test
  void partsGiveTheIdsOfTheWholeWithNormalisation() throws IOException {
    for (Normalizer normalizer : List.of(Normalizer.nfc(), Normalizer.nfkc())) {
      BpeTokenizer tokenizer = trainer().normalizer(normalizer).train(prose()).tokenizer();
      for (int seed = 0; seed < 8; seed++) {
        assertSameIds(tokenizer, text(seed), EncodeOptions.TEXT);
      }
    }
    assertThat(parts).as("parts").isGreaterThan(80);
  }

  @Test
  void partsGiveTheIdsOfTheWholeWithAddedTokensOfAllKinds() throws IOException {
    BpeTokenizer plain = trainer().train(prose()).tokenizer();
    int next = plain.vocabularySize();
    List<AddedToken> tokens = new ArrayList<>(plain.addedTokens());
    tokens.add(new AddedToken(next, "\n\n", false, false, false, false, false));
    tokens.add(new AddedToken(next + 1, "，他", false, true, true, false, false));
    tokens.add(new AddedToken(next + 2, "<|sep|>", true, false, false, false, false));
    assertSameWithTokens(plain, tokens);
    tokens.add(new AddedToken(next + 3, "。", false, false, false, true, true));
    assertSameWithTokens(plain, tokens);
  }

  private void assertSameWithTokens(BpeTokenizer plain, List<AddedToken> tokens)
      throws IOException {
    BpeTokenizer tokenizer =
        BpeTokenizer.builder(plain.vocabulary())
            .preTokenizer(plain.preTokenizer())
            .addedTokens(tokens)
            .eos(0)
            .build();
    for (int seed = 0; seed < 8; seed++) {
      assertSameIds(tokenizer, text(seed), EncodeOptions.WITH_SPECIAL_TOKENS);
    }
    assertThat(parts).as("parts").isGreaterThan(80);
  }

  @Test
  void beginsAndEndsTheWholeTextOnly() throws IOException {
    BpeTokenizer tokenizer = trainer().bos("<s>").train(prose()).tokenizer();
    EncodeOptions options = EncodeOptions.TEXT.withBos(true).withEos(true);
    assertSameIds(tokenizer, text(1), options);
    assertSameIds(tokenizer, new byte[0], options);
  }

  @Test
  void encodesACharacterVocabularyAsAWhole() throws IOException {
    BpeTokenizer tokenizer =
        BpeTrainer.characterLevel().vocabularySize(4000).train(prose()).tokenizer();
    assertSameIds(tokenizer, text(1), EncodeOptions.TEXT);
  }

  @Test
  void saysWhereASpecialTokenStands() throws IOException {
    BpeTokenizer tokenizer = trainer().train(prose()).tokenizer();
    byte[] text = ("一，二。\n".repeat(50) + "<|endoftext|>").getBytes(StandardCharsets.UTF_8);
    EncodeOptions options = EncodeOptions.TEXT.withSpecialTokens(SpecialTokenPolicy.ERROR);
    assertThatThrownBy(() -> encodeFile(tokenizer, text, options, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("text.txt")
        .hasMessageContaining("<|endoftext|>")
        .hasMessageContaining("from byte ");
    assertThat(TokenizerTrainTest.children(directory)).containsExactly("text.txt");
  }

  private void assertSameIds(BpeTokenizer tokenizer, byte[] text, EncodeOptions options)
      throws IOException {
    IdBuffer expected = new IdBuffer();
    tokenizer.encodeUtf8(text, 0, text.length, options, expected);
    assertThat(encodeFile(tokenizer, text, options, 1)).isEqualTo(expected.toArray());
    assertThat(encodeFile(tokenizer, text, options, 3)).isEqualTo(expected.toArray());
  }

  private int[] encodeFile(Tokenizer tokenizer, byte[] text, EncodeOptions options, int threads)
      throws IOException {
    Path input = Files.write(directory.resolve("text.txt"), text);
    Path output = directory.resolve("ids.bin");
    FileEncoder.Result result;
    try (OutputFile ids = OutputFile.create(output)) {
      result =
          new FileEncoder(tokenizer, options, false, threads, PART_BYTES)
              .encode(input, ids, done -> parts++);
      ids.commit();
    }
    assertThat(result.bytes()).isEqualTo(text.length);
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(output)).order(ByteOrder.LITTLE_ENDIAN);
    int[] ids = new int[bytes.remaining() / 4];
    bytes.asIntBuffer().get(ids);
    assertThat(result.tokens()).isEqualTo(ids.length);
    Files.delete(output);
    return ids;
  }

  private static BpeTrainer trainer() {
    return BpeTrainer.byteLevel().vocabularySize(800).eos("<|endoftext|>").threads(1);
  }

  private static TextSource prose() {
    List<String> texts = new ArrayList<>(new SyntheticChinese(8).documents(60_000));
    texts.addAll(new SyntheticEnglish(8).documents(60_000));
    return TextSource.of(texts);
  }

  /** Some thousand bytes of everything, above all of what could go wrong at a cut. */
  private static byte[] text(int seed) {
    String[] parts = {
      "他说，他们。",
      "\n",
      "\n\n",
      "\r\n",
      " ",
      "  ",
      "\t",
      "　",
      "the ",
      "Don't",
      "'s",
      "12345",
      "9",
      "。\n",
      "！”",
      "……",
      "e\u0301",
      "\u0301",
      "ﬁ",
      "Ａ",
      "가",
      "\u1100\u1161",
      "😀",
      "👨‍👩‍👧",
      "\0",
      "<|endoftext|>",
      "<|sep|>",
      "<|",
      "|>",
      "麻雀虽小",
      "五脏俱全",
      "_name",
      "x=1;",
      "\u2028",
      "﷽"
    };
    Random random = new Random(seed);
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    while (text.size() < 2000) {
      text.writeBytes(parts[random.nextInt(parts.length)].getBytes(StandardCharsets.UTF_8));
      if (seed % 3 == 0 && random.nextInt(20) == 0) {
        byte[] noise = new byte[1 + random.nextInt(4)];
        random.nextBytes(noise);
        text.writeBytes(noise);
      }
    }
    return text.toByteArray();
  }
}

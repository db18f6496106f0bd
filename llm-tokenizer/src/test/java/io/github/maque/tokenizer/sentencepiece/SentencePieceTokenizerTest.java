package io.github.maque.tokenizer.sentencepiece;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.maque.tokenizer.DecodeOptions;
import io.github.maque.tokenizer.EncodeOptions;
import io.github.maque.tokenizer.Encoding;
import io.github.maque.tokenizer.IdBuffer;
import io.github.maque.tokenizer.SpecialTokenPolicy;
import io.github.maque.tokenizer.format.Fixtures;
import io.github.maque.tokenizer.format.RandomTexts;
import io.github.maque.tokenizer.format.SentencePieceModel;
import io.github.maque.tokenizer.format.TokenizerFormatException;
import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SentencePieceTokenizerTest {

  @ParameterizedTest
  @ValueSource(strings = {"bpe-prefix", "bpe-trims", "bpe-user-defined", "unigram-rules"})
  void givesWhatTheLibraryGivesInPython(String name) throws Exception {
    try (SentencePieceTokenizer tokenizer = load(name)) {
      for (Fixtures.Golden golden : Fixtures.golden("sentencepiece", name)) {
        int[] ids = tokenizer.encode(golden.text());
        assertThat(ids).as(golden.toString()).isEqualTo(golden.ids());
        // Emoji and NUL among them, of which the binding's own decoder makes garbage.
        assertThat(tokenizer.decode(ids, DecodeOptions.SKIP_SPECIAL_TOKENS))
            .as(golden.toString())
            .isEqualTo(golden.decoded());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bpe-prefix", "bpe-trims", "unigram-rules"})
  void offsetsCoverTheTextFromLeftToRight(String name) throws Exception {
    try (SentencePieceTokenizer tokenizer = load(name)) {
      for (String text : new RandomTexts(3).texts(3000)) {
        Encoding encoding = tokenizer.encodeWithOffsets(text, EncodeOptions.TEXT);
        assertThat(encoding.ids()).isEqualTo(tokenizer.encode(text));
        int done = 0;
        for (int i = 0; i < encoding.size(); i++) {
          assertThat(encoding.starts()[i]).as(text).isLessThanOrEqualTo(encoding.ends()[i]);
          assertThat(encoding.starts()[i])
              .as(text)
              .isGreaterThanOrEqualTo(i == 0 ? 0 : encoding.starts()[i - 1]);
          done = Math.max(done, encoding.ends()[i]);
        }
        assertThat(done).isLessThanOrEqualTo(text.length());
      }
    }
  }

  @Test
  void offsetsFollowRulesBackToTheSource() throws Exception {
    try (SentencePieceTokenizer tokenizer = load("unigram-rules")) {
      // The rules make four characters of ㍿, two of ﬁ and one of ．．, and nobody knows 😀: four
      // bytes.
      String text = "  ㍿ ﬁn．．😀";
      Encoding encoding = tokenizer.encodeWithOffsets(text, EncodeOptions.TEXT);

      List<String> covered = new ArrayList<>();
      for (int i = 0; i < encoding.size(); i++) {
        covered.add(text.substring(encoding.starts()[i], encoding.ends()[i]));
      }
      assertThat(covered.stream().distinct())
          .containsExactly("", "㍿", " ", "ﬁ", "ﬁn", "．．", "😀"); // first the space put in front
      assertThat(covered).endsWith("😀", "😀", "😀", "😀");
    }
  }

  @Test
  void unpairedSurrogatesCountAsReplacementCharacters() throws Exception {
    try (SentencePieceTokenizer tokenizer = load("unigram-rules")) {
      assertThat(tokenizer.encode("a\uD83Db\uDE00")).isEqualTo(tokenizer.encode("a\uFFFDb\uFFFD"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bpe-prefix", "bpe-user-defined"})
  void bytesThatAreNoCharactersComeBack(String name) throws Exception {
    SplittableRandom random = new SplittableRandom(9);
    try (SentencePieceTokenizer tokenizer = load(name)) {
      for (int i = 0; i < 3000; i++) {
        byte[] bytes = new byte[random.nextInt(24)];
        for (int b = 0; b < bytes.length; b++) {
          bytes[b] =
              (byte) (random.nextInt(3) == 0 ? random.nextInt(256) : random.nextInt(32, 127));
        }
        IdBuffer ids = new IdBuffer();
        tokenizer.encodeUtf8(bytes, 0, bytes.length, EncodeOptions.TEXT, ids);
        assertThat(tokenizer.decodeBytes(ids.toArray()))
            .as(Arrays.toString(bytes))
            .isEqualTo(bytes);
      }
    }
  }

  @Test
  void rawBytesDoNotDisturbTheTextBesideThem() throws Exception {
    try (SentencePieceTokenizer tokenizer = load("bpe-user-defined")) {
      byte[] bytes = "the sparrow?小麻雀".getBytes(StandardCharsets.UTF_8);
      bytes[11] = (byte) 0xFF;
      IdBuffer ids = new IdBuffer();
      tokenizer.encodeUtf8(bytes, 0, bytes.length, EncodeOptions.TEXT, ids);

      List<Integer> expected = new ArrayList<>();
      Arrays.stream(tokenizer.encode("the sparrow")).forEach(expected::add);
      expected.add(tokenizer.idOf(new byte[] {(byte) 0xFF}).orElseThrow());
      Arrays.stream(tokenizer.encode("小麻雀")).forEach(expected::add);
      assertThat(ids.toArray()).containsExactly(expected.toArray(Integer[]::new));
    }
  }

  @Test
  void withoutBytePiecesRawBytesAreReplacementCharacters() throws Exception {
    try (SentencePieceTokenizer tokenizer = load("bpe-trims")) {
      byte[] bytes = {'a', (byte) 0xE9, (byte) 0xBA, 'b'};
      IdBuffer ids = new IdBuffer();
      tokenizer.encodeUtf8(bytes, 0, bytes.length, EncodeOptions.TEXT, ids);

      assertThat(ids.toArray()).isEqualTo(tokenizer.encode("a\uFFFD\uFFFDb"));
    }
  }

  @Test
  void controlPiecesAreFoundOnlyIfAllowed() throws Exception {
    try (SentencePieceTokenizer tokenizer = load("unigram-rules")) {
      int ctl = tokenizer.specialTokens().ids().get("<ctl>");
      assertThat(tokenizer.encode("the<ctl>cat")).doesNotContain(ctl);

      List<Integer> expected = new ArrayList<>(List.of(1));
      Arrays.stream(tokenizer.encode("the")).forEach(expected::add);
      expected.add(ctl);
      Arrays.stream(tokenizer.encode("cat")).forEach(expected::add);
      expected.add(2);
      EncodeOptions options = EncodeOptions.WITH_SPECIAL_TOKENS.withBos(true).withEos(true);
      assertThat(tokenizer.encode("the<ctl>cat", options))
          .containsExactly(expected.stream().mapToInt(i -> i).toArray());

      Encoding encoding = tokenizer.encodeWithOffsets("the<ctl>cat", options);
      assertThat(encoding.ids()).containsExactly(expected.stream().mapToInt(i -> i).toArray());
      assertThat(encoding.ends()[encoding.size() - 2]).isEqualTo(11);

      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  tokenizer.encode(
                      "the<ctl>cat",
                      EncodeOptions.TEXT.withSpecialTokens(SpecialTokenPolicy.ERROR)))
          .withMessage("the text contains the special token <ctl> at character 3");
    }
  }

  @Test
  void idsOutsideTheVocabularyDoNotEndTheProcess() throws Exception {
    try (SentencePieceTokenizer tokenizer = load("bpe-prefix")) {
      int size = tokenizer.vocabularySize();
      for (int id : new int[] {-1, size, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
        assertThatIllegalArgumentException().isThrownBy(() -> tokenizer.decode(new int[] {id}));
        assertThatIllegalArgumentException().isThrownBy(() -> tokenizer.pieceBytes(id));
      }
    }
  }

  @Test
  void piecesAndIdsBelongTogether() throws Exception {
    try (SentencePieceTokenizer tokenizer = load("unigram-rules")) {
      for (int id = 0; id < tokenizer.vocabularySize(); id++) {
        byte[] bytes = tokenizer.pieceBytes(id);
        if (id != tokenizer.specialTokens().unk().orElseThrow()) {
          int found = tokenizer.idOf(bytes).orElseThrow();
          assertThat(tokenizer.pieceBytes(found)).isEqualTo(bytes);
        }
      }
      assertThat(tokenizer.idOf("no such piece".getBytes(StandardCharsets.UTF_8))).isEmpty();
    }
  }

  @Test
  void closingTwiceIsHarmlessAndEncodingAfterwardsFails() throws Exception {
    SentencePieceTokenizer tokenizer = load("bpe-prefix");
    int[] ids = tokenizer.encode("sparrow");
    tokenizer.close();
    tokenizer.close();

    assertThatThrownBy(() -> tokenizer.encode("sparrow"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the tokenizer is closed");
    assertThat(tokenizer.decode(ids)).isEqualTo("sparrow");
  }

  @Test
  void manyThreadsEncodeWhileOneCloses() throws Exception {
    List<String> texts = new RandomTexts(4).texts(500);
    SentencePieceTokenizer tokenizer = load("unigram-rules");
    List<int[]> expected = texts.stream().map(tokenizer::encode).toList();
    for (int round = 0; round < 3; round++) {
      List<int[]> found = tokenizer.encodeAll(texts, EncodeOptions.TEXT, 4);
      for (int i = 0; i < texts.size(); i++) {
        assertThat(found.get(i)).isEqualTo(expected.get(i));
      }
    }
    Thread closing = new Thread(tokenizer::close);
    closing.start();
    assertThatThrownBy(
            () -> {
              while (true) {
                tokenizer.encodeAll(texts, EncodeOptions.TEXT, 3);
              }
            })
        .hasMessage("the tokenizer is closed");
    closing.join();
  }

  @Test
  void textsThatAreTooLongAreRefused() throws Exception {
    try (SentencePieceTokenizer tokenizer = load("bpe-prefix")) {
      String text = "a".repeat(SentencePieceTokenizer.MAX_TEXT_CHARS + 1);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> tokenizer.encode(text))
          .withMessageContaining("at most 2097152 characters");
      assertThat(tokenizer.encode(text.substring(0, 300_000)).length).isGreaterThan(1000);
    }
  }

  @Test
  void whatTheLibraryRefusesIsTheFilesFault() throws Exception {
    byte[] onlyUnknown = {10, 9, 10, 5, '<', 'u', 'n', 'k', '>', 24, 2};
    SentencePieceModel model = SentencePieceModel.read(onlyUnknown, "x.model");
    assertThatThrownBy(() -> SentencePieceTokenizer.of(model))
        .isInstanceOf(TokenizerFormatException.class)
        .hasMessageStartingWith("x.model: model: SentencePiece refuses it: ");
  }

  @Test
  void piecesThatWouldOverflowTheNativeStackAreRefused() throws Exception {
    SentencePieceModel model = TinyModels.withUserDefined(List.of("x".repeat(60_000)));
    assertThatThrownBy(() -> SentencePieceTokenizer.of(model))
        .isInstanceOf(TokenizerFormatException.class)
        .hasMessageContaining("has 60000 bytes");
  }

  @Test
  void piecesNestedTooDeeplyForTheLibraryAreRefused() throws Exception {
    List<String> nested = new ArrayList<>();
    for (int length = 1; length <= 65; length++) {
      nested.add("x".repeat(length));
    }
    SentencePieceModel tooMany = TinyModels.withUserDefined(nested);
    assertThatThrownBy(() -> SentencePieceTokenizer.of(tooMany))
        .isInstanceOf(TokenizerFormatException.class)
        .hasMessageContaining("more than 64 user-defined pieces");

    try (SentencePieceTokenizer tokenizer =
        SentencePieceTokenizer.of(TinyModels.withUserDefined(nested.subList(0, 64)))) {
      assertThat(tokenizer.decode(tokenizer.encode("x".repeat(100)))).isEqualTo("x".repeat(100));
    }
  }

  /** Only our classes and those of the JDK: what an application sees that forgot the dependency. */
  @Test
  void sayWhichDependencyIsMissing() throws Exception {
    List<URL> ours = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      String name = Path.of(entry).getFileName().toString();
      if (!name.startsWith("sentencepiece-") && !name.startsWith("api-")) {
        ours.add(Path.of(entry).toUri().toURL());
      }
    }
    try (URLClassLoader loader =
        new URLClassLoader(ours.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      Class<?> modelClass = loader.loadClass(SentencePieceModel.class.getName());
      Object model =
          modelClass
              .getMethod("read", byte[].class, String.class)
              .invoke(null, Fixtures.bytes("sentencepiece/bpe-prefix.model"), "x");
      Class<?> tokenizer = loader.loadClass(SentencePieceTokenizer.class.getName());
      assertThatThrownBy(() -> tokenizer.getMethod("of", modelClass).invoke(null, model))
          .cause()
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("add the dependency ai.djl.sentencepiece:sentencepiece:0.34.0");
    }
  }

  private static SentencePieceTokenizer load(String name) throws TokenizerFormatException {
    return SentencePieceTokenizer.of(
        SentencePieceModel.read(Fixtures.bytes("sentencepiece/" + name + ".model"), name));
  }
}

package io.github.maque.tokenizer.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import io.github.maque.tokenizer.EncodeOptions;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import io.github.maque.tokenizer.bpe.BpeVocabulary;
import io.github.maque.tokenizer.bpe.Normalizer;
import io.github.maque.tokenizer.bpe.PreTokenPattern;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The published vocabularies come from the jar of jtokkit, which is the judge as well. */
class TiktokenFileTest {
  @TempDir Path directory;

  @Test
  void encodesO200kAsJtokkitDoes() throws Exception {
    BpeTokenizer tokenizer =
        TiktokenFile.read(jtokkit("o200k_base"), "o200k_base", TiktokenEncoding.O200K_BASE);

    assertSameIds(tokenizer, peer(EncodingType.O200K_BASE));
    assertThat(tokenizer.specialTokens().ids())
        .isEqualTo(Map.of("<|endoftext|>", 199999, "<|endofprompt|>", 200018));
  }

  /** Also when its ranked pieces have become listed merges, and those ranked pieces again. */
  @Test
  void encodesCl100kAsJtokkitDoes() throws Exception {
    byte[] content = jtokkit("cl100k_base");
    BpeTokenizer tokenizer = TiktokenFile.read(content, "x", TiktokenEncoding.CL100K_BASE);
    Encoding peer = peer(EncodingType.CL100K_BASE);
    assertSameIds(tokenizer, peer);

    byte[] json =
        TokenizerJson.write(tokenizer, TokenizerConfig.DEFAULT).getBytes(StandardCharsets.UTF_8);
    BpeTokenizer listed =
        TokenizerJson.read(new ByteArrayInputStream(json), "json", TokenizerConfig.DEFAULT);
    assertThat(listed.vocabulary().hasListedMerges()).isTrue();
    assertThat(TokenizerFiles.fingerprint(listed)).isEqualTo(TokenizerFiles.fingerprint(tokenizer));
    assertSameIds(listed, peer);

    Path written = directory.resolve("x.tiktoken");
    TiktokenFile.write(listed, written);
    assertThat(Files.readAllBytes(written)).isEqualTo(content);
  }

  private static Encoding peer(EncodingType type) {
    return Encodings.newLazyEncodingRegistry().getEncoding(type);
  }

  private static void assertSameIds(BpeTokenizer tokenizer, Encoding peer) {
    for (String text : new RandomTexts(31).texts(2000)) {
      assertThat(tokenizer.encode(text)).as(text).isEqualTo(peer.encodeOrdinary(text).toArray());
    }
  }

  @Test
  void aSmallOneAgreesWithHuggingFace() throws Exception {
    BpeTokenizer tokenizer =
        TiktokenFile.read(TiktokenFiles.small(), "small", TiktokenFiles.SMALL_ENCODING);

    assertThat(tokenizer.encode("the<|endoftext|>", EncodeOptions.WITH_SPECIAL_TOKENS))
        .containsExactly(261, 300);
    assertThat(tokenizer.specialTokens().eos()).hasValue(300);
    TokenizerJsonTest.assertHuggingFaceAgrees(tokenizer, new RandomTexts(32).texts(2000));
  }

  @Test
  void aRankThatASpecialTokenHasMayBeMissing() throws Exception {
    String lines = new String(TiktokenFiles.small(), StandardCharsets.US_ASCII);
    byte[] without = lines.replaceAll("(?m)^\\S+ 268\n", "").getBytes(StandardCharsets.US_ASCII);
    TiktokenEncoding encoding =
        new TiktokenEncoding("x", PreTokenPattern.GPT2, Map.of("<|gap|>", 268));

    assertThat(
            TiktokenFile.read(without, "x", encoding)
                .encode("a<|gap|>", EncodeOptions.WITH_SPECIAL_TOKENS))
        .containsExactly('a', 268);
    assertThatThrownBy(() -> TiktokenFile.read(without, "x", TiktokenFiles.SMALL_ENCODING))
        .hasMessage("x: line 269: the file ends and no piece has rank 268");
  }

  @Test
  void emptyLinesAndCarriageReturnsDoNotMatter() throws Exception {
    byte[] windows =
        new String(TiktokenFiles.small(), StandardCharsets.US_ASCII)
            .replace("\n", "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    BpeTokenizer same = TiktokenFile.read(windows, "x", TiktokenFiles.SMALL_ENCODING);

    assertThat(TokenizerFiles.fingerprint(same))
        .isEqualTo(
            TokenizerFiles.fingerprint(
                TiktokenFile.read(TiktokenFiles.small(), "x", TiktokenFiles.SMALL_ENCODING)));
  }

  static Stream<Arguments> damaged() {
    return Stream.of(
        Arguments.of("IQ==\n", "line 271: expected a piece in base64, a space, and its rank"),
        Arguments.of("IQ= 900\n", "line 271: the piece is not base64"),
        Arguments.of("IR== 900\n", "line 271: the piece is not base64 in its usual form"),
        Arguments.of("!!!! 900\n", "line 271: the piece is not base64"),
        Arguments.of(" 900\n", "line 271: a piece has 1…65536 bytes, this one has 0"),
        Arguments.of("YWFh 33\n", "line 271: rank 33 is already on line 34"),
        Arguments.of("dGhl 900\n", "line 271: the piece is already on line 262"),
        Arguments.of("YWFh -1\n", "line 271: the rank \"-1\" is not a number"),
        Arguments.of("YWFh 1e3\n", "line 271: the rank \"1e3\" is not a number"),
        Arguments.of("YWFh 9999999999\n", "line 271: the rank \"9999999999\" is not a number"),
        Arguments.of("YWFh 99999999\n", "line 271: the rank must be in 0…"),
        Arguments.of("YWFh \n", "line 271: the rank \"\" is not a number"),
        Arguments.of("YWFh 900\n", "line 271: the file ends and no piece has rank 270"),
        Arguments.of(
            "YWFh 300\n", "line 271: rank 300 is that of the special token <|endoftext|>"));
  }

  @ParameterizedTest
  @MethodSource("damaged")
  void damageIsNamedWithItsLine(String line, String problem) {
    byte[] content =
        (new String(TiktokenFiles.small(), StandardCharsets.US_ASCII) + line)
            .getBytes(StandardCharsets.US_ASCII);
    assertThatThrownBy(() -> TiktokenFile.read(content, "x.tiktoken", TiktokenFiles.SMALL_ENCODING))
        .isInstanceOf(TokenizerFormatException.class)
        .hasMessageStartingWith("x.tiktoken: " + problem);
  }

  @Test
  void everyByteIsNeeded() {
    byte[] content =
        new String(TiktokenFiles.small(), StandardCharsets.US_ASCII)
            .replace("QQ== 65\n", "")
            .getBytes(StandardCharsets.US_ASCII);
    assertThatThrownBy(() -> TiktokenFile.read(content, "x", TiktokenFiles.SMALL_ENCODING))
        .hasMessage("x: line 269: the file ends and the single byte 65 has no rank");
  }

  @Test
  void piecesThatWouldTakeForeverAreRefused() {
    StringBuilder lines =
        new StringBuilder(new String(TiktokenFiles.small(), StandardCharsets.US_ASCII));
    for (int i = 0; i < 2; i++) {
      byte[] piece = new byte[40_000 + i];
      lines.append(Base64.getEncoder().encodeToString(piece)).append(' ').append(270 + i);
      lines.append('\n');
    }
    assertThatThrownBy(
            () ->
                TiktokenFile.read(
                    lines.toString().getBytes(StandardCharsets.US_ASCII),
                    "x",
                    TiktokenFiles.SMALL_ENCODING))
        .isInstanceOf(TokenizerFormatException.class)
        .hasMessageContaining("longer than in any real vocabulary");
  }

  @Test
  void whatTiktokenCannotSayIsRefused() throws Exception {
    BpeVocabulary small =
        TiktokenFile.read(TiktokenFiles.small(), "x", TiktokenFiles.SMALL_ENCODING).vocabulary();
    BpeVocabulary.Builder wrongOrder = BpeVocabulary.byteLevel();
    for (int b = 0; b < 256; b++) {
      wrongOrder.piece(b, new byte[] {(byte) b});
    }
    wrongOrder.piece(256, utf8("cd")).piece(257, utf8("ab")).merge('a', 'b').merge('c', 'd');
    BpeVocabulary.Builder unreached = BpeVocabulary.byteLevel();
    for (int b = 0; b < 256; b++) {
      unreached.piece(b, new byte[] {(byte) b});
    }
    unreached.piece(256, utf8("ab"));

    assertRefused(BpeTokenizer.builder(small).normalizer(Normalizer.nfc()), "does not change");
    assertRefused(BpeTokenizer.builder(small).addsPrefixSpace(true), "does not change");
    assertRefused(BpeTokenizer.builder(wrongOrder.build()), "merges by id");
    assertRefused(BpeTokenizer.builder(unreached.build()), "not what merging its own text gives");
    assertRefused(
        BpeTokenizer.builder(BpeVocabulary.byteLevel().piece(0, utf8("a")).build()),
        "needs every byte");
    assertRefused(
        BpeTokenizer.builder(BpeVocabulary.characterLevel().piece(0, utf8("a")).build()),
        "holds bytes");
  }

  private void assertRefused(BpeTokenizer.Builder tokenizer, String reason) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TiktokenFile.write(tokenizer.build(), directory.resolve("x")))
        .withMessageContaining(reason);
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void writesWhatHuggingFaceLearnedIfItMergesInTheOrderOfIds() throws Exception {
    BpeTokenizer gpt2 =
        TokenizerJson.read(
            new ByteArrayInputStream(Fixtures.bytes("huggingface/llama3.json")),
            "llama3",
            TokenizerConfig.DEFAULT);
    BpeTokenizer plain =
        BpeTokenizer.builder(gpt2.vocabulary()).preTokenizer(PreTokenPattern.CL100K).build();
    Path file = directory.resolve("x.tiktoken");
    TiktokenFile.write(plain, file);
    BpeTokenizer read =
        TiktokenFile.read(file, new TiktokenEncoding("x", PreTokenPattern.CL100K, Map.of()));

    for (String text : new RandomTexts(33).texts(2000)) {
      assertThat(read.encode(text)).as(text).isEqualTo(plain.encode(text));
    }
    assertThat(List.of(directory.toFile().list())).containsExactly("x.tiktoken");
  }

  private static byte[] jtokkit(String name) throws IOException {
    try (InputStream in =
        EncodingType.class.getResourceAsStream("/com/knuddels/jtokkit/" + name + ".tiktoken")) {
      return in.readAllBytes();
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

package io.github.maque.tokenizer.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.github.maque.tokenizer.AddedToken;
import io.github.maque.tokenizer.EncodeOptions;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import io.github.maque.tokenizer.bpe.BpeVocabulary;
import io.github.maque.tokenizer.bpe.PreTokenPattern;
import io.github.maque.tokenizer.bpe.PreTokenizer;
import io.github.maque.tokenizer.bpe.SplitBehavior;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against fixtures made by Hugging Face's tokenizers 0.23.2, and against 0.21 through DJL. */
class TokenizerJsonTest {
  private static final List<String> TEXTS = new RandomTexts(21).texts(2500);

  private static final String EMPTY_BYTES =
      "{\"version\":\"1.0\",\"added_tokens\":[],\"pre_tokenizer\":{\"type\":\"ByteLevel\","
          + "\"add_prefix_space\":false,\"trim_offsets\":true},\"model\":{MODEL}}";

  @ParameterizedTest
  @ValueSource(
      strings = {"gpt2", "llama3", "llama2", "metaspace-first", "metaspace-never", "words"})
  void encodesAndDecodesAsHuggingFaceDid(String name) throws Exception {
    BpeTokenizer tokenizer = fixture(name);
    for (Fixtures.Golden golden : Fixtures.golden("huggingface", name)) {
      int[] ids = tokenizer.encode(golden.text(), EncodeOptions.WITH_SPECIAL_TOKENS);
      assertThat(ids).as(golden.toString()).isEqualTo(golden.ids());
      assertThat(tokenizer.decode(ids)).as(golden.toString()).isEqualTo(golden.decoded());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"gpt2", "llama3", "llama2", "metaspace-first", "metaspace-never", "words"})
  void huggingFaceReadsWhatIsWritten(String name) throws Exception {
    BpeTokenizer tokenizer = fixture(name);

    assertHuggingFaceAgrees(tokenizer, TEXTS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"gpt2", "llama3", "llama2", "metaspace-first", "metaspace-never", "words"})
  void writesTheSameBytesAgain(String name) throws Exception {
    String first = TokenizerJson.write(fixture(name), TokenizerConfig.DEFAULT);
    BpeTokenizer again = read(first);

    assertThat(TokenizerJson.write(again, TokenizerConfig.DEFAULT)).isEqualTo(first);
    assertThat(TokenizerFiles.fingerprint(again))
        .isEqualTo(TokenizerFiles.fingerprint(fixture(name)));
    assertThat(again.addedTokens()).isEqualTo(fixture(name).addedTokens());
    assertThat(again.normalizer()).isEqualTo(fixture(name).normalizer());
    assertThat(again.preTokenizer()).isEqualTo(fixture(name).preTokenizer());
  }

  @Test
  void thePostProcessorTellsBosAndEos() throws Exception {
    assertThat(fixture("llama2").specialTokens().bos()).hasValue(1);
    assertThat(fixture("llama2").specialTokens().eos()).hasValue(2);
    assertThat(fixture("llama2").specialTokens().unk()).hasValue(0);
    assertThat(fixture("llama3").specialTokens().bos()).hasValue(440);
    assertThat(fixture("llama3").specialTokens().eos()).isEmpty();
    assertThat(fixture("gpt2").specialTokens().bos()).isEmpty();
  }

  @Test
  void theConfigurationKnowsBetter() throws Exception {
    TokenizerConfig config =
        TokenizerConfig.builder().bosToken("</s>").padToken("<unk>").eosToken("not there").build();
    BpeTokenizer tokenizer =
        TokenizerJson.read(
            new ByteArrayInputStream(Fixtures.bytes("huggingface/llama2.json")), "x", config);

    assertThat(tokenizer.specialTokens().bos()).hasValue(2);
    assertThat(tokenizer.specialTokens().pad()).hasValue(0);
    assertThat(tokenizer.specialTokens().eos()).isEmpty();
  }

  @Test
  void huggingFacePutsBosAndEosAroundTextsIfToldTo() throws Exception {
    BpeTokenizer tokenizer = fixture("llama3");
    for (boolean bos : new boolean[] {false, true}) {
      for (boolean eos : new boolean[] {false, true}) {
        TokenizerConfig config =
            TokenizerConfig.builder()
                .bosToken("<|endoftext|>")
                .eosToken("<|eot|>")
                .addBosToken(bos)
                .addEosToken(eos)
                .build();
        String json = TokenizerJson.write(tokenizer, config);
        EncodeOptions options = EncodeOptions.TEXT.withBos(bos).withEos(eos);
        BpeTokenizer withRoles =
            TokenizerJson.read(new ByteArrayInputStream(utf8(json)), "x", config);
        try (HuggingFaceTokenizer peer = huggingFace(json)) {
          assertThat(ids(peer.encode("小麻雀 sings", true, false).getIds()))
              .isEqualTo(withRoles.encode("小麻雀 sings", options));
        }
      }
    }
  }

  @Test
  void mergesMayBeStringsAndComeFirst() throws Exception {
    String pairs = "\"merges\":[[\"a\",\"b\"],[\"ab\",\"Ġ\"]],\"vocab\":{VOCAB}";
    String strings = "\"merges\":[\"#version: 0.2\",\"a b\",\"ab Ġ\"],\"vocab\":{VOCAB}";
    String vocabulary = "\"a\":0,\"b\":1,\"Ġ\":2,\"ab\":3,\"abĠ\":4";

    for (String model : List.of(pairs, strings)) {
      BpeTokenizer tokenizer =
          read(EMPTY_BYTES.replace("MODEL", model.replace("VOCAB", vocabulary)));
      assertThat(tokenizer.vocabulary().mergeCount()).isEqualTo(2);
      assertThat(tokenizer.encode("ab")).containsExactly(3);
      assertThat(tokenizer.pieceBytes(4)).isEqualTo(utf8("ab "));
    }
  }

  @Test
  void piecesOutsideTheByteAlphabetAreOnlyDecoded() throws Exception {
    String vocabulary = "\"vocab\":{\"a\":0,\"b\":1,\"麻\":2,\"雀\":3,\"麻雀\":4,\"é\":5}";
    BpeTokenizer tokenizer =
        read(EMPTY_BYTES.replace("MODEL", vocabulary + ",\"merges\":[[\"麻\",\"雀\"]]"));

    assertThat(tokenizer.decode(new int[] {4})).isEqualTo("麻雀");
    assertThat(tokenizer.encode("麻雀")).containsExactly(5, 5); // of its bytes only E9 has a piece
    assertThat(tokenizer.vocabulary().isInModel(4)).isFalse();
    assertThat(tokenizer.pieceBytes(5)).containsExactly(0xE9); // the character of byte E9
  }

  @Test
  void gapsInTheVocabularyStayGaps() throws Exception {
    String json =
        EMPTY_BYTES.replace("MODEL", "\"vocab\":{\"a\":3,\"b\":70,\"ab\":9},\"merges\":[\"a b\"]");
    BpeTokenizer tokenizer = read(json);

    assertThat(tokenizer.vocabularySize()).isEqualTo(71);
    assertThat(tokenizer.encode("aba")).containsExactly(9, 3);
    assertThat(tokenizer.pieceBytes(4)).isEmpty();
    assertHuggingFaceAgrees(tokenizer, RandomTexts.all("ab", 5));
  }

  @Test
  void addedTokensWithIdsOfTheirOwnBecomePartOfTheVocabulary() throws Exception {
    BpeVocabulary vocabulary =
        BpeVocabulary.byteLevel()
            .piece(1, utf8("a"))
            .piece(2, utf8("b"))
            .piece(5, utf8("ab"))
            .merge(1, 2)
            .build();
    BpeTokenizer tokenizer =
        BpeTokenizer.builder(vocabulary)
            .addedTokens(
                List.of(
                    AddedToken.special(0, "<pad>"),
                    AddedToken.special(4, "<eos>"),
                    AddedToken.special(9, "<far>")))
            .build();
    String json = TokenizerJson.write(tokenizer, TokenizerConfig.DEFAULT);

    assertThat(read(json).addedTokens()).isEqualTo(tokenizer.addedTokens());
    assertThat(TokenizerFiles.fingerprint(read(json)))
        .isEqualTo(TokenizerFiles.fingerprint(tokenizer));
    assertHuggingFaceAgrees(tokenizer, List.of("ab<pad>ab<eos>", "<far>", "b<far>a"));
  }

  /** As some newer files say it; without a pre-tokenizer that is the same. */
  @Test
  void theByteAlphabetMayBeANormalizer() throws Exception {
    String json =
        new String(Fixtures.bytes("huggingface/gpt2.json"), StandardCharsets.UTF_8)
            .replaceFirst("\"normalizer\":null", "\"normalizer\":{\"type\":\"ByteLevel\"}")
            .replaceFirst("\"pre_tokenizer\":\\{[^}]*}", "\"pre_tokenizer\":null");
    BpeTokenizer tokenizer = read(json);
    try (HuggingFaceTokenizer peer = huggingFace(json)) {
      for (String text : TEXTS.subList(0, 1000)) {
        assertThat(tokenizer.encode(text, EncodeOptions.WITH_SPECIAL_TOKENS))
            .as(text)
            .isEqualTo(ids(peer.encode(text, false, false).getIds()));
      }
    }
    assertHuggingFaceAgrees(tokenizer, TEXTS.subList(0, 1000));
  }

  static Stream<Arguments> preTokenizers() {
    List<PreTokenizer> all = new ArrayList<>(Arrays.asList(PreTokenPattern.values()));
    all.add(PreTokenizer.none());
    all.add(PreTokenizer.regex("[,.]", SplitBehavior.REMOVED, false));
    all.add(PreTokenizer.regex("\\p{L}+", SplitBehavior.CONTIGUOUS, true));
    all.add(PreTokenizer.literal("a", SplitBehavior.MERGED_WITH_PREVIOUS, false));
    all.add(PreTokenizer.punctuation(SplitBehavior.MERGED_WITH_NEXT));
    all.add(PreTokenizer.sequence(List.of(PreTokenizer.words(), PreTokenizer.digits(false))));
    all.add(PreTokenizer.sequence(List.of(PreTokenizer.whiteSpace(), PreTokenPattern.GPT2)));
    return all.stream().map(Arguments::of);
  }

  @ParameterizedTest
  @MethodSource("preTokenizers")
  void everyPreTokenizerComesThrough(PreTokenizer preTokenizer) throws Exception {
    BpeTokenizer tokenizer =
        BpeTokenizer.builder(fixture("gpt2").vocabulary()).preTokenizer(preTokenizer).build();

    assertThat(read(TokenizerJson.write(tokenizer, TokenizerConfig.DEFAULT)).preTokenizer())
        .isEqualTo(preTokenizer);
    assertHuggingFaceAgrees(tokenizer, TEXTS.subList(0, 500));
  }

  static Stream<Arguments> unsupported() {
    String model = "\"vocab\":{\"a\":0,\"b\":1,\"ab\":2},\"merges\":[\"a b\"]";
    return Stream.of(
        Arguments.of("{\"model\":{\"type\":\"Unigram\",\"vocab\":[]}}", "$.model.type", "Unigram"),
        Arguments.of("{\"model\":{\"dropout\":0.1," + model + "}}", "$.model.dropout", "random"),
        Arguments.of(
            "{\"model\":{\"end_of_word_suffix\":\"</w>\"," + model + "}}",
            "$.model.end_of_word_suffix",
            "their place in a word"),
        Arguments.of(
            "{\"model\":{\"new_thing\":1," + model + "}}", "$.model.new_thing", "not supported"),
        Arguments.of("{\"version\":\"2.0\"}", "$.version", "expected version \"1.0\""),
        Arguments.of("{\"extra\":1}", "$.extra", "not supported"),
        Arguments.of(part("normalizer", "{\"type\":\"Nmt\"}"), "$.normalizer", "\"Nmt\""),
        Arguments.of(
            part(
                "normalizer",
                "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"BertNormalizer\"}]}"),
            "$.normalizer.normalizers[0]",
            "\"BertNormalizer\""),
        Arguments.of(
            part("normalizer", "{\"type\":\"NFC\",\"form\":1}"), "$.normalizer.form", "setting"),
        Arguments.of(
            part(
                "normalizer",
                "{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"(\"},\"content\":\"\"}"),
            "$.normalizer.pattern",
            ""),
        Arguments.of(
            part("pre_tokenizer", "{\"type\":\"UnicodeScripts\"}"), "$.pre_tokenizer", "Scripts"),
        Arguments.of(
            part(
                "pre_tokenizer",
                "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"ByteLevel\",\"add_prefix_space\":false},"
                    + "{\"type\":\"Whitespace\"}]}"),
            "$.pre_tokenizer.pretokenizers[1]",
            "behind ByteLevel"),
        Arguments.of(
            part(
                "pre_tokenizer",
                "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Whitespace\"},"
                    + "{\"type\":\"ByteLevel\",\"add_prefix_space\":true}]}"),
            "$.pre_tokenizer.pretokenizers[1]",
            "add_prefix_space"),
        Arguments.of(
            part(
                "pre_tokenizer",
                "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"a\"},\"behavior\":\"Odd\",\"invert\":false}"),
            "$.pre_tokenizer.behavior",
            "no behaviour \"Odd\""),
        Arguments.of(
            part("pre_tokenizer", "{\"type\":\"Metaspace\",\"replacement\":\"ab\"}"),
            "$.pre_tokenizer.replacement",
            "one character"),
        Arguments.of(part("decoder", "{\"type\":\"CTC\"}"), "$.decoder", "\"CTC\""),
        Arguments.of(part("post_processor", "{\"type\":\"Odd\"}"), "$.post_processor", "\"Odd\""),
        Arguments.of(
            part("added_tokens", "[" + token(7, "<x>") + "]"),
            "$.added_tokens[0]",
            "would give it 3"),
        Arguments.of(
            part("added_tokens", "[" + token(1, "a") + "]"),
            "$.added_tokens[0]",
            "would give it 0"),
        Arguments.of(
            part("added_tokens", "[" + token(3, "x") + "," + token(3, "x") + "]"),
            "$.added_tokens[1]",
            "there twice"),
        Arguments.of(
            EMPTY_BYTES
                .replace("MODEL", "\"vocab\":{\"Ã\":0},\"merges\":[]")
                .replace("\"added_tokens\":[]", "\"added_tokens\":[" + token(0, "Ã") + "]"),
            "$.added_tokens",
            "id 0 has two meanings"),
        Arguments.of(
            "{\"added_tokens\":["
                + token(0, "<0x0A>")
                + "],\"model\":{\"byte_fallback\":true,\"vocab\":{\"<0x0A>\":0},\"merges\":[]}}",
            "$.added_tokens",
            "a byte and an added token"),
        Arguments.of(
            part("added_tokens", "[{\"id\":3,\"content\":\"x\"}]"),
            "$.added_tokens[0]",
            "\"special\" is missing"));
  }

  @ParameterizedTest
  @MethodSource("unsupported")
  void whatIsNotSupportedIsNamedWithItsPath(String json, String path, String problem) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(TokenizerFormatException.class)
        .hasMessageStartingWith("x.json: " + path)
        .hasMessageContaining(problem);
  }

  private static String part(String name, String value) {
    return "{\""
        + name
        + "\":"
        + value
        + ",\"model\":{\"vocab\":{\"a\":0,\"b\":1,\"ab\":2},\"merges\":[\"a b\"]}}";
  }

  private static String token(int id, String content) {
    return "{\"id\":"
        + id
        + ",\"content\":\""
        + content
        + "\",\"single_word\":false,\"lstrip\":false,\"rstrip\":false,\"normalized\":false,\"special\":true}";
  }

  static Stream<Arguments> damaged() {
    return Stream.of(
        Arguments.of("", "ends inside a value"),
        Arguments.of("{", "ends inside a value"),
        Arguments.of("[]", "expected an object, found an array"),
        Arguments.of("{\"version\":\"1.0\"}", "\"model\" is missing"),
        Arguments.of(model("\"vocab\":{}"), "\"vocab\" and \"merges\""),
        Arguments.of(model("\"vocab\":{\"a\":0},\"merges\":[]") + "x", "this is no JSON"),
        Arguments.of(model("\"vocab\":{\"a\":0,\"a\":1},\"merges\":[]"), "there twice"),
        Arguments.of(model("\"vocab\":{\"a\":0,\"b\":0},\"merges\":[]"), "id 0 belongs to another"),
        Arguments.of(model("\"vocab\":{\"\":0},\"merges\":[]"), "piece is empty"),
        Arguments.of(model("\"vocab\":{\"a\":-1},\"merges\":[]"), "found -1"),
        Arguments.of(model("\"vocab\":{\"a\":1.5},\"merges\":[]"), "found 1.5"),
        Arguments.of(model("\"vocab\":{\"a\":1e3},\"merges\":[]"), "found 1e3"),
        Arguments.of(model("\"vocab\":{\"a\":\"1\"},\"merges\":[]"), "found a string"),
        Arguments.of(model("\"vocab\":{\"a\":NaN},\"merges\":[]"), "this is no JSON"),
        Arguments.of(model("\"vocab\":{\"a\":2097152},\"merges\":[]"), "found 2097152"),
        Arguments.of(model("\"vocab\":{\"a\":99999999999},\"merges\":[]"), "found 99999999999"),
        Arguments.of(
            model("\"vocab\":{\"a\":2000000},\"merges\":[]"), "their ids go up to 2000000"),
        Arguments.of(model("\"vocab\":{\"a\":0},\"merges\":[\"a\"]"), "one space between"),
        Arguments.of(model("\"vocab\":{\"a\":0},\"merges\":[\"a a a\"]"), "one space between"),
        Arguments.of(model("\"vocab\":{\"a\":0},\"merges\":[[\"a\"]]"), "has two pieces"),
        Arguments.of(model("\"vocab\":{\"a\":0},\"merges\":[[\"a\",\"a\",\"a\"]]"), "two pieces"),
        Arguments.of(model("\"vocab\":{\"a\":0},\"merges\":[\"a b\"]"), "piece \"b\" of merge 0"),
        Arguments.of(model("\"vocab\":{\"a\":0},\"merges\":[\"a a\"]"), "gives \"aa\""),
        Arguments.of(model("\"vocab\":{\"\\ud800\":0},\"merges\":[]"), "half a surrogate pair"),
        Arguments.of(model("\"vocab\":{\"" + "a".repeat(20_000) + "\":0},\"merges\":[]"), "16384"),
        Arguments.of(model("\"vocab\":{\"" + "a".repeat(5_000_000) + "\":0}"), "is longer than"),
        Arguments.of(model("\"dropout\":1e999999999,\"vocab\":{}"), "out of any range"),
        Arguments.of(model("\"dropout\":" + "9".repeat(99) + ",\"vocab\":{}"), "out of any range"),
        Arguments.of("{\"normalizer\":" + "[".repeat(100_000), "Nesting limit 64"),
        Arguments.of("{\"padding\":" + "{\"a\":".repeat(100_000), "Nesting limit 64"),
        Arguments.of("{\"normalizer\":[" + "0,".repeat(30_000) + "0]}", "more than 20000 parts"),
        Arguments.of("{\"version\":\"1.0\",\"version\":\"1.0\"}", "there twice"),
        Arguments.of("{'version':\"1.0\"}", "this is no JSON"),
        Arguments.of("{\"version\":\"1.0\",}", ""),
        Arguments.of("{\"version\":\"1.\n0\"}", ""),
        Arguments.of("{\"version\":/* one */\"1.0\"}", "this is no JSON"));
  }

  @ParameterizedTest
  @MethodSource("damaged")
  void damageIsNamed(String json, String problem) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(TokenizerFormatException.class)
        .hasMessageStartingWith("x.json: $")
        .hasMessageContaining("(line ")
        .hasMessageContaining(problem)
        .satisfies(e -> assertThat(e.getMessage().length()).isLessThan(400));
  }

  @Test
  void bytesThatAreNotUtf8AreRefused() {
    byte[] json = utf8("{\"version\":\"1.0\",\"model\":{\"vocab\":{\"a?\":0},\"merges\":[]}}");
    json[new String(json, StandardCharsets.UTF_8).indexOf('?')] = (byte) 0xFF;

    assertThatThrownBy(
            () ->
                TokenizerJson.read(
                    new ByteArrayInputStream(json), "x.json", TokenizerConfig.DEFAULT))
        .isInstanceOf(TokenizerFormatException.class)
        .hasMessageContaining("not valid UTF-8");
  }

  static Stream<Arguments> inexpressible() {
    BpeVocabulary.Builder letters = BpeVocabulary.byteLevel().piece(0, utf8("a"));
    BpeVocabulary plain = letters.build();
    return Stream.of(
        Arguments.of(
            "two ids for one spelling",
            BpeTokenizer.builder(plain).addedTokens(List.of(AddedToken.special(1, "a"))),
            "would both be spelled \"a\""),
        Arguments.of(
            "an added token that is another piece",
            BpeTokenizer.builder(plain).addedTokens(List.of(AddedToken.special(0, "b"))),
            "but the piece with that id is \"a\""),
        Arguments.of(
            "a byte that only decodes",
            BpeTokenizer.builder(BpeVocabulary.byteLevel().decodeOnlyPiece(0, utf8("a")).build()),
            "must not be found in text"),
        Arguments.of(
            "half a character",
            BpeTokenizer.builder(
                BpeVocabulary.byteLevel().decodeOnlyPiece(0, new byte[] {(byte) 0xE9}).build()),
            "is not text"),
        Arguments.of(
            "a prefix space before a pattern",
            BpeTokenizer.builder(plain).preTokenizer(PreTokenPattern.CL100K).addsPrefixSpace(true),
            "a space is put in front"),
        Arguments.of(
            "a pre-tokenizer of one's own",
            BpeTokenizer.builder(plain).preTokenizer((text, from, to, ends) -> ends.add(to)),
            "no pre-tokenizer for"),
        Arguments.of(
            "pieces of one rank",
            BpeTokenizer.builder(
                BpeVocabulary.byteLevel()
                    .piece(0, utf8("a"))
                    .piece(1, utf8("b"))
                    .piece(2, utf8("ab"))
                    .piece(3, utf8("ba"))
                    .ranks(new int[] {-1, -1, 0, 0})
                    .build()),
            "are of one rank"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("inexpressible")
  void whatTheFormatCannotSayIsRefused(
      String what, BpeTokenizer.Builder tokenizer, String problem) {
    assertThatThrownBy(() -> TokenizerJson.write(tokenizer.build(), TokenizerConfig.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(problem);
  }

  /** With special tokens being found, as Hugging Face's tokenizers always do. */
  static void assertHuggingFaceAgrees(BpeTokenizer tokenizer, List<String> texts)
      throws IOException {
    try (HuggingFaceTokenizer peer =
        huggingFace(TokenizerJson.write(tokenizer, TokenizerConfig.DEFAULT))) {
      for (String text : texts) {
        assertThat(tokenizer.encode(text, EncodeOptions.WITH_SPECIAL_TOKENS))
            .as(text)
            .isEqualTo(ids(peer.encode(text, false, false).getIds()));
      }
    }
  }

  private static HuggingFaceTokenizer huggingFace(String json) throws IOException {
    return HuggingFaceTokenizer.newInstance(
        new ByteArrayInputStream(utf8(json)), Map.of("truncation", "false", "padding", "false"));
  }

  private static int[] ids(long[] ids) {
    return Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
  }

  private static String model(String fields) {
    return "{\"model\":{" + fields + "}}";
  }

  private static BpeTokenizer fixture(String name) throws IOException {
    return TokenizerJson.read(
        new ByteArrayInputStream(Fixtures.bytes("huggingface/" + name + ".json")),
        name,
        TokenizerConfig.DEFAULT);
  }

  private static BpeTokenizer read(String json) throws IOException {
    return TokenizerJson.read(
        new ByteArrayInputStream(utf8(json)), "x.json", TokenizerConfig.DEFAULT);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

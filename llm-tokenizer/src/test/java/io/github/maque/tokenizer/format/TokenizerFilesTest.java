package io.github.maque.tokenizer.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.maque.tokenizer.AddedToken;
import io.github.maque.tokenizer.DecodeOptions;
import io.github.maque.tokenizer.EncodeOptions;
import io.github.maque.tokenizer.Encoding;
import io.github.maque.tokenizer.IdBuffer;
import io.github.maque.tokenizer.SpecialTokens;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import io.github.maque.tokenizer.bpe.BpeVocabulary;
import io.github.maque.tokenizer.bpe.Normalizer;
import io.github.maque.tokenizer.bpe.PreTokenPattern;
import io.github.maque.tokenizer.bpe.PreTokenizer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerFilesTest {
  @TempDir Path directory;

  @Test
  void whatIsSavedIsLoadedAgain() throws Exception {
    BpeTokenizer tokenizer = fixture("llama2");
    TokenizerConfig config =
        TokenizerConfig.builder().chatTemplate("{{ x }}").addBosToken(true).bosToken("<s>").build();
    Path target = directory.resolve("some/where");
    TokenizerFiles.save(tokenizer, target, config);

    Tokenizer loaded = TokenizerFiles.load(target);
    for (String text : new RandomTexts(41).texts(1000)) {
      assertThat(loaded.encode(text)).as(text).isEqualTo(tokenizer.encode(text));
      assertThat(loaded.decode(loaded.encode(text)))
          .isEqualTo(tokenizer.decode(loaded.encode(text)));
    }
    assertThat(loaded.specialTokens()).isEqualTo(tokenizer.specialTokens());
    assertThat(names(target))
        .containsExactlyInAnyOrder(
            "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json");
    // What the configuration left open, the tokenizer knew.
    assertThat(TokenizerFiles.config(target))
        .isEqualTo(config.toBuilder().eosToken("</s>").unkToken("<unk>").build());
  }

  @Test
  void savingTwiceGivesTheSameBytes() throws Exception {
    Path first = directory.resolve("a");
    Path second = directory.resolve("b");
    TokenizerFiles.save(fixture("llama3"), first, TokenizerConfig.DEFAULT);
    TokenizerFiles.save(
        (BpeTokenizer) TokenizerFiles.load(first), second, TokenizerFiles.config(first));

    for (String name : names(first)) {
      assertThat(second.resolve(name)).hasSameBinaryContentAs(first.resolve(name));
    }
  }

  @Test
  void loadsEveryFormatByNameAndFromADirectory() throws Exception {
    Path model = directory.resolve("m/tokenizer.model");
    Files.createDirectories(model.getParent());
    Files.write(model, Fixtures.bytes("sentencepiece/bpe-prefix.model"));
    Files.write(model.resolveSibling("other.model"), new byte[3]);
    assertThat(TokenizerFiles.load(model.getParent()).encode("sparrow"))
        .isEqualTo(TokenizerFiles.load(model).encode("sparrow"));

    Path json = directory.resolve("j/tokenizer.json");
    Files.createDirectories(json.getParent());
    Files.write(json, Fixtures.bytes("huggingface/gpt2.json"));
    Files.write(json.resolveSibling("x.model"), new byte[3]);
    assertThat(TokenizerFiles.load(json.getParent()).vocabularySize()).isEqualTo(440);
  }

  @Test
  void theTemplateInTheTokenizerCountsAsConfiguration() throws Exception {
    Path json = directory.resolve("tokenizer.json");
    Files.write(json, Fixtures.bytes("huggingface/llama2.json"));
    TokenizerConfig config = TokenizerFiles.config(directory);

    assertThat(config.bosToken()).hasValue("<s>");
    assertThat(config.addBosToken()).isTrue();
    assertThat(config.eosToken()).hasValue("</s>");
    assertThat(config.addEosToken()).isTrue();
    assertThat(TokenizerFiles.config(json)).isEqualTo(config);
  }

  @Test
  void whatIsMissingIsNamed() throws Exception {
    assertThatThrownBy(() -> TokenizerFiles.load(directory))
        .isInstanceOf(FileNotFoundException.class)
        .hasMessageStartingWith(directory + ": there is no tokenizer.json");
    assertThatThrownBy(() -> TokenizerFiles.load(directory.resolve("x.json")))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> TokenizerFiles.load(directory.resolve("nothing")))
        .isInstanceOf(NoSuchFileException.class);

    Files.write(directory.resolve("a.model"), new byte[3]);
    assertThatThrownBy(() -> TokenizerFiles.load(directory))
        .isInstanceOf(TokenizerFormatException.class)
        .hasMessageStartingWith(directory.resolve("a.model").toString());
    Files.write(directory.resolve("b.model"), new byte[3]);
    assertThatThrownBy(() -> TokenizerFiles.load(directory))
        .hasMessageContaining("several .model files");
    Files.write(directory.resolve("q.tiktoken"), new byte[3]);
    assertThatThrownBy(() -> TokenizerFiles.load(directory))
        .hasMessageContaining("use TiktokenFile.read");
    Files.write(directory.resolve("x.bin"), new byte[3]);
    assertThatThrownBy(() -> TokenizerFiles.load(directory.resolve("x.bin")))
        .isInstanceOf(TokenizerFormatException.class)
        .hasMessageContaining("ends neither in .json");
  }

  @Test
  void unigramModelsAreRefusedWithTheWayOut() throws Exception {
    Path model = directory.resolve("spiece.model");
    Files.write(model, Fixtures.bytes("sentencepiece/unigram-rules.model"));
    assertThatThrownBy(() -> TokenizerFiles.load(directory))
        .isInstanceOf(TokenizerFormatException.class)
        .hasMessageContaining("SentencePieceTokenizer");
  }

  @Test
  void aTokenizerThatCannotBeSavedLeavesTheOldOneAlone() throws Exception {
    TokenizerFiles.save(fixture("gpt2"), directory, TokenizerConfig.DEFAULT);
    String before = Files.readString(directory.resolve("tokenizer.json"));
    BpeTokenizer odd =
        BpeTokenizer.builder(fixture("gpt2").vocabulary())
            .preTokenizer((text, from, to, ends) -> ends.add(to))
            .build();
    TokenizerConfig unknownToken = TokenizerConfig.builder().padToken("<nope>").build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenizerFiles.save(odd, directory, TokenizerConfig.DEFAULT));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenizerFiles.save(fixture("gpt2"), directory, unknownToken))
        .withMessage("padToken is \"<nope>\", which is no added token");
    assertThat(Files.readString(directory.resolve("tokenizer.json"))).isEqualTo(before);
    assertThat(names(directory)).hasSize(3);
  }

  /** While one tokenizer replaces another, whoever loads sees one, the other, or none. */
  @Test
  void noMixtureOfTwoTokenizersIsEverLoaded() throws Exception {
    BpeTokenizer small = fixture("gpt2");
    BpeTokenizer large = fixture("llama3");
    TokenizerConfig forSmall = TokenizerConfig.builder().eosToken("<|endoftext|>").build();
    TokenizerConfig forLarge = TokenizerConfig.builder().eosToken("<|eot|>").build();
    TokenizerFiles.save(small, directory, forSmall);
    AtomicBoolean done = new AtomicBoolean();
    List<Throwable> failures = new ArrayList<>();
    Thread writer =
        new Thread(
            () -> {
              try {
                for (int i = 0; i < 15; i++) {
                  TokenizerFiles.save(large, directory, forLarge);
                  TokenizerFiles.save(small, directory, forSmall);
                }
              } catch (IOException | RuntimeException e) {
                failures.add(e);
              } finally {
                done.set(true);
              }
            });
    writer.start();
    int loaded = 0;
    while (!done.get()) {
      try {
        Tokenizer found = TokenizerFiles.load(directory);
        int eos = found.specialTokens().eos().orElseThrow();
        assertThat(found.vocabularySize() + " " + eos).isIn("440 0", "444 441");
        loaded++;
      } catch (FileNotFoundException | NoSuchFileException e) {
        // the moment between two of them
      }
    }
    writer.join();
    assertThat(failures).isEmpty();
    assertThat(loaded).isPositive();
    assertThat(names(directory)).hasSize(3);
  }

  @Test
  void fingerprintsNeverChange() throws Exception {
    // Of version 1; kept beside encoded data. If this fails, the version has to change.
    assertThat(TokenizerFiles.fingerprint(tiny(Normalizer.none(), List.of())))
        .isEqualTo("3068c0e170d0ef035c000984c4849ad821a4b64d241629f6477be83798a5aedb");
    assertThat(TokenizerFiles.fingerprint(fixture("gpt2")))
        .isEqualTo("3e743eda52d34cd0e308dc36a1411388d0b267fb57a85242878bbca2695249be");
    assertThat(TokenizerFiles.fingerprint(fixture("llama2")))
        .isEqualTo("cfcf2499142b518cd48f57200a7ffa0b254f0bee0774540be28c15f95a7de6c0");
  }

  @Test
  void fingerprintsDifferIfIdsCan() {
    List<String> fingerprints = new ArrayList<>();
    fingerprints.add(TokenizerFiles.fingerprint(tiny(Normalizer.none(), List.of())));
    fingerprints.add(TokenizerFiles.fingerprint(tiny(Normalizer.nfc(), List.of())));
    fingerprints.add(
        TokenizerFiles.fingerprint(tiny(Normalizer.none(), List.of(AddedToken.special(3, "x")))));
    fingerprints.add(
        TokenizerFiles.fingerprint(
            tiny(
                Normalizer.none(),
                List.of(new AddedToken(3, "x", true, true, false, false, false)))));
    BpeVocabulary vocabulary = tiny(Normalizer.none(), List.of()).vocabulary();
    fingerprints.add(
        TokenizerFiles.fingerprint(
            BpeTokenizer.builder(vocabulary).preTokenizer(PreTokenPattern.GPT2).build()));
    fingerprints.add(
        TokenizerFiles.fingerprint(BpeTokenizer.builder(vocabulary).addsPrefixSpace(true).build()));
    fingerprints.add(
        TokenizerFiles.fingerprint(
            BpeTokenizer.builder(
                    BpeVocabulary.byteLevel()
                        .piece(0, utf8("a"))
                        .piece(1, utf8("b"))
                        .piece(2, utf8("ab"))
                        .build())
                .build()));

    assertThat(new HashSet<>(fingerprints)).hasSameSizeAs(fingerprints);
    assertThat(fingerprints).allMatch(f -> f.matches("[0-9a-f]{64}"));
  }

  @Test
  void fingerprintsDoNotDependOnWhatIdsDoNotDependOn() throws Exception {
    BpeTokenizer tiny = tiny(Normalizer.none(), List.of());
    BpeVocabulary ranked =
        BpeVocabulary.byteLevel()
            .piece(0, utf8("a"))
            .piece(1, utf8("b"))
            .piece(2, utf8("ab"))
            .decodeOnlyPiece(5, utf8("never"))
            .ranks(new int[] {-1, -1, 7, -1, -1, -1})
            .build();
    BpeTokenizer other =
        BpeTokenizer.builder(ranked).eos(1).preTokenizer(PreTokenizer.none()).build();

    assertThat(TokenizerFiles.fingerprint(other)).isEqualTo(TokenizerFiles.fingerprint(tiny));
  }

  @Test
  void fingerprintsOfOtherTokenizersAreMadeOfWhatTheyShow() throws Exception {
    Tokenizer pair = new ShownTokenizer(List.of("a", "bc"), SpecialTokens.NONE);
    Map<String, Integer> ids = Map.of("<end>", 1);
    OptionalInt none = OptionalInt.empty();
    List<String> fingerprints = new ArrayList<>();
    fingerprints.add(TokenizerFiles.fingerprint(pair));
    fingerprints.add(fingerprint(List.of("ab", "c"), SpecialTokens.NONE));
    fingerprints.add(fingerprint(List.of("bc", "a"), SpecialTokens.NONE));
    fingerprints.add(fingerprint(List.of("a", "bc", ""), SpecialTokens.NONE));
    fingerprints.add(
        fingerprint(List.of("a", "bc"), new SpecialTokens(ids, none, none, none, none)));
    OptionalInt one = OptionalInt.of(1);
    for (int part = 0; part < 4; part++) {
      SpecialTokens specials =
          new SpecialTokens(
              ids,
              part == 0 ? one : none,
              part == 1 ? one : none,
              part == 2 ? one : none,
              part == 3 ? one : none);
      fingerprints.add(fingerprint(List.of("a", "bc"), specials));
    }

    assertThat(new HashSet<>(fingerprints)).hasSameSizeAs(fingerprints);
    assertThat(fingerprint(List.of("a", "bc"), SpecialTokens.NONE)).isEqualTo(fingerprints.get(0));
    // The digest of version 1, as it is kept beside data.
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(shown);
    out.writeInt(27);
    out.writeBytes("maque tokenizer interface 1");
    out.writeInt(2);
    out.writeInt(1);
    out.writeBytes("a");
    out.writeInt(2);
    out.writeBytes("bc");
    out.writeInt(0);
    for (int part = 0; part < 4; part++) {
      out.writeInt(-1);
    }
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(shown.toByteArray());
    assertThat(fingerprints.get(0)).isEqualTo(HexFormat.of().formatHex(digest));
  }

  @Test
  void tokenizersOfDifferentKindsHaveDifferentFingerprints() {
    BpeTokenizer bpe = tiny(Normalizer.none(), List.of());
    Tokenizer shown = new ShownTokenizer(List.of("a", "b", "ab"), bpe.specialTokens());

    assertThat(TokenizerFiles.fingerprint(shown)).isNotEqualTo(TokenizerFiles.fingerprint(bpe));
  }

  private static String fingerprint(List<String> pieces, SpecialTokens specials) {
    return TokenizerFiles.fingerprint(new ShownTokenizer(pieces, specials));
  }

  /** What a tokenizer shows without encoding or decoding anything. */
  private record ShownTokenizer(List<String> pieces, SpecialTokens specialTokens)
      implements Tokenizer {

    @Override
    public int vocabularySize() {
      return pieces.size();
    }

    @Override
    public byte[] pieceBytes(int id) {
      return utf8(pieces.get(id));
    }

    @Override
    public OptionalInt idOf(byte[] piece) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void encode(CharSequence text, EncodeOptions options, IdBuffer out) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void encodeUtf8(byte[] utf8, int from, int to, EncodeOptions options, IdBuffer out) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Encoding encodeWithOffsets(CharSequence text, EncodeOptions options) {
      throw new UnsupportedOperationException();
    }

    @Override
    public byte[] decodeBytes(int[] ids, int from, int to, DecodeOptions options) {
      throw new UnsupportedOperationException();
    }
  }

  private static BpeTokenizer tiny(Normalizer normalizer, List<AddedToken> added) {
    BpeVocabulary vocabulary =
        BpeVocabulary.byteLevel()
            .piece(0, utf8("a"))
            .piece(1, utf8("b"))
            .piece(2, utf8("ab"))
            .merge(0, 1)
            .build();
    return BpeTokenizer.builder(vocabulary).normalizer(normalizer).addedTokens(added).build();
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private static BpeTokenizer fixture(String name) throws IOException {
    return TokenizerJson.read(
        new ByteArrayInputStream(Fixtures.bytes("huggingface/" + name + ".json")),
        name,
        TokenizerConfig.DEFAULT);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

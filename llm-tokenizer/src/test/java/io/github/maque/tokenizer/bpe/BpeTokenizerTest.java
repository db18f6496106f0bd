package io.github.maque.tokenizer.bpe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.maque.tokenizer.AddedToken;
import io.github.maque.tokenizer.DecodeOptions;
import io.github.maque.tokenizer.EncodeOptions;
import io.github.maque.tokenizer.Encoding;
import io.github.maque.tokenizer.IdBuffer;
import io.github.maque.tokenizer.SpecialTokenPolicy;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BpeTokenizerTest {

  /**
   * Random vocabularies have pieces that begin and end inside characters, as real ones rarely do.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void encodesAsTheDefinitionSaysWithRandomVocabularies(long seed) {
    Random random = new Random(seed);
    String alphabet = seed % 2 == 0 ? "的一不ab" : "中文字é😀😁 x";
    List<int[]> listed = new ArrayList<>();
    BpeVocabulary vocabulary = randomVocabulary(random, alphabet, listed, false);
    Map<NaiveBpe.Pair, NaiveBpe.Merge> merges = mergeTable(vocabulary, listed);
    BpeTokenizer tokenizer = BpeTokenizer.builder(vocabulary).build();

    for (int i = 0; i < 3000; i++) {
      String text = randomText(random, alphabet, 1 + random.nextInt(i % 100 == 0 ? 400 : 12));
      List<Integer> expected = NaiveBpe.encode(symbols(text), merges);
      assertThat(boxed(tokenizer.encode(text))).as(text).isEqualTo(expected);
      Encoding encoding = tokenizer.encodeWithOffsets(text, EncodeOptions.TEXT);
      assertThat(boxed(encoding.ids())).as(text).isEqualTo(expected);
      assertOffsets(vocabulary, encoding, text);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void takesWholePreTokensWhereMergesAreIgnored(long seed) {
    Random random = new Random(seed);
    String alphabet = "的一ab";
    List<int[]> listed = new ArrayList<>();
    BpeVocabulary vocabulary = randomVocabulary(random, alphabet, listed, true);
    Map<NaiveBpe.Pair, NaiveBpe.Merge> merges = mergeTable(vocabulary, listed);
    BpeTokenizer tokenizer =
        BpeTokenizer.builder(vocabulary).preTokenizer(PreTokenizer.none()).build();

    int whole = 0;
    for (int i = 0; i < 3000; i++) {
      String text = randomText(random, alphabet, 1 + random.nextInt(6));
      int id = vocabulary.find(text.getBytes(StandardCharsets.UTF_8)).orElse(-1);
      whole += id >= 0 ? 1 : 0;
      List<Integer> expected = id >= 0 ? List.of(id) : NaiveBpe.encode(symbols(text), merges);
      assertThat(boxed(tokenizer.encode(text))).as(text).isEqualTo(expected);
      assertThat(boxed(tokenizer.encodeWithOffsets(text, EncodeOptions.TEXT).ids()))
          .isEqualTo(expected);
    }
    assertThat(whole).isGreaterThan(100);
  }

  @Test
  void mergesRankedPiecesByRankHoweverTheyAreCut() {
    // "abc" may come from "ab" + "c" or from "a" + "bc"; only its own rank counts.
    BpeVocabulary vocabulary =
        withBytes(BpeVocabulary.byteLevel())
            .piece(256, bytes("bc"))
            .piece(257, bytes("abc"))
            .piece(258, bytes("ab"))
            .ranks(ranks(256, 0, 2, 1))
            .build();
    BpeTokenizer tokenizer = BpeTokenizer.builder(vocabulary).build();
    assertThat(tokenizer.encode("abc")).containsExactly(257);
    assertThat(tokenizer.encode("abab")).containsExactly(258, 258);
    assertThat(tokenizer.encode("xbcab")).containsExactly('x', 256, 258);
  }

  @ParameterizedTest
  @EnumSource(PreTokenPattern.class)
  void givesAnyBytesBackUnchanged(PreTokenPattern pattern) throws IOException {
    BpeTokenizer tokenizer =
        BpeTrainer.byteLevel()
            .vocabularySize(600)
            .preTokenizer(pattern)
            .train(TextSource.of(new TextGenerator(9).texts(2000, 12)))
            .tokenizer();
    Random random = new Random(11);
    IdBuffer ids = new IdBuffer();
    for (int i = 0; i < 3000; i++) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      if (i % 2 == 0) {
        // Text that is damaged in one place.
        bytes = new TextGenerator(i).texts(1, 6).get(0).getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 0) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
      }
      ids.clear();
      tokenizer.encodeUtf8(bytes, 0, bytes.length, EncodeOptions.TEXT, ids);
      assertThat(tokenizer.decodeBytes(ids.toArray())).isEqualTo(bytes);
    }
  }

  @Test
  void encodesValidUtf8AsItEncodesTheText() throws IOException {
    BpeTokenizer tokenizer = smallTokenizer();
    IdBuffer ids = new IdBuffer();
    for (String text : new TextGenerator(3).texts(3000, 10)) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      ids.clear();
      tokenizer.encodeUtf8(utf8, 0, utf8.length, EncodeOptions.TEXT, ids);
      assertThat(ids.toArray()).isEqualTo(tokenizer.encode(text));
    }
  }

  @Test
  void countsUnpairedSurrogatesAsReplacementCharacters() throws IOException {
    BpeTokenizer tokenizer = smallTokenizer();
    for (String text : List.of("\uD800", "a\uDC80b", "\uDFFF\uD800", "麻\uD83D雀", "x\uD83D")) {
      String replaced = text.replaceAll("[\uD800-\uDFFF]", "\uFFFD");
      assertThat(tokenizer.encode(text)).isEqualTo(tokenizer.encode(replaced));
    }
  }

  @Test
  void treatsSpecialTokensAsThePolicySays() throws IOException {
    BpeTokenizer tokenizer = smallTokenizer();
    int eos = tokenizer.specialTokens().eos().orElseThrow();
    String text = "麻雀<|endoftext|>飞";
    int[] left = tokenizer.encode("麻雀");
    int[] right = tokenizer.encode("飞");

    assertThat(tokenizer.encode(text, EncodeOptions.WITH_SPECIAL_TOKENS))
        .isEqualTo(concat(left, new int[] {eos}, right));
    assertThat(tokenizer.encode(text)).doesNotContain(eos);
    assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
    EncodeOptions strict = EncodeOptions.TEXT.withSpecialTokens(SpecialTokenPolicy.ERROR);
    assertThatThrownBy(() -> tokenizer.encode(text, strict))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("<|endoftext|>")
        .hasMessageContaining("character 2");
    // The failed call left nothing behind in the buffers it had borrowed.
    assertThat(tokenizer.encode("麻雀", strict)).isEqualTo(left);
    assertThat(tokenizer.encode("麻雀", EncodeOptions.TEXT.withEos(true)))
        .isEqualTo(concat(left, new int[] {eos}));
    assertThatThrownBy(() -> tokenizer.encode("麻雀", EncodeOptions.TEXT.withBos(true)))
        .hasMessageContaining("no BOS");
    assertThat(tokenizer.decode(new int[] {eos}, DecodeOptions.SKIP_SPECIAL_TOKENS)).isEmpty();
    assertThat(tokenizer.decode(new int[] {eos})).isEqualTo("<|endoftext|>");
  }

  @Test
  void matchesAddedTokensByTheirFlags() {
    BpeVocabulary vocabulary = withBytes(BpeVocabulary.byteLevel()).build();
    BpeTokenizer tokenizer =
        BpeTokenizer.builder(vocabulary)
            .addedTokens(
                List.of(
                    new AddedToken(300, "<a>", false, false, false, true, true),
                    new AddedToken(301, "word", false, false, true, false, false),
                    new AddedToken(302, "<a><b>", false, false, false, false, false)))
            .build();
    assertThat(tokenizer.encode("x  <a> \ty")).containsExactly('x', 300, 'y');
    assertThat(tokenizer.encode("word,sword")).startsWith(301, ',', 's').doesNotContain(302);
    assertThat(tokenizer.encode("words")).doesNotContain(301);
    assertThat(tokenizer.encode("<a><b>")).containsExactly(302);
    Encoding encoding = tokenizer.encodeWithOffsets("x <a>y", EncodeOptions.TEXT);
    assertThat(encoding.starts()).containsExactly(0, 1, 5);
    assertThat(encoding.ends()).containsExactly(1, 5, 6);
    assertThat(tokenizer.vocabularySize()).isEqualTo(303);
    assertThat(tokenizer.idOf(bytes("word"))).hasValue(301);
    assertThat(tokenizer.pieceBytes(299)).isEmpty();
  }

  /** What has no symbol is dropped, and what stood around it may then merge. */
  @Test
  void mergesAcrossTextThatTheVocabularyDrops() {
    for (BpeVocabulary.Builder builder :
        List.of(BpeVocabulary.byteLevel(), BpeVocabulary.characterLevel())) {
      builder.piece(0, bytes("a")).piece(1, bytes("b")).piece(2, bytes("ab")).merge(0, 1);
      BpeTokenizer tokenizer = BpeTokenizer.builder(builder.build()).build();
      for (String text : List.of("ab", "a龘b", "aZb", "a😀龘b", "龘ab龘")) {
        assertThat(tokenizer.encode(text)).as(text).containsExactly(2);
        assertThat(tokenizer.encodeWithOffsets(text, EncodeOptions.TEXT).ids()).containsExactly(2);
      }
    }
  }

  @Test
  void doesNotStartFromACharacterThatOtherMergesMustNotWaitFor() {
    // (x, 中) ranks before the merges that make 中; by then w has taken the x.
    byte[] zhong = bytes("中");
    BpeVocabulary vocabulary =
        withBytes(BpeVocabulary.byteLevel())
            .piece(256, Arrays.copyOf(zhong, 2))
            .piece(257, zhong)
            .piece(258, bytes("x中"))
            .piece(259, bytes("wx"))
            .merge('x', 257)
            .merge('w', 'x')
            .merge(0xE4, 0xB8)
            .merge(256, 0xAD)
            .build();
    BpeTokenizer tokenizer = BpeTokenizer.builder(vocabulary).build();
    assertThat(tokenizer.encode("wx中")).containsExactly(259, 257);
    assertThat(tokenizer.encodeWithOffsets("wx中", EncodeOptions.TEXT).ids())
        .containsExactly(259, 257);
  }

  @Test
  void countsBytesItCannotSpellAsReplacementCharacters() {
    BpeVocabulary vocabulary =
        BpeVocabulary.characterLevel()
            .piece(0, bytes("\uFFFD"))
            .piece(1, bytes("a"))
            .piece(2, bytes("\uFFFDa"))
            .merge(0, 1)
            .build();
    IdBuffer ids = new IdBuffer();
    BpeTokenizer.builder(vocabulary)
        .build()
        .encodeUtf8(new byte[] {(byte) 0x80, 'a'}, 0, 2, EncodeOptions.TEXT, ids);
    assertThat(ids.toArray()).containsExactly(2);
  }

  @Test
  void takesEmptyPreTokensFromAUsersSplitter() {
    PreTokenizer splitter =
        (text, from, to, ends) -> {
          ends.add(from);
          ends.add(to);
        };
    BpeTokenizer tokenizer =
        BpeTokenizer.builder(withBytes(BpeVocabulary.byteLevel()).build())
            .preTokenizer(splitter)
            .build();
    assertThat(tokenizer.encode("b")).containsExactly('b');
  }

  @Test
  void leavesTheSinkAsItWasWhenEncodingFails() throws IOException {
    BpeTokenizer tokenizer = smallTokenizer();
    IdBuffer ids = new IdBuffer();
    ids.add(7);
    EncodeOptions strict =
        EncodeOptions.TEXT.withSpecialTokens(SpecialTokenPolicy.ERROR).withEos(true);
    assertThatThrownBy(() -> tokenizer.encode("麻雀<|endoftext|>", strict, ids))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> tokenizer.encode("麻雀", EncodeOptions.TEXT.withBos(true), ids))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(ids.toArray()).containsExactly(7);
  }

  @Test
  void findsAnIdOnlyByExactlyItsBytes() {
    BpeVocabulary.Builder builder = BpeVocabulary.characterLevel().byteFallback(true);
    for (int b = 0; b < 256; b++) {
      builder.bytePiece(b, b);
    }
    builder.piece(256, bytes("\uFFFD")).piece(257, bytes("▁"));
    BpeTokenizer tokenizer = BpeTokenizer.builder(builder.build()).decodesMetaspace(true).build();
    assertThat(tokenizer.idOf(new byte[] {(byte) 0xE4})).hasValue(0xE4);
    assertThat(tokenizer.idOf(bytes("\uFFFD"))).hasValue(256);
    assertThat(tokenizer.idOf(bytes(" "))).hasValue(257);
    assertThat(tokenizer.idOf(bytes("▁"))).isEmpty();
  }

  @Test
  void refusesTwoAddedTokensWithOneId() {
    BpeTokenizer.Builder builder =
        BpeTokenizer.builder(withBytes(BpeVocabulary.byteLevel()).build())
            .addedTokens(List.of(AddedToken.special(300, "<x>"), AddedToken.special(300, "<y>")));
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("300");
  }

  @Test
  void takesTheLongestOfManyAddedTokens() {
    List<AddedToken> added = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      added.add(AddedToken.special(300 + i, "<unused" + i + (i % 3 == 0 ? ">" : "")));
    }
    BpeTokenizer tokenizer =
        BpeTokenizer.builder(withBytes(BpeVocabulary.byteLevel()).build())
            .addedTokens(added)
            .build();
    EncodeOptions allow = EncodeOptions.WITH_SPECIAL_TOKENS;
    assertThat(tokenizer.encode("<unused1234<unused12><unused12", allow))
        .containsExactly(300 + 1234, 300 + 12, 300 + 1, '2');
    assertThat(tokenizer.encode("<unused", allow)).hasSize(7);
  }

  /** As Hugging Face does it: Metaspace is a part of pre-tokenization there. */
  @Test
  void putsASpaceInFrontOfTheStretchesBetweenAddedTokens() {
    BpeVocabulary vocabulary = withBytes(BpeVocabulary.byteLevel()).build();
    List<AddedToken> added = List.of(new AddedToken(300, "<a>", false, true, false, false, false));
    for (MetaspaceNormalizer.PrependScheme scheme : MetaspaceNormalizer.PrependScheme.values()) {
      BpeTokenizer tokenizer =
          BpeTokenizer.builder(vocabulary)
              .addedTokens(added)
              .normalizer(Normalizer.metaspace('_', scheme))
              .build();
      assertThat(tokenizer.encode("x y<a>z"))
          .isEqualTo(
              switch (scheme) {
                case ALWAYS -> new int[] {'_', 'x', '_', 'y', 300, '_', 'z'};
                case FIRST -> new int[] {'_', 'x', '_', 'y', 300, 'z'};
                case NEVER -> new int[] {'x', '_', 'y', 300, 'z'};
              });
    }
    BpeTokenizer prefixed =
        BpeTokenizer.builder(vocabulary).addedTokens(added).addsPrefixSpace(true).build();
    Encoding encoding = prefixed.encodeWithOffsets("x<a> z", EncodeOptions.TEXT);
    assertThat(encoding.ids()).containsExactly(' ', 'x', 300, ' ', 'z');
    assertThat(encoding.starts()).containsExactly(0, 0, 1, 4, 5);
    assertThat(encoding.ends()).containsExactly(0, 1, 4, 5, 6);
  }

  @Test
  void tellsWhichTextEveryTokenStandsForThroughNormalisation() throws IOException {
    BpeTokenizer tokenizer =
        BpeTrainer.byteLevel()
            .vocabularySize(300)
            .normalizer(Normalizer.nfkc())
            .train(TextSource.of(List.of("ABC abc")))
            .tokenizer();
    String text = "ＡＢＣ é";
    Encoding encoding = tokenizer.encodeWithOffsets(text, EncodeOptions.TEXT);
    StringBuilder covered = new StringBuilder();
    int end = 0;
    for (int i = 0; i < encoding.size(); i++) {
      assertThat(encoding.starts()[i]).isBetween(0, text.length());
      if (encoding.ends()[i] > end) {
        covered.append(text, Math.max(end, encoding.starts()[i]), encoding.ends()[i]);
        end = encoding.ends()[i];
      }
    }
    assertThat(covered).hasToString(text);
  }

  @Test
  void fusesUnknownCharactersWithinAPreToken() {
    BpeVocabulary vocabulary =
        BpeVocabulary.characterLevel()
            .piece(0, bytes("<unk>"))
            .piece(1, bytes("麻"))
            .piece(2, bytes("雀"))
            .piece(3, bytes("麻雀"))
            .merge(1, 2)
            .unk(0)
            .fuseUnk(true)
            .build();
    BpeTokenizer tokenizer = BpeTokenizer.builder(vocabulary).build();
    assertThat(tokenizer.encode("麻雀xyz麻zz")).containsExactly(3, 0, 1, 0);
    Encoding encoding = tokenizer.encodeWithOffsets("麻雀xyz麻zz", EncodeOptions.TEXT);
    assertThat(encoding.ids()).containsExactly(3, 0, 1, 0);
    assertThat(encoding.starts()).containsExactly(0, 2, 5, 6);
    assertThat(encoding.ends()).containsExactly(2, 5, 6, 8);
  }

  @Test
  void needsNearLinearTimeForRunsWithoutABoundary() {
    // Four times the text may take at most six times the work; quadratic work would be sixteen.
    BpeVocabulary.Builder builder = withBytes(BpeVocabulary.byteLevel());
    for (int id = 256; id < 266; id++) {
      builder.piece(id, bytes("a".repeat(1 << (id - 255))));
    }
    builder.merge('a', 'a');
    for (int id = 257; id < 266; id++) {
      builder.merge(id - 1, id - 1);
    }
    BpeTokenizer tokenizer = BpeTokenizer.builder(builder.build()).build();
    int[] ids = tokenizer.encode("a".repeat((1 << 20) + 3));
    assertThat(ids).hasSize(1026).startsWith(265).endsWith(256, 'a');
    assertThat(tokenizer.decodeBytes(ids)).hasSize((1 << 20) + 3);

    tokenizer.encode("a".repeat(1 << 18));
    long small = cpuTime(() -> tokenizer.encode("a".repeat(1 << 18)));
    long large = cpuTime(() -> tokenizer.encode("a".repeat(1 << 20)));
    assertThat(large).isLessThan(8 * small + 200_000_000L);
  }

  private static long cpuTime(Runnable work) {
    long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    work.run();
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
  }

  @Test
  void allocatesNothingPerTokenOnceWarm() throws IOException {
    BpeTokenizer tokenizer = smallTokenizer();
    String text = String.join("", new TextGenerator(5).texts(500, 10));
    IdBuffer ids = new IdBuffer(1 << 20);
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int i = 0; i < 20; i++) {
      ids.clear();
      tokenizer.encode(text, EncodeOptions.TEXT, ids);
    }
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 10; i++) {
      ids.clear();
      tokenizer.encode(text, EncodeOptions.TEXT, ids);
    }
    long perCall = (threads.getCurrentThreadAllocatedBytes() - before) / 10;
    assertThat(ids.size()).isGreaterThan(5000);
    assertThat(perCall).isLessThan(1000);
  }

  @Test
  void encodesTheSameOnManyThreads() throws IOException {
    BpeTokenizer tokenizer = smallTokenizer();
    List<String> texts = new TextGenerator(6).texts(3000, 8);
    List<int[]> alone = texts.stream().map(tokenizer::encode).toList();
    List<int[]> together = tokenizer.encodeAll(texts, EncodeOptions.TEXT, 8);
    assertThat(together).hasSameSizeAs(alone);
    for (int i = 0; i < alone.size(); i++) {
      assertThat(together.get(i)).isEqualTo(alone.get(i));
    }
    List<String> bad = List.of("a", "<|endoftext|>", "b");
    EncodeOptions strict = EncodeOptions.TEXT.withSpecialTokens(SpecialTokenPolicy.ERROR);
    assertThatThrownBy(() -> tokenizer.encodeAll(bad, strict, 2))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> tokenizer.encodeAll(bad, strict, 0)).hasMessageContaining("threads");
    assertThat(tokenizer.encodeAll(List.of(), strict, 3)).isEmpty();
  }

  @Test
  void refusesIdsOutsideTheVocabulary() throws IOException {
    BpeTokenizer tokenizer = smallTokenizer();
    for (int id : new int[] {-1, tokenizer.vocabularySize(), Integer.MAX_VALUE}) {
      assertThatThrownBy(() -> tokenizer.decode(new int[] {0, id}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(String.valueOf(id));
      assertThatThrownBy(() -> tokenizer.pieceBytes(id))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void findsEveryPieceByItsBytes() throws IOException {
    BpeTokenizer tokenizer = smallTokenizer();
    for (int id = 0; id < tokenizer.vocabularySize(); id++) {
      assertThat(tokenizer.idOf(tokenizer.pieceBytes(id))).hasValue(id);
    }
    assertThat(tokenizer.idOf(bytes("no such piece"))).isEmpty();
  }

  private static BpeTokenizer smallTokenizer() throws IOException {
    return BpeTrainer.byteLevel()
        .vocabularySize(800)
        .eos("<|endoftext|>")
        .train(TextSource.of(new TextGenerator(1).texts(3000, 12)))
        .tokenizer();
  }

  private static void assertOffsets(BpeVocabulary vocabulary, Encoding encoding, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    int at = 0;
    for (int i = 0; i < encoding.size(); i++) {
      int length = vocabulary.piece(encoding.ids()[i]).length;
      // The characters that bytes at … at + length belong to.
      assertThat(encoding.starts()[i]).isEqualTo(charOfByte(text, at));
      int last = charOfByte(text, at + length - 1);
      assertThat(encoding.ends()[i]).isEqualTo(text.offsetByCodePoints(last, 1));
      at += length;
    }
    assertThat(at).isEqualTo(utf8.length);
  }

  private static int charOfByte(String text, int offset) {
    int bytes = 0;
    for (int i = 0; ; i = text.offsetByCodePoints(i, 1)) {
      bytes += Character.toString(text.codePointAt(i)).getBytes(StandardCharsets.UTF_8).length;
      if (bytes > offset) {
        return i;
      }
    }
  }

  /** All bytes and random merges of what there is, each giving a new piece. */
  private static BpeVocabulary randomVocabulary(
      Random random, String alphabet, List<int[]> listed, boolean ignoreMerges) {
    BpeVocabulary.Builder builder = withBytes(BpeVocabulary.byteLevel());
    List<byte[]> pieces = new ArrayList<>();
    for (int b = 0; b < 256; b++) {
      pieces.add(new byte[] {(byte) b});
    }
    while (pieces.size() < 400) {
      byte[] text = randomText(random, alphabet, 3).getBytes(StandardCharsets.UTF_8);
      int from = random.nextInt(text.length);
      int to = from + 1 + random.nextInt(text.length - from);
      byte[] piece = Arrays.copyOfRange(text, from, to);
      if (piece.length < 2 || indexOf(pieces, piece) >= 0) {
        continue;
      }
      int cut = 1 + random.nextInt(piece.length - 1);
      int left = indexOf(pieces, Arrays.copyOf(piece, cut));
      int right = indexOf(pieces, Arrays.copyOfRange(piece, cut, piece.length));
      if (left >= 0 && right >= 0) {
        builder.piece(pieces.size(), piece);
        pieces.add(piece);
        builder.merge(left, right);
        listed.add(new int[] {left, right});
      } else if (ignoreMerges && random.nextInt(20) == 0) {
        builder.piece(pieces.size(), piece); // reached only as a whole pre-token
        pieces.add(piece);
      }
    }
    return builder.ignoreMerges(ignoreMerges).build();
  }

  private static Map<NaiveBpe.Pair, NaiveBpe.Merge> mergeTable(
      BpeVocabulary vocabulary, List<int[]> listed) {
    Map<NaiveBpe.Pair, NaiveBpe.Merge> merges = new HashMap<>();
    for (int rank = 0; rank < listed.size(); rank++) {
      int left = listed.get(rank)[0];
      int right = listed.get(rank)[1];
      int merged =
          vocabulary.find(concat(vocabulary.piece(left), vocabulary.piece(right))).orElseThrow();
      merges.put(new NaiveBpe.Pair(left, right), new NaiveBpe.Merge(rank, merged));
    }
    return merges;
  }

  private static BpeVocabulary.Builder withBytes(BpeVocabulary.Builder builder) {
    for (int b = 0; b < 256; b++) {
      builder.piece(b, new byte[] {(byte) b});
    }
    return builder;
  }

  private static int[] ranks(int unranked, int... ranks) {
    int[] all = new int[unranked + ranks.length];
    Arrays.fill(all, -1);
    System.arraycopy(ranks, 0, all, unranked, ranks.length);
    return all;
  }

  private static String randomText(Random random, String alphabet, int codePoints) {
    int[] all = alphabet.codePoints().toArray();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < codePoints; i++) {
      text.appendCodePoint(all[random.nextInt(all.length)]);
    }
    return text.toString();
  }

  private static int indexOf(List<byte[]> pieces, byte[] piece) {
    for (int i = 0; i < pieces.size(); i++) {
      if (Arrays.equals(pieces.get(i), piece)) {
        return i;
      }
    }
    return -1;
  }

  private static List<Integer> symbols(String text) {
    List<Integer> symbols = new ArrayList<>();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      symbols.add(b & 0xFF);
    }
    return symbols;
  }

  private static List<Integer> boxed(int[] ids) {
    return Arrays.stream(ids).boxed().toList();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static int[] concat(int[]... parts) {
    return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
  }

  private static byte[] concat(byte[] left, byte[] right) {
    byte[] joined = Arrays.copyOf(left, left.length + right.length);
    System.arraycopy(right, 0, joined, left.length, right.length);
    return joined;
  }
}

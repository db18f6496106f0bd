package io.github.maque.tokenizer.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.maque.tokenizer.format.SentencePieceModel.Algorithm;
import io.github.maque.tokenizer.format.SentencePieceModel.Piece;
import io.github.maque.tokenizer.format.SentencePieceModel.PieceType;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The layout comes from sentencepiece_model.proto and is written by hand here, byte for byte. */
class SentencePieceModelTest {
  private static final String UNK = message(1, text(1, "<unk>") + "1500000000" + "1802");
  private static final String BOS = message(1, text(1, "<s>") + "1500000000" + "1803");
  private static final String AB = message(1, text(1, "ab") + "15000080BF");
  private static final String BPE = message(2, "1802");

  @Test
  void readsThePublishedLayout() throws Exception {
    String model =
        UNK
            + BOS
            + AB
            + message(1, text(1, "龘") + "150000C03F" + "1804")
            + message(1, text(1, "u") + "1805")
            + message(2, "1802" + "C00101" + text(44, "??") + text(46, "<s>") + "D00201")
            + message(3, text(1, "nmt") + bytes(2, "DEADBEEF") + "1800" + "2001" + "2800");

    SentencePieceModel read = read(model);

    assertThat(read.pieces())
        .containsExactly(
            new Piece("<unk>", 0, PieceType.UNKNOWN),
            new Piece("<s>", 0, PieceType.CONTROL),
            new Piece("ab", -1, PieceType.NORMAL),
            new Piece("龘", 1.5f, PieceType.USER_DEFINED),
            new Piece("u", 0, PieceType.UNUSED));
    assertThat(read.algorithm()).isEqualTo(Algorithm.BPE);
    assertThat(read.hasWhitespaceAsSuffix()).isTrue();
    assertThat(read.unkSurface()).isEqualTo("??");
    assertThat(read.bosId()).hasValue(1);
    assertThat(read.eosId()).isEmpty();
    assertThat(read.unkId()).isZero();
    assertThat(read.normalization().name()).isEqualTo("nmt");
    assertThat(read.normalization().charsMap()).isEqualTo(HexFormat.of().parseHex("DEADBEEF"));
    assertThat(read.normalization().addsDummyPrefix()).isFalse();
    assertThat(read.normalization().removesExtraWhitespace()).isTrue();
    assertThat(read.normalization().escapesWhitespace()).isFalse();
  }

  @Test
  void missingFieldsHaveThePublishedDefaults() throws Exception {
    SentencePieceModel read = read(UNK);

    assertThat(read.algorithm()).isEqualTo(Algorithm.UNIGRAM);
    assertThat(read.hasByteFallback()).isFalse();
    assertThat(read.unkSurface()).isEqualTo(" \u2047 ");
    assertThat(read.normalization().addsDummyPrefix()).isTrue();
    assertThat(read.normalization().removesExtraWhitespace()).isTrue();
    assertThat(read.normalization().escapesWhitespace()).isTrue();
    assertThat(read.normalization().isIdentity()).isTrue();
    assertThat(read.denormalization()).isEmpty();
  }

  @Test
  void messagesThatComeInPartsAreMerged() throws Exception {
    SentencePieceModel read =
        read(UNK + AB + message(2, "1801") + message(3, "1800") + BPE + message(3, "2000"));

    assertThat(read.algorithm()).isEqualTo(Algorithm.BPE);
    assertThat(read.normalization().addsDummyPrefix()).isFalse();
    assertThat(read.normalization().removesExtraWhitespace()).isFalse();
  }

  @Test
  void fieldsThatOnlyTrainingReadsAreKept() throws Exception {
    String trainer = "1802" + text(1, "corpus.txt") + "2064" + "5500007F3F";
    String selfTest = message(4, message(1, text(1, "in") + text(2, "out")));
    String group = "C305" + "0805" + "C405"; // field 88, a group as proto1 had them
    SentencePieceModel read = read(UNK + AB + message(2, trainer) + selfTest + group);

    String written = HexFormat.of().withUpperCase().formatHex(read.toBytes());

    assertThat(written)
        .contains(text(1, "corpus.txt") + "2064" + "5500007F3F")
        .contains(selfTest)
        .contains(group);
    assertThat(SentencePieceModel.read(read.toBytes(), "again").toBytes())
        .isEqualTo(read.toBytes());
    assertThat(HexFormat.of().withUpperCase().formatHex(read.toCheckedBytes()))
        .doesNotContain(text(1, "corpus.txt"))
        .doesNotContain(selfTest);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bpe-prefix", "bpe-trims", "bpe-user-defined", "unigram-rules"})
  void trainedModelsSurviveReadingAndWriting(String name) throws Exception {
    byte[] original = Fixtures.bytes("sentencepiece/" + name + ".model");
    SentencePieceModel first = SentencePieceModel.read(original, name);
    SentencePieceModel second = SentencePieceModel.read(first.toBytes(), name);

    assertThat(second.pieces()).isEqualTo(first.pieces());
    assertThat(second.normalization()).isEqualTo(first.normalization());
    assertThat(second.toBytes()).isEqualTo(first.toBytes());
    assertThat(second.toCheckedBytes()).isEqualTo(first.toCheckedBytes());
  }

  static Stream<Arguments> damaged() {
    String endless = "FF".repeat(11);
    String nested = "0B".repeat(40);
    String second = message(1, text(1, "<unk2>") + "1802");
    return Stream.of(
        Arguments.of("no pieces", "", "pieces: the model has none"),
        Arguments.of("no unknown piece", AB, "none of them is the unknown piece"),
        Arguments.of("two unknown pieces", UNK + second, "second unknown piece"),
        Arguments.of("an empty piece", UNK + message(1, "1501000000"), "piece 1 is empty"),
        Arguments.of("the same piece twice", UNK + AB + AB, "is the same as piece 1"),
        Arguments.of("a NUL in a piece", UNK + message(1, text(1, "a\0b")), "NUL"),
        Arguments.of(
            "a piece that is not UTF-8", UNK + message(1, bytes(1, "C328")), "not valid UTF-8"),
        Arguments.of("a long piece", UNK + message(1, text(1, "x".repeat(70_000))), "70000 bytes"),
        Arguments.of("a score that is NaN", UNK + message(1, text(1, "b") + "150000C07F"), "NaN"),
        Arguments.of(
            "an infinite score", UNK + message(1, text(1, "b") + "15000080FF"), "-Infinity"),
        Arguments.of(
            "a piece type of the future", UNK + message(1, text(1, "b") + "1807"), "piece type 7"),
        Arguments.of(
            "a negative piece type", UNK + message(1, "18FFFFFFFFFFFFFFFFFF01"), "type -1"),
        Arguments.of("a model type of the future", UNK + message(2, "1809"), "model type 9"),
        Arguments.of(
            "a byte without byte fallback", UNK + message(1, text(1, "<0x0A>") + "1806"), "is off"),
        Arguments.of(
            "bytes that are missing",
            UNK + message(1, text(1, "<0x00>") + "1806") + message(2, "980201"),
            "no piece <0x01>"),
        Arguments.of(
            "a byte in lower case",
            UNK + message(1, text(1, "<0x0a>") + "1806") + message(2, "980201"),
            "not a byte"),
        Arguments.of("2 GB declared", UNK + "0AFFFFFFFF07", "2147483647 bytes is declared"),
        Arguments.of("8 EB declared", UNK + "0AFFFFFFFFFFFFFFFF7F", "bytes is declared"),
        Arguments.of("16 EB declared", UNK + "0AFFFFFFFFFFFFFFFFFF01", "18446744073709551615"),
        Arguments.of("a number that does not end", UNK + endless, "more than 10 bytes"),
        Arguments.of("a number that is cut off", UNK + "0AFF", "ends inside a number"),
        Arguments.of("field number 0", UNK + "0200", "field number 0"),
        Arguments.of("an enormous field number", UNK + "FAFFFFFFFF0F00", "field number"),
        Arguments.of("wire type 7", UNK + "6F", "wire type 7"),
        Arguments.of("a piece that is a number", UNK + "0801", "expected a message"),
        Arguments.of("a score that is a string", UNK + message(1, "1200"), "expected a float"),
        Arguments.of("a float that is cut off", UNK + message(1, "1500"), "ends inside a field"),
        Arguments.of("a group that does not end", UNK + "C305", "does not end"),
        Arguments.of("a group that did not start", UNK + "C405", "did not start"),
        Arguments.of("groups in groups", UNK + nested, "expected a message"),
        Arguments.of("unknown groups in groups", UNK + "C305".repeat(40), "deep"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("damaged")
  void damageIsNamed(String what, String hex, String problem) {
    assertThatThrownBy(() -> read(hex))
        .isInstanceOf(TokenizerFormatException.class)
        .hasMessageStartingWith("x.model: ")
        .hasMessageContaining(problem);
  }

  @Test
  void theOffsetOfTheDamageIsThatInTheFile() {
    assertThatThrownBy(() -> read(UNK + AB + "6F")) // behind 16 + 11 bytes
        .hasMessage("x.model: byte 27: wire type 7 does not exist");
  }

  private static SentencePieceModel read(String hex) throws TokenizerFormatException {
    return SentencePieceModel.read(HexFormat.of().parseHex(hex), "x.model");
  }

  private static String message(int field, String content) {
    return bytes(field, content);
  }

  private static String text(int field, String text) {
    return bytes(
        field, HexFormat.of().withUpperCase().formatHex(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Tag, length, content: the tag is the field number times eight, plus two. */
  private static String bytes(int field, String hex) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int number : List.of(field << 3 | 2, hex.length() / 2)) {
      int rest = number;
      while (rest > 0x7F) {
        out.write(rest & 0x7F | 0x80);
        rest >>>= 7;
      }
      out.write(rest);
    }
    return HexFormat.of().withUpperCase().formatHex(out.toByteArray()) + hex;
  }
}

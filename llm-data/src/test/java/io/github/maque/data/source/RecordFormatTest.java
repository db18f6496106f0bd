package io.github.maque.data.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.maque.data.Document;
import io.github.maque.data.Location;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordFormatTest {

  private static <T> ParsedBlock<T> parse(RecordFormat<T> format, byte[] data) throws IOException {
    BlockCutter cutter = new BlockCutter(format.scanner(), 1 << 20, 1 << 24);
    cutter.start("f", new ByteArrayInputStream(data));
    CutBlock block = cutter.next();
    return block == null
        ? new ParsedBlock<>(List.of(), List.of())
        : new Block<>(block, format.parser(), SourcePosition.START, 0).parse();
  }

  private static String text(RecordFormat<Document> format, String json) throws IOException {
    ParsedBlock<Document> parsed = parse(format, json.getBytes(UTF_8));
    assertThat(parsed.errors()).isEmpty();
    assertThat(parsed.records()).hasSize(1);
    return parsed.records().get(0).text();
  }

  private static String problem(RecordFormat<?> format, String json) throws IOException {
    return problem(format, json.getBytes(UTF_8));
  }

  private static String problem(RecordFormat<?> format, byte[] data) throws IOException {
    ParsedBlock<?> parsed = parse(format, data);
    assertThat(parsed.records()).isEmpty();
    assertThat(parsed.errors()).hasSize(1);
    assertThat(parsed.errors().get(0).location()).isEqualTo(new Location("f", 1));
    return parsed.errors().get(0).problem();
  }

  @Test
  void theFirstFieldThatARecordHasIsTheText() throws IOException {
    RecordFormat<Document> format = RecordFormat.json("a", "b.c", "/d~1e/1/f~0");
    assertThat(text(format, "{\"x\":1,\"a\":\"雀\\n\\ud83d\\ude00\"}")).isEqualTo("雀\n😀");
    assertThat(text(format, "{\"b\":{\"a\":\"no\",\"c\":\"雀\"}}")).isEqualTo("雀");
    assertThat(text(format, "{\"d/e\":[{\"f~\":\"no\"},{\"f~\":\"yes\"}]}")).isEqualTo("yes");
    assertThat(text(format, "{\"b\":{\"c\":\"no\"},\"a\":\"yes\"}")).isEqualTo("yes");
    assertThat(text(format, "{\"a\":\"yes\",\"b\":{\"c\":\"no\"}}")).isEqualTo("yes");
    assertThat(
            text(
                format,
                " {\"q\":\"雀\", \"d/e\":[0,{\"f~\":\"no\"}],\"b\" : { \"c\" : \"y\\\"s\"}}"))
        .isEqualTo("y\"s");
    assertThat(text(format, "\"itself\"")).isEqualTo("itself");
    assertThat(text(format, "{\"a\":\"\"}")).isEmpty();
  }

  @Test
  void tinyStoriesAreChineseWhereThereAreTwoLanguages() throws IOException {
    RecordFormat<Document> format = RecordFormat.tinyStoriesChinese();
    assertThat(text(format, "{\"story\":\"Tom\",\"summary\":\"\",\"story_zh\":\"汤姆\"}"))
        .isEqualTo("汤姆");
    assertThat(text(format, "{\"story\":\"汤姆\"}")).isEqualTo("汤姆");
    assertThat(problem(format, "{\"story\":\"Tom\",\"story_zh\":null}"))
        .isEqualTo("the field story_zh is null, not a string");
  }

  @Test
  void aBadRecordSaysWhatIsWrong() throws IOException {
    RecordFormat<Document> format = RecordFormat.json("a", "b.c");
    assertThat(problem(format, "{\"x\":1,\"y\":{\"a\":\"\"}}"))
        .isEqualTo("has no field a or b.c; it has x, y");
    assertThat(problem(format, "{}")).isEqualTo("has no field a or b.c; it has none");
    assertThat(
            problem(
                format,
                "{\"1\":1,\"2\":2,\"3\":3,\"4\":4,\"5\":5,\"6\":6,\"7\":7,\"8\":8,\"9\":9}"))
        .endsWith("it has 1, 2, 3, 4, 5, 6, 7, 8, ...");
    assertThat(problem(format, "{\"a\":[\"x\"]}"))
        .isEqualTo("the field a is an array, not a string");
    assertThat(problem(format, "{\"a\":\"x\",\"a\":\"x\"}")).isEqualTo("has the field a twice");
    assertThat(problem(format, "17"))
        .isEqualTo("expected a JSON object or a string, found a number");
    assertThat(problem(format, "{\"a\":\"\\ud83d\"}"))
        .isEqualTo("a string holds half a surrogate pair, \\ud83d");
  }

  @Test
  void whatIsNotJsonIsNotRead() throws IOException {
    for (RecordFormat<?> format :
        List.of(RecordFormat.json("a"), RecordFormat.jsonValues("any", (value, at) -> value))) {
      for (String record :
          List.of(
              "{\"a\":\"x\"} {\"a\":\"y\"}",
              "{\"a\":\"x\"}x",
              "{\"a\":\"x\"},",
              "{\"a\":\"x\",}",
              "{\"a\":\"x\"",
              "{\"a\":\"x",
              "{\"a\":\"x\ty\"}",
              "{'a':'x'}",
              "{\"a\":\"x\",\"b\":01}",
              "{\"a\":\"x\",\"b\":NaN}",
              "{\"a\":\"x\",\"b\":" + "9".repeat(5000) + "}",
              "{\"a\":\"x\",\"b\":" + "[".repeat(5000) + "]".repeat(5000) + "}",
              "{\"a\":\"x\",\"" + "n".repeat(100_000) + "\":1}",
              "\0{\"a\":\"x\"}",
              "// {\"a\":\"x\"}")) {
        assertThat(problem(format, record)).isNotEmpty().hasSizeLessThan(300).doesNotContain("\n");
      }
    }
    assertThat(problem(RecordFormat.json("a"), "{\"a\":\"x\" \"b\"}"))
        .startsWith("Unexpected character ('\"'")
        .endsWith("(column 10)");
  }

  @Test
  void manyFieldNamesWithOneHashDoNotStopTheReader() throws IOException {
    StringBuilder record = new StringBuilder("{\"a\":\"x\"");
    for (int i = 0; i < 20_000; i++) {
      record
          .append(",\"")
          .append(Integer.toBinaryString(i).replace("0", "Aa").replace("1", "BB"))
          .append("\":1");
    }
    assertThat(text(RecordFormat.json("a"), record + "}")).isEqualTo("x");
  }

  @Test
  void whatIsNotUtf8IsNotRead() throws IOException {
    byte[][] bad = {
      {(byte) 0xFF},
      {(byte) 0xC0, (byte) 0x80},
      {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
      {(byte) 0xE9, (byte) 0x9B}
    };
    for (byte[] bytes : bad) {
      byte[] json =
          Packed.concatenate("{\"b\":\"".getBytes(UTF_8), bytes, "\",\"a\":\"x\"}".getBytes(UTF_8));
      assertThat(problem(RecordFormat.json("a"), json))
          .startsWith("is not UTF-8: byte 7 of it, 0x");
      assertThat(problem(RecordFormat.jsonValues("any", (value, at) -> value), json))
          .startsWith("is not UTF-8: byte 7 of it, 0x");
      byte[] text = Packed.concatenate("\uFFFD雀".getBytes(UTF_8), bytes, "x".getBytes(UTF_8));
      for (RecordFormat<?> format :
          List.of(
              RecordFormat.lines(),
              RecordFormat.paragraphs(),
              RecordFormat.wholeFiles(),
              RecordFormat.separatedBy("|"))) {
        assertThat(problem(format, text)).startsWith("is not UTF-8: byte 7 of it, 0x");
      }
    }
    assertThat(text(RecordFormat.lines(), "\uFFFD is a character"))
        .isEqualTo("\uFFFD is a character");
    assertThat(problem(RecordFormat.lines(), "a\0b"))
        .isEqualTo("holds a zero byte, so that it is not text");
  }

  @Test
  void jsonValuesGoToTheParserWithTheirPlaces() throws IOException {
    RecordFormat<String> format =
        RecordFormat.jsonValues(
            "show",
            (value, location) -> {
              if (value.equals(2L)) {
                throw new IllegalArgumentException("not two");
              }
              return location.line() + " " + value;
            });
    ParsedBlock<String> parsed =
        parse(
            format, "{\"b\":[1,2.5],\"a\":null}\n\n2\n\"x\"\n{\"a\":1,\"a\":1}\n".getBytes(UTF_8));
    assertThat(parsed.records()).containsExactly("1 {b=[1, 2.5], a=null}", "4 x");
    assertThat(parsed.errors())
        .extracting(RecordError::toString)
        .containsExactly("f: line 3: not two", "f: line 5: an object has the name a twice");
  }

  @Test
  void separatedTextsGoToTheParser() throws IOException {
    RecordFormat<String> format =
        RecordFormat.separatedBy(
            "<|endoftext|>",
            "show",
            (text, location) -> {
              if (text.equals("bad")) {
                throw new IllegalArgumentException("it is bad");
              }
              return location.line() + " " + text;
            });
    ParsedBlock<String> parsed =
        parse(
            format,
            "\nWords: a\r\nStory:\n\nb\n<|endoftext|>\n\n<|endoftext|>bad<|endoftext|>"
                .getBytes(UTF_8));
    assertThat(parsed.records()).containsExactly("2 Words: a\nStory:\n\nb");
    assertThat(parsed.errors())
        .extracting(RecordError::toString)
        .containsExactly("f: line 8: it is bad");
  }

  @Test
  void aWholeFileIsOneDocument() throws IOException {
    assertThat(text(RecordFormat.wholeFiles(), "\n a\r\n\r\n\nb \n")).isEqualTo("a\n\n\nb");
    assertThat(parse(RecordFormat.wholeFiles(), " \n\u3000".getBytes(UTF_8)).records()).isEmpty();
  }

  @Test
  void equalFormatsHaveEqualNames() {
    assertThat(RecordFormat.tinyStoriesChinese().name()).isEqualTo("json(story_zh, story)");
    assertThat(RecordFormat.lines().name()).isEqualTo(RecordFormat.lines().name());
    assertThat(
            List.of(
                RecordFormat.lines().name(),
                RecordFormat.paragraphs().name(),
                RecordFormat.wholeFiles().name(),
                RecordFormat.separatedBy("a").name(),
                RecordFormat.separatedBy("b").name(),
                RecordFormat.separatedBy("a", "x", Document::new).name(),
                RecordFormat.json("a").name(),
                RecordFormat.jsonValues("a", (v, l) -> v).name()))
        .doesNotHaveDuplicates();
  }

  @Test
  void badParametersAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(RecordFormat::json)
        .withMessageContaining("fields");
    for (String field : List.of("", "a..b", ".a")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RecordFormat.json(field))
          .withMessageContaining("'" + field + "'");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RecordFormat.json("a.b", "/a/b"))
        .withMessageContaining("twice");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RecordFormat.separatedBy(""))
        .withMessageContaining("separator");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RecordFormat.jsonValues(" ", (value, location) -> value))
        .withMessageContaining("name");
  }
}

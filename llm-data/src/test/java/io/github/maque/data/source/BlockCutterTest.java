package io.github.maque.data.source;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.maque.data.Document;
import io.github.maque.data.MalformedDataException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BlockCutterTest {
  private static final int NO_LIMIT = 1 << 24;

  /** Gives as many bytes at a time as it likes. */
  private static final class Trickle extends InputStream {
    private final InputStream in;
    private final Random random;
    private final int most;

    Trickle(byte[] data, long seed, int most) {
      in = new ByteArrayInputStream(data);
      random = new Random(seed);
      this.most = most;
    }

    @Override
    public int read() throws IOException {
      return in.read();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return in.read(target, offset, Math.min(length, 1 + random.nextInt(most)));
    }
  }

  private static List<CutBlock> cut(
      RecordFormat<?> format, InputStream in, int blockSize, int maxRecordBytes)
      throws IOException {
    BlockCutter cutter = new BlockCutter(format.scanner(), blockSize, maxRecordBytes);
    cutter.start("f", in);
    List<CutBlock> blocks = new ArrayList<>();
    for (CutBlock block = cutter.next(); block != null; block = cutter.next()) {
      blocks.add(block);
    }
    return blocks;
  }

  private static <T> ParsedBlock<T> parse(RecordFormat<T> format, List<CutBlock> blocks) {
    List<T> records = new ArrayList<>();
    List<RecordError> errors = new ArrayList<>();
    for (CutBlock block : blocks) {
      ParsedBlock<T> parsed = new Block<>(block, format.parser(), SourcePosition.START, 0).parse();
      records.addAll(parsed.records());
      errors.addAll(parsed.errors());
    }
    return new ParsedBlock<>(records, errors);
  }

  private static <T> ParsedBlock<T> read(RecordFormat<T> format, String text, int blockSize)
      throws IOException {
    return parse(
        format, cut(format, new ByteArrayInputStream(text.getBytes(UTF_8)), blockSize, NO_LIMIT));
  }

  /** Places and texts, the former counted in the text itself. */
  private static List<String> shown(ParsedBlock<Document> parsed) {
    return parsed.records().stream()
        .map(d -> d.location().line() + ":" + d.text())
        .collect(Collectors.toList());
  }

  private static String describe(CutBlock block) {
    return block.firstLine()
        + Arrays.toString(block.bounds())
        + block.errors()
        + new String(block.data(), UTF_8);
  }

  private static String random(Random random, String[] parts, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> parts[random.nextInt(parts.length)])
        .collect(Collectors.joining());
  }

  private static final String[] PARTS = {
    "a",
    "雀",
    "\n",
    "\r\n",
    "\n\n",
    " ",
    "\t",
    "<|e",
    "|>",
    "<|e|>",
    "<",
    "[",
    "]",
    "{",
    "}",
    ",",
    "\"",
    "\\",
    "\"x\"",
    "1",
    "[1,2]",
    "{\"a\":\"b,]\"}",
    "\n \n"
  };

  private static final List<RecordFormat<Document>> FORMATS =
      List.of(
          RecordFormat.json("a"),
          RecordFormat.lines(),
          RecordFormat.paragraphs(),
          RecordFormat.separatedBy("<|e|>"),
          RecordFormat.separatedBy("\n\n"),
          RecordFormat.wholeFiles());

  @Test
  void blocksDoNotDependOnHowBytesArrive() throws IOException {
    Random random = new Random(1);
    for (int round = 0; round < 600; round++) {
      String start = random.nextInt(3) == 0 ? " [" : "\n ".repeat(random.nextInt(20));
      byte[] data = (start + random(random, PARTS, random.nextInt(60))).getBytes(UTF_8);
      RecordFormat<Document> format = FORMATS.get(round % FORMATS.size());
      int blockSize = 1 + random.nextInt(40);
      int max = 1 + random.nextInt(30);
      List<String> expected = outcome(format, new ByteArrayInputStream(data), blockSize, max);
      assertThat(outcome(format, new Trickle(data, 0, 1), blockSize, max)).isEqualTo(expected);
      assertThat(outcome(format, new Trickle(data, round, 7), blockSize, max)).isEqualTo(expected);
    }
  }

  private static List<String> outcome(
      RecordFormat<?> format, InputStream in, int blockSize, int max) throws IOException {
    BlockCutter cutter = new BlockCutter(format.scanner(), blockSize, max);
    List<String> outcome = new ArrayList<>();
    try {
      cutter.start("f", in);
      for (CutBlock block = cutter.next(); block != null; block = cutter.next()) {
        outcome.add(describe(block));
      }
    } catch (MalformedDataException e) {
      outcome.add(e.getMessage());
    }
    return outcome;
  }

  @Test
  void linesAreThoseOfTheJdkWhateverTheSizeOfBlocks() throws IOException {
    Random random = new Random(2);
    for (int round = 0; round < 300; round++) {
      String text = random(random, PARTS, random.nextInt(80));
      List<String> expected = new ArrayList<>();
      String[] lines = text.split("\n", -1);
      for (int i = 0; i < lines.length; i++) {
        String line =
            lines[i].endsWith("\r") ? lines[i].substring(0, lines[i].length() - 1) : lines[i];
        if (!line.isBlank()) {
          expected.add(i + 1 + ":" + line);
        }
      }
      int blockSize = 1 + random.nextInt(50);
      assertThat(shown(read(RecordFormat.lines(), text, blockSize))).isEqualTo(expected);
    }
  }

  @Test
  void separatedTextsAreThoseOfStringSplit() throws IOException {
    Random random = new Random(3);
    for (String separator : List.of("<|e|>", "\n\n", "aa", "abab")) {
      String[] parts = {"a", "b", "\n", "\r\n", " ", "雀", separator, separator.substring(1), "<|"};
      for (int round = 0; round < 200; round++) {
        String text = random(random, parts, random.nextInt(60));
        List<String> expected = new ArrayList<>();
        int line = 1;
        for (String part : text.split(Pattern.quote(separator), -1)) {
          String blank = part.substring(0, part.length() - part.stripLeading().length());
          if (!part.isBlank()) {
            expected.add(line + lineFeeds(blank) + ":" + part.strip().replace("\r\n", "\n"));
          }
          line += lineFeeds(part + separator);
        }
        RecordFormat<Document> format = RecordFormat.separatedBy(separator);
        assertThat(shown(read(format, text, 1 + random.nextInt(50)))).isEqualTo(expected);
      }
    }
  }

  private static int lineFeeds(String text) {
    return (int) text.chars().filter(c -> c == '\n').count();
  }

  @Test
  void paragraphsAreRunsOfLinesThatAreNotBlank() throws IOException {
    Random random = new Random(4);
    String[] parts = {"a", "b c", "\n", "\r\n", "\n\n", " ", "\t", "雀"};
    for (int round = 0; round < 300; round++) {
      String text = random(random, parts, random.nextInt(60));
      List<String> expected = new ArrayList<>();
      List<String> paragraph = new ArrayList<>();
      List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
      lines.add("");
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i);
        if (!line.isBlank()) {
          paragraph.add(
              line.endsWith("\r") && i < lines.size() - 2
                  ? line.substring(0, line.length() - 1)
                  : line);
        } else if (!paragraph.isEmpty()) {
          expected.add(i + 1 - paragraph.size() + ":" + String.join("\n", paragraph).strip());
          paragraph.clear();
        }
      }
      assertThat(shown(read(RecordFormat.paragraphs(), text, 1 + random.nextInt(50))))
          .isEqualTo(expected);
    }
  }

  @Test
  void elementsOfAnArrayAreFoundWithStringsAndNestingInThem() throws IOException {
    Random random = new Random(5);
    for (int round = 0; round < 200; round++) {
      StringBuilder text = new StringBuilder(random(random, new String[] {" ", "\n"}, 3) + "[");
      List<String> expected = new ArrayList<>();
      int count = random.nextInt(12);
      for (int i = 0; i < count; i++) {
        text.append(random(random, new String[] {" ", "\n", "\r\n", ""}, 3));
        int line = 1 + lineFeeds(text.toString());
        String value = random(random, new String[] {",", "]", "[", "{", "}", "a", "雀"}, 5);
        text.append("{\"b\": [[1, {}], \"]\\\\\\\"\"],\n \"a\": \"").append(value).append("\"}");
        text.append(i < count - 1 ? " ," : "\n");
        expected.add(line + ":" + value);
      }
      text.append("]\n ");
      assertThat(shown(read(RecordFormat.json("a"), text.toString(), 1 + random.nextInt(80))))
          .isEqualTo(expected);
    }
  }

  @Test
  void badElementsOfAnArrayDoNotSpoilTheirNeighbours() throws IOException {
    ParsedBlock<Document> parsed =
        read(RecordFormat.json("a"), "[\"x\",\n{\"a\":1}},\n\"y\" z,\n,\"w\",]", 4);
    assertThat(shown(parsed)).containsExactly("1:x", "4:w");
    assertThat(parsed.errors()).extracting(e -> e.location().line()).containsExactly(2L, 3L);
  }

  @Test
  void anArrayThatIsNotClosedIsCutShortAndNothingFollowsOne() {
    for (String text : List.of("[", "[1", "[{\"a\":\"x\"}", "[\"x\",\n\"]")) {
      assertThatThrownBy(() -> read(RecordFormat.json("a"), text, 100))
          .isInstanceOf(MalformedDataException.class)
          .hasMessageStartingWith("f: line " + (1 + lineFeeds(text)))
          .hasMessageContaining("cut short");
    }
    assertThatThrownBy(() -> read(RecordFormat.json("a"), "[]\n\n[]", 100))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageStartingWith("f: line 3: expected nothing behind the end of the JSON array");
  }

  @Test
  void whatIsTooLongIsLeftOutAndCounted() throws IOException {
    for (int length = 8; length <= 14; length++) {
      for (int blockSize : new int[] {1, 5, 12, 1000}) {
        String text = "ab\n" + "x".repeat(length) + "\ncd\n\n" + "y".repeat(length);
        ParsedBlock<Document> parsed =
            parse(
                RecordFormat.lines(),
                cut(
                    RecordFormat.lines(),
                    new Trickle(text.getBytes(UTF_8), length, 3),
                    blockSize,
                    10));
        if (length <= 10) {
          assertThat(shown(parsed))
              .containsExactly(
                  "1:ab", "2:" + "x".repeat(length), "3:cd", "5:" + "y".repeat(length));
          assertThat(parsed.errors()).isEmpty();
        } else {
          assertThat(shown(parsed)).containsExactly("1:ab", "3:cd");
          assertThat(parsed.errors().toString())
              .isEqualTo(
                  "[f: line 2: longer than maxRecordBytes, which is 10,"
                      + " f: line 5: longer than maxRecordBytes, which is 10]");
        }
      }
    }
  }

  @Test
  void whatIsTooLongIsLeftOutOfEveryFormat() throws IOException {
    String big = "x".repeat(50);
    assertThat(leftOut(RecordFormat.json("a"), "[\"u\",\n \"" + big + ",]\", \"v\"]"))
        .isEqualTo("[1:u, 2:v] [f: line 2");
    assertThat(leftOut(RecordFormat.separatedBy("<|e|>"), "u<|e|>\n" + big + "<|e|>v"))
        .isEqualTo("[1:u, 2:v] [f: line 2");
    assertThat(leftOut(RecordFormat.paragraphs(), "u\n\n" + big + "\n" + big + "\n \nv"))
        .isEqualTo("[1:u, 6:v] [f: line 3");
    assertThat(leftOut(RecordFormat.wholeFiles(), big)).isEqualTo("[] [f: line 1");
  }

  private static String leftOut(RecordFormat<Document> format, String text) throws IOException {
    ParsedBlock<Document> parsed =
        parse(format, cut(format, new ByteArrayInputStream(text.getBytes(UTF_8)), 1000, 20));
    assertThat(parsed.errors()).hasSize(1);
    return shown(parsed) + " " + parsed.errors().toString().replaceAll(": longer.*", "");
  }

  @Test
  void theLastRecordMayBeNoLongerThanTheOthers() throws IOException {
    RecordFormat<Document> format = RecordFormat.separatedBy("<|e|>");
    for (int length = 8; length <= 18; length++) {
      String text = "x".repeat(length);
      ParsedBlock<Document> whole =
          parse(
              RecordFormat.wholeFiles(),
              cut(RecordFormat.wholeFiles(), new Trickle(text.getBytes(UTF_8), 0, 1), 5, 12));
      assertThat(whole.records()).hasSize(length <= 12 ? 1 : 0);
      assertThat(whole.errors()).hasSize(length <= 12 ? 0 : 1);
      for (String file : List.of(text, text + "<|e|>", text + "<|e")) {
        byte[] data = file.getBytes(UTF_8);
        int record = file.endsWith("<|e") ? length + 3 : length;
        ParsedBlock<Document> parsed =
            parse(format, cut(format, new ByteArrayInputStream(data), 1000, 12));
        assertThat(parsed.records()).hasSize(record <= 12 ? 1 : 0);
        assertThat(parsed.errors()).hasSize(record <= 12 ? 0 : 1);
      }
    }
  }

  @Test
  void aLineOfAnyLengthNeedsNoMemory() throws IOException {
    long size = 300L << 20;
    InputStream endless =
        new InputStream() {
          private long left = size;

          @Override
          public int read() {
            throw new UnsupportedOperationException();
          }

          @Override
          public int read(byte[] target, int offset, int length) {
            int count = (int) Math.min(length, left);
            Arrays.fill(target, offset, offset + count, (byte) 'x');
            left -= count;
            return count == 0 ? -1 : count;
          }
        };
    BlockCutter cutter = new BlockCutter(RecordFormat.lines().scanner(), 1 << 20, 1 << 20);
    cutter.start("f", endless);
    CutBlock block = cutter.next();
    assertThat(block.errors()).hasSize(1);
    assertThat(block.data()).isEmpty();
    assertThat(cutter.next()).isNull();
    assertThat(endless.read(new byte[1], 0, 1)).isEqualTo(-1);
  }

  @Test
  void manyShortRecordsFillABlockToo() throws IOException {
    String text = "x\n".repeat(200_000);
    List<CutBlock> blocks =
        cut(RecordFormat.lines(), new ByteArrayInputStream(text.getBytes(UTF_8)), 1 << 20, 100);
    assertThat(blocks).hasSize(4);
    assertThat(blocks.stream().mapToInt(CutBlock::records).sum()).isEqualTo(200_000);
    assertThat(blocks.get(1).firstLine()).isEqualTo(65_537);
  }

  @Test
  void aByteOrderMarkIsSkippedAndThatOfUtf16Refused() throws IOException {
    assertThat(shown(read(RecordFormat.lines(), "\uFEFFa\n\uFEFFb", 1)))
        .containsExactly("1:a", "2:\uFEFFb");
    assertThat(shown(read(RecordFormat.json("a"), "\uFEFF[\"x\"]", 100))).containsExactly("1:x");
    assertThat(shown(read(RecordFormat.lines(), "\uFEFF", 100))).isEmpty();
    for (Charset charset : List.of(UTF_16BE, UTF_16LE)) {
      InputStream in = new Trickle("\uFEFFabc\n".getBytes(charset), 0, 1);
      assertThatThrownBy(() -> cut(RecordFormat.lines(), in, 100, 100))
          .isInstanceOf(MalformedDataException.class)
          .hasMessage("f: is in UTF-16 by its byte order mark; only UTF-8 is read");
    }
  }

  @Test
  void aCutterGoesFromFileToFile() throws IOException {
    BlockCutter cutter = new BlockCutter(RecordFormat.json("a").scanner(), 10, 100);
    assertThat(cutter.next()).isNull();
    for (String text : List.of("[\"a\",\"b\"]", "\"c\"\n\"d", "", "[]")) {
      cutter.start("f", new ByteArrayInputStream(text.getBytes(UTF_8)));
      StringBuilder all = new StringBuilder();
      for (CutBlock block = cutter.next(); block != null; block = cutter.next()) {
        assertThat(block.firstLine() - 1).isEqualTo(lineFeeds(all.toString()));
        all.append(new String(block.data(), UTF_8));
      }
      assertThat(all.toString()).isEqualTo(text);
    }
  }
}

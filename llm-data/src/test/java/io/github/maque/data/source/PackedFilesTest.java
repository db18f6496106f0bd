package io.github.maque.data.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.maque.data.Document;
import io.github.maque.data.source.Packed.Compression;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.apache.commons.compress.utils.SeekableInMemoryByteChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PackedFilesTest {
  private static final List<String> STORIES =
      IntStream.range(0, 40).mapToObj(i -> "故事 " + i + " \"quoted\", a [b] {c}").toList();

  @TempDir Path directory;

  /** The same stories in each format. */
  private static Map<RecordFormat<Document>, String> formats() {
    Map<RecordFormat<Document>, String> formats = new LinkedHashMap<>();
    List<String> objects =
        STORIES.stream()
            .map(s -> "{\"id\": 7, \"story_zh\": \"" + s.replace("\"", "\\\"") + "\"}")
            .toList();
    formats.put(RecordFormat.json("story_zh"), String.join("\n", objects));
    formats.put(RecordFormat.tinyStoriesChinese(), "[\n" + String.join(",\n", objects) + "\n]\n");
    formats.put(RecordFormat.lines(), String.join("\r\n", STORIES) + "\r\n");
    formats.put(RecordFormat.paragraphs(), String.join("\n\n", STORIES));
    formats.put(
        RecordFormat.separatedBy("<|endoftext|>"), String.join("\n<|endoftext|>\n", STORIES));
    return formats;
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void everyPackingOfEveryFormatGivesTheStories(Compression compression) throws IOException {
    for (Map.Entry<RecordFormat<Document>, String> format : formats().entrySet()) {
      byte[] content = format.getValue().getBytes(UTF_8);
      byte[] packed = compression.pack(content);
      Map<String, byte[]> twice =
          Packed.files("data/1.txt", packed, "empty", "", "data/2.txt", packed);
      check(format.getKey(), packed, 1, "");
      check(format.getKey(), Packed.tar(twice), 2, "!data/1.txt");
      check(format.getKey(), Packed.zip(twice), 2, "!data/1.txt");
      byte[] plainTwice = Packed.tar(Packed.files("./1", content, "2", content));
      check(format.getKey(), compression.pack(plainTwice), 2, "!1");
      check(format.getKey(), compression.pack(Packed.tar(twice)), 2, "!data/1.txt");
      check(
          format.getKey(),
          Packed.tar(Packed.files("inner.tar", Packed.tar(twice))),
          2,
          "!inner.tar!data/1.txt");
    }
  }

  private void check(RecordFormat<Document> format, byte[] file, int times, String inside)
      throws IOException {
    Path path = Sources.write(directory, "input", file);
    List<Document> documents = Sources.records(format, path);
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      expected.addAll(STORIES);
    }
    assertThat(documents).extracting(Document::text).isEqualTo(expected);
    assertThat(documents.get(0).location().file()).isEqualTo(path + inside);
  }

  @ParameterizedTest
  @EnumSource(value = Compression.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void whatWasCompressedInPiecesIsReadWhole(Compression compression) throws IOException {
    byte[] a = compression.pack("a\nb".getBytes(UTF_8));
    byte[] nothing = compression.pack(new byte[0]);
    byte[] c = compression.pack("c\n".getBytes(UTF_8));
    Path file =
        Sources.write(directory, "x", Packed.concatenate(nothing, a, nothing, c, c, nothing));
    assertThat(Sources.texts(RecordFormat.lines(), file)).containsExactly("a", "bc", "c");
  }

  @Test
  void gzipMayHaveANameACommentAndZerosBehindIt() throws IOException {
    byte[] plain = Packed.gzip("a\n");
    ByteArrayOutputStream named = new ByteArrayOutputStream();
    named.write(plain, 0, 3);
    named.write(2 | 4 | 8 | 16);
    named.write(plain, 4, 6);
    named.writeBytes(new byte[] {3, 0, 'x', 'y', 'z'}); // an extra field
    named.writeBytes(("name\0" + "comment ".repeat(20_000) + "\0").getBytes(UTF_8));
    named.writeBytes(new byte[2]); // the header's checksum
    named.write(plain, 10, plain.length - 10);
    Path file =
        Sources.write(
            directory, "x", Packed.concatenate(named.toByteArray(), plain, new byte[1000]));
    assertThat(Sources.texts(RecordFormat.lines(), file)).containsExactly("a", "a");
  }

  @Test
  void zstdMayHaveSkippableFrames() throws IOException {
    byte[] skippable = {0x5A, 0x2A, 0x4D, 0x18, 4, 0, 0, 0, 1, 2, 3, 4};
    byte[] frame = Compression.ZSTD.pack("a\n".getBytes(UTF_8));
    Path file =
        Sources.write(directory, "x", Packed.concatenate(skippable, frame, skippable, frame));
    assertThat(Sources.texts(RecordFormat.lines(), file)).containsExactly("a", "a");
  }

  @Test
  void tarArchivesOfAllKindsAreRead() throws IOException {
    String longName = "d/".repeat(120) + "雀.txt";
    String content = "x".repeat(511) + "\n";
    for (int longFiles :
        new int[] {TarArchiveOutputStream.LONGFILE_GNU, TarArchiveOutputStream.LONGFILE_POSIX}) {
      for (int bigNumbers :
          new int[] {
            TarArchiveOutputStream.BIGNUMBER_STAR, TarArchiveOutputStream.BIGNUMBER_POSIX
          }) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream out = new TarArchiveOutputStream(bytes, "UTF-8")) {
          out.setLongFileMode(longFiles);
          out.setBigNumberMode(bigNumbers);
          out.setAddPaxHeadersForNonAsciiNames(true);
          put(out, new TarArchiveEntry("d/"), "");
          put(out, new TarArchiveEntry("雀"), "one\n");
          TarArchiveEntry link = new TarArchiveEntry("link", TarConstants.LF_SYMLINK);
          link.setLinkName("../".repeat(50));
          put(out, link, "");
          put(out, new TarArchiveEntry("hard", TarConstants.LF_LINK), "");
          put(out, new TarArchiveEntry("pipe", TarConstants.LF_FIFO), "");
          TarArchiveEntry large = new TarArchiveEntry(longName);
          large.setUserId(1L << 40); // does not fit the oldest format
          put(out, large, content);
          put(out, new TarArchiveEntry("empty"), "");
          put(out, new TarArchiveEntry("last"), "two\n");
        }
        Path file = Sources.write(directory, "x", bytes.toByteArray());
        assertThat(Sources.records(RecordFormat.lines(), file))
            .extracting(d -> d.location().file().substring(file.toString().length()) + d.text())
            .containsExactly("!雀one", "!" + longName + content.strip(), "!lasttwo");
      }
    }
  }

  private static void put(TarArchiveOutputStream out, TarArchiveEntry entry, String content)
      throws IOException {
    entry.setSize(content.length());
    out.putArchiveEntry(entry);
    out.write(content.getBytes(UTF_8));
    out.closeArchiveEntry();
  }

  @Test
  void tarArchivesOneBehindAnotherAreReadAsOne() throws IOException {
    byte[] tar = Packed.tar("a", "a\n".getBytes(UTF_8));
    Path file = Sources.write(directory, "x", Packed.concatenate(tar, tar));
    assertThat(Sources.texts(RecordFormat.lines(), file)).containsExactly("a", "a");
  }

  @Test
  void aTextThatLooksALittleLikeATarIsAText() throws IOException {
    String text = "x".repeat(257) + "ustar" + "y".repeat(600);
    Path file = Sources.write(directory, "x", text.getBytes(UTF_8));
    assertThat(Sources.texts(RecordFormat.lines(), file)).containsExactly(text);
  }

  @Test
  void zipArchivesOfAllKindsAreRead() throws IOException {
    byte[] content = "雀 one\n".repeat(100).getBytes(UTF_8);
    ByteArrayOutputStream streamed = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(streamed)) {
      out.setComment("PK\5\6 is in this comment");
      ZipEntry stored = new ZipEntry("stored");
      stored.setMethod(ZipEntry.STORED);
      stored.setSize(content.length);
      CRC32 crc = new CRC32();
      crc.update(content);
      stored.setCrc(crc.getValue());
      out.putNextEntry(stored);
      out.write(content);
      out.putNextEntry(new ZipEntry("d/"));
      out.putNextEntry(new ZipEntry("d/雀"));
      out.write(content);
    }
    SeekableInMemoryByteChannel sized = new SeekableInMemoryByteChannel();
    try (ZipArchiveOutputStream out = new ZipArchiveOutputStream(sized)) {
      out.setUseZip64(Zip64Mode.Always);
      ZipArchiveEntry link = new ZipArchiveEntry("link");
      link.setUnixMode(0120777);
      for (ZipArchiveEntry entry :
          List.of(new ZipArchiveEntry("stored"), link, new ZipArchiveEntry("d/雀"))) {
        out.putArchiveEntry(entry);
        out.write(content);
        out.closeArchiveEntry();
      }
    }
    byte[] zip64 = Arrays.copyOf(sized.array(), (int) sized.size());
    for (byte[] zip : List.of(streamed.toByteArray(), zip64)) {
      Path file = Sources.write(directory, "x", zip);
      Map<String, Long> counts =
          Sources.records(RecordFormat.lines(), file).stream()
              .collect(
                  Collectors.groupingBy(
                      d -> d.location().file().substring(file.toString().length()),
                      Collectors.counting()));
      assertThat(counts).isEqualTo(Map.of("!stored", 100L, "!d/雀", 100L));
    }
  }

  @Test
  void manyEntriesMayBeInAZip() throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (int i = 0; i < 66_000; i++) {
      files.put("f" + i, i % 1000 == 0 ? (i + "\n").getBytes(UTF_8) : new byte[0]);
    }
    Path file = Sources.write(directory, "x", Packed.zip(files));
    assertThat(Sources.texts(RecordFormat.lines(), file)).hasSize(66).endsWith("65000");
  }

  @Test
  void hiddenFilesAndTheLitterOfMacOsAreLeftOut() throws IOException {
    Map<String, byte[]> files =
        Packed.files(
            "._a.txt", "no\n",
            "__MACOSX/._a.txt", "no\n",
            "d/.DS_Store", "no\n",
            ".git/x", "no\n",
            "./a.txt", "yes\n");
    for (byte[] archive : List.of(Packed.tar(files), Packed.zip(files))) {
      Path file = Sources.write(directory, "x", archive);
      assertThat(Sources.texts(RecordFormat.lines(), file)).containsExactly("yes");
    }
  }
}

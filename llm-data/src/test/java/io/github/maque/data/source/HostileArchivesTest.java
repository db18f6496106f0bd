package io.github.maque.data.source;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.github.maque.data.Document;
import io.github.maque.data.MalformedDataException;
import io.github.maque.data.source.Packed.Compression;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostileArchivesTest {
  private static final RecordFormat<Document> JSON = RecordFormat.json("a");
  private static final ReadLimits LIMITS = new ReadLimits(1 << 20, 200, 1 << 26, 100);

  @TempDir Path directory;

  private List<String> read(byte[] file, ReadLimits limits, RecordFormat<Document> format)
      throws IOException {
    Path path = Sources.write(directory, "input", file);
    List<String> texts = new ArrayList<>();
    RecordSource.of(format, path).limits(limits).forEach(d -> texts.add(d.text()));
    return texts;
  }

  /** Returns what is said about a file, behind its own name. */
  private String problem(byte[] file, ReadLimits limits) {
    try {
      read(file, limits, JSON);
    } catch (MalformedDataException e) {
      String name = directory.resolve("input").toString();
      assertThat(e.getMessage()).startsWith(name);
      return e.getMessage().substring(name.length());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return fail("the file was read");
  }

  private String problem(byte[] file) {
    return problem(file, LIMITS);
  }

  private static byte[] lines(int count) {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < count; i++) {
      lines.append("{\"a\":\"雀 ").append(i * 7919 % 1000).append("\"}\n");
    }
    return lines.toString().getBytes(UTF_8);
  }

  private static Map<String, byte[]> packedInAllWays() throws IOException {
    byte[] content = lines(12);
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (Compression compression : Compression.values()) {
      if (compression != Compression.NONE) {
        byte[] packed = compression.pack(content);
        files.put(compression + " twice", Packed.concatenate(packed, packed));
        files.put("tar of " + compression, Packed.tar("x", packed));
      }
    }
    Map<String, byte[]> both = Packed.files("1", content, "2", content);
    files.put("tar", Packed.tar(both));
    files.put("tar.gz", Packed.gzip(Packed.tar(both)));
    files.put("zip", Packed.zip(both));
    return files;
  }

  @Test
  void aFileCutOffAnywhereIsNeverReadAsAShorterOne() throws IOException {
    for (Map.Entry<String, byte[]> file : packedInAllWays().entrySet()) {
      byte[] whole = file.getValue();
      int recordCount = read(whole, LIMITS, JSON).size();
      int step = whole.length > 2000 ? 37 : 1;
      for (int length = 1; length < whole.length; length++) {
        if (length % step != 0 && length % 512 != 0) {
          continue;
        }
        byte[] cut = Arrays.copyOf(whole, length);
        String place = file.getKey() + " cut at " + length;
        try {
          // What lies between the end mark of a tar and its end may be missing, or between members.
          List<String> texts = read(cut, LIMITS, JSON);
          boolean atEndOfMember = file.getKey().endsWith("twice") && length == whole.length / 2;
          boolean behindEndMark = file.getKey().startsWith("tar") && length % 512 == 0;
          assertThat(atEndOfMember || behindEndMark).as(place).isTrue();
          assertThat(texts).as(place).hasSize(atEndOfMember ? recordCount / 2 : recordCount);
        } catch (MalformedDataException e) {
          assertThat(e).as(place).hasMessageStartingWith(directory.resolve("input").toString());
        }
      }
    }
  }

  @Test
  void aFlippedByteIsNoticedOrDoesNoHarm() throws IOException {
    for (Map.Entry<String, byte[]> file : packedInAllWays().entrySet()) {
      if (file.getKey().equals("tar")) {
        continue; // which has no checksum of what is in it
      }
      byte[] whole = file.getValue();
      List<String> expected = read(whole, LIMITS, JSON);
      for (int i = 0; i < whole.length; i += whole.length > 2000 ? 37 : 1) {
        byte[] damaged = whole.clone();
        damaged[i] ^= (byte) 0xFF;
        try {
          assertThat(read(damaged, LIMITS, JSON))
              .as(file.getKey() + " at " + i)
              .isEqualTo(expected);
        } catch (MalformedDataException e) {
          assertThat(e).hasMessageStartingWith(directory.resolve("input").toString());
        }
      }
    }
  }

  @Test
  void garbageBehindTheEndIsNotIgnored() throws IOException {
    byte[] content = lines(3);
    for (Compression compression : Compression.values()) {
      if (compression != Compression.NONE) {
        assertThat(problem(Packed.concatenate(compression.pack(content), content)))
            .startsWith(
                ": the " + compression.name().toLowerCase(Locale.ROOT) + " data is damaged behind");
      }
    }
    assertThat(problem(Packed.concatenate(Packed.gzip(content), new byte[9], content)))
        .contains("what follows the end of a member is not gzip");
    assertThat(problem(Packed.concatenate(Packed.tar("x", content), content, new byte[512])))
        .isEqualTo(": has something else behind its end");
    assertThat(problem(Packed.concatenate(Packed.zip("x", content), content)))
        .contains("no end record");
  }

  @Test
  void wrongChecksumsAreNoticed() throws IOException {
    byte[] gzip = Packed.gzip(lines(3));
    gzip[gzip.length - 8]++;
    assertThat(problem(gzip)).endsWith("wrong checksum");
    gzip[gzip.length - 8]--;
    gzip[gzip.length - 4]++;
    assertThat(problem(gzip)).endsWith("wrong length");
    byte[] zip = Packed.zip("x", lines(3));
    int entry = new String(zip, ISO_8859_1).indexOf("PK\1\2");
    zip[entry + 16]++;
    assertThat(problem(zip)).startsWith("!x: the zip data is damaged").endsWith("wrong checksum");
    byte[] tar = Packed.tar("x", lines(3));
    tar[100]++;
    assertThat(problem(tar)).isEqualTo(": a tar header is damaged");
    byte[] second = Packed.tar(Packed.files("1", lines(3), "2", lines(3)));
    second[1024 + 100]++;
    assertThat(problem(second)).isEqualTo(": a tar header is damaged");
  }

  @Test
  void namesThatLeadOutOfAnArchiveAreRefused() throws IOException {
    for (String name :
        List.of(
            "../x",
            "a/../../x",
            "a/..",
            "/etc/passwd",
            "C:\\x",
            "c:x",
            "..\\x",
            "a\\..\\x",
            "\\x")) {
      byte[] content = lines(1);
      assertThat(problem(Packed.tar(name, content)))
          .isEqualTo("!" + name + ": the name of this entry leads out of the archive");
      assertThat(problem(Packed.zip(name, content)))
          .isEqualTo("!" + name + ": the name of this entry leads out of the archive");
    }
    for (String name : List.of("a..b/x", "a..x/y", "a/b..")) {
      assertThat(read(Packed.tar(name, lines(1)), LIMITS, JSON)).hasSize(1);
    }
    assertThat(problem(Packed.zip("x\n\u001B[31m", "{}".getBytes(UTF_8))))
        .startsWith("!x??[31m: line 1: has no field a");
  }

  private static byte[] bomb(int mebibytes) throws IOException {
    byte[] spaces = new byte[1 << 20];
    Arrays.fill(spaces, (byte) ' ');
    return Packed.gzip(spaces, mebibytes);
  }

  @Test
  void bombsAreStopped() throws IOException {
    byte[] bomb = bomb(40);
    assertThat(problem(bomb))
        .matches(
            ": its [0-9,]+ bytes become more than 16,7[0-9,]+ by unpacking.*maxRatio is 200.0");
    assertThat(problem(Packed.gzip(bomb))).contains("zip bomb");
    assertThat(problem(Packed.tar(Packed.files("1", bomb(12), "2", bomb(12)))))
        .contains("zip bomb");
    byte[] spaces = new byte[20 << 20];
    assertThat(problem(Packed.zip("x", spaces))).contains("zip bomb");
    ReadLimits lenient = new ReadLimits(1 << 20, 1e6, 1 << 24, 100);
    assertThat(problem(bomb, lenient))
        .isEqualTo(": becomes larger by unpacking than maxFileBytes, which is 16777216");
    ReadLimits none = new ReadLimits(1 << 20, 1e6, 1L << 40, 100);
    assertThat(problem(bomb, none)).contains("line 1: longer than maxRecordBytes");
    // Below 16 MiB no ratio is suspicious.
    assertThat(read(bomb(10), new ReadLimits(1 << 24, 1, 1L << 40, 1), JSON)).isEmpty();
  }

  @Test
  void tooManyEntriesAndLayersAreRefused() throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (int i = 0; i < 101; i++) {
      files.put("d" + i + "/", new byte[0]);
    }
    assertThat(problem(Packed.tar(files))).contains("more entries than maxEntries, which is 100");
    assertThat(problem(Packed.zip(files))).contains("more entries than maxEntries, which is 100");
    byte[] nested = lines(1);
    for (int i = 0; i < 4; i++) {
      nested = Packed.gzip(nested);
    }
    assertThat(read(nested, LIMITS, JSON)).hasSize(1);
    assertThat(problem(Packed.gzip(nested))).isEqualTo(": is packed more than 4 times");
    assertThat(problem(Packed.tar("x.zip", Packed.zip("y", lines(1)))))
        .isEqualTo(
            "!x.zip: is a zip archive inside another file, which is not read; unpack it first");
  }

  @Test
  void hugeHeadersDoNotFillTheHeap() throws IOException {
    // A gzip header with a name that goes on for 64 MiB.
    ByteArrayOutputStream gzip = new ByteArrayOutputStream();
    gzip.writeBytes(new byte[] {0x1F, (byte) 0x8B, 8, 8, 0, 0, 0, 0, 0, 0});
    byte[] name = new byte[1 << 20];
    Arrays.fill(name, (byte) 'n');
    for (int i = 0; i < 8; i++) {
      gzip.writeBytes(name);
    }
    assertThat(problem(gzip.toByteArray())).contains("ends inside a header");
    // Names and attributes in a tar that are larger than anything sensible.
    for (char type : new char[] {'L', 'x'}) {
      assertThat(problem(header("x", type, 2 << 20)))
          .contains("2097152 bytes in front of an entry");
    }
    // Very many headers in a row that announce another one.
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    for (int i = 0; i < 20_000; i++) {
      tar.writeBytes(header("x", 'L', 0));
    }
    assertThat(problem(tar.toByteArray(), new ReadLimits(1, 200, 1 << 26, 1 << 20)))
        .isEqualTo(": the tar archive is cut short inside its end mark");
  }

  /** Makes a header in the oldest tar format. */
  private static byte[] header(String name, char type, long size) {
    byte[] header = new byte[512];
    System.arraycopy(name.getBytes(ISO_8859_1), 0, header, 0, name.length());
    System.arraycopy(String.format("%011o", size).getBytes(ISO_8859_1), 0, header, 124, 11);
    header[156] = (byte) type;
    Arrays.fill(header, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xFF;
    }
    System.arraycopy(String.format("%06o\0", sum).getBytes(ISO_8859_1), 0, header, 148, 7);
    return header;
  }

  @Test
  void tarEntriesThatCannotBeReadAreNamed() {
    assertThat(problem(header("x", 'S', 10))).isEqualTo("!x: is a sparse file, which is not read");
    assertThat(problem(header("x", 'M', 10))).isEqualTo("!x: began in another archive");
    assertThat(problem(header("x", '0', 10)))
        .isEqualTo(": the tar archive is cut short inside an entry, of which 10 bytes are missing");
    for (String pax :
        List.of("7 a=b\n", "x", "99 a=b\n", "2 \n", "6 a=bc\n", "11111111111111 a=b\n")) {
      assertThat(problem(paxHeader(pax))).isEqualTo(": the pax attributes of an entry are damaged");
    }
    assertThat(problem(paxHeader("11 size=-1\n"))).contains("pax size");
    assertThat(problem(paxHeader("26 GNU.sparse.map=0,1,2,3\n"))).contains("sparse");
    byte[] huge = header("x", '0', 0);
    Arrays.fill(huge, 124, 136, (byte) 0xFF);
    assertThat(problem(sum(huge))).isEqualTo("!x: its size in the tar header is not a number");
  }

  private static byte[] paxHeader(String attributes) {
    return Packed.concatenate(
        header("x", 'x', attributes.length()), Arrays.copyOf(attributes.getBytes(UTF_8), 512));
  }

  private static byte[] sum(byte[] header) {
    Arrays.fill(header, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xFF;
    }
    System.arraycopy(String.format("%06o\0", sum).getBytes(ISO_8859_1), 0, header, 148, 7);
    return header;
  }

  @Test
  void zipEntriesThatCannotBeReadAreNamed() throws IOException {
    byte[] zip = Packed.zip("x", lines(3));
    int entry = new String(zip, ISO_8859_1).indexOf("PK\1\2");
    byte[] encrypted = zip.clone();
    encrypted[entry + 8] |= 1;
    assertThat(problem(encrypted)).isEqualTo("!x: is encrypted");
    byte[] method = zip.clone();
    method[entry + 10] = 93;
    assertThat(problem(method))
        .isEqualTo("!x: is packed by method 93 of zip; only 0 and 8 are read");
    byte[] moved = zip.clone();
    moved[entry + 42] = 3;
    assertThat(problem(moved)).isEqualTo("!x: is not where the directory of the archive says");
    byte[] counted = zip.clone();
    counted[zip.length - 12] = 2;
    assertThat(problem(counted)).contains("fewer entries than its end record says");
    counted[zip.length - 12] = 0;
    assertThat(problem(counted)).contains("more entries than its end record says");
    byte[] longer = zip.clone();
    longer[entry + 20] += 4;
    assertThat(problem(longer)).endsWith("something follows its end");
    byte[] shorter = zip.clone();
    ByteBuffer.wrap(shorter).order(ByteOrder.LITTLE_ENDIAN).putInt(entry + 24, 20);
    assertThat(problem(shorter)).contains("more than the 20 bytes that it should have");
  }

  @Test
  void overlappingZipEntriesCountEachTime() throws IOException {
    // Every entry of the directory points to the same megabyte, as in the densest bombs.
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] noise = new byte[1 << 20];
    new Random(1).nextBytes(noise);
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (byte) ('a' + (noise[i] & 15));
    }
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      out.putNextEntry(new ZipEntry("x"));
      out.write(noise);
    }
    byte[] zip = bytes.toByteArray();
    int directoryAt = new String(zip, ISO_8859_1).lastIndexOf("PK\1\2");
    byte[] entry = Arrays.copyOfRange(zip, directoryAt, zip.length - 22);
    byte[] end = Arrays.copyOfRange(zip, zip.length - 22, zip.length);
    int copies = 60;
    ByteBuffer.wrap(end)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putShort(8, (short) copies)
        .putShort(10, (short) copies)
        .putInt(12, copies * entry.length);
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    bomb.write(zip, 0, directoryAt);
    for (int i = 0; i < copies; i++) {
      bomb.writeBytes(entry);
    }
    bomb.writeBytes(end);
    Path path = Sources.write(directory, "input", bomb.toByteArray());
    RecordSource<Document> source =
        RecordSource.of(RecordFormat.lines(), path)
            .maxErrorRate(1)
            .limits(new ReadLimits(1 << 20, 30, 1L << 40, 1000));
    assertThatThrownBy(() -> source.forEach(d -> {}))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("zip bomb");
  }

  @Test
  void windowsThatNeedTooMuchMemoryAreRefused() throws IOException {
    ByteArrayOutputStream xz = new ByteArrayOutputStream();
    try (OutputStream out = new XZCompressorOutputStream(xz, 0)) {
      out.write(lines(3));
    }
    byte[] wide = xz.toByteArray();
    // The size of the dictionary is one byte in the block header; its CRC32 follows the padding.
    assertThat(wide[16]).isLessThan((byte) 20);
    wide[16] = 36; // 1 GiB
    CRC32 crc = new CRC32();
    crc.update(wide, 12, 8);
    ByteBuffer.wrap(wide).order(ByteOrder.LITTLE_ENDIAN).putInt(20, (int) crc.getValue());
    assertThat(problem(wide)).containsIgnoringCase("memory");
    // A zstd frame with a window of 2 GiB: the exponent is in the byte behind the descriptor.
    byte[] zstd = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, 0, (byte) ((31 - 10) << 3), 1, 0, 0};
    assertThat(problem(zstd)).containsIgnoringCase("memory");
  }

  @Test
  void filesOfOtherKindsAreCalledByTheirNames() throws IOException {
    assertThat(problem("PAR1 and so on".getBytes(UTF_8)))
        .isEqualTo(": is a Parquet file, which is not read");
    assertThat(problem(Packed.tar("x", "7z\u00BC\u00AF\u0027\u001C...".getBytes(ISO_8859_1))))
        .isEqualTo("!x: is a 7z archive, which is not read");
    assertThat(problem("\uFEFF{}".getBytes(StandardCharsets.UTF_16LE))).contains("UTF-16");
  }

  @Test
  void binaryFilesAreNoText() throws IOException {
    byte[] noise = new byte[100_000];
    new Random(1).nextBytes(noise);
    for (RecordFormat<Document> format :
        List.of(JSON, RecordFormat.lines(), RecordFormat.paragraphs(), RecordFormat.wholeFiles())) {
      assertThatThrownBy(() -> read(noise, LIMITS, format))
          .isInstanceOf(MalformedDataException.class)
          .hasMessageContaining("records are unreadable");
      assertThatThrownBy(() -> read(new byte[5000], LIMITS, format))
          .isInstanceOf(MalformedDataException.class)
          .hasMessageContaining("records are unreadable");
    }
  }

  @Test
  void whatWasWholeBeforeTheDamageComesFirst() throws IOException {
    byte[] gzip = Packed.gzip(lines(200_000));
    Path path = Sources.write(directory, "input", Arrays.copyOf(gzip, gzip.length - 5));
    List<String> texts = new ArrayList<>();
    assertThatThrownBy(() -> RecordSource.of(JSON, path).forEach(d -> texts.add(d.text())))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("cut short");
    assertThat(texts).hasSizeGreaterThan(100_000);
  }

  @Test
  void aLineOf300MebibytesInAGzipIsOneError() throws IOException {
    byte[] part = new byte[10 << 20];
    Arrays.fill(part, (byte) 'x');
    byte[] file =
        Packed.concatenate(
            Packed.gzip("before\n"), Packed.gzip(part, 30), Packed.gzip("\nafter\n"));
    Path path = Sources.write(directory, "long.gz", file);
    List<String> found = new ArrayList<>();
    ErrorTally tally =
        RecordSource.of(RecordFormat.lines(), path)
            .maxErrorRate(1)
            .limits(new ReadLimits(1 << 20, 1e9, 1L << 40, 1))
            .forEach(d -> found.add(d.location().line() + d.text()));
    assertThat(found).containsExactly("1before", "3after");
    assertThat(tally.shown())
        .containsExactly(path + ": line 2: longer than maxRecordBytes, which is 1048576");
  }
}

package io.github.maque.data.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.maque.data.Document;
import io.github.maque.data.MalformedDataException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class BlockReaderTest {
  private static final RecordFormat<Document> FORMAT = RecordFormat.json("a");

  @TempDir Path directory;

  /** Files of all kinds and sizes, with some records that are bad and some that are too long. */
  private RecordSource<Document> mixedSource(int fileCount) throws IOException {
    Random random = new Random(fileCount);
    for (int i = 0; i < fileCount; i++) {
      StringBuilder text = new StringBuilder();
      int lines = random.nextInt(60);
      for (int j = 0; j < lines; j++) {
        int kind = random.nextInt(12);
        text.append(
            kind == 0
                ? ""
                : kind == 1
                    ? "bad"
                    : kind == 2 ? "\"" + "x".repeat(200) + "\"" : "\"" + i + "/" + j + "\"");
        text.append('\n');
      }
      byte[] content = text.toString().getBytes(UTF_8);
      byte[] file =
          switch (i % 4) {
            case 0 -> content;
            case 1 -> Packed.gzip(content);
            case 2 ->
                Packed.gzip(Packed.tar(Packed.files("1", content, "2", Packed.gzip(content))));
            default -> Packed.zip(Packed.files("1", content, "2", content));
          };
      Sources.write(directory, String.format("in/%03d", i), file);
    }
    return RecordSource.of(FORMAT, directory.resolve("in"))
        .maxErrorRate(1)
        .limits(new ReadLimits(150, 200, 1 << 20, 100));
  }

  @Test
  void theOrderIsThatOfTheFilesForAnyNumberOfThreads() throws IOException {
    RecordSource<Document> source = mixedSource(40);
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < source.files().size(); i++) {
      RecordSource<Document> one =
          RecordSource.of(FORMAT, source.files().get(i))
              .maxErrorRate(1)
              .limits(new ReadLimits(150, 200, 1 << 20, 100));
      try (BlockReader<Document> reader = one.open(SourcePosition.START, 1, 100)) {
        for (String found : Sources.drain(reader)) {
          expected.add(i + found.substring(1));
        }
      }
    }
    assertThat(expected).hasSizeGreaterThan(1000).anyMatch(s -> s.contains("maxRecordBytes"));
    for (int threads = 1; threads <= 4; threads++) {
      try (BlockReader<Document> reader = source.open(SourcePosition.START, threads, 100)) {
        assertThat(Sources.drain(reader)).isEqualTo(expected);
        assertThat(reader.next()).isNull();
      }
    }
  }

  @Test
  void readingGoesOnFromEveryPositionAsIfItHadNeverStopped() throws IOException {
    RecordSource<Document> source = mixedSource(6);
    List<SourcePosition> positions = new ArrayList<>();
    List<List<String>> blocks = new ArrayList<>();
    long bytesRead = 0;
    try (BlockReader<Document> reader = source.open(SourcePosition.START, 2, 100)) {
      for (Block<Document> block = reader.next(); block != null; block = reader.next()) {
        positions.add(block.position());
        assertThat(block.bytesRead()).isBetween(bytesRead, source.sizeInBytes());
        bytesRead = block.bytesRead();
        List<String> found = new ArrayList<>();
        String place = block.position().file() + "." + block.position().block() + " ";
        block.parse().records().forEach(r -> found.add(place + r));
        block.parse().errors().forEach(e -> found.add(place + e));
        blocks.add(found);
      }
    }
    assertThat(positions).isSorted().doesNotHaveDuplicates().hasSizeGreaterThan(20);
    for (int i = 0; i < positions.size(); i++) {
      SourcePosition done = positions.get(i);
      List<String> rest =
          blocks.subList(i + 1, blocks.size()).stream().flatMap(List::stream).toList();
      SourcePosition next = new SourcePosition(done.file(), done.block() + 1);
      try (BlockReader<Document> reader = source.open(next, 1 + i % 3, 100)) {
        assertThat(Sources.drain(reader)).isEqualTo(rest);
      }
    }
    try (BlockReader<Document> reader = source.open(new SourcePosition(6, 0), 2)) {
      assertThat(reader.next()).isNull();
    }
  }

  @Test
  void filesBeforeThePositionAreNotOpened() throws IOException {
    RecordSource<Document> source = mixedSource(4);
    Files.write(source.files().get(0), Arrays.copyOf(Packed.gzip("x"), 12));
    try (BlockReader<Document> reader = source.open(new SourcePosition(1, 0), 2, 100)) {
      assertThat(Sources.drain(reader)).isNotEmpty();
    }
    assertThatThrownBy(() -> source.forEach(d -> {})).isInstanceOf(MalformedDataException.class);
  }

  @Test
  void aPositionBehindTheEndOfAFileShowsThatItHasChanged() throws IOException {
    Path file = Sources.write(directory, "x", "\"a\"\n".getBytes(UTF_8));
    RecordSource<Document> source = RecordSource.of(FORMAT, file);
    try (BlockReader<Document> reader = source.open(new SourcePosition(0, 2), 1)) {
      assertThatThrownBy(reader::next)
          .isInstanceOf(MalformedDataException.class)
          .hasMessageContaining("has changed");
    }
  }

  @Test
  void badArgumentsAreRefused() throws IOException {
    Path file = Sources.write(directory, "x", new byte[0]);
    RecordSource<Document> source = RecordSource.of(FORMAT, file);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> source.open(SourcePosition.START, 0))
        .withMessage("threads must be positive, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> source.open(new SourcePosition(2, 0), 1))
        .withMessageContaining("got file 2");
  }

  @Test
  void damageComesToLightWhereItIs() throws IOException {
    byte[] good = Packed.gzip("\"good\"\n".repeat(20));
    for (int i = 0; i < 8; i++) {
      byte[] file = i == 3 ? Arrays.copyOf(good, good.length - 4) : good;
      Sources.write(directory, "in/" + i, file);
    }
    RecordSource<Document> source = RecordSource.of(FORMAT, directory.resolve("in"));
    for (int threads = 1; threads <= 4; threads++) {
      try (BlockReader<Document> reader = source.open(SourcePosition.START, threads)) {
        for (int i = 0; i < 3; i++) {
          assertThat(reader.next().position()).isEqualTo(new SourcePosition(i, 0));
        }
        for (int i = 0; i < 2; i++) {
          assertThatThrownBy(reader::next)
              .isInstanceOf(MalformedDataException.class)
              .hasMessageStartingWith(source.files().get(3).toString());
        }
      }
    }
  }

  @Test
  void aFileThatCannotBeReadIsNoMalformedOne() throws IOException {
    Path file = Sources.write(directory, "x", "\"a\"\n".getBytes(UTF_8));
    RecordSource<Document> source = RecordSource.of(FORMAT, file);
    try (BlockReader<Document> reader = source.open(SourcePosition.START, 1)) {
      assertThat(reader.next()).isNotNull();
    }
    Files.delete(file);
    assertThatThrownBy(() -> source.open(SourcePosition.START, 1).close())
        .isInstanceOf(NoSuchFileException.class);
  }

  /** More than is read ahead, in each of several files. */
  private RecordSource<Document> largeSource(int files) throws IOException {
    String lines = ("\"" + "x".repeat(1021) + "\"\n").repeat(1 << 10);
    byte[] file = Packed.gzip(lines.getBytes(UTF_8), 48);
    for (int i = 0; i < files; i++) {
      Sources.write(directory, "large/" + i + ".gz", file);
    }
    return RecordSource.of(FORMAT, directory.resolve("large"))
        .limits(new ReadLimits(1 << 20, 1e6, 1L << 40, 1));
  }

  @Test
  void laterFilesWaitForTheFirstWithoutStoppingIt() throws Exception {
    RecordSource<Document> source = largeSource(4);
    try (BlockReader<Document> reader = source.open(SourcePosition.START, 4)) {
      // Time for the others to use up the room before the first block is taken.
      Thread.sleep(500);
      long bytes = 0;
      SourcePosition last = new SourcePosition(0, 0);
      for (Block<Document> block = reader.next(); block != null; block = reader.next()) {
        assertThat(block.position()).isGreaterThanOrEqualTo(last);
        last = block.position();
        bytes += block.size();
      }
      assertThat(bytes).isEqualTo(4L * (48 << 20));
    }
  }

  @Test
  void closingEndsTheThreadsWhereverTheyAre() throws Exception {
    RecordSource<Document> source = largeSource(3);
    for (int millis : new int[] {0, 1, 20, 400}) {
      BlockReader<Document> reader = source.open(SourcePosition.START, 3);
      Thread.sleep(millis);
      reader.close();
      reader.close();
      assertThat(readingThreads()).isZero();
      assertThatThrownBy(reader::next)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("closed");
    }
  }

  private static long readingThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t.getName().startsWith("maque-read-") && t.isAlive())
        .count();
  }

  @Test
  void closingEndsTheThreadThatLeavesOutAnEndlessLine() throws Exception {
    byte[] part = new byte[16 << 20];
    Arrays.fill(part, (byte) 'x');
    Path file = Sources.write(directory, "x.gz", Packed.gzip(part, 1000));
    BlockReader<Document> reader =
        RecordSource.of(RecordFormat.lines(), file)
            .limits(new ReadLimits(1000, 1e9, 1L << 40, 1))
            .open(SourcePosition.START, 1);
    assertThat(reader.next().parse().errors()).hasSize(1);
    reader.close(); // to read 16 GB would take longer than the time limit of this class
    assertThat(readingThreads()).isZero();
  }

  @Test
  void anInterruptedConsumerStopsWaiting() throws Exception {
    RecordSource<Document> source = largeSource(1);
    try (BlockReader<Document> reader = source.open(SourcePosition.START, 1)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(
              () -> {
                while (reader.next() != null) {
                  // what lies ready may still be taken
                }
              })
          .isInstanceOf(InterruptedIOException.class);
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(readingThreads()).isZero();
  }

  @Test
  void thousandsOfSmallFilesAreRead() throws IOException {
    for (int i = 0; i < 3000; i++) {
      Sources.write(directory, String.format("in/%04d", i), ("\"" + i + "\"").getBytes(UTF_8));
    }
    RecordSource<Document> source = RecordSource.of(FORMAT, directory.resolve("in"));
    try (BlockReader<Document> reader = source.open(SourcePosition.START, 4)) {
      for (int i = 0; i < 3000; i++) {
        assertThat(reader.next().parse().records().get(0).text()).isEqualTo(Integer.toString(i));
      }
      assertThat(reader.next()).isNull();
    }
  }
}

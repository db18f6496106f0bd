package io.github.maque.data.clean;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MappedRecordsTest {
  @TempDir private Path directory;

  @Test
  void readsRecordsAcrossSegments() throws IOException {
    Path file = directory.resolve("records");
    int count = 1000;
    ByteBuffer bytes = ByteBuffer.allocate(7 + 24 * count).order(ByteOrder.LITTLE_ENDIAN);
    bytes.position(7);
    for (int i = 0; i < count; i++) {
      bytes.putLong(i).putInt(2 * i).put((byte) i).put(new byte[11]);
    }
    Files.write(file, bytes.array());
    try (MappedRecords records = MappedRecords.open(file, 7, count, 24, 100)) {
      assertThat(records.count()).isEqualTo(count);
      for (int i = 0; i < count; i++) {
        assertThat(records.getLong(i, 0)).isEqualTo(i);
        assertThat(records.getInt(i, 8)).isEqualTo(2 * i);
        assertThat(records.getByte(i, 12)).isEqualTo((byte) i);
      }
    }
  }

  /** Most of the file is a hole that takes no disk space. */
  @Test
  void readsBehindTwoGibibytes() throws IOException {
    Path file = directory.resolve("large");
    long count = (1L << 31) / 192 + 1000;
    try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
      large.setLength(count * 192);
      large.seek((count - 1) * 192 + 20);
      large.writeInt(0x01020304);
    }
    try (MappedRecords records =
        MappedRecords.open(file, 0, count, 192, MappedRecords.SEGMENT_BYTES)) {
      assertThat(records.getInt(count - 1, 20)).isEqualTo(0x04030201);
      assertThat(records.getInt(count - 2, 20)).isZero();
    }
    Files.delete(file);
  }

  @Test
  void createsZerosInThePlaceOfWhatWasThere() throws IOException {
    Path file = directory.resolve("longs");
    Files.write(file, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17});
    try (MappedRecords longs = MappedRecords.longs(file, 2, 8)) {
      assertThat(longs.get(0)).isZero();
      assertThat(longs.get(1)).isZero();
      longs.set(1, Long.MIN_VALUE);
      assertThat(longs.get(1)).isEqualTo(Long.MIN_VALUE);
      assertThat(longs.get(0)).isZero();
    }
    assertThat(Files.readAllBytes(file)).hasSize(16).endsWith(0, 0, 0x80).startsWith(0, 0);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 64, 64",
    "1, 64, 64",
    "64, 64, 64",
    "1000, 1, 64",
    "1000, 7, 2",
    "20000, 64, 64",
    "20000, 64, 30",
    "20000, 64, 3",
    "20000, 64, 1",
    "20000, 30000, 64"
  })
  void sortsAsTheJdkDoes(int count, int onHeap, int distinctBits) throws IOException {
    SplittableRandom random = new SplittableRandom(count);
    long[] expected = random.longs(count).map(l -> l >> 64 - distinctBits).toArray();
    try (MappedRecords longs = MappedRecords.longs(directory.resolve("sort"), count + 2, 1024)) {
      longs.set(0, 99);
      longs.set(count + 1, -99);
      for (int i = 0; i < count; i++) {
        longs.set(i + 1, expected[i]);
      }
      new LongSort(longs, onHeap).sort(1, count + 1);
      Arrays.sort(expected);
      long[] sorted = new long[count];
      Arrays.setAll(sorted, i -> longs.get(i + 1));
      assertThat(sorted).isEqualTo(expected);
      assertThat(longs.get(0)).isEqualTo(99);
      assertThat(longs.get(count + 1)).isEqualTo(-99);
    }
  }

  @Test
  void joinsSetsAsANaiveAlgorithmDoes() throws IOException {
    int size = 500;
    SplittableRandom random = new SplittableRandom(1);
    int[] label = new int[size];
    Arrays.setAll(label, i -> i);
    try (MappedRecords parents = MappedRecords.longs(directory.resolve("sets"), size, 64)) {
      UnionFind sets = new UnionFind(parents);
      for (int join = 0; join < 400; join++) {
        int a = random.nextInt(size);
        int b = random.nextInt(size);
        sets.join(a, b);
        int smaller = Math.min(label[a], label[b]);
        int larger = Math.max(label[a], label[b]);
        for (int i = 0; i < size; i++) {
          label[i] = label[i] == larger ? smaller : label[i];
        }
        assertThat(sets.find(a)).isEqualTo(smaller);
      }
      for (int i = 0; i < size; i++) {
        assertThat(sets.find(i)).isEqualTo(label[i]);
      }
    }
  }
}

package io.github.maque.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.maque.data.MalformedDataException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files with more than 2^31 tokens, nearly all in holes that take no room on the disk. */
class LargeShardTest {
  private static final long HALF = 1L << 30;
  private static final long TOKENS = 2 * HALF + 1000;

  /** The borders of mappings and of int. */
  private static final List<Long> SPOTS =
      List.of(
          0L,
          HALF / 4 - 1,
          HALF / 4,
          HALF / 2 - 1,
          HALF / 2,
          HALF - 1,
          HALF,
          2 * HALF - 1,
          2 * HALF,
          TOKENS - 1);

  @TempDir Path directory;

  @Test
  void readsBeyondTwoToThe31() throws Exception {
    for (int dataType : new int[] {8, 4}) {
      Path prefix = directory.resolve("large" + dataType);
      writeBin(prefix, dataType);
      long[] lengths = {HALF - 3, HALF + 3, 900, 100};
      Files.write(
          Path.of(prefix + ".idx"), NaiveShard.idx(dataType, lengths, new long[] {0, 1, 2, 3, 4}));

      TokenDataset dataset = TokenDataset.ofIndexed(List.of(prefix, prefix));
      assertThat(dataset.tokens()).isEqualTo(2 * TOKENS);
      assertThat(dataset.documents()).isEqualTo(8);
      assertThat(dataset.start(2)).isEqualTo(2 * HALF);
      assertThat(dataset.start(7)).isEqualTo(TOKENS + 2 * HALF + 900);
      assertThat(dataset.length(5)).isEqualTo((int) HALF + 3);
      assertThat(dataset.documentAt(2 * HALF - 1)).isEqualTo(1);
      assertThat(dataset.documentAt(2 * HALF)).isEqualTo(2);
      assertThat(dataset.documentAt(2 * TOKENS - 1)).isEqualTo(7);
      for (long shard = 0; shard < 2; shard++) {
        for (long spot : SPOTS) {
          assertSpot(dataset, shard * TOKENS, spot);
        }
      }
    }
  }

  @Test
  void refusesDocumentsThatNoArrayCanHold() throws Exception {
    Path prefix = directory.resolve("large");
    writeBin(prefix, 8);
    Files.write(
        Path.of(prefix + ".idx"),
        NaiveShard.idx(8, new long[] {1, HALF, HALF - 1, 1000}, new long[] {0, 1, 4}));

    assertThatThrownBy(() -> TokenDataset.ofIndexed(List.of(prefix)))
        .isInstanceOf(MalformedDataException.class)
        .hasMessage(prefix + ".idx: document longer than 2147483647 tokens (document 1)");
  }

  /** Reads around a spot: each holds the number of itself in the list plus 1, all others hold 0. */
  private static void assertSpot(TokenDataset dataset, long base, long spot) {
    long from = Math.max(0, spot - 2);
    int[] ids = new int[(int) (Math.min(TOKENS, spot + 3) - from)];
    dataset.read(base + from, ids, 0, ids.length);
    for (int i = 0; i < ids.length; i++) {
      assertThat(ids[i]).as("id %d", from + i).isEqualTo(SPOTS.indexOf(from + i) + 1);
    }
  }

  private static void writeBin(Path prefix, int dataType) throws IOException {
    int size = NaiveShard.size(dataType);
    try (RandomAccessFile file = new RandomAccessFile(prefix + ".bin", "rw")) {
      file.setLength(TOKENS * size);
      for (int i = 0; i < SPOTS.size(); i++) {
        file.seek(SPOTS.get(i) * size);
        file.write(i + 1);
      }
    }
  }
}

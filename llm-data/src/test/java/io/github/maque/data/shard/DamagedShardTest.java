package io.github.maque.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.maque.data.MalformedDataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever the files of a shard are, opening them ends well or says which file is damaged. */
class DamagedShardTest {
  private static final int SEQUENCES = 18;
  private static final int ENTRIES = 26;
  private static final int LENGTHS = 34;

  @TempDir Path directory;
  private NaiveShard shard;
  private Path prefix;
  private Path bin;
  private Path idx;

  @BeforeEach
  void writeShard() throws IOException {
    shard = NaiveShard.random(new Random(3), 8, 9, 20, 500);
    NaiveShard.writeAll(directory, 500, shard);
    prefix = directory.resolve("train-00000");
    bin = directory.resolve("train-00000.bin");
    idx = directory.resolve("train-00000.idx");
  }

  @Test
  void refusesAnIndexCutShortAnywhere() throws Exception {
    byte[] whole = shard.idx();
    for (int length = 0; length < whole.length; length++) {
      Files.write(idx, Arrays.copyOf(whole, length));
      assertRefused(idx);
    }
    Files.write(idx, Arrays.copyOf(whole, 20));
    assertOpening()
        .hasMessage(idx + ": has 20 bytes, expected at least 34: cut short, or no index");
    Files.write(idx, Arrays.copyOf(whole, 60));
    assertOpening()
        .hasMessage(
            idx
                + ": has 60 bytes, too few for 9 sequences and 10 entries of the document index:"
                + " cut short");
  }

  @Test
  void refusesIdsCutShortAnywhere() throws Exception {
    byte[] whole = shard.bin();
    for (int length = 0; length < whole.length; length++) {
      Files.write(bin, Arrays.copyOf(whole, length));
      assertRefused(bin);
      // Nobody knows which of two foreign files is wrong.
      assertThatThrownBy(() -> TokenDataset.ofIndexed(List.of(prefix)))
          .isInstanceOf(MalformedDataException.class)
          .hasMessageStartingWith(idx + ": the sequences end elsewhere than the .bin file");
    }
    Files.write(bin, Arrays.copyOf(whole, 7));
    assertOpening()
        .hasMessage(
            bin
                + ": has 7 bytes, expected "
                + whole.length / 2
                + " tokens of 2 bytes, as manifest.json says: cut short, or another file");
  }

  @Test
  void refusesFilesThatAreTooLong() throws Exception {
    Files.write(idx, Arrays.copyOf(shard.idx(), shard.idx().length + 3));
    assertOpening().hasMessage(idx + ": has 3 bytes more than its header says");
    Files.write(idx, shard.idx());
    Files.write(bin, Arrays.copyOf(shard.bin(), shard.bin().length + 2));
    assertRefused(bin);
  }

  @Test
  void refusesMissingFiles() throws Exception {
    for (Path file : List.of(bin, idx)) {
      byte[] content = Files.readAllBytes(file);
      Files.delete(file);
      assertRefused(file);
      assertThatThrownBy(() -> TokenDataset.ofIndexed(List.of(prefix)))
          .isInstanceOf(MalformedDataException.class)
          .hasMessage(file + ": is missing, expected a .bin and an .idx file of each shard");
      Files.write(file, content);
    }
  }

  @Test
  void refusesAnIndexWithASingleBitFlipped() throws Exception {
    byte[] bytes = shard.idx();
    for (int bit = 0; bit < 8 * bytes.length; bit += 7) {
      bytes[bit / 8] ^= (byte) (1 << (bit % 8));
      Files.write(idx, bytes);
      assertRefused(idx);
      bytes[bit / 8] ^= (byte) (1 << (bit % 8));
    }
  }

  @Test
  void saysWhatIsWrongWithTheHeader() throws Exception {
    damage(bytes -> bytes.put(0, (byte) 'T'));
    assertOpening().hasMessageContaining("does not begin with MMIDIDX, so it is no Megatron-LM");
    damage(bytes -> bytes.putLong(9, 2));
    assertOpening().hasMessageContaining("has version 2, expected 1");
    damage(bytes -> bytes.putLong(9, -1));
    assertOpening().hasMessageContaining("has version 18446744073709551615, expected 1");
    damage(bytes -> bytes.put(17, (byte) 5));
    assertOpening().hasMessageContaining("has data type 5 (int64), expected uint16 or int32");
    damage(bytes -> bytes.put(17, (byte) 200));
    assertOpening().hasMessageContaining("has data type 200 (unknown), expected uint16 or int32");
  }

  @Test
  void numbersThatNoFileCanHoldNeitherOverflowNorAllocate() throws Exception {
    // The last two become the true numbers where 64 bits overflow.
    long[] huge = {
      1L << 31,
      1L << 32,
      1L << 60,
      Long.MAX_VALUE,
      Long.MIN_VALUE,
      -1,
      (1L << 62) + 9,
      (1L << 61) + 10
    };
    for (long sequences : huge) {
      damage(bytes -> bytes.putLong(SEQUENCES, sequences));
      assertRefused(idx);
      damage(bytes -> bytes.putLong(ENTRIES, sequences));
      assertRefused(idx);
      for (long entries : huge) {
        damage(bytes -> bytes.putLong(SEQUENCES, sequences).putLong(ENTRIES, entries));
        assertRefused(idx);
      }
    }
    damage(bytes -> bytes.putLong(ENTRIES, 0));
    assertRefused(idx);
    damage(bytes -> bytes.putLong(SEQUENCES, -1));
    assertOpening().hasMessageContaining("too few for 18446744073709551615 sequences");
  }

  @Test
  void namesTheSequenceThatIsDamaged() throws Exception {
    damage(bytes -> bytes.putInt(LENGTHS + 8, -1));
    assertOpening()
        .hasMessageStartingWith(
            idx + ": negative length of a sequence (sequence 2 at byte 42: -1); ");
    damage(bytes -> bytes.putLong(LENGTHS + 9 * 4 + 8, 1234));
    assertOpening()
        .hasMessageContaining("sequence 1 at byte 78: begins at 1234, expected ")
        .hasMessageContaining("2 times");
    damage(bytes -> bytes.putLong(LENGTHS + 9 * 12, 1));
    assertOpening().hasMessageContaining("entry 0 at byte 142: 1, expected from 0 to 0");
    damage(bytes -> bytes.putLong(LENGTHS + 9 * 12 + 9 * 8, 8));
    assertOpening()
        .hasMessage(
            idx + ": the document index does not reach the end (it ends at sequence 8 of 9)");
  }

  @Test
  void refusesSequencesThatAreNotOneBehindTheOther() throws Exception {
    // The two sequences change places in the .bin file: allowed by the layout, read by nobody.
    NaiveShard two = NaiveShard.of(8, new int[] {1, 2}, new int[] {3, 4});
    Path foreign = two.write(directory.resolve("foreign"));
    ByteBuffer bytes = ByteBuffer.wrap(two.idx()).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(LENGTHS + 8, 4).putLong(LENGTHS + 16, 0);
    Files.write(Path.of(foreign + ".idx"), bytes.array());

    assertThatThrownBy(() -> TokenDataset.ofIndexed(List.of(foreign)))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("sequence that does not begin where the one before it ends");
  }

  @Test
  void refusesMultimodalDatasets() throws Exception {
    Files.write(idx, Arrays.copyOf(shard.idx(), shard.idx().length + 9));
    assertOpening()
        .hasMessage(idx + ": has a mode for each sequence, expected a dataset of text alone");
  }

  @Test
  void refusesAnIndexThatTheManifestDoesNotKnow() throws Exception {
    // As many ids in other documents, and as many bytes of another type.
    long tokens = shard.ids().length;
    Files.write(idx, NaiveShard.idx(8, new long[] {tokens}, new long[] {0, 1}));
    assertOpening()
        .hasMessage(
            idx
                + ": has 1 documents with ids of type uint16, expected 9 and uint16,"
                + " as manifest.json says");
    Files.write(idx, NaiveShard.idx(4, new long[] {tokens / 2}, new long[] {0, 1}));
    assertRefused(idx);
    damage(bytes -> bytes.putLong(LENGTHS + 9 * 12 + 8, 2));
    assertOpening()
        .hasMessageContaining("has documents that are not one sequence each, expected such ones");
  }

  @Test
  void refusesShardsOfDifferentTypes() throws Exception {
    Path other = NaiveShard.of(4, new int[] {1}).write(directory.resolve("other"));
    assertThatThrownBy(() -> TokenDataset.ofIndexed(List.of(prefix, other)))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageStartingWith(other + ".idx: has ids of type int32, expected uint16 as in ");
  }

  @Test
  void whateverIsDamagedReadingStaysInBounds() throws Exception {
    Random random = new Random(9);
    byte[] whole = shard.idx();
    int opened = 0;
    for (int round = 0; round < 300; round++) {
      byte[] bytes = whole.clone();
      for (int i = random.nextInt(4); i >= 0; i--) {
        // Small changes, most of them in the document index, sometimes make another sound one.
        int entry = LENGTHS + 9 * 12 + 8 * random.nextInt(10);
        int at = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : entry;
        bytes[at] = (byte) random.nextInt(random.nextBoolean() ? 10 : 256);
      }
      Files.write(idx, bytes);
      try {
        readEverything(TokenDataset.ofIndexed(List.of(prefix)));
        opened++;
      } catch (MalformedDataException e) {
        assertThat(e).hasMessageStartingWith(idx.toString());
      }
    }
    assertThat(opened).isBetween(5, 295);
  }

  private void readEverything(TokenDataset dataset) {
    int[] all = shard.ids();
    assertThat(dataset.tokens()).isEqualTo(all.length);
    int[] ids = new int[all.length];
    int read = 0;
    for (long d = 0; d < dataset.documents(); d++) {
      assertThat(dataset.start(d)).isEqualTo(read);
      dataset.read(read, ids, read, dataset.length(d));
      read += dataset.length(d);
      if (dataset.length(d) > 0) {
        assertThat(dataset.documentAt(read - 1)).isEqualTo(d);
      }
    }
    assertThat(ids).isEqualTo(all);
  }

  private void damage(Consumer<ByteBuffer> change) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(shard.idx()).order(ByteOrder.LITTLE_ENDIAN);
    change.accept(bytes);
    Files.write(idx, bytes.array());
  }

  private void assertRefused(Path file) {
    assertOpening().hasMessageStartingWith(file + ": ");
  }

  private AbstractThrowableAssert<?, ?> assertOpening() {
    return assertThatThrownBy(() -> TokenDataset.open(directory, "train"))
        .isInstanceOf(MalformedDataException.class);
  }
}

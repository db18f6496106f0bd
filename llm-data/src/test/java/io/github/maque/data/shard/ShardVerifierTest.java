package io.github.maque.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.maque.data.MalformedDataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardVerifierTest {
  private static final int VOCABULARY = 500;

  @TempDir Path directory;
  private NaiveShard[] shards;
  private Path bin;
  private Path idx;

  @BeforeEach
  void writeShards() throws IOException {
    Random random = new Random(4);
    // The first is larger than any buffer.
    shards =
        new NaiveShard[] {
          NaiveShard.random(random, 8, 500, 2000, VOCABULARY),
          NaiveShard.random(random, 8, 7, 20, VOCABULARY)
        };
    NaiveShard.writeAll(directory, VOCABULARY, shards);
    bin = directory.resolve("train-00001.bin");
    idx = directory.resolve("train-00001.idx");
  }

  @Test
  void findsNothingInASoundDirectory() throws Exception {
    Verification result = verify();
    assertThat(result.problems()).isEmpty();
    assertThat(result.isSound()).isTrue();
    assertThat(result.shards()).isEqualTo(2);
    assertThat(result.documents()).isEqualTo(507);
    assertThat(result.tokens()).isEqualTo(shards[0].ids().length + shards[1].ids().length);
    assertThat(result.innerEnds()).isZero();
  }

  @Test
  void tellsHowFarItIs() throws Exception {
    long total = 0;
    for (NaiveShard shard : shards) {
      total += shard.bin().length + shard.idx().length;
    }
    List<Long> done = new ArrayList<>();
    List<Long> totals = new ArrayList<>();
    ShardVerifier.verify(
        directory,
        (bytes, all) -> {
          done.add(bytes);
          totals.add(all);
        });
    assertThat(done).isSorted().hasSizeGreaterThan(4).endsWith(total);
    assertThat(totals).containsOnly(total);
  }

  @Test
  void findsASingleBitFlipped() throws Exception {
    NaiveShard.writeAll(directory, VOCABULARY, NaiveShard.random(new Random(2), 8, 5, 20, 99));
    bin = directory.resolve("train-00000.bin");
    idx = directory.resolve("train-00000.idx");
    for (Path file : List.of(bin, idx)) {
      byte[] bytes = Files.readAllBytes(file);
      for (int at = 0; at < bytes.length; at++) {
        bytes[at] ^= 4;
        Files.write(file, bytes);
        assertThat(verify().problems())
            .as("byte %d", at)
            .anyMatch(problem -> problem.startsWith(file + ": has the SHA-256 "));
        bytes[at] ^= 4;
      }
      Files.write(file, bytes);
    }
  }

  @Test
  void findsAllThatIsWrongAtOnce() throws Exception {
    Path firstBin = directory.resolve("train-00000.bin");
    Files.write(firstBin, Arrays.copyOf(shards[0].bin(), 1001));
    Files.delete(idx);
    byte[] ids = shards[1].bin();
    ids[1] = 7;
    Files.write(bin, ids);

    Verification result = verify();
    assertThat(result.isSound()).isFalse();
    assertThat(result.problems()).hasSize(5);
    assertThat(result.problems().get(0))
        .startsWith(firstBin + ": has 1001 bytes, expected " + shards[0].ids().length + " tokens");
    assertThat(result.problems().get(1)).startsWith(firstBin + ": has the SHA-256 ");
    assertThat(result.problems().get(2)).isEqualTo(idx + ": is missing");
    assertThat(result.problems().get(3)).startsWith(bin + ": has the SHA-256 ");
    assertThat(result.problems().get(4))
        .startsWith(bin + ": id outside the vocabulary of 500 (")
        .endsWith(" at byte 0)");
    assertThat(result.documents()).isEqualTo(500);
    assertThat(result.tokens()).isEqualTo(500 + shards[1].ids().length);
  }

  @Test
  void findsIdsOutsideTheVocabulary() throws Exception {
    int[][] documents = {{1, 499, 0}, {500, 2, 65_535, 0}};
    NaiveShard.writeAll(directory, VOCABULARY, NaiveShard.of(8, documents));
    assertThat(verify().problems())
        .containsExactly(
            directory.resolve("train-00000.bin")
                + ": id outside the vocabulary of 500 (2 times, first 500 at byte 6)");
    documents[1] = new int[] {-1, 1 << 30, Integer.MIN_VALUE, 0};
    NaiveShard.writeAll(directory, VOCABULARY, NaiveShard.of(4, documents));
    assertThat(verify().problems())
        .containsExactly(
            directory.resolve("train-00000.bin")
                + ": id outside the vocabulary of 500 (3 times, first -1 at byte 12)");
  }

  @Test
  void findsDocumentsWithoutTheirEnd() throws Exception {
    int[][] documents = {{1, 0}, {}, {2, 3}, {0, 4, 0, 0}, {0}, {5}};
    NaiveShard.writeAll(directory, VOCABULARY, NaiveShard.of(8, documents));

    Verification result = verify();
    assertThat(result.problems())
        .containsExactly(
            directory.resolve("train-00000.bin")
                + ": document that does not end with id 0"
                + " (3 times, first document 1, which ends at byte 4)");
    assertThat(result.innerEnds()).isEqualTo(2);
  }

  @Test
  void countsEndsInAndBehindDocumentsOverManyBuffers() throws Exception {
    Random random = new Random(6);
    int[][] documents = new int[400][];
    int inner = 0;
    int missing = 0;
    for (int d = 0; d < documents.length; d++) {
      // Many an id is the end.
      documents[d] = random.ints(1 + random.nextInt(2000), 0, 10).toArray();
      int last = documents[d].length - 1;
      inner += (int) Arrays.stream(documents[d], 0, last).filter(id -> id == 0).count();
      missing += documents[d][last] == 0 ? 0 : 1;
    }
    for (int dataType : new int[] {8, 4}) {
      NaiveShard.writeAll(directory, VOCABULARY, NaiveShard.of(dataType, documents));
      Verification result = verify();
      assertThat(result.innerEnds()).isEqualTo(inner);
      assertThat(result.problems()).hasSize(1);
      assertThat(result.problems().get(0)).contains("(" + missing + " times");
    }
  }

  @Test
  void findsWhatIsWrongWithAnIndex() throws Exception {
    damageIndex(bytes -> bytes.putInt(34, -3));
    assertIndexProblems("negative length of a sequence (sequence 0 at byte 34: -3)");
    damageIndex(bytes -> bytes.putLong(34 + 7 * 12 + 8, 0));
    assertIndexProblems("has documents that are not one sequence each");
    damageIndex(bytes -> bytes.putLong(34 + 7 * 12 + 8, 17));
    assertIndexProblems("entry of the document index out of order (entry 1 at byte 126: 17,");
    damageIndex(bytes -> bytes.putLong(26, 1L << 40));
    assertIndexProblems("too few for 7 sequences and 1099511627776 entries");
    Files.write(idx, NaiveShard.idx(8, new long[] {shards[1].ids().length}, new long[] {0, 1}));
    assertIndexProblems("has 1 documents with ids of type uint16, expected 7 and uint16");
  }

  @Test
  void findsAMissingFile() throws Exception {
    Files.delete(bin);
    assertThat(verify().problems()).containsExactly(bin + ": is missing");
    assertThat(verify().documents()).isEqualTo(507);
  }

  @Test
  void aFileThatCannotBeReadIsAProblemToo() throws Exception {
    Files.delete(bin);
    Files.createDirectory(bin);
    assertThat(verify().problems())
        .hasSize(2)
        .allMatch(problem -> problem.startsWith(bin + ": "))
        .anyMatch(problem -> problem.contains("cannot be read"));
  }

  @Test
  void needsAManifest() throws Exception {
    Files.writeString(directory.resolve(Manifest.FILE), "{}");
    assertThatThrownBy(this::verify).isInstanceOf(MalformedDataException.class);
    Files.delete(directory.resolve(Manifest.FILE));
    assertThatThrownBy(this::verify).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void canBeInterrupted() {
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(this::verify).isInstanceOf(ClosedByInterruptException.class);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  private Verification verify() throws IOException {
    return ShardVerifier.verify(directory, (done, total) -> {});
  }

  private void assertIndexProblems(String part) throws IOException {
    assertThat(verify().problems())
        .allMatch(problem -> problem.startsWith(idx + ": "))
        .anyMatch(problem -> problem.startsWith(idx + ": has the SHA-256"))
        .anyMatch(problem -> problem.contains(part));
  }

  private void damageIndex(Consumer<ByteBuffer> change) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(shards[1].idx()).order(ByteOrder.LITTLE_ENDIAN);
    change.accept(bytes);
    Files.write(idx, bytes.array());
  }
}

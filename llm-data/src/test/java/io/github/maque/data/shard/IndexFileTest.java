package io.github.maque.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.maque.data.MalformedDataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class IndexFileTest {
  @TempDir Path directory;
  private Path index;
  private Path lengths;

  @BeforeEach
  void nameFiles() {
    index = directory.resolve("a.idx");
    lengths = directory.resolve("a.lengths");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void namesTheFileThatTheDiskHasNoRoomFor() throws Exception {
    writeLengths(new int[] {1, 2});
    Files.createSymbolicLink(index, Path.of("/dev/full"));
    assertThatThrownBy(() -> IndexFile.write(index, TokenType.U16, lengths, 2))
        .isInstanceOf(IOException.class)
        .hasMessage(index + ": cannot be written: No space left on device");
  }

  @ParameterizedTest
  @EnumSource
  void writesThePublishedLayout(TokenType type) throws Exception {
    // More than any buffer holds, and offsets beyond 2^32.
    int[] expected = new Random(1).ints(50_000, 0, 1 << 20).toArray();
    expected[7] = 0;
    expected[8] = Integer.MAX_VALUE;
    writeLengths(expected);
    IndexFile.write(index, type, lengths, expected.length);

    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(index)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] magic = new byte[9];
    in.get(magic);
    assertThat(magic).isEqualTo("MMIDIDX\0\0".getBytes(StandardCharsets.US_ASCII));
    assertThat(in.getLong()).as("version").isEqualTo(1);
    assertThat(in.get()).as("data type").isEqualTo((byte) (type == TokenType.U16 ? 8 : 4));
    assertThat(in.getLong()).as("sequences").isEqualTo(expected.length);
    assertThat(in.getLong()).as("entries").isEqualTo(expected.length + 1);
    for (int length : expected) {
      assertThat(in.getInt()).isEqualTo(length);
    }
    long offset = 0;
    for (int length : expected) {
      assertThat(in.getLong()).isEqualTo(offset);
      offset += length * (type == TokenType.U16 ? 2L : 4L);
    }
    for (long i = 0; i <= expected.length; i++) {
      assertThat(in.getLong()).isEqualTo(i);
    }
    assertThat(in.hasRemaining()).isFalse();
  }

  @Test
  void writesAnIndexWithoutDocumentsOverAnother() throws Exception {
    Files.write(index, new byte[1000]);
    writeLengths();
    IndexFile.write(index, TokenType.U16, lengths, 0);

    assertThat(index).hasBinaryContent(NaiveShard.idx(8, new long[0], new long[] {0}));
  }

  @Test
  void readsWhatItWrites() throws Exception {
    writeLengths(3, 0, 5);
    IndexFile.write(index, TokenType.I32, lengths, 3);

    IndexFile read = IndexFile.open(index, 32, 16);
    assertThat(read.problems()).isEmpty();
    assertThat(read.type()).isEqualTo(TokenType.I32);
    assertThat(read.documents()).isEqualTo(3);
    assertThat(read.tokens()).isEqualTo(8);
    assertThat(new long[] {read.start(0), read.start(1), read.start(2), read.start(3)})
        .containsExactly(0, 3, 3, 8);
  }

  @Test
  void refusesLengthsThatAreNotSoMany() throws Exception {
    writeLengths(1, 2, 3);
    for (long documents : new long[] {2, 4}) {
      assertThatThrownBy(() -> IndexFile.write(index, TokenType.U16, lengths, documents))
          .isInstanceOf(MalformedDataException.class)
          .hasMessage(lengths + ": has 12 bytes, expected 4 for each of %d lengths", documents);
    }
  }

  @Test
  void refusesNegativeLengths() throws Exception {
    writeLengths(1, -2, 3);
    assertThatThrownBy(() -> IndexFile.write(index, TokenType.U16, lengths, 3))
        .isInstanceOf(MalformedDataException.class)
        .hasMessage(lengths + ": document 1 has the negative length -2");
  }

  @Test
  void listsEveryKindOfProblemOnceWithItsFirstPlace() throws Exception {
    ByteBuffer bytes =
        ByteBuffer.wrap(NaiveShard.idx(8, new long[] {5, 5, 5, 5}, new long[] {0, 1, 2, 3, 4}))
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(34 + 4, -5); // sequence 1
    bytes.putInt(34 + 8, -1); // sequence 2
    bytes.putLong(34 + 16 + 32 + 8, 99); // document 1
    Files.write(index, bytes.array());

    assertThat(IndexFile.open(index, 30, 8).problems())
        .containsExactly(
            "negative length of a sequence (2 times, first sequence 1 at byte 38: -5)",
            "sequence that does not begin where the one before it ends"
                + " (2 times, first sequence 2 at byte 66: begins at 20, expected 10)",
            "the sequences end elsewhere than the .bin file:"
                + " one is cut short or not of this pair (at byte 40 of 30)",
            "entry of the document index out of order"
                + " (entry 1 at byte 90: 99, expected from 0 to 4)");
  }

  private void writeLengths(int... values) throws IOException {
    ByteBuffer bytes = NaiveShard.littleEndian(values.length * 4);
    bytes.asIntBuffer().put(values);
    Files.write(lengths, bytes.array());
  }
}

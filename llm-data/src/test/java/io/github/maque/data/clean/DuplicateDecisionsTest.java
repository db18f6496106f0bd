package io.github.maque.data.clean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.maque.data.MalformedDataException;
import io.github.maque.data.clean.DuplicateDecisions.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DuplicateDecisionsTest {
  private static final long EXACT = 1L << 62;
  private static final long NEAR = 2L << 62;

  @TempDir private Path directory;
  private Path file;

  @BeforeEach
  void writeDecisions() throws IOException {
    file = directory.resolve("decisions");
    Files.write(file, bytes(0, EXACT, 2, NEAR | 2));
  }

  /** The layout, spelled out. */
  private static byte[] bytes(long... entries) {
    ByteBuffer bytes = ByteBuffer.allocate(24 + 8 * entries.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put("MAQUEDUP".getBytes(StandardCharsets.US_ASCII)).putInt(1).putInt(0);
    bytes.putLong(entries.length);
    Arrays.stream(entries).forEach(bytes::putLong);
    return bytes.array();
  }

  @Test
  void readsDecisions() throws IOException {
    DuplicateDecisions decisions = DuplicateDecisions.open(file, 16);
    assertThat(decisions.size()).isEqualTo(4);
    assertThat(decisions.kind(0)).isEqualTo(Kind.KEPT);
    assertThat(decisions.kind(1)).isEqualTo(Kind.EXACT_DUPLICATE);
    assertThat(decisions.kind(3)).isEqualTo(Kind.NEAR_DUPLICATE);
    assertThat(decisions.keptInstead(1)).isZero();
    assertThat(decisions.keptInstead(2)).isEqualTo(2);
    assertThat(decisions.keptInstead(3)).isEqualTo(2);
    assertThat(decisions.count(Kind.KEPT)).isEqualTo(2);
    assertThat(decisions.count(Kind.EXACT_DUPLICATE)).isEqualTo(1);
    assertThat(decisions.count(Kind.NEAR_DUPLICATE)).isEqualTo(1);
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> decisions.kind(4));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> decisions.keptInstead(-1));
  }

  @Test
  void writesWhatItReads() throws IOException {
    long[] entries = new long[20_000];
    Arrays.setAll(entries, i -> i % 3 == 0 ? i : NEAR | i / 3 * 3);
    Path written = directory.resolve("written");
    try (var out = Files.newOutputStream(written)) {
      DuplicateDecisions.write(out, entries.length, i -> entries[(int) i]);
    }
    assertThat(written).hasBinaryContent(bytes(entries));
  }

  @Test
  void refusesAFileCutShortAnywhere() throws IOException {
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertMalformed();
    }
    Files.write(file, Arrays.copyOf(whole, whole.length + 1));
    assertMalformed();
    Files.write(file, Arrays.copyOf(whole, whole.length + 8));
    assertMalformed();
    Files.delete(file);
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> DuplicateDecisions.open(file));
  }

  @Test
  void refusesAnotherKindOrVersionOfFile() throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[8] = 2;
    Files.write(file, bytes);
    assertThatExceptionOfType(MalformedDataException.class)
        .isThrownBy(() -> DuplicateDecisions.open(file))
        .withMessage(file + ": expected decisions of version 1, found 2");
    bytes[0] = 'm';
    Files.write(file, bytes);
    assertThatExceptionOfType(MalformedDataException.class)
        .isThrownBy(() -> DuplicateDecisions.open(file))
        .withMessage(file + ": expected decisions about duplicates");
  }

  @ParameterizedTest
  @CsvSource({
    "-9223372036854775808", // near duplicate of itself
    "1", // kept, but another one instead
    "-9223372036854775804", // near duplicate of a text beyond the end
    "4611686018427387905", // exact duplicate of a duplicate
    "-4611686018427387904", // a fourth kind
    "-1"
  })
  void refusesDecisionsThatCannotBe(long entry) throws IOException {
    Files.write(file, bytes(entry, EXACT | 2, 2, NEAR | 2));
    assertThatExceptionOfType(MalformedDataException.class)
        .isThrownBy(() -> DuplicateDecisions.open(file))
        .withMessageContaining(file + ": the decision about text 0");
  }

  @Test
  void refusesACountThatOverflows() throws IOException {
    for (long count : new long[] {-1, Long.MIN_VALUE, 1L << 61 | 4, 5}) {
      byte[] bytes = bytes(0, EXACT, 2, NEAR | 2);
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(16, count);
      Files.write(file, bytes);
      assertMalformed();
    }
  }

  private void assertMalformed() {
    assertThatExceptionOfType(MalformedDataException.class)
        .isThrownBy(() -> DuplicateDecisions.open(file))
        .withMessageStartingWith(file.toString());
  }
}

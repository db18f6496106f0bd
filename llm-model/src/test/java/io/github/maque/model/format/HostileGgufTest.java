package io.github.maque.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostileGgufTest {
  @TempDir private Path directory;

  private void assertRefused(byte[] bytes, String place, String... parts) throws IOException {
    Path file = Files.write(directory.resolve("hostile.gguf"), bytes);
    assertThatThrownBy(() -> GgufFile.open(file).close())
        .isInstanceOf(ModelFormatException.class)
        .hasMessageStartingWith(file + ": " + place + ": ")
        .hasMessageContainingAll(parts);
  }

  private void assertRefused(GgufBytes bytes, String place, String... parts) throws IOException {
    assertRefused(bytes.toBytes(), place, parts);
  }

  private static GgufBytes good() {
    return new GgufBytes()
        .entry("general.architecture", 8, b -> b.string("llama"))
        .entry("tokens", 9, b -> b.int32(8).int64(2).string("a").string("b"))
        .entry("scores", 9, b -> b.int32(6).int64(2).int32(0).int32(0))
        .tensor("norm", 0, 0, 4)
        .tensor("matrix", 8, 32, 32, 2)
        .data(new byte[32 + 68]);
  }

  @Test
  void refusesWhatIsNoGguf() throws IOException {
    assertRefused(new byte[0], "byte 0", "no GGUF file");
    assertRefused(new byte[] {'G', 'G', 'U'}, "byte 0", "no GGUF file");
    assertRefused(new byte[] {'G', 'G', 'M', 'L', 3, 0, 0, 0}, "byte 0", "no GGUF file");
    assertRefused(good().version(1), "byte 4", "version 1 is neither 2 nor 3");
    assertRefused(good().version(4), "byte 4", "version 4 is neither 2 nor 3");
    assertRefused(good().version(3 << 24), "byte 4", "big-endian");
  }

  @Test
  void refusesFilesCutAnywhere() throws IOException {
    byte[] whole = good().toBytes();
    try (GgufFile file = GgufFile.open(Files.write(directory.resolve("good.gguf"), whole))) {
      assertThat(file.names()).containsExactly("norm", "matrix");
    }
    Path file = directory.resolve("cut.gguf");
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> GgufFile.open(file).close())
          .describedAs("cut to %d bytes", length)
          .isInstanceOf(ModelFormatException.class)
          .hasMessageStartingWith(file + ": ");
    }
  }

  /** Any answer is right that is no other exception and takes no more memory than the file. */
  @Test
  void survivesAnyByteBeingAnother() throws IOException {
    byte[] whole = good().toBytes();
    Path file = directory.resolve("changed.gguf");
    SplittableRandom random = new SplittableRandom(1);
    for (int round = 0; round < 1500; round++) {
      byte[] changed = whole.clone();
      for (int i = 0; i <= round % 3; i++) {
        changed[random.nextInt(whole.length)] = (byte) random.nextInt();
      }
      Files.write(file, changed);
      try (GgufFile opened = GgufFile.open(file)) {
        for (GgufTensor tensor : opened.tensors()) {
          if (tensor.type().isPresent()) {
            opened.read(tensor.name(), 0, FloatBuffer.allocate((int) tensor.size()));
          }
        }
        assertThat(opened.metadata().toString()).isNotEmpty();
      } catch (ModelFormatException e) {
        assertThat(e).hasMessageStartingWith(file + ": ");
      }
    }
  }

  @Test
  void refusesCountsThatCannotBe() throws IOException {
    assertRefused(good().counts(Long.MAX_VALUE - 2, 0), "byte 8", "9223372036854775807 tensors");
    assertRefused(good().counts(1L << 40, 0), "byte 8", "tensors");
    assertRefused(good().counts(-3, 0), "byte 8", "18446744073709551615 tensors");
    assertRefused(good().counts(0, 1L << 61), "byte 16", "metadata entries");
    assertRefused(good().counts(1, 0), "byte 237", "the name of a tensor is empty");
  }

  @Test
  void refusesTextsLongerThanTheFile() throws IOException {
    assertRefused(
        new GgufBytes().counts(0, 1).int64(1L << 60).pad(64),
        "byte 24",
        "a text of 1152921504606846976 bytes does not fit");
    assertRefused(
        new GgufBytes().entry("a", 8, b -> b.int64(-1)).pad(64), "byte 37", "18446744073709551615");
  }

  @Test
  void refusesArraysLongerThanTheFile() throws IOException {
    for (int type : new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12}) {
      assertRefused(
          new GgufBytes().entry("a", 9, b -> b.int32(type).int64(1L << 59)).pad(64),
          "byte 41",
          "there cannot be 576460752303423488",
          "of \"a\"");
    }
  }

  @Test
  void refusesTypesThatAreNone() throws IOException {
    assertRefused(
        new GgufBytes().entry("a", 13, b -> b.int64(0)), "byte 33", "\"a\" is of type 13");
    assertRefused(new GgufBytes().entry("a", -1, b -> b.int64(0)), "byte 33", "4294967295");
    assertRefused(
        new GgufBytes().entry("a", 9, b -> b.int32(99).int64(0)), "byte 37", "\"a\" is of type 99");
    assertRefused(
        new GgufBytes().entry("a", 7, b -> b.int8(2)), "byte 37", "2, which is neither 0 nor 1");
    assertRefused(new GgufBytes().entry("a", 10, b -> b.int64(-1)), "byte 37", "2^63 or more");
  }

  @Test
  void refusesNestedArrays() throws IOException {
    assertRefused(
        new GgufBytes().entry("a", 9, b -> b.int32(9).int64(1).int32(9).int64(1)).pad(64),
        "byte 37",
        "an array of arrays");
  }

  @Test
  void refusesNamesThatAreNone() throws IOException {
    assertRefused(new GgufBytes().entry("", 4, b -> b.int32(0)).pad(64), "byte 24", "is empty");
    assertRefused(
        new GgufBytes().counts(0, 1).int64(1).int8(0xFF).int32(4).int32(0).pad(64),
        "byte 24",
        "the key is not UTF-8");
    assertRefused(new GgufBytes().tensor("", 0, 0, 1).data(new byte[4]), "byte 24", "is empty");
  }

  @Test
  void refusesNamesThatAreThereTwice() throws IOException {
    assertRefused(
        new GgufBytes().entry("a", 4, b -> b.int32(0)).entry("a", 4, b -> b.int32(0)),
        "byte 41",
        "the key \"a\" is there twice");
    assertRefused(
        new GgufBytes().tensor("t", 0, 0, 1).tensor("t", 0, 32, 1).data(new byte[36]),
        "byte 57",
        "there are two tensors \"t\"");
  }

  @Test
  void refusesShapesThatCannotBe() throws IOException {
    assertRefused(
        new GgufBytes().tensor("t", 0, 0, 1, 1, 1, 1, 1).data(new byte[4]),
        "byte 33",
        "5 dimensions");
    assertRefused(
        new GgufBytes().tensor("t", 0, 0, -1).data(new byte[4]), "byte 37", "more numbers than");
    assertRefused(
        new GgufBytes().tensor("t", 0, 0, 1L << 32, 1L << 32).data(new byte[4]),
        "byte 45",
        "\"t\" has more numbers than a file can hold");
    assertRefused(
        new GgufBytes().tensor("t", 0, 0, 0, 1L << 40, 1L << 40).data(new byte[4]),
        "byte 53",
        "\"t\" has more numbers than a file can hold");
    assertRefused(
        new GgufBytes().tensor("t", 8, 0, 33).data(new byte[68]),
        "tensor \"t\"",
        "rows of 33, which are no whole blocks of 32");
  }

  @Test
  void refusesTensorsThatAreNotInTheFile() throws IOException {
    assertRefused(
        new GgufBytes().tensor("t", 0, 0, 9).data(new byte[32]),
        "tensor \"t\"",
        "takes 36 bytes from byte 0 of the tensors' data, of which there are 32");
    assertRefused(
        new GgufBytes().tensor("t", 0, Long.MAX_VALUE / 32 * 32, 1).data(new byte[32]),
        "tensor \"t\"",
        "of which there are 32");
    assertRefused(
        new GgufBytes().tensor("t", 0, -32, 1).data(new byte[32]),
        "tensor \"t\"",
        "begins at 18446744073709551584");
    assertRefused(
        new GgufBytes().tensor("t", 12, 64, 256).data(new byte[32]), "tensor \"t\"", "byte 64");
  }

  @Test
  void refusesTensorsThatAreMisplaced() throws IOException {
    assertRefused(
        new GgufBytes().tensor("t", 0, 4, 1).data(new byte[32]),
        "tensor \"t\"",
        "begins at 4, which is no multiple of the alignment, 32");
    assertRefused(
        new GgufBytes().tensor("t", 0, 0, 9).tensor("u", 0, 32, 1).data(new byte[64]),
        "tensor \"t\"",
        "reaches into tensor \"u\"");
  }

  @Test
  void refusesAlignmentsThatAreNone() throws IOException {
    for (int alignment : new int[] {0, 3, 48, 1 << 30}) {
      assertRefused(
          new GgufBytes().entry("general.alignment", 4, b -> b.int32(alignment)),
          "general.alignment",
          alignment + " is no power of two from 1 to");
    }
    assertRefused(
        new GgufBytes().entry("general.alignment", 8, b -> b.string("32")),
        "general.alignment",
        "32 is no power of two");
  }

  @Test
  void refusesHeadersThatDoNotEnd() throws IOException {
    byte[] bytes = new byte[GgufInput.MAX_BYTES + 100];
    byte[] start =
        new GgufBytes().entry("a", 9, b -> b.int32(0).int64(GgufInput.MAX_BYTES - 10)).toBytes();
    System.arraycopy(start, 0, bytes, 0, start.length);
    assertRefused(bytes, "byte 41", "there cannot be 67108854 numbers of \"a\"");
  }
}

package io.github.maque.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NamedArraysTest {
  @TempDir private Path directory;
  private NDManager manager;
  private NDArray matrix;
  private NDArray scalar;
  private NamedArrays arrays;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager("PyTorch");
    matrix = manager.create(new float[] {1, 2, 3, 4, 5, 6}, new Shape(2, 3));
    scalar = manager.create(7f);
    matrix.setRequiresGradient(true);
    Map<String, NDArray> map = new LinkedHashMap<>();
    map.put("z.matrix", matrix);
    map.put("a.scalar", scalar);
    arrays = NamedArrays.of(manager, map);
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private static MemoryTensors others() {
    return new MemoryTensors()
        .put("a.scalar", List.of(), -7)
        .put("unknown", List.of(1L), 100)
        .put("z.matrix", List.of(2L, 3L), -1, -2, -3, Float.NaN, -0.0f, Float.MIN_VALUE);
  }

  @Test
  void tensorsAreNamedAndOrderedAsInTheMap() throws IOException {
    assertThat(arrays.names()).containsExactly("z.matrix", "a.scalar");
    assertThat(arrays.shape("z.matrix")).containsExactly(2, 3);
    assertThat(arrays.shape("a.scalar")).isEmpty();
    assertThat(MemoryTensors.all(arrays, "z.matrix")).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(MemoryTensors.all(arrays, "a.scalar")).containsExactly(7);
    FloatBuffer part = FloatBuffer.allocate(2);
    arrays.read("z.matrix", 3, part);
    assertThat(part.array()).containsExactly(4, 5);
  }

  @Test
  void filledArraysKeepTheirMemoryAndTheirGradients() throws IOException {
    NDArray view = matrix.reshape(-1);
    arrays.fill(others());
    float[] expected = {-1, -2, -3, Float.NaN, -0.0f, Float.MIN_VALUE};
    assertThat(view.toFloatArray()).isEqualTo(expected);
    assertThat(MemoryTensors.all(arrays, "z.matrix")).isEqualTo(expected);
    assertThat(scalar.getFloat()).isEqualTo(-7);
    assertThat(matrix.hasGradient()).isTrue();
  }

  @Test
  void copiesStayAsTheyWereWhenTheOriginalsChange() throws IOException {
    try (NDManager copies = manager.newSubManager()) {
      NamedArrays copy = arrays.copy(copies);
      arrays.fill(others());
      assertThat(copy.names()).containsExactly("z.matrix", "a.scalar");
      assertThat(copy.shape("z.matrix")).containsExactly(2, 3);
      assertThat(MemoryTensors.all(copy, "z.matrix")).containsExactly(1, 2, 3, 4, 5, 6);
      assertThat(MemoryTensors.all(copy, "a.scalar")).containsExactly(7);
    }
    assertThat(scalar.getFloat()).isEqualTo(-7);
  }

  @Test
  void copiesLiveWithTheirManager() {
    int before = manager.getManagedArrays().size();
    NDManager copies = manager.newSubManager();
    NamedArrays copy = arrays.copy(copies);
    assertThat(copies.getManagedArrays()).hasSize(2);
    copy.read("z.matrix", 0, FloatBuffer.allocate(6));
    assertThat(copies.getManagedArrays()).hasSize(2);
    copies.close();
    assertThat(manager.getManagedArrays()).hasSize(before);
    assertThatThrownBy(() -> copy.read("z.matrix", 0, FloatBuffer.allocate(6)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void copiesAreWrittenByAnotherThreadWhileTheOriginalsChange() throws Exception {
    Path file = directory.resolve("copies.safetensors");
    NDArray large = manager.full(new Shape(1000, 1000), 5f);
    NamedArrays originals = NamedArrays.of(manager, Map.of("large", large));
    try (NDManager copies = manager.newSubManager()) {
      NamedArrays copy = originals.copy(copies);
      Thread writer = new Thread(() -> write(file, copy));
      writer.start();
      do {
        large.addi(1);
      } while (writer.isAlive());
      writer.join();
    }
    try (SafetensorsFile written = SafetensorsFile.open(file)) {
      assertThat(MemoryTensors.all(written, "large")).containsOnly(5);
    }
    assertThat(large.getFloat(0, 0)).isGreaterThan(5);
  }

  private static void write(Path file, NamedArrays arrays) {
    try {
      SafetensorsFile.write(file, arrays, WeightType.FLOAT32);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void nothingAtAllCanBeCopiedAndFilled() throws IOException {
    NamedArrays none = NamedArrays.of(manager, Map.of());
    assertThat(none.copy(manager).names()).isEmpty();
    none.fill(others());
  }

  @Test
  void nothingIsFilledIfATensorIsMissingOrHasAnotherShape() throws IOException {
    MemoryTensors without = new MemoryTensors().put("z.matrix", List.of(2L, 3L), new float[6]);
    assertThatThrownBy(() -> arrays.fill(without))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the source has no tensor a.scalar");
    MemoryTensors turned =
        new MemoryTensors()
            .put("z.matrix", List.of(2L, 3L), new float[6])
            .put("a.scalar", List.of(1L), 0);
    assertThatThrownBy(() -> arrays.fill(turned))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a.scalar must have the shape [], but has [1] in the source");
    assertThat(MemoryTensors.all(arrays, "z.matrix")).containsExactly(1, 2, 3, 4, 5, 6);
  }

  @Test
  void badArgumentsAreNamed() {
    NDArray ids = manager.create(new long[] {1});
    assertThat(ids.getDataType()).isEqualTo(DataType.INT64);
    assertThatThrownBy(() -> NamedArrays.of(manager, Map.of("ids", ids)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("ids must be an array of float32, but is one of int64");
    assertThatThrownBy(() -> arrays.shape("b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("there is no array b");
    assertThatThrownBy(() -> arrays.read("z.matrix", 5, FloatBuffer.allocate(2)))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}

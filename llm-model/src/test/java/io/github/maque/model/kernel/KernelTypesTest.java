package io.github.maque.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes into a kernel and what comes out of it, whichever way it is called. */
class KernelTypesTest {
  private static final String SOURCE =
      """
      # Comments may have any letters: é, 麻雀.
      def plus(self, x: Tensor, y: Tensor) -> Tensor:
        return x + y
      def last(self, x: Tensor, xs: List[Tensor], ys: List[Tensor]) -> Tensor:
        return x + torch.mul(xs[-1], 10) + torch.mul(ys[-1], 100) + torch.len(xs) * 1000
      def arithmetic(self, x: Tensor, scale: float, shift: int, negative: bool) -> Tensor:
        y = torch.to(x, 7) * scale + shift
        if negative:
          y = -y
        return y
      def difference(self, whole: int, minuend: int) -> Tensor:
        return torch.full([1], whole - minuend, dtype=4)
      def number(self, int: float, float: int, bool: bool) -> Tensor:
        return torch.full([1], int + float, dtype=7)
      def filled(self, shape: List[int], values: List[float]) -> Tensor:
        return torch.full(shape, values[1], dtype=7) + torch.len(values)
      def nothing(self) -> Tensor:
        return torch.ones([2])
      def list(self, x: Tensor) -> List[Tensor]:
        return [x, x + 1, x + 2]
      def none(self, x: Tensor) -> List[Tensor]:
        xs = [x]
        torch.clear(xs)
        return xs
      def tuple(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        return (x, x + 1)
      def nested(self, x: Tensor) -> Tuple[Tensor, List[Tensor], Tuple[Tensor, Tensor]]:
        return (x, [x + 1, x + 2], (x + 3, x + 4))
      def forward(self, x: Tensor, n: int) -> Tensor:
        return self.plus(x, x) + n
      def narrow(self, x: Tensor, dtype: int) -> Tensor:
        return torch.to(x, dtype)
      def wide(self, x: Tensor) -> Tensor:
        return torch.to(x, 6)
      def size(self, x: Tensor) -> int:
        return torch.len(x)
      def ones(self, n: int) -> Tensor:
        return torch.ones([n])
      def discard(self, x: Tensor) -> None:
        return None
      """;

  private static final NDManager MANAGER = NDManager.newBaseManager("PyTorch");
  private static final Kernels KERNELS = Kernels.compile(MANAGER, KernelSource.of("types", SOURCE));

  /** The ways to call. */
  enum Way {
    CALL {
      @Override
      NDList run(Kernel kernel, Object... arguments) {
        return kernel.call(MANAGER, arguments);
      }
    },
    INFER {
      @Override
      NDList run(Kernel kernel, Object... arguments) {
        return kernel.infer(MANAGER, arguments);
      }
    },
    VALUE {
      @Override
      NDList run(Kernel kernel, Object... arguments) {
        try (KernelValue value = kernel.value(MANAGER, arguments)) {
          return value.toArrays(MANAGER);
        }
      }
    };

    abstract NDList run(Kernel kernel, Object... arguments);
  }

  @AfterAll
  static void close() {
    MANAGER.close();
  }

  private static NDArray vector(float... numbers) {
    return MANAGER.create(numbers);
  }

  private static NDArray one(Way way, String kernel, Object... arguments) {
    return way.run(KERNELS.get(kernel), arguments).singletonOrThrow();
  }

  private static double number(Way way, String kernel, Object... arguments) {
    return one(way, kernel, arguments).toDoubleArray()[0];
  }

  private static List<Float> firsts(NDList arrays) {
    return arrays.stream().map(array -> array.toFloatArray()[0]).toList();
  }

  @ParameterizedTest
  @EnumSource
  void takesArrays(Way way) {
    NDArray sum = one(way, "plus", vector(1, 2), vector(10, 20));
    assertThat(sum.toFloatArray()).containsExactly(11, 22);
  }

  @ParameterizedTest
  @EnumSource
  void keepsListsApart(Way way) {
    NDList xs = new NDList(vector(7), vector(2));
    NDList ys = new NDList(vector(7), vector(8), vector(3));
    assertThat(one(way, "last", vector(1), xs, ys).toFloatArray()).containsExactly(2321);
  }

  @ParameterizedTest
  @EnumSource
  void takesOneArrayInSeveralPlaces(Way way) {
    NDArray x = vector(3);
    NDList twice = new NDList(x, x);
    assertThat(one(way, "last", x, twice, twice).toFloatArray()).containsExactly(2333);
  }

  @ParameterizedTest
  @EnumSource
  void takesNumbers(Way way) {
    assertThat(number(way, "arithmetic", vector(3), 2.5, 7L, true)).isEqualTo(-14.5);
    assertThat(number(way, "arithmetic", vector(3), 0.1f, -7, false))
        .isEqualTo(3 * (double) 0.1f - 7, within(1e-7));
    assertThat(number(way, "arithmetic", vector(1), 1e-300, 0, false)).isEqualTo(1e-300);
    assertThat(number(way, "arithmetic", vector(1), Double.MAX_VALUE, 0, false))
        .isEqualTo(Double.MAX_VALUE);
    assertThat(number(way, "arithmetic", vector(1), 1 / 3.0, 0, false)).isEqualTo(1 / 3.0);
    assertThat(number(way, "arithmetic", vector(1), Double.NaN, 0, false)).isNaN();
    assertThat(number(way, "arithmetic", vector(1), Double.NEGATIVE_INFINITY, 0, false))
        .isEqualTo(Double.NEGATIVE_INFINITY);
  }

  @ParameterizedTest
  @EnumSource
  void takesIntegersWhole(Way way) {
    assertThat(one(way, "difference", (1L << 62) + 1, 1L << 62).toLongArray()).containsExactly(1);
    assertThat(one(way, "difference", Long.MIN_VALUE, -1).toLongArray())
        .containsExactly(Long.MIN_VALUE + 1);
  }

  @ParameterizedTest
  @EnumSource
  void takesParametersNamedAsTypes(Way way) {
    assertThat(number(way, "number", 0.5, 2, true)).isEqualTo(2.5);
  }

  @ParameterizedTest
  @EnumSource
  void takesNothing(Way way) {
    assertThat(one(way, "nothing").toFloatArray()).containsExactly(1, 1);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CALL")
  void takesListsOfNumbers(Way way) {
    NDArray filled = one(way, "filled", new long[] {2, 3}, new double[] {0, 0.5});
    assertThat(filled.getShape()).isEqualTo(new Shape(2, 3));
    assertThat(filled.toDoubleArray()).containsOnly(2.5);
  }

  @ParameterizedTest
  @EnumSource
  void returnsListsAndTuplesAsLists(Way way) {
    NDArray x = vector(5);
    assertThat(firsts(way.run(KERNELS.get("list"), x))).containsExactly(5f, 6f, 7f);
    assertThat(way.run(KERNELS.get("none"), x)).isEmpty();
    assertThat(firsts(way.run(KERNELS.get("tuple"), x))).containsExactly(5f, 6f);
    assertThat(firsts(way.run(KERNELS.get("nested"), x))).containsExactly(5f, 6f, 7f, 8f, 9f);
  }

  @ParameterizedTest
  @EnumSource
  void callsFunctionNamedForward(Way way) {
    assertThat(one(way, "forward", vector(4), 3).toFloatArray()).containsExactly(11);
  }

  @ParameterizedTest
  @EnumSource
  void keepsTypesOfArrays(Way way) {
    NDArray sum = one(way, "plus", MANAGER.create(new long[] {1}), MANAGER.create(new long[] {2}));
    assertThat(sum.getDataType()).isEqualTo(DataType.INT64);
    assertThat(sum.toLongArray()).containsExactly(3);
  }

  @ParameterizedTest
  @EnumSource
  void givesTheSameEachTime(Way way) {
    NDArray x = vector(0.1f, -3, 1e30f);
    double[] expected = new double[3];
    for (int i = 0; i < 3; i++) {
      expected[i] = -(x.toFloatArray()[i] * 1.7 + 3);
    }
    for (int repeat = 0; repeat < 5; repeat++) {
      assertThat(one(way, "arithmetic", x, 1.7, 3, true).toDoubleArray()).isEqualTo(expected);
    }
  }

  /** DJL reads roles out of such names; in a kernel's arguments they mean nothing and stay. */
  @ParameterizedTest
  @ValueSource(
      strings = {"a.b", ".", "xs[]", "xs()", "xs(2)", "module_method:plus", "list0[]", "", "名.字"})
  void passesArraysWhateverTheirNames(String name) {
    NDArray x = vector(1);
    NDArray y = vector(2);
    x.setName(name);
    y.setName(name);
    for (Way way : Way.values()) {
      assertThat(one(way, "plus", x, y).toFloatArray()).containsExactly(3);
      assertThat(one(way, "last", x, new NDList(x, y), new NDList(y)).toFloatArray())
          .containsExactly(2221);
      assertThat(one(way, "plus", y, y).toFloatArray()).containsExactly(4);
    }
    assertThat(x.getName()).isEqualTo(name);
    assertThat(y.getName()).isEqualTo(name);
  }

  @Test
  void attachesResultsToTheManager() {
    try (NDManager scope = MANAGER.newSubManager()) {
      NDArray x = vector(1);
      assertThat(KERNELS.get("plus").call(scope, x, x).singletonOrThrow().getManager())
          .isSameAs(scope);
      assertThat(KERNELS.get("plus").infer(scope, x, x).singletonOrThrow().getManager())
          .isSameAs(scope);
      assertThat(x.getManager()).isSameAs(MANAGER);
    }
  }

  @Test
  void passesValuesFromKernelToKernel() {
    try (KernelValue size = KERNELS.get("size").value(MANAGER, vector(1, 2, 3));
        KernelValue ones = KERNELS.get("ones").value(MANAGER, size);
        KernelValue list = KERNELS.get("list").value(MANAGER, ones)) {
      NDArray sum = one(Way.INFER, "last", vector(0), list, list);
      assertThat(sum.toFloatArray()).containsExactly(3330, 3330, 3330);
    }
  }

  @Test
  void runsFunctionsWithoutResult() {
    KERNELS.get("discard").value(MANAGER, vector(1)).close();
  }

  /** The nearest numbers of bfloat16, by its layout: 8 bits of precision. */
  @Test
  void passesBfloat16OnInsideOfTheEngine() {
    NDArray x = vector(1, 1.00390625f, 1.01171875f, 3.1415927f);
    float[] rounded = {1, 1, 1.015625f, 3.140625f};
    try (KernelValue narrow = KERNELS.get("narrow").value(MANAGER, x, 15)) {
      assertThat(one(Way.INFER, "wide", narrow).toFloatArray()).containsExactly(rounded);
      NDArray seen = narrow.toArrays(MANAGER).singletonOrThrow();
      assertThat(seen.getDataType()).isEqualTo(DataType.UNKNOWN);
      assertThat(seen.getShape()).isEqualTo(new Shape(4));
      for (Way way : Way.values()) {
        assertThat(one(way, "wide", seen).toFloatArray()).containsExactly(rounded);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      longs = {0, 1, -1, 255, 256, -256, 1L << 31, 1L << 62, Long.MIN_VALUE, Long.MAX_VALUE})
  void findsIntegerConstants(long constant) {
    String text = "def get(self) -> Tensor:\n  return torch.full([1], self.C, dtype=4)\n";
    try (Kernels kernels =
        Kernels.compile(MANAGER, KernelSource.of("c", text).with("C", constant))) {
      assertThat(kernels.get("get").call(MANAGER).singletonOrThrow().toLongArray())
          .containsExactly(constant);
    }
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {
        0,
        -0.0,
        -1.5,
        0.1,
        Double.MIN_VALUE,
        Double.MAX_VALUE,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY
      })
  void findsRealConstants(double constant) {
    String text = "def get(self) -> Tensor:\n  return torch.full([1], self.C, dtype=7)\n";
    try (Kernels kernels =
        Kernels.compile(MANAGER, KernelSource.of("c", text).with("C", constant))) {
      double found = kernels.get("get").call(MANAGER).singletonOrThrow().toDoubleArray()[0];
      assertThat(Double.doubleToLongBits(found)).isEqualTo(Double.doubleToLongBits(constant));
    }
  }

  @Test
  void findsConstantsOfAllKindsAtOnce() {
    KernelSource source =
        KernelSource.of("c", "def get(self) -> Tensor:\n  return self.chosen()\n")
            .with("yes", true)
            .with("no", false)
            .with("n", -3)
            .followedBy(
                KernelSource.of(
                        "d",
                        """
                        def chosen(self) -> Tensor:
                          if self.yes and not self.no:
                            return torch.full([1], self.n * self.r)
                          else:
                            return torch.zeros([1])
                        """)
                    .with("r", 0.5)
                    .with("n", -3));
    try (Kernels kernels = Kernels.compile(MANAGER, source)) {
      assertThat(kernels.names()).containsExactlyInAnyOrder("get", "chosen");
      assertThat(kernels.get("get").infer(MANAGER).singletonOrThrow().toFloatArray())
          .containsExactly(-1.5f);
    }
  }
}

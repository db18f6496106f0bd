package io.github.maque.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.lang.reflect.Proxy;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said of calls that cannot work. */
class KernelErrorsTest {
  private static final NDManager MANAGER = NDManager.newBaseManager("PyTorch");
  private static final Kernels KERNELS =
      Kernels.compile(
          MANAGER,
          KernelSource.of(
                  "wrong",
                  """
                  def plus(self, x: Tensor, y: Tensor) -> Tensor:
                    return x + y
                  def first(self, xs: List[Tensor]) -> Tensor:
                    # a line more
                    return xs[0]
                  def scaled(self, x: Tensor, factor: float, n: int, on: bool) -> Tensor:
                    return x * factor * n
                  def shaped(self, shape: List[int], values: List[float]) -> Tensor:
                    return torch.ones(shape)
                  def embed(self, table: Tensor, ids: Tensor) -> Tensor:
                    return torch.embedding(table, ids)
                  def optional(self, x: Optional[Tensor]) -> Tensor:
                    return torch.ones([1])
                  def size(self, x: Tensor) -> int:
                    return torch.len(x)
                  def name(self, x: Tensor) -> str:
                    return "x"
                  def both(self, x: Tensor) -> Tuple[Tensor, int]:
                    return (x, 1)
                  def perhaps(self, x: Tensor) -> Optional[Tensor]:
                    return None
                  """)
              .with("a", 1)
              .with("b", 2.0));

  private final NDArray three = MANAGER.ones(new Shape(3));

  @AfterAll
  static void close() {
    MANAGER.close();
  }

  /** All three ways must refuse with the same words. */
  private static void assertRefused(String message, String kernel, Object... arguments) {
    Kernel called = KERNELS.get(kernel);
    int before = MANAGER.getManagedArrays().size();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> called.call(MANAGER, arguments))
        .withMessage(message);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> called.infer(MANAGER, arguments))
        .withMessage(message);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> called.value(MANAGER, arguments))
        .withMessage(message);
    assertThat(MANAGER.getManagedArrays().size()).isEqualTo(before);
  }

  @Test
  void unknownKernelsAreRefusedWithAListOfKnownOnes() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KERNELS.get("minus"))
        .withMessageStartingWith("no kernel named minus; there are plus, first, scaled");
  }

  @Test
  void wrongNumbersOfArgumentsAreRefused() {
    assertRefused(
        "kernel wrong.plus takes (x: Tensor, y: Tensor), but was given (float32(3))",
        "plus",
        three);
    assertRefused(
        "kernel wrong.plus takes (x: Tensor, y: Tensor), but was given (float32(3), 2.5, true)",
        "plus",
        three,
        2.5,
        true);
    assertRefused("kernel wrong.plus takes (x: Tensor, y: Tensor), but was given ()", "plus");
  }

  @Test
  void wrongKindsOfArgumentsAreRefused() {
    assertRefused(
        "kernel wrong.plus: parameter y must be a Tensor, but is 1.5", "plus", three, 1.5);
    assertRefused(
        "kernel wrong.plus: parameter y must be a Tensor, but is [float32(3)]",
        "plus",
        three,
        new NDList(three));
    assertRefused(
        "kernel wrong.first: parameter xs must be a List[Tensor], but is float32(3)",
        "first",
        three);
    assertRefused(
        "kernel wrong.scaled: parameter factor must be a float, but is 2",
        "scaled",
        three,
        2,
        2,
        true);
    assertRefused(
        "kernel wrong.scaled: parameter n must be a int, but is 2.0",
        "scaled",
        three,
        1.0,
        2.0,
        true);
    assertRefused(
        "kernel wrong.scaled: parameter on must be a bool, but is 1", "scaled", three, 1.0, 2, 1);
    assertRefused(
        "kernel wrong.scaled: parameter on must be a bool, but is a String",
        "scaled",
        three,
        1.0,
        2,
        "true");
    assertRefused(
        "kernel wrong.optional: parameter x must be a Optional[Tensor], but is float32(3)",
        "optional",
        three);
  }

  @Test
  void listsOfNumbersAreRefusedWhenWrongAndInTraining() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KERNELS.get("shaped").infer(MANAGER, new int[] {1}, new double[] {1}))
        .withMessage("kernel wrong.shaped: parameter shape must be a List[int], but is a int[]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KERNELS.get("shaped").infer(MANAGER, new long[] {1}, new float[] {1}))
        .withMessage(
            "kernel wrong.shaped: parameter values must be a List[float], but is a float[]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KERNELS.get("shaped").call(MANAGER, new long[] {1}, new double[] {1}))
        .withMessageContaining("parameter shape must be a List[int], but is a long[]");
  }

  /** The engine would read the tensor of an array that has none, and the JVM would end. */
  @Test
  void arraysOfStringsAreRefused() {
    NDArray text = MANAGER.create("text");
    assertRefused(
        "kernel wrong.plus: parameter x must be a Tensor, but is an array of strings",
        "plus",
        text,
        three);
    assertRefused(
        "kernel wrong.first: parameter xs must be a List[Tensor], but is an array of strings",
        "first",
        new NDList(three, text));
  }

  @Test
  void emptyListsAreRefusedInTraining() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KERNELS.get("first").call(MANAGER, new NDList()))
        .withMessageContaining("wrong.first: parameter xs")
        .withMessageContaining("empty list");
  }

  @Test
  void valuesAreRefusedInTraining() {
    try (KernelValue value = KERNELS.get("plus").value(MANAGER, three, three)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> KERNELS.get("plus").call(MANAGER, three, value))
          .withMessage("kernel wrong.plus: parameter y must be a Tensor, but is a KernelValue");
    }
  }

  @Test
  void valuesOfAnotherTypeAreRefused() {
    try (KernelValue value = KERNELS.get("plus").value(MANAGER, three, three)) {
      assertThatThrownBy(() -> KERNELS.get("first").infer(MANAGER, value))
          .isInstanceOf(KernelException.class)
          .hasMessageContaining("kernel wrong.first called with (xs: List[Tensor])")
          .hasMessageContaining("Expected a value of type 'List[Tensor]' for argument 'xs'");
    }
  }

  /** The engine can hand out tensors only; a string would end the JVM. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "size | int",
        "name | str",
        "both | Tuple[Tensor, int]",
        "perhaps | Optional[Tensor]"
      })
  void resultsThatAreNotTensorsAreRefused(String kernel, String type) {
    String message =
        "kernel wrong." + kernel + " returns " + type + ", which is nothing but a KernelValue";
    Kernel called = KERNELS.get(kernel);
    try (KernelValue value = called.value(MANAGER, three)) {
      for (ThrowingCallable use :
          List.<ThrowingCallable>of(
              () -> called.call(MANAGER, three),
              () -> called.infer(MANAGER, three),
              () -> value.toArrays(MANAGER))) {
        assertThatThrownBy(use)
            .isInstanceOf(UnsupportedOperationException.class)
            .hasMessage(message);
      }
    }
  }

  @Test
  void failuresNameTheKernelAndTheShapes() {
    NDArray two = MANAGER.ones(new Shape(2, 2));
    String start =
        "kernel wrong.plus called with (x: Tensor, y: Tensor) = (float32(3), float32(2, 2)): ";
    assertThatThrownBy(() -> KERNELS.get("plus").call(MANAGER, three, two))
        .isInstanceOf(KernelException.class)
        .hasCauseInstanceOf(EngineException.class)
        .hasMessageStartingWith(start)
        .hasMessageContaining("kernel source wrong, line 2, in plus")
        .hasMessageEndingWith(
            "The size of tensor a (3) must match the size of tensor b (2) at non-singleton"
                + " dimension 1");
    assertThatThrownBy(() -> KERNELS.get("plus").infer(MANAGER, three, two))
        .isInstanceOf(KernelException.class)
        .hasMessageStartingWith(start);
    assertThatThrownBy(() -> KERNELS.get("plus").value(MANAGER, three, two))
        .isInstanceOf(KernelException.class)
        .hasMessageStartingWith(start);
  }

  @Test
  void failuresDescribeListsAndNumbers() {
    assertThatThrownBy(() -> KERNELS.get("first").infer(MANAGER, new NDList()))
        .isInstanceOf(KernelException.class)
        .hasMessageStartingWith("kernel wrong.first called with (xs: List[Tensor]) = ([]): ")
        .hasMessageContaining("kernel source wrong, line 5, in first")
        .hasMessageContaining("list index out of range");
    NDList many = new NDList(three, three, three, three, three, three, three);
    assertThatThrownBy(() -> KERNELS.get("plus").infer(MANAGER, three))
        .hasMessageEndingWith("but was given (float32(3))");
    assertThatThrownBy(() -> KERNELS.get("plus").infer(MANAGER, many))
        .hasMessageEndingWith(
            "but was given ([float32(3), float32(3), float32(3), float32(3), … 3 more])");
    assertThatThrownBy(
            () -> KERNELS.get("shaped").infer(MANAGER, new long[] {-1}, new double[] {1}))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("(shape: List[int], values: List[float]) = (a long[], a double[])");
  }

  @Test
  void idsOutsideOfATableFail() {
    NDArray ids = MANAGER.create(new long[] {0, 3});
    NDArray table = MANAGER.ones(new Shape(3, 2));
    for (int repeat = 0; repeat < 3; repeat++) {
      assertThatThrownBy(() -> KERNELS.get("embed").call(MANAGER, table, ids))
          .isInstanceOf(KernelException.class)
          .hasMessageContaining("(float32(3, 2), int64(2))")
          .hasMessageContaining("index out of range");
    }
  }

  @Test
  void failuresLeaveNothingWithTheManager() {
    NDArray two = MANAGER.ones(new Shape(2));
    int before = MANAGER.getManagedArrays().size();
    assertThatThrownBy(() -> KERNELS.get("plus").call(MANAGER, three, two))
        .isInstanceOf(KernelException.class);
    assertThatThrownBy(() -> KERNELS.get("scaled").call(MANAGER, three, 1.0, 2, 3))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(MANAGER.getManagedArrays().size()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"compile", "call", "infer", "value", "toArrays"})
  void managersOfOthersAreRefused(String use) {
    NDManager other = stranger(NDManager.class);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> {
              Kernel plus = KERNELS.get("plus");
              switch (use) {
                case "compile" -> Kernels.compile(other, KernelSource.of("a", "")).close();
                case "call" -> plus.call(other, three, three);
                case "infer" -> plus.infer(other, three, three);
                case "value" -> plus.value(other, three, three).close();
                default -> plus.value(MANAGER, three, three).toArrays(other);
              }
            })
        .withMessageContaining("need a manager of DJL's PyTorch engine, but this one is a ");
  }

  @Test
  void arraysOfOthersAreRefused() {
    NDArray other = stranger(NDArray.class);
    String found = "but is a " + other.getClass().getName();
    assertRefused(
        "kernel wrong.plus: parameter y must be a Tensor, " + found, "plus", three, other);
    assertRefused(
        "kernel wrong.first: parameter xs must be a List[Tensor], " + found,
        "first",
        new NDList(three, other));
  }

  private static <T> T stranger(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> null));
  }
}

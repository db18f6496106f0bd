package io.github.maque.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Using what is closed is an error and not the end of the JVM; what is used leaves nothing. */
class KernelLifetimeTest {
  private static final KernelSource SOURCE =
      KernelSource.of(
          "life",
          """
          def scaled(self, x: Tensor, factor: float) -> Tensor:
            return x * factor
          def sum(self, xs: List[Tensor]) -> Tensor:
            sum = torch.zeros_like(xs[0])
            for i in range(torch.len(xs)):
              sum = sum + xs[i]
            return sum
          """);

  private final NDManager manager = NDManager.newBaseManager("PyTorch");
  private final Kernels kernels = Kernels.compile(manager, SOURCE);
  private final Kernel scaled = kernels.get("scaled");
  private final Kernel sum = kernels.get("sum");
  private final NDArray x = manager.ones(new Shape(3));

  @AfterEach
  void close() {
    manager.close();
  }

  private static void assertClosed(String kernel, ThrowingCallable call) {
    assertThatIllegalStateException()
        .isThrownBy(call)
        .withMessageMatching("kernel " + kernel + ": .*(released|closed).*");
  }

  private void assertClosed(Kernel kernel, NDManager result, Object... arguments) {
    assertClosed(kernel.toString(), () -> kernel.call(result, arguments));
    assertClosed(kernel.toString(), () -> kernel.infer(result, arguments));
    assertClosed(kernel.toString(), () -> kernel.value(result, arguments));
  }

  @Test
  void kernelsAreOfNoUseAfterClosing() {
    kernels.close();
    assertClosed(scaled, manager, x, 2.0);
    kernels.close();
  }

  @Test
  void kernelsAreOfNoUseAfterTheirManager() {
    Kernels shorter;
    try (NDManager scope = manager.newSubManager()) {
      shorter = Kernels.compile(scope, SOURCE);
      assertThat(shorter.get("sum").call(manager, new NDList(x))).hasSize(1);
    }
    assertClosed(shorter.get("sum"), manager, new NDList(x));
    shorter.close();
  }

  @Test
  void resultsNeedAnOpenManager() {
    NDManager scope = manager.newSubManager();
    scope.close();
    assertClosed(scaled, scope, x, 2.0);
    assertThatIllegalStateException()
        .isThrownBy(() -> Kernels.compile(scope, SOURCE))
        .withMessageContaining("closed");
  }

  @Test
  void closedArraysAreRefused() {
    NDArray closed = manager.ones(new Shape(3));
    closed.close();
    assertClosed(scaled, manager, closed, 2.0);
    assertClosed(sum, manager, new NDList(x, closed));
    assertThat(sum.call(manager, new NDList(x, x)).singletonOrThrow().toFloatArray())
        .containsOnly(2);
  }

  @Test
  void closedValuesAreRefused() {
    KernelValue value = scaled.value(manager, x, 2.0);
    assertThat(value.toArrays(manager).singletonOrThrow().toFloatArray()).containsOnly(2);
    value.close();
    value.close();
    assertClosed("life.scaled", () -> scaled.infer(manager, value, 2.0));
    assertClosed("life.scaled", () -> scaled.value(manager, value, 2.0));
    assertThatIllegalStateException().isThrownBy(() -> value.toArrays(manager));
  }

  @Test
  void valuesCloseWithTheirManager() {
    KernelValue value;
    try (NDManager scope = manager.newSubManager()) {
      value = scaled.value(scope, x, 2.0);
    }
    assertClosed("life.scaled", () -> scaled.infer(manager, value, 2.0));
    value.close();
  }

  @Test
  void resultsOutliveTheKernels() {
    NDArray result = scaled.call(manager, x, 2.0).singletonOrThrow();
    try (KernelValue value = scaled.value(manager, x, 3.0)) {
      kernels.close();
      assertThat(value.toArrays(manager).singletonOrThrow().toFloatArray()).containsOnly(3);
    }
    assertThat(result.toFloatArray()).containsOnly(2);
  }

  /** DJL closes all arrays that were made in a scope, also those that stand in for others. */
  @Test
  void scopesLeaveArgumentsAlone() {
    NDArray result;
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      result = scaled.call(manager, x, 2.0).singletonOrThrow();
      sum.call(manager, new NDList(x, x));
    }
    assertThat(result.isReleased()).isTrue();
    assertThat(x.toFloatArray()).containsOnly(1);
  }

  @Test
  void callsLeaveNothingWithTheManager() throws ReflectiveOperationException {
    NDList eight = new NDList(List.of(x, x, x, x, x, x, x, x));
    int before = attached();
    repeat(10_000, call -> useAll(eight, call));
    assertThat(attached()).isEqualTo(before);
  }

  @Test
  void callsLeaveNoJavaObjects() {
    NDList eight = new NDList(List.of(x, x, x, x, x, x, x, x));
    repeat(1_000, call -> useAll(eight, call));
    long before = usedHeap();
    repeat(10_000, call -> useAll(eight, call));
    // An alias takes some 300 bytes, and half of these calls make nine of them.
    assertThat(usedHeap() - before).isLessThan(4 << 20);
  }

  @Test
  void callsLeaveNoNativeMemory() throws IOException {
    assumeTrue(Files.exists(Path.of("/proc/self/statm")), "where Linux tells the resident size");
    IntConsumer use =
        call -> {
          NDArray argument = manager.zeros(new Shape(64 << 10)); // 256 kB
          useAll(new NDList(argument, argument), call);
          argument.close();
        };
    repeat(200, use);
    long before = residentPages();
    repeat(2_000, use);
    // Any one array left of each kind of call would be 128 MB in pages of 4 kB or more.
    assertThat(residentPages() - before).isLessThan((64L << 20) / 4096);
  }

  private void useAll(NDList list, int call) {
    switch (call % 4) {
      case 0, 1 -> sum.call(manager, list).close();
      case 2 -> scaled.infer(manager, list.get(0), 2.0).close();
      default -> scaled.value(manager, list.get(0), 2.0).close();
    }
  }

  private static void repeat(int times, IntConsumer use) {
    for (int call = 0; call < times; call++) {
      use.accept(call);
    }
  }

  /** How many arrays, values and managers live with the manager; DJL tells of arrays only. */
  private int attached() throws ReflectiveOperationException {
    Field resources = BaseNDManager.class.getDeclaredField("resources");
    resources.setAccessible(true);
    return ((Map<?, ?>) resources.get(manager)).size();
  }

  private static long usedHeap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static long residentPages() throws IOException {
    return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]);
  }
}

package io.github.maque.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Threads that share kernels and arrays do not see each other. */
class KernelThreadsTest {
  private static final int CALLS = 2_000;

  private final NDManager manager = NDManager.newBaseManager("PyTorch");
  private final Kernels kernels =
      Kernels.compile(
          manager,
          KernelSource.of(
              "threads",
              """
              def last(self, xs: List[Tensor]) -> Tensor:
                return xs[-1] + torch.len(xs) * 100
              def minus(self, x: Tensor, y: Tensor) -> Tensor:
                return x - y
              def scaled(self, x: Tensor, factor: int) -> Tensor:
                return x * factor
              """));
  private final Kernel last = kernels.get("last");
  private final Kernel minus = kernels.get("minus");
  private final Kernel scaled = kernels.get("scaled");
  private final NDArray x = manager.create(new float[] {7});
  private final NDArray y = manager.create(new float[] {3});

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void useTheSameArraysInDifferentRoles() throws Exception {
    int before = manager.getManagedArrays().size();
    together(
        call -> {
          expect(203, last.call(manager, new NDList(x, y)));
          expect(307, last.infer(manager, new NDList(y, y, x)));
        },
        call -> {
          expect(4, minus.call(manager, x, y));
          expect(-4, minus.infer(manager, y, x));
          expect(7 * call, scaled.call(manager, x, call));
        });
    assertThat(manager.getManagedArrays().size()).isEqualTo(before);
    assertThat(x.getName()).isNull();
  }

  @Test
  void compileAndCloseBesideEachOther() throws Exception {
    KernelSource source =
        KernelSource.of(
            "beside", "def get(self, x: Tensor) -> Tensor:\n  return x + self.constant\n");
    IntConsumer compile =
        call -> {
          if (call % 50 == 0) {
            try (Kernels own = Kernels.compile(manager, source.with("constant", call))) {
              expect(7 + call, own.get("get").call(manager, x));
            }
          }
        };
    together(compile, compile);
  }

  /**
   * In one function at a time: gradients in one thread, none in the second, inference in the third.
   */
  @Test
  @SuppressWarnings("try") // the mode is in force for as long as its variable is
  void recordGradientsEachForThemselves() throws Exception {
    NDArray parameter = manager.create(new float[] {2});
    parameter.setRequiresGradient(true);
    together(
        call -> {
          try (GradientMode on = GradientMode.recording();
              NDList product = scaled.call(manager, parameter, 3)) {
            backward(product);
          }
        },
        call -> {
          try (GradientMode off = GradientMode.notRecording();
              NDList product = scaled.call(manager, parameter, 3)) {
            if (call % 50 == 0) { // what an exception costs
              assertThatThrownBy(() -> backward(product)).hasMessageContaining("require grad");
            }
          }
        },
        call -> expect(2 * call, scaled.infer(manager, parameter, call)));
    assertThat(parameter.getGradient().toFloatArray()).containsExactly(3 * CALLS);
  }

  private static void backward(NDList output) {
    PtNDArray array = (PtNDArray) output.singletonOrThrow();
    try (NDArray ones = array.onesLike()) {
      JniUtils.backward(array, (PtNDArray) ones, false, false);
    }
  }

  private static void expect(float number, NDList result) {
    try (result) {
      assertThat(result.singletonOrThrow().toFloatArray()).containsExactly(number);
    }
  }

  private static void together(IntConsumer... uses) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(uses.length);
    try {
      CyclicBarrier start = new CyclicBarrier(uses.length);
      List<Future<?>> runs = new ArrayList<>();
      for (IntConsumer use : uses) {
        runs.add(
            threads.submit(
                () -> {
                  start.await();
                  for (int call = 0; call < CALLS; call++) {
                    use.accept(call);
                  }
                  return null;
                }));
      }
      for (Future<?> run : runs) {
        run.get();
      }
    } finally {
      threads.shutdown();
    }
  }
}

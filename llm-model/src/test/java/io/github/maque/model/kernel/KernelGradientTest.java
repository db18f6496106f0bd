package io.github.maque.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which calls record gradients, and that those are the derivatives. */
@SuppressWarnings("try") // the mode is in force for as long as its variable is
class KernelGradientTest {
  private static final KernelSource SOURCE =
      KernelSource.of(
              "gradients",
              """
              def product(self, x: Tensor, y: Tensor, power: int, factor: float) -> Tensor:
                return torch.pow(x, power) * y * factor + self.offset
              def weighted(self, xs: List[Tensor]) -> Tensor:
                sum = xs[0]
                for i in range(torch.len(xs) - 1):
                  sum = sum + torch.mul(xs[i + 1], i + 2)
                return sum
              def split(self, x: Tensor) -> Tuple[Tensor, Tensor]:
                return (torch.mul(x, 2), torch.sin(x))
              def rounded(self, x: Tensor, y: Tensor) -> Tensor:
                return torch.to(torch.to(x, 15) * torch.to(y, 15), 6)
              """)
          .with("offset", 4.0);

  private final NDManager manager = NDManager.newBaseManager("PyTorch");
  private final Kernels kernels = Kernels.compile(manager, SOURCE);
  private boolean before;

  @BeforeEach
  void remember() {
    before = JniUtils.isGradMode();
  }

  @AfterEach
  void close() {
    assertThat(JniUtils.isGradMode()).isEqualTo(before);
    manager.close();
  }

  private NDArray parameter(float... numbers) {
    NDArray array = manager.create(numbers);
    array.setRequiresGradient(true);
    return array;
  }

  private NDArray run(String kernel, Object... arguments) {
    return kernels.get(kernel).call(manager, arguments).singletonOrThrow();
  }

  /** Flows from the sum of all numbers. */
  private static void backward(NDArray output) {
    JniUtils.backward((PtNDArray) output, (PtNDArray) output.onesLike(), false, false);
  }

  private static void assertNotRecorded(NDArray output) {
    assertThatThrownBy(() -> backward(output))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("does not require grad");
  }

  @Test
  void flowThroughNumbersAndArrays() {
    NDArray x = parameter(2, -3);
    NDArray y = parameter(5, 7);
    try (GradientMode on = GradientMode.recording()) {
      backward(run("product", x, y, 3, 0.5));
    }
    assertThat(x.getGradient().toFloatArray()).containsExactly(0.5f * 3 * 4 * 5, 0.5f * 3 * 9 * 7);
    assertThat(y.getGradient().toFloatArray()).containsExactly(0.5f * 8, 0.5f * -27);
  }

  @Test
  void flowThroughLists() {
    NDArray x = parameter(1);
    NDArray y = parameter(1);
    try (GradientMode on = GradientMode.recording()) {
      backward(run("weighted", new NDList(x, y, x)));
    }
    assertThat(x.getGradient().toFloatArray()).containsExactly(1 + 3);
    assertThat(y.getGradient().toFloatArray()).containsExactly(2);
  }

  @Test
  void flowThroughEveryResult() {
    NDArray x = parameter(0.3f);
    try (GradientMode on = GradientMode.recording()) {
      NDList results = kernels.get("split").call(manager, x);
      backward(results.get(0).add(results.get(1)));
    }
    assertThat(x.getGradient().toFloatArray()[0])
        .isCloseTo(2 + (float) Math.cos(0.3), within(1e-6f));
  }

  @Test
  void flowFromKernelToKernel() {
    NDArray x = parameter(2);
    NDArray one = manager.ones(x.getShape());
    try (GradientMode on = GradientMode.recording()) {
      NDArray square = run("product", x, one, 2, 1.0);
      backward(run("product", square, one, 2, 1.0).mul(10)); // 10 (x² + 4)² + …
    }
    assertThat(x.getGradient().toFloatArray()).containsExactly(10 * 2 * (4 + 4) * 2 * 2);
  }

  /** In bfloat16 inside, yet the gradient of a 32-bit parameter has 32 bits. */
  @Test
  void flowThroughCasts() {
    NDArray x = parameter(1.5f);
    NDArray y = parameter(0.25f);
    try (GradientMode on = GradientMode.recording()) {
      backward(run("rounded", x, y));
    }
    assertThat(x.getGradient().getDataType()).isEqualTo(x.getDataType());
    assertThat(x.getGradient().toFloatArray()).containsExactly(0.25f);
    assertThat(y.getGradient().toFloatArray()).containsExactly(1.5f);
  }

  @Test
  void areNotRecordedWhenTheModeIsOff() {
    NDArray x = parameter(2);
    NDArray y;
    try (GradientMode off = GradientMode.notRecording()) {
      y = run("weighted", new NDList(x, x));
    }
    try (GradientMode on = GradientMode.recording()) {
      assertNotRecorded(y);
      backward(run("weighted", new NDList(x, y)));
    }
    assertThat(x.getGradient().toFloatArray()).containsExactly(1); // none of it through y
  }

  @Test
  void areNeverRecordedByInfer() {
    NDArray x = parameter(2);
    try (GradientMode on = GradientMode.recording()) {
      NDArray y = kernels.get("product").infer(manager, x, x, 2, 1.0).singletonOrThrow();
      assertThat(y.toFloatArray()).isEqualTo(run("product", x, x, 2, 1.0).toFloatArray());
      assertNotRecorded(y);
      assertThatThrownBy(() -> run("product", x, y, 2, 1.0))
          .isInstanceOf(KernelException.class)
          .hasMessageContaining("Inference tensors cannot be saved for backward");
    }
  }

  @Test
  void modeIsRestoredWhenNested() {
    try (GradientMode outer = GradientMode.recording()) {
      try (GradientMode inner = GradientMode.notRecording()) {
        try (GradientMode innermost = GradientMode.recording()) {
          assertThat(JniUtils.isGradMode()).isTrue();
        }
        assertThat(JniUtils.isGradMode()).isFalse();
      }
      assertThat(JniUtils.isGradMode()).isTrue();
    }
    assertThat(JniUtils.isGradMode()).isEqualTo(before);
  }

  @Test
  void modeIsRestoredAfterFailures() {
    for (boolean recording : new boolean[] {true, false}) {
      assertThatThrownBy(
              () -> {
                try (GradientMode mode =
                    recording ? GradientMode.recording() : GradientMode.notRecording()) {
                  run("rounded", manager.create(new float[2]), manager.create(new float[3]));
                }
              })
          .isInstanceOf(KernelException.class);
      assertThat(JniUtils.isGradMode()).isEqualTo(before);
    }
  }

  @Test
  void kernelsLeaveTheModeAlone() {
    NDArray x = parameter(1);
    try (GradientMode on = GradientMode.recording()) {
      kernels.get("weighted").infer(manager, new NDList(x));
      run("weighted", new NDList(x));
      assertThat(JniUtils.isGradMode()).isTrue();
    }
    try (GradientMode off = GradientMode.notRecording()) {
      kernels.get("weighted").infer(manager, new NDList(x));
      run("weighted", new NDList(x));
      assertThat(JniUtils.isGradMode()).isFalse();
    }
  }

  @Test
  void modeIsOfItsThread() throws InterruptedException {
    NDArray x = parameter(2);
    AtomicReference<NDArray> other = new AtomicReference<>();
    try (GradientMode on = GradientMode.recording()) {
      Thread thread =
          new Thread(
              () -> {
                try (GradientMode off = GradientMode.notRecording()) {
                  other.set(run("weighted", new NDList(x, x)));
                }
              });
      thread.start();
      thread.join();
      assertNotRecorded(other.get());
      backward(run("weighted", new NDList(x, x)));
    }
    assertThat(x.getGradient().toFloatArray()).containsExactly(3);
  }
}

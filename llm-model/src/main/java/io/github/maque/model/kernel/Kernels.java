package io.github.maque.model.kernel;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A compiled {@link KernelSource}: what DJL does not bind of PyTorch, called from Java.
 *
 * <pre>{@code
 * KernelSource source =
 *     KernelSource.of(
 *         "mine",
 *         """
 *         def softplus(self, x: Tensor, beta: float) -> Tensor:
 *           return torch.softplus(x, beta)
 *         """);
 * try (Kernels kernels = Kernels.compile(manager, source)) {
 *   NDArray y = kernels.get("softplus").call(manager, x, 2.0).singletonOrThrow();
 * }
 * }</pre>
 *
 * <p>Compilation happens in memory, without a file, a compiler or an installation of PyTorch. The
 * result may be used by any number of threads and lives until it or the manager it was compiled
 * with is closed, which must not happen while a function runs. Functions run in TorchScript's plain
 * interpreter, with PyTorch's ordinary autograd: no warm-up, no recompilation, memory as written.
 */
public final class Kernels implements AutoCloseable {
  private static final Pattern PLACE = Pattern.compile("File \"code/__torch__\\.py\", line (\\d+)");

  private final PtSymbolBlock module;
  private final Map<String, Kernel> kernels = new LinkedHashMap<>();

  private Kernels(PtSymbolBlock module, KernelSource source, Map<String, Signature> signatures) {
    this.module = module;
    signatures.forEach(
        (name, signature) -> kernels.put(name, new Kernel(module, source, signature)));
  }

  /**
   * Compiles a source.
   *
   * @param manager what the kernels live with; its device is where their constants are
   * @param source the functions
   * @throws IllegalArgumentException if the manager is not one of DJL's PyTorch engine, or a
   *     function's first line is not as {@link KernelSource} wants it
   * @throws KernelException if the engine cannot compile the source
   * @throws IllegalStateException if the manager is closed
   */
  public static Kernels compile(NDManager manager, KernelSource source) {
    PtNDManager pytorch = requirePyTorch(manager);
    Map<String, Signature> signatures = Signature.parse(source);
    byte[] archive = ScriptArchive.of(source, signatures.values());
    try {
      PtSymbolBlock module =
          JniUtils.loadModule(pytorch, new ByteArrayInputStream(archive), false, false);
      return new Kernels(module, source, signatures);
    } catch (EngineException e) {
      throw new KernelException(
          "kernel source " + source.name() + " does not compile: " + reason(source, e), e);
    } catch (IOException e) {
      throw new UncheckedIOException("reading an archive in memory", e);
    }
  }

  /** Returns the names of the functions. */
  public Set<String> names() {
    return Set.copyOf(kernels.keySet());
  }

  /**
   * Returns a function.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public Kernel get(String name) {
    Kernel kernel = kernels.get(name);
    if (kernel == null) {
      throw new IllegalArgumentException(
          "no kernel named " + name + "; there are " + String.join(", ", kernels.keySet()));
    }
    return kernel;
  }

  @Override
  public void close() {
    module.close();
  }

  static PtNDManager requirePyTorch(NDManager manager) {
    if (manager instanceof PtNDManager pytorch) {
      return pytorch;
    }
    throw new IllegalArgumentException(
        "kernels need a manager of DJL's PyTorch engine, but this one is a "
            + manager.getClass().getName());
  }

  /**
   * The part of the engine's message that speaks of the source, without native stack frames, and
   * with line numbers of the source's text instead of the archive's program.
   */
  static String reason(KernelSource source, EngineException e) {
    String message = String.valueOf(e.getMessage());
    int frames = message.indexOf("Exception raised from");
    return PLACE
        .matcher(frames < 0 ? message : message.substring(0, frames))
        .replaceAll(
            place ->
                source.place(Long.parseLong(place.group(1)) - ScriptArchive.linesBefore(source)))
        .strip();
  }
}

package io.github.maque.examples.cli;

import io.github.maque.examples.benchmark.TorchPeer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that name PyTorch. */
final class TorchPeerOptions {
  @Option(
      names = "--peer-python",
      paramLabel = "PYTHON",
      description = "An interpreter with PyTorch, to run --peer-script.")
  private @Nullable Path peerPython;

  @Option(
      names = "--peer-script",
      paramLabel = "FILE",
      description =
          "Trains the same decoder, given layers, width, heads, feed-forward width, vocabulary,"
              + " time, batch, eager or compile, and steps; prints JSON with peer, params,"
              + " tok_s, mfu_of_gemm and precision, such as bfloat16-mixed: only what computes in the"
              + " same is compared.")
  private @Nullable Path peerScript;

  /** Checks that both are there, or none. */
  void check() throws IOException {
    if ((peerPython == null) != (peerScript == null)) {
      throw new IllegalArgumentException("--peer-python and --peer-script go together");
    }
    for (Path file : new Path[] {peerPython, peerScript}) {
      if (file != null && !Files.isRegularFile(file)) {
        throw new NoSuchFileException(file.toString(), null, "expected a file");
      }
    }
  }

  /** Returns PyTorch, or null if it is not given. */
  @Nullable TorchPeer peer() {
    return peerPython == null || peerScript == null ? null : new TorchPeer(peerPython, peerScript);
  }
}

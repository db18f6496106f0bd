package io.github.maque.examples.benchmark;

import com.google.gson.Gson;
import com.google.gson.annotations.SerializedName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * PyTorch itself, training the same decoder in a process of its own: a script that is called with
 * layers, width, heads, width of the feed-forward, vocabulary, time, batch, mode and steps, and
 * that prints one line of JSON.
 *
 * @param python the interpreter
 * @param script the program
 */
public record TorchPeer(Path python, Path script) {

  /**
   * What came out: whole steps, with the clipping of gradients and AdamW.
   *
   * @param peer the version and the mode
   * @param tokensPerSecond the median of the second half of the steps
   * @param matmulShare the share of the rate of matrix products that it measured itself
   */
  record Result(
      String peer,
      @SerializedName("params") long parameters,
      @SerializedName("tok_s") double tokensPerSecond,
      @SerializedName("mfu_of_gemm") double matmulShare) {}

  /**
   * Runs it.
   *
   * @param mode {@code eager} or {@code compile}
   * @throws IOException if it fails, with what it said
   */
  Result run(ModelShape shape, int batch, String mode, int steps) throws IOException {
    List<String> command =
        List.of(
            python.toString(),
            script.toString(),
            String.valueOf(shape.layers()),
            String.valueOf(shape.width()),
            String.valueOf(shape.heads()),
            String.valueOf(shape.feedForwardWidth()),
            String.valueOf(shape.vocabulary()),
            String.valueOf(shape.contextLength()),
            String.valueOf(batch),
            mode,
            String.valueOf(steps));
    return new Gson().fromJson(ChildProcess.of(command).run(line -> {}), Result.class);
  }
}

package io.github.maque.examples.benchmark;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import com.google.gson.annotations.SerializedName;
import io.github.maque.model.kernel.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * PyTorch itself, training the same decoder in a process of its own: a script that is called with
 * layers, width, heads, width of the feed-forward, vocabulary, time, batch, mode and steps, and
 * that prints one line of JSON.
 *
 * @param python the interpreter
 * @param script the program
 */
public record TorchPeer(Path python, Path script) {
  private static final int MOST_QUOTED = 200;

  /**
   * What came out: whole steps, with the clipping of gradients and AdamW.
   *
   * @param peer the version and the mode
   * @param tokensPerSecond the median of the second half of the steps
   * @param matmulShare the share of the rate of matrix products that it measured itself
   * @param precision what it computes in, by the names of ours: {@code float32}, {@code
   *     bfloat16-mixed}, …; a script that does not say computes in the latter, by autocast
   */
  record Result(
      String peer,
      @SerializedName("params") long parameters,
      @SerializedName("tok_s") double tokensPerSecond,
      @SerializedName("mfu_of_gemm") double matmulShare,
      @Nullable String precision) {
    /** Returns whether it computes in {@code ours}. */
    boolean computesIn(Precision ours) {
      return name(ours).equals(precision == null ? name(Precision.BFLOAT16_MIXED) : precision);
    }

    /** Returns whether nothing is missing, which JSON does not check. */
    private boolean isWhole() {
      // JSON may leave it out.
      return peer != null
          && parameters > 0
          && tokensPerSecond > 0
          && tokensPerSecond < Double.POSITIVE_INFINITY
          && matmulShare >= 0;
    }
  }

  /** Returns how a precision is written. */
  static String name(Precision precision) {
    return precision.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Runs it.
   *
   * @param mode {@code eager} or {@code compile}
   * @throws IOException if it fails or prints something else, with what it said
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
    String said = ChildProcess.of(command).run(line -> {});
    try {
      Result result = new Gson().fromJson(said, Result.class);
      if (result != null && result.isWhole()) {
        return result;
      }
    } catch (JsonParseException e) {
      throw unexpected(said, e);
    }
    throw unexpected(said, null);
  }

  private IOException unexpected(String said, @Nullable Exception cause) {
    String begin = said.length() <= MOST_QUOTED ? said : said.substring(0, MOST_QUOTED) + "…";
    return new IOException(
        script
            + ": expected one line of JSON with peer, params, tok_s and mfu_of_gemm, all of them"
            + " positive, got \""
            + begin
            + "\"",
        cause);
  }
}

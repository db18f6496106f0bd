package io.github.maque.model.generate;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Runs the sampler on the cases that {@code src/test/python/compare_sampling.py} writes, for it to
 * compare with transformers. Both files are big-endian, as the script says them.
 */
final class SamplerCases {
  private SamplerCases() {}

  /** Reads cases from the first file and writes what the sampler makes of them to the second. */
  public static void main(String[] files) throws IOException {
    try (DataInputStream in =
            new DataInputStream(new BufferedInputStream(Files.newInputStream(Path.of(files[0]))));
        DataOutputStream out =
            new DataOutputStream(
                new BufferedOutputStream(Files.newOutputStream(Path.of(files[1]))))) {
      for (int cases = in.readInt(); cases > 0; cases--) {
        run(in, out);
      }
    }
  }

  private static void run(DataInputStream in, DataOutputStream out) throws IOException {
    float[] logits = new float[in.readInt()];
    for (int id = 0; id < logits.length; id++) {
      logits[id] = in.readFloat();
    }
    TokenHistory history = new TokenHistory(ids(in));
    for (int id : ids(in)) {
      history.add(id);
    }
    GenerationOptions.Builder options =
        GenerationOptions.builder()
            .temperature(in.readDouble())
            .topK(in.readInt())
            .topP(in.readDouble())
            .minP(in.readDouble())
            .repetitionPenalty(in.readDouble())
            .presencePenalty(in.readDouble())
            .frequencyPenalty(in.readDouble())
            .noRepeatNgram(in.readInt());
    for (int id : ids(in)) {
      options.logitBias(id, in.readDouble());
    }
    Candidates candidates = new Candidates(logits.length);
    new Sampler(options.build()).next(logits, history, candidates);
    for (float logit : logits) {
      out.writeFloat(logit);
    }
    out.writeInt(candidates.size());
    for (int i = 0; i < candidates.size(); i++) {
      out.writeInt(candidates.id(i));
      out.writeDouble(candidates.probability(i));
    }
  }

  private static int[] ids(DataInputStream in) throws IOException {
    int[] ids = new int[in.readInt()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = in.readInt();
    }
    return ids;
  }
}

package io.github.maque.train;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.github.maque.data.pack.Batch;
import io.github.maque.tokenizer.format.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A batch that no update could be made of, as JSON lines, one for a row, for somebody to see. */
final class FailedBatch {
  /** What failed may well hold numbers that are none. */
  private static final Gson GSON = new GsonBuilder().serializeSpecialFloatingPointValues().create();

  private FailedBatch() {}

  /** Writes a batch into a file. */
  static void write(Path file, Batch batch) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int row = 0; row < batch.rows(); row++) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("source", batch.source(row));
      fields.put("sequence", batch.sequence(row));
      fields.put("ids", integers(batch.ids(), row, batch.length()));
      fields.put("targets", integers(batch.targets(), row, batch.length()));
      fields.put("loss_weights", floats(batch.lossWeights(), row, batch.length()));
      fields.put("positions", integers(batch.positions(), row, batch.length()));
      fields.put("segments", integers(batch.segments(), row, batch.length()));
      lines.append(GSON.toJson(fields)).append('\n');
    }
    AtomicFile.write(file, out -> out.write(lines.toString().getBytes(StandardCharsets.UTF_8)));
  }

  private static int[] integers(ByteBuffer all, int row, int length) {
    int[] values = new int[length];
    all.asIntBuffer().get(row * length, values);
    return values;
  }

  private static float[] floats(ByteBuffer all, int row, int length) {
    float[] values = new float[length];
    all.asFloatBuffer().get(row * length, values);
    return values;
  }
}

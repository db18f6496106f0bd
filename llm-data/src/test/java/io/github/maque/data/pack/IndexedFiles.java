package io.github.maque.data.pack;

import io.github.maque.data.shard.TokenDataset;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes small indexed datasets of 16-bit tokens, by the published layout. */
final class IndexedFiles {
  private IndexedFiles() {}

  /** Returns the dataset of some shards, each of which has some documents. */
  static TokenDataset dataset(Path directory, List<List<int[]>> shards) throws IOException {
    List<Path> prefixes = new ArrayList<>();
    for (List<int[]> documents : shards) {
      Path prefix = directory.resolve("shard-" + prefixes.size());
      write(prefix, documents);
      prefixes.add(prefix);
    }
    return TokenDataset.ofIndexed(prefixes);
  }

  private static void write(Path prefix, List<int[]> documents) throws IOException {
    int tokens = documents.stream().mapToInt(document -> document.length).sum();
    ByteBuffer bin = ByteBuffer.allocate(2 * tokens).order(ByteOrder.LITTLE_ENDIAN);
    int count = documents.size();
    ByteBuffer idx = ByteBuffer.allocate(34 + 20 * count + 8).order(ByteOrder.LITTLE_ENDIAN);
    idx.put("MMIDIDX\0\0".getBytes(StandardCharsets.ISO_8859_1));
    idx.putLong(1).put((byte) 8).putLong(count).putLong(count + 1);
    documents.forEach(document -> idx.putInt(document.length));
    for (int[] document : documents) {
      idx.putLong(bin.position());
      for (int id : document) {
        bin.putShort((short) id);
      }
    }
    for (long i = 0; i <= count; i++) {
      idx.putLong(i);
    }
    Files.write(Path.of(prefix + ".bin"), bin.array());
    Files.write(Path.of(prefix + ".idx"), idx.array());
  }
}

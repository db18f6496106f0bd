package io.github.maque.data.shard;

import io.github.maque.tokenizer.bpe.BpeTokenizer;
import io.github.maque.tokenizer.bpe.BpeTrainer;
import io.github.maque.tokenizer.bpe.TextSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Stories that nobody wrote, a tokenizer for them, and a reading of shards by the published layout.
 */
final class PreparationFixture {
  private static final String CHARACTERS =
      "的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会家可下而过天去能对小多然于心学么之都好看起发当没成只如事把还用第样道想作种开";

  private PreparationFixture() {}

  /** Returns stories of 20 to 200 characters, all different. */
  static List<String> stories(int count, long seed) {
    Random random = new Random(seed);
    List<String> stories = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      StringBuilder story = new StringBuilder("故事" + i + "：");
      int length = 20 + random.nextInt(180);
      while (story.length() < length) {
        for (int j = 2 + random.nextInt(9); j > 0; j--) {
          story.append(CHARACTERS.charAt(random.nextInt(CHARACTERS.length())));
        }
        story.append(random.nextInt(3) == 0 ? "。" : "，");
      }
      stories.add(story.toString());
    }
    return stories;
  }

  /** Returns a byte-level tokenizer of 600 pieces with an EOS token. */
  static BpeTokenizer tokenizer() throws IOException {
    return BpeTrainer.byteLevel()
        .vocabularySize(600)
        .eos("<|endoftext|>")
        .train(TextSource.of(stories(200, 99)))
        .tokenizer();
  }

  /** Writes one story per line. */
  static Path write(Path file, List<String> stories) throws IOException {
    return Files.writeString(file, String.join("\n", stories) + "\n");
  }

  /**
   * Returns what the documents of a split are, read from its files as Megatron-LM lays them out.
   */
  static List<int[]> documents(Path directory, String split, int bytesPerToken) throws IOException {
    List<int[]> documents = new ArrayList<>();
    for (int shard = 0; ; shard++) {
      Path index = directory.resolve(String.format("%s-%05d.idx", split, shard));
      if (!Files.exists(index)) {
        return documents;
      }
      ByteBuffer idx = ByteBuffer.wrap(Files.readAllBytes(index)).order(ByteOrder.LITTLE_ENDIAN);
      byte[] magic = new byte[9];
      idx.get(magic);
      if (!new String(magic, StandardCharsets.ISO_8859_1).equals("MMIDIDX\0\0")
          || idx.getLong() != 1
          || idx.get() != (bytesPerToken == 2 ? 8 : 4)) {
        throw new AssertionError("not the head of an index: " + index);
      }
      int count = Math.toIntExact(idx.getLong());
      if (idx.getLong() != count + 1) {
        throw new AssertionError("not one sequence per document: " + index);
      }
      int[] lengths = new int[count];
      idx.asIntBuffer().get(lengths);
      idx.position(idx.position() + 4 * count);
      ByteBuffer bin =
          ByteBuffer.wrap(
                  Files.readAllBytes(directory.resolve(String.format("%s-%05d.bin", split, shard))))
              .order(ByteOrder.LITTLE_ENDIAN);
      for (int length : lengths) {
        bin.position(Math.toIntExact(idx.getLong()));
        int[] ids = new int[length];
        for (int i = 0; i < length; i++) {
          ids[i] = bytesPerToken == 2 ? Short.toUnsignedInt(bin.getShort()) : bin.getInt();
        }
        documents.add(ids);
      }
    }
  }

  /** Returns the bytes of all files of a directory, without those of unfinished work. */
  static Map<String, Integer> contents(Path directory) throws IOException {
    Map<String, Integer> contents = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(file.getFileName().toString(), Arrays.hashCode(Files.readAllBytes(file)));
      }
    }
    return contents;
  }
}

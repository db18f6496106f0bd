package com.example.consumer;

import io.github.maque.data.clean.Cleaning;
import io.github.maque.data.pack.Batch;
import io.github.maque.data.pack.BatchStream;
import io.github.maque.data.pack.ConcatenatedSequences;
import io.github.maque.data.shard.DatasetBuilder;
import io.github.maque.data.shard.Split;
import io.github.maque.data.shard.TokenDataset;
import io.github.maque.data.source.RecordFormat;
import io.github.maque.data.source.RecordSource;
import io.github.maque.tokenizer.EncodeOptions;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.bpe.BpeTrainer;
import io.github.maque.tokenizer.bpe.BpeTraining;
import io.github.maque.tokenizer.bpe.TextSource;
import io.github.maque.tokenizer.format.TokenizerConfig;
import io.github.maque.tokenizer.format.TokenizerFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Uses the library as its users do: learns a vocabulary, saves it, loads it again and encodes; then
 * makes a data set and draws a batch from it. Ends with a line that starts with "ok"; anything else
 * is a failure.
 */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) throws IOException {
    List<String> stories =
        List.of("从前有一只小麻雀，它住在老槐树上。", "小麻雀每天早上飞到河边喝水。", "有一天，小麻雀遇见了一只小松鼠。", "小松鼠说：“小麻雀，我们一起玩吧。”");
    BpeTraining training =
        BpeTrainer.byteLevel()
            .vocabularySize(300)
            .eos("<|endoftext|>")
            .train(TextSource.of(stories));
    Path directory = Files.createTempDirectory("consumer").resolve("tokenizer");
    TokenizerFiles.save(training.tokenizer(), directory, TokenizerConfig.DEFAULT);

    Tokenizer tokenizer = TokenizerFiles.load(directory);
    String story = "小麻雀和小松鼠一起飞到河边。";
    int[] ids = tokenizer.encode(story, EncodeOptions.TEXT.withEos(true));
    if (!tokenizer.decode(ids).equals(story + "<|endoftext|>")) {
      throw new IllegalStateException("decoded to " + tokenizer.decode(ids));
    }
    System.out.println(story + " is " + Arrays.toString(ids));
    System.out.println("ok: a batch begins with " + firstTokens(stories, tokenizer));
  }

  private static String firstTokens(List<String> stories, Tokenizer tokenizer) throws IOException {
    Path directory = Files.createTempDirectory("consumer");
    Path file = Files.write(directory.resolve("stories.txt"), stories);
    DatasetBuilder.from(RecordSource.of(RecordFormat.lines(), file))
        .cleaning(Cleaning.none().withoutExactDuplicates())
        .tokenizer(tokenizer)
        .build(directory.resolve("data"));
    TokenDataset dataset = TokenDataset.open(directory.resolve("data"), Split.TRAIN);
    try (BatchStream batches =
            BatchStream.of(ConcatenatedSequences.of(dataset, 16)).batchSize(2).seed(1).open();
        Batch batch = batches.next()) {
      int[] ids = new int[16];
      batch.ids().asIntBuffer().get(ids);
      return tokenizer.decode(ids);
    }
  }
}

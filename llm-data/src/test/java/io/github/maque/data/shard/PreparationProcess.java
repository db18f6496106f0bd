package io.github.maque.data.shard;

import io.github.maque.data.clean.Cleaning;
import io.github.maque.data.clean.NearDuplicates;
import io.github.maque.data.source.RecordFormat;
import io.github.maque.data.source.RecordSource;
import io.github.maque.tokenizer.format.TokenizerFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** A preparation in a process of its own, which can be killed. */
final class PreparationProcess {
  private PreparationProcess() {}

  /** Prepares {@code [input] with [tokenizer] into [directory]}, saying when it begins. */
  public static void main(String[] arguments) throws IOException {
    DatasetBuilder builder = builder(Path.of(arguments[0]), Path.of(arguments[1]));
    System.out.println("begins");
    builder.build(Path.of(arguments[2]));
  }

  static DatasetBuilder builder(Path input, Path tokenizer) throws IOException {
    return DatasetBuilder.from(RecordSource.of(RecordFormat.lines(), input))
        .cleaning(Cleaning.none().withoutNearDuplicates(NearDuplicates.chinese()))
        .tokenizer(TokenizerFiles.load(tokenizer))
        .split(Split.none().holdOut("validation", 0.05).holdOutFirst("test", 100))
        .shardTokens(30_000)
        .threads(2)
        .recordEvery(Duration.ofMillis(3));
  }
}

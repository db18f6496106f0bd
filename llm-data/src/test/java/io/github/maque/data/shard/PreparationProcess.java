package io.github.maque.data.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.maque.data.clean.Cleaning;
import io.github.maque.data.clean.NearDuplicates;
import io.github.maque.data.source.RecordFormat;
import io.github.maque.data.source.RecordSource;
import io.github.maque.tokenizer.format.TokenizerFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A preparation in a process of its own, which can be killed. */
final class PreparationProcess {
  private PreparationProcess() {}

  /** Prepares {@code [input] with [tokenizer] into [directory]}, saying when it begins. */
  public static void main(String[] arguments) throws IOException {
    long shardTokens = Long.parseLong(arguments[3]);
    DatasetBuilder builder = builder(Path.of(arguments[0]), Path.of(arguments[1]), shardTokens);
    System.out.println("begins");
    builder.build(Path.of(arguments[2]));
  }

  static DatasetBuilder builder(Path input, Path tokenizer, long shardTokens) throws IOException {
    return DatasetBuilder.from(RecordSource.of(RecordFormat.lines(), input))
        .cleaning(Cleaning.none().withoutNearDuplicates(NearDuplicates.chinese()))
        .tokenizer(TokenizerFiles.load(tokenizer))
        .split(Split.none().holdOut("validation", 0.05).holdOutFirst("test", 100))
        .shardTokens(shardTokens)
        .threads(2)
        .recordEvery(Duration.ofMillis(3));
  }

  /** Starts the process and returns as soon as it has begun. */
  static Process start(
      Path input, Path tokenizer, Path directory, long shardTokens, String... javaOptions)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(javaOptions));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(PreparationProcess.class.getName());
    command.addAll(List.of(input.toString(), tokenizer.toString(), directory.toString()));
    command.add(String.valueOf(shardTokens));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    byte[] line = process.getInputStream().readNBytes("begins".length());
    assertThat(new String(line, StandardCharsets.UTF_8)).isEqualTo("begins");
    return process;
  }
}

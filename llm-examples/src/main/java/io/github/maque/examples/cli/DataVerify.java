package io.github.maque.examples.cli;

import io.github.maque.data.shard.ShardVerifier;
import io.github.maque.data.shard.Verification;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Checks prepared data. */
@Command(
    name = "verify",
    description = {
      "Reads prepared data from end to end and compares checksums, counts, indexes and ids with the"
          + " manifest.",
      "Prints what is wrong, one line each, and exits with 2 if anything is."
    })
final class DataVerify extends Verb {
  @Mixin private final PreparedData data = new PreparedData();

  @Option(
      names = "--tokenizer",
      paramLabel = "DIR|FILE",
      description = "Check also that it is this tokenizer that made the data.")
  private @Nullable Path tokenizer;

  private boolean sound;

  @Override
  protected Summary run() throws IOException {
    List<String> problems = new ArrayList<>();
    if (tokenizer != null) {
      data.problem(TokenizerSource.load(tokenizer), tokenizer).ifPresent(problems::add);
    }
    Verification verification;
    try (Progress progress = progress()) {
      verification =
          ShardVerifier.verify(
              data.path(),
              (done, total) -> progress.update("Verifying", done, total, Progress.BYTES));
    }
    problems.addAll(verification.problems());
    sound = problems.isEmpty();
    Summary summary = new Summary();
    summary.data("sound", sound);
    summary.data("problems", problems);
    problems.forEach(summary::print);
    if (sound) {
      summary.print("ok");
    }
    return summary
        .count("shards", verification.shards())
        .count("documents", verification.documents())
        .count("tokens", verification.tokens())
        .count("eos_within_documents", verification.innerEnds());
  }

  @Override
  protected int exitCode() {
    return sound ? 0 : Maque.FAULT_OF_USE;
  }
}

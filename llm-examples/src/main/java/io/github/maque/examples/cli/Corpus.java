package io.github.maque.examples.cli;

import io.github.maque.examples.storyteller.CorpusFiles;
import io.github.maque.examples.storyteller.CorpusSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes the stories that a model can learn from where there are no others. */
@Command(
    name = "corpus",
    description = {
      "Makes up Chinese children's stories to learn from: stories.jsonl to pre-train on,"
          + " instructions.jsonl to fine-tune on, questions.jsonl for rollouts, and held-out.jsonl"
          + " for what no model is to see before it is asked. No story is in two of them, and the"
          + " same numbers make the same bytes on every machine."
    })
final class Corpus extends Verb {
  @Option(
      names = {"-o", "--out"},
      required = true,
      paramLabel = "DIR",
      description = "Where the four files are written.")
  private Path out = Path.of("");

  @Option(names = "--stories", paramLabel = "N", description = "Stories to pre-train on (20000).")
  private @Nullable Integer stories;

  @Option(
      names = "--instructions",
      paramLabel = "N",
      description = "Stories with what was asked for (20000).")
  private @Nullable Integer instructions;

  @Option(names = "--questions", paramLabel = "N", description = "Such ones for rollouts (1000).")
  private @Nullable Integer questions;

  @Option(names = "--held-out", paramLabel = "N", description = "Such ones for evaluation (300).")
  private @Nullable Integer heldOut;

  @Option(names = "--seed", paramLabel = "N", description = "Another number, other stories (42).")
  private @Nullable Long seed;

  @Override
  protected Summary run() throws IOException {
    CorpusSettings usual = CorpusSettings.defaults();
    CorpusSettings settings =
        new CorpusSettings(
            seed == null ? usual.seed() : seed,
            count("--stories", stories, usual.stories()),
            count("--instructions", instructions, usual.instructions()),
            count("--questions", questions, usual.questions()),
            count("--held-out", heldOut, usual.heldOut()),
            List.of(),
            List.of());
    CorpusFiles files = new CorpusFiles(out);
    for (Path file : files.all()) {
      if (Files.exists(file)) {
        throw rejection("--out: " + file + " exists already");
      }
    }
    files.make(settings);
    Summary summary = new Summary();
    for (Path file : files.all()) {
      summary.text(String.valueOf(file.getFileName()), file.toString());
    }
    return summary;
  }

  private int count(String option, @Nullable Integer given, int usual) {
    int count = given == null ? usual : given;
    requirePositive(option, count);
    return count;
  }
}

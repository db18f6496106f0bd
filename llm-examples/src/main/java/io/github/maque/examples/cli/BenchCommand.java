package io.github.maque.examples.cli;

import picocli.CommandLine.Command;

/** The verbs that measure. */
@Command(
    name = "bench",
    description = "Measures how fast things are, beside others in the same run.",
    mixinStandardHelpOptions = true,
    subcommands = {
      BenchTokenizer.class,
      BenchData.class,
      BenchModel.class,
      BenchTrain.class,
      BenchGenerate.class,
      BenchAlign.class,
      BenchCorpus.class,
      BenchStories.class
    })
final class BenchCommand extends CommandGroup {}

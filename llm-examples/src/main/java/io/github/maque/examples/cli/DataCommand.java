package io.github.maque.examples.cli;

import picocli.CommandLine.Command;

/** The verbs for data sets of token shards. */
@Command(
    name = "data",
    description = "Turns files of text into shards of token ids, and shows what is in them.",
    mixinStandardHelpOptions = true,
    subcommands = {DataPrepare.class, DataStats.class, DataVerify.class, DataSample.class})
final class DataCommand extends CommandGroup {}

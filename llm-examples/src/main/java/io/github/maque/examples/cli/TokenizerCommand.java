package io.github.maque.examples.cli;

import picocli.CommandLine.Command;

/** The verbs for vocabularies, and for text and ids. */
@Command(
    name = "tokenizer",
    description = "Learns vocabularies, and turns text into ids and back.",
    mixinStandardHelpOptions = true,
    subcommands = {
      TokenizerTrain.class,
      TokenizerEncode.class,
      TokenizerDecode.class,
      TokenizerInspect.class
    })
final class TokenizerCommand extends CommandGroup {}

package io.github.maque.examples.cli;

import picocli.CommandLine.Command;

/** The verbs for models in files. */
@Command(
    name = "model",
    description = "Shows what models are made of, and writes them for other programs.",
    mixinStandardHelpOptions = true,
    subcommands = {ModelInspect.class, ModelExport.class, ModelConvert.class})
final class ModelCommand extends CommandGroup {}

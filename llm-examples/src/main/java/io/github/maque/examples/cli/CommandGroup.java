package io.github.maque.examples.cli;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that only holds others, such as {@code maque tokenizer}. */
@Command(synopsisSubcommandLabel = "COMMAND")
abstract class CommandGroup implements Runnable {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public final void run() {
    CommandSpec group = Objects.requireNonNull(spec);
    throw new ParameterException(
        group.commandLine(),
        "a command is missing: " + String.join(", ", group.subcommands().keySet()));
  }
}

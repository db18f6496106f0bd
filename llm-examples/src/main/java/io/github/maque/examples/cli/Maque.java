package io.github.maque.examples.cli;

import io.github.maque.examples.Unfinished;
import io.github.maque.model.kernel.Precision;
import io.github.maque.train.TrainingFailedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * The root of the {@code maque} command. It does nothing itself: verbs are its subcommands.
 *
 * <p>Exit codes: 0 for success, 2 when the user can do better (an unknown option, a missing or
 * damaged file), 1 for a fault of ours, 130 after Ctrl-C; training that was asked to end by Ctrl-C
 * or SIGTERM saves first and exits with 75. Every failure is one line on standard error; verbs
 * throw, and never print or exit themselves. Faults in data are what {@code maque data verify}
 * looks for: they are its result.
 */
@Command(
    name = "maque",
    description = "Trains small language models: text in, model out.",
    mixinStandardHelpOptions = true,
    versionProvider = Maque.Version.class,
    subcommands = {
      TinyStories.class,
      // In the order in which a model comes to be.
      Corpus.class,
      TokenizerCommand.class,
      DataCommand.class,
      ModelCommand.class,
      LrSearch.class,
      Pretrain.class,
      Sft.class,
      Preferences.class,
      Report.class,
      Generate.class,
      Chat.class,
      RolloutPairs.class,
      Evaluate.class,
      BenchCommand.class
    })
public final class Maque extends CommandGroup {
  static final int FAULT_OF_OURS = 1;
  static final int FAULT_OF_USE = 2;

  /**
   * Runs the command and ends the JVM with its exit code.
   *
   * @param arguments the words after {@code maque}
   */
  public static void main(String[] arguments) {
    System.exit(execute(commandLine(), arguments));
  }

  /** Returns the command as {@link #main} runs it; tests give it other streams. */
  static CommandLine commandLine() {
    CommandLine command =
        new CommandLine(new Maque())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .registerConverter(Precision.class, new PrecisionConverter())
            .setParameterExceptionHandler(Maque::rejectArguments)
            .setExecutionExceptionHandler(Maque::reportFailure);
    keepOptionOrder(command);
    return command;
  }

  /**
   * Options are declared in the order in which people ask for them; by the alphabet they are not.
   */
  private static void keepOptionOrder(CommandLine command) {
    command.getCommandSpec().usageMessage().sortOptions(false).sortSynopsis(false);
    command.getSubcommands().values().forEach(Maque::keepOptionOrder);
  }

  /** Runs the command and returns its exit code, whatever happens. */
  static int execute(CommandLine command, String... arguments) {
    try {
      return command.execute(arguments);
    } catch (OutOfMemoryError e) {
      // picocli hands exceptions to reportFailure, but no errors.
      String heap = ByteSize.toText(Runtime.getRuntime().maxMemory());
      printLine(
          command.getErr(),
          "maque: the heap of " + heap + " is too small; MAQUE_JAVA_OPTS=-Xmx… makes it larger");
      return FAULT_OF_OURS;
    } catch (Error e) {
      LoggerFactory.getLogger(Maque.class).debug("maque failed", e);
      printLine(
          command.getErr(),
          "maque: internal error: " + e + "; MAQUE_LOG=DEBUG shows where it comes from");
      return FAULT_OF_OURS;
    }
  }

  private static int rejectArguments(ParameterException e, String[] arguments) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    printLine(command.getErr(), name + ": " + e.getMessage() + "; see '" + name + " --help'");
    return FAULT_OF_USE;
  }

  private static int reportFailure(Exception e, CommandLine command, @Nullable ParseResult parsed) {
    if (Unfinished.isStopping()) {
      // Files vanish under a verb that Ctrl-C has caught; that is no news.
      return FAULT_OF_OURS;
    }
    String name = command.getCommandSpec().qualifiedName();
    LoggerFactory.getLogger(Maque.class).debug("{} failed", name, e);
    boolean debug = command.getCommand() instanceof Verb verb && verb.isDebug();
    if (debug) {
      e.printStackTrace(command.getErr());
    }
    if (e instanceof IOException io) {
      printLine(command.getErr(), name + ": " + describe(io));
      return FAULT_OF_USE;
    }
    if (e instanceof UncheckedIOException unchecked && unchecked.getCause() != null) {
      printLine(command.getErr(), name + ": " + describe(unchecked.getCause()));
      return FAULT_OF_USE;
    }
    if (e instanceof IllegalArgumentException || e instanceof TrainingFailedException) {
      printLine(command.getErr(), name + ": " + e.getMessage());
      return FAULT_OF_USE;
    }
    printLine(
        command.getErr(),
        name + ": internal error: " + e + (debug ? "" : "; --debug shows where it comes from"));
    return FAULT_OF_OURS;
  }

  /**
   * The JDK's file exceptions often carry a bare path as their message; this says what was wrong
   * with it.
   */
  private static String describe(IOException e) {
    if (e instanceof FileSystemException file && file.getReason() == null) {
      if (e instanceof NoSuchFileException) {
        return file.getFile() + ": no such file or directory";
      }
      if (e instanceof AccessDeniedException) {
        return file.getFile() + ": permission denied";
      }
      if (e instanceof NotDirectoryException) {
        return file.getFile() + ": not a directory";
      }
      if (e instanceof FileAlreadyExistsException) {
        return file.getFile() + ": already exists and is not what is needed there";
      }
    }
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  private static void printLine(PrintWriter out, String text) {
    out.println(text.strip().replaceAll("\\s*\\R\\s*", " "));
    out.flush();
  }

  /** Reads the version from the jar's manifest, where the build wrote it. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Maque.class.getPackage().getImplementationVersion();
      return new String[] {"maque " + (version == null ? "(not run from its jar)" : version)};
    }
  }
}

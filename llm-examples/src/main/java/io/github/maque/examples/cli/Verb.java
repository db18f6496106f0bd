package io.github.maque.examples.cli;

import io.github.maque.examples.benchmark.PeakMemory;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * A command that does something, with what all of them have in common: {@code --json}, {@code
 * --debug}, the time and memory it took, and the way its figures are told.
 *
 * <p>A verb returns what it has to say and throws what went wrong; it neither prints nor exits.
 */
abstract class Verb implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--json",
      order = 100,
      description = "End with one line of JSON on standard output, and show no progress.")
  private boolean json;

  @Option(names = "--debug", order = 101, description = "If it fails, show the stack trace too.")
  private boolean debug;

  @Option(
      names = {"-h", "--help"},
      order = 102,
      usageHelp = true,
      description = "Show this help.")
  @SuppressWarnings("unused") // picocli asks for it, nobody else
  private boolean help;

  /**
   * Does the work.
   *
   * @return the figures, without those on time and memory
   * @throws IOException if a file is missing or not what it should be; the message names it
   * @throws IllegalArgumentException if an option's value is not acceptable; the message names it
   */
  protected abstract Summary run() throws IOException;

  /** Returns the exit code after {@link #run}: 0, unless finding faults is what the verb is for. */
  protected int exitCode() {
    return 0;
  }

  @Override
  public final Integer call() throws IOException {
    PeakMemory.reset();
    long start = System.nanoTime();
    Summary summary = run();
    summary.number("seconds", (System.nanoTime() - start) / 1e9, "s");
    summary.bytes("peak_heap_bytes", PeakMemory.heap());
    PeakMemory.process().ifPresent(bytes -> summary.bytes("peak_process_bytes", bytes));
    PrintWriter out = spec().commandLine().getOut();
    if (json) {
      out.println(
          new Summary()
              .text("command", spec().qualifiedName())
              .data("options", options())
              .addAll(summary)
              .toJson());
    } else {
      out.print(summary.toText());
    }
    out.flush();
    return exitCode();
  }

  /** Returns whether the result is to be one line of JSON. */
  protected final boolean isJson() {
    return json;
  }

  final boolean isDebug() {
    return debug;
  }

  /** Returns a progress bar for the work of this verb. */
  protected final Progress progress() {
    return new Progress(!json);
  }

  /** Returns an exception that rejects the way the verb was called. */
  protected final ParameterException rejection(String message) {
    return new ParameterException(spec().commandLine(), message);
  }

  /** Refuses the value of an option that must be 1 or more. */
  protected final void requirePositive(String option, long value) {
    if (value < 1) {
      throw rejection(option + " must be at least 1, got " + value);
    }
  }

  /** Returns the words the verb was called with. */
  protected final String commandLine() {
    List<String> words = spec().commandLine().getParseResult().originalArgs();
    return spec().root().name() + " " + String.join(" ", words);
  }

  private CommandSpec spec() {
    return Objects.requireNonNull(spec);
  }

  /**
   * The value of every positional parameter and option, given or not, so that a line of JSON says
   * how it came about.
   */
  private Map<String, Object> options() {
    Map<String, Object> options = new LinkedHashMap<>();
    for (PositionalParamSpec parameter : spec().positionalParameters()) {
      Object value = parameter.getValue();
      if (value != null) {
        options.put(parameter.paramLabel().toLowerCase(Locale.ROOT), jsonValue(value));
      }
    }
    for (OptionSpec option : spec().options()) {
      Object value = option.getValue();
      String name = option.longestName().replaceFirst("^--", "").replace('-', '_');
      if (value != null && !option.usageHelp() && !name.equals("json") && !name.equals("debug")) {
        options.put(name, jsonValue(value));
      }
    }
    return options;
  }

  private static Object jsonValue(Object value) {
    if (value instanceof Number || value instanceof Boolean) {
      return value;
    }
    if (value instanceof ByteSize size) {
      return size.bytes();
    }
    if (value instanceof Collection<?> values) {
      List<Object> list = new ArrayList<>();
      values.forEach(inner -> list.add(jsonValue(inner)));
      return list;
    }
    if (value instanceof Map<?, ?> values) {
      Map<String, Object> map = new LinkedHashMap<>();
      values.forEach((key, inner) -> map.put(String.valueOf(key), jsonValue(inner)));
      return map;
    }
    return value instanceof Enum<?> choice
        ? choice.name().toLowerCase(Locale.ROOT).replace('_', '-')
        : value.toString();
  }
}

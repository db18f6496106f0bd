package io.github.maque.examples.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A program that measures something in a process of its own and prints the result. */
final class ChildProcess {
  private final List<String> command;

  private ChildProcess(List<String> command) {
    this.command = command;
  }

  /** Returns any program, with this process's environment. */
  static ChildProcess of(List<String> command) {
    return new ChildProcess(command);
  }

  /**
   * Returns a class of ours in a JVM like this one.
   *
   * @param flags for the JVM
   * @param program its {@code main} is run
   */
  static ChildProcess jvm(List<String> flags, Class<?> program, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(program.getName());
    command.addAll(arguments);
    return new ChildProcess(command);
  }

  /**
   * Runs it until it ends.
   *
   * @param lines hears what it prints on standard output
   * @return the last line of it
   * @throws IOException if it cannot be started or fails, with what it said
   */
  String run(Consumer<String> lines) throws IOException {
    Path errors = Files.createTempFile("maque-bench", ".log");
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    Thread killer = new Thread(process::destroy, "maque-stop-child");
    Runtime.getRuntime().addShutdownHook(killer);
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      String last = "";
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        last = line;
        lines.accept(line);
      }
      int exit = process.waitFor();
      if (exit != 0) {
        throw new IOException(command.get(0) + " ended with " + exit + reason(errors));
      }
      return last;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroy();
      removeHook(killer);
      Files.deleteIfExists(errors);
    }
  }

  /** An uncaught exception begins with its message in Java, and ends with it in Python. */
  private static String reason(Path errors) throws IOException {
    List<String> said =
        new String(Files.readAllBytes(errors), StandardCharsets.UTF_8)
            .lines()
            .filter(line -> !line.isBlank())
            .toList();
    if (said.isEmpty()) {
      return "";
    }
    String first = said.get(0);
    String last = said.get(said.size() - 1);
    return ": " + (first.equals(last) || last.startsWith("\tat ") ? first : first + " … " + last);
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending; the hook has done its work.
    }
  }
}

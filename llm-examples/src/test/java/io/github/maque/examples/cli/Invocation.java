package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;

/** One run of the {@code maque} command inside the test's JVM. */
record Invocation(int exitCode, String out, String err) {

  static Invocation of(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command =
        Maque.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    String[] words = Stream.of(arguments).map(String::valueOf).toArray(String[]::new);
    int exitCode = Maque.execute(command, words);
    return new Invocation(exitCode, out.toString(), err.toString());
  }

  Invocation succeeds() {
    assertThat(err).isEmpty();
    assertThat(exitCode).isZero();
    return this;
  }

  /** Checks that the user is told in one line what was wrong and what was expected. */
  Invocation rejects(String... partsOfMessage) {
    assertThat(err.lines()).as(err).hasSize(1);
    assertThat(err).startsWith("maque").contains(partsOfMessage).doesNotContain("Exception");
    assertThat(out).isEmpty();
    assertThat(exitCode).isEqualTo(2);
    return this;
  }

  /** Returns the figures, which must be the only line on standard output. */
  JsonObject json() {
    succeeds();
    List<String> lines = out.lines().toList();
    assertThat(lines).hasSize(1);
    return JsonParser.parseString(lines.get(0)).getAsJsonObject();
  }
}

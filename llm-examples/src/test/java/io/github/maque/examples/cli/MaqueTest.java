package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class MaqueTest {

  @Test
  void saysWhichCommandsThereAre() {
    Invocation.of().rejects("a command is missing", "tokenizer", "data", "bench");
    Invocation.of("tokenizer").rejects("train, encode, decode, inspect");
  }

  @Test
  void rejectsWhatItDoesNotKnow() {
    Invocation.of("fly").rejects("fly");
    Invocation.of("tokenizer", "decode", "--tokenizer=a", "--input=b", "--out=c", "--fast")
        .rejects("--fast");
    Invocation.of("tokenizer", "train", "--input", "a", "--out", "b", "--kind", "word")
        .rejects("--kind", "word", "BYTE");
  }

  @Test
  void namesTheOptionsThatAreMissing() {
    Invocation.of("tokenizer", "encode").rejects("--tokenizer", "--input", "--out");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "tokenizer",
        "tokenizer train",
        "tokenizer encode",
        "data",
        "data prepare",
        "data stats",
        "data verify",
        "data sample",
        "model",
        "model inspect",
        "model export",
        "model convert",
        "pretrain",
        "sft",
        "dpo",
        "report",
        "generate",
        "chat",
        "rollout",
        "evaluate",
        "bench tokenizer",
        "bench train",
        "bench stories"
      })
  void showsHelp(String verb) {
    Object[] words = (verb + " --help").strip().split(" ");
    Invocation help = Invocation.of(words).succeeds();
    assertThat(help.out()).startsWith("Usage: maque");
  }

  /** Such as Java's drawing throws where there are no fonts. */
  @Test
  void anErrorIsOneLineToo() {
    StringWriter err = new StringWriter();
    CommandLine command =
        new CommandLine(
                CommandSpec.wrapWithoutInspection(
                    (Runnable)
                        () -> {
                          throw new InternalError("no fonts");
                        }))
            .setErr(new PrintWriter(err));
    assertThat(Maque.execute(command)).isEqualTo(Maque.FAULT_OF_OURS);
    assertThat(err.toString().lines())
        .singleElement()
        .asString()
        .contains("internal error", "no fonts");
  }

  @Test
  void tellsItsVersion() {
    assertThat(Invocation.of("--version").succeeds().out()).startsWith("maque ");
  }

  /** Options that do the same thing everywhere must not be described in each verb anew. */
  @Test
  void everyVerbTakesTheCommonOptions() {
    for (CommandLine group : Maque.commandLine().getSubcommands().values()) {
      for (CommandLine verb : group.getSubcommands().values()) {
        assertThat(verb.getCommandSpec().optionsMap().keySet())
            .as(verb.getCommandSpec().qualifiedName())
            .containsAll(List.of("--json", "--debug", "--help"));
      }
    }
  }
}

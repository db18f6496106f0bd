package io.github.maque.train.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.maque.train.yaml.Examples.Optimizer;
import io.github.maque.train.yaml.Examples.Own;
import io.github.maque.train.yaml.Examples.Ranges;
import io.github.maque.train.yaml.Examples.Run;
import io.github.maque.train.yaml.Examples.Sgd;
import io.github.maque.train.yaml.Examples.Strict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class YamlErrorsTest {
  private final YamlRecords yaml = Examples.yaml();

  private void refuses(Class<? extends Record> type, String text, String message) {
    assertThatExceptionOfType(YamlException.class)
        .isThrownBy(() -> yaml.parse(text, "run.yaml", type))
        .withMessage(message);
  }

  private void refusesOption(String text, String path, String value, String message) {
    assertThatExceptionOfType(YamlException.class)
        .isThrownBy(() -> yaml.parse(text, "run.yaml", Run.class, Map.of(path, value)))
        .withMessage(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tokens: fast          | 1:9: tokens: expected a whole number, found \"fast\"",
        "tokens: 1.5           | 1:9: tokens: expected a whole number, found \"1.5\": it has a fraction",
        "tokens:               | 1:8: tokens: expected a whole number, found nothing",
        "tokens: [1]           | 1:9: tokens: expected a whole number, found a list",
        "tokens: {a: 1}        | 1:9: tokens: expected a whole number, found a mapping",
        "name: ~               | 1:7: name: expected text, found nothing",
        "precision: bf-16      | 1:12: precision: expected one of float32, bf16, mixed-fp16, found \"bf-16\"",
        "data: {rows: 3G}      | 1:14: data.rows: expected a whole number, found \"3G\": it must be at most 2147483647",
        "data: {files: x}      | 1:15: data.files: expected a list, found \"x\"",
        "data: {files: [x, []]} | 1:19: data.files[1]: expected a path, found a list",
        "data: {mixture: [x]}  | 1:17: data.mixture: expected a mapping, found a list",
        "data: {mixture: {a: b}} | 1:21: data.mixture.a: expected a number, found \"b\"",
        "data: x               | 1:7: data: expected a mapping with files, mixture, rows, found \"x\"",
        "data:                 | 1:6: data: expected a mapping with files, mixture, rows, found nothing",
        "optimizer: sgd        | 1:12: optimizer: expected a mapping whose kind is one of adam-w, mine, sgd, found \"sgd\"",
        "optimizer: {kind: adamw} | 1:19: optimizer.kind: unknown kind \"adamw\", did you mean adam-w?",
        "optimizer: {kind: lion} | 1:19: optimizer.kind: unknown kind \"lion\", expected one of adam-w, mine, sgd",
        "optimizer: {kind: [a]} | 1:19: optimizer.kind: unknown kind a list, expected one of adam-w, mine, sgd",
        "optimizer: {kind: sgd, betas: []} | 1:24: optimizer.betas: unknown key, expected one of kind, learning-rate, momentum",
        "optimizer: {kind: mine} | 1:12: optimizer.name: missing key, expected text",
        "schedule: {kind: cosine, warm-up: 5} | 1:35: schedule.warm-up: expected Amount, found \"5\": a number and a unit are needed",
        "schedule: {kind: cosine, warm-up: x y} | 1:35: schedule.warm-up: expected Amount, found \"x y\": For input string: \"x\"",
        "schedule: {kind: linear-decay} | 1:11: schedule.warm-up: missing key, expected Amount",
        "optimiser: {}         | 1:1: optimiser: unknown key, did you mean optimizer?",
        "tokesn: 1             | 1:1: tokesn: unknown key, did you mean tokens?",
        "learningRate: 1       | 1:1: learningRate: unknown key, expected one of name, tokens, precision, optimizer, schedule, data, validation",
        "[a]                   | 1:1: expected a mapping with name, tokens, precision, optimizer, schedule, data, validation, found a list",
        "just text             | 1:1: expected a mapping with name, tokens, precision, optimizer, schedule, data, validation, found \"just text\"",
        "{tokens: 1, tokens: 2} | 1:13: duplicate key \"tokens\", first at run.yaml:1:2",
        "validation: {rows: x} | 1:20: validation.rows: expected a whole number, found \"x\"",
        "optimizer: {learning-rate: -1} | 1:28: optimizer.learning-rate: must be positive, got -1.0",
      })
  void namesThePlaceThePathAndWhatWasExpected(String text, String message) {
    refuses(Run.class, text, "run.yaml:" + message);
  }

  @Test
  void namesLinesOfNestedBlocks() {
    refuses(
        Run.class,
        "# 注释\nname: 名字\noptimizer:\n  kind: adam-w\n  learning-rate: fast\n",
        "run.yaml:5:18: optimizer.learning-rate: expected a number, found \"fast\"");
  }

  @Test
  void aRefusalOfAConstructorNamesTheRecordAndKeepsTheCause() {
    assertThatExceptionOfType(YamlException.class)
        .isThrownBy(
            () ->
                yaml.parse(
                    "ranges:\n  - {from: 1, to: 2}\n  - from: 3\n    to: 2", "r", Ranges.class))
        .withMessage("r:3:11: ranges[1].from: must be at most to, got 3 and 2")
        .withCauseExactlyInstanceOf(IllegalArgumentException.class);
    refuses(
        Ranges.class,
        "by-name:\n  odd:\n    from: 3\n    to: 2",
        "run.yaml:3:11: by-name.odd.from: must be at most to, got 3 and 2");
  }

  @Test
  void withoutDefaultsKeysMustBeThere() {
    refuses(Strict.class, "", "run.yaml:1:1: layers: missing key, expected a whole number");
    refuses(
        Strict.class, "layers: 1", "run.yaml:1:1: own: missing key, expected a mapping with name");
    refuses(
        Strict.class, "layers: 1\nown: {}", "run.yaml:2:6: own.name: missing key, expected text");
    String complete = "layers: 1\nown: {name: x}\n";
    refuses(
        Strict.class,
        complete,
        "run.yaml:1:1: schedule: missing key, expected a mapping whose kind is one of constant,"
            + " cosine, linear-decay");
    refuses(
        Strict.class,
        complete + "schedule:\n  last: 0.1",
        "run.yaml:4:3: schedule.kind: missing key, expected one of constant, cosine, linear-decay");
    assertThat(yaml.parse(complete + "schedule: {kind: constant}", "", Strict.class).note())
        .isEmpty();
  }

  @Test
  void theKindIsNoKeyOfARecordThatNeedsNone() {
    refuses(
        Strict.class,
        "layers: 1\nown: {kind: mine, name: x}",
        "run.yaml:2:7: own.kind: unknown key, expected one of name");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tokens | fast | option tokens: expected a whole number, found \"fast\"",
        "tokens | '' | option tokens: expected a whole number, found \"\"",
        "optimizer.learning-rate | x | option optimizer.learning-rate: expected a number, found \"x\"",
        "optimizer.learnin-rate | 1 | option optimizer.learnin-rate: unknown key, did you mean learning-rate?",
        "optimiser.kind | sgd | option optimiser.kind: optimiser: unknown key, did you mean optimizer?",
        "optimizer.kind | adam | option optimizer.kind: unknown kind \"adam\", did you mean adam-w?",
        "optimizer | {kind: mine} | option optimizer: optimizer.name: missing key, expected text",
        "optimizer | [a | option optimizer: expected YAML, but expected ',' or ']', but got <stream end>",
        "optimizer | sgd | option optimizer: expected a mapping whose kind is one of adam-w, mine, sgd, found \"sgd\"",
        "data.files | a | option data.files: expected a list, found \"a\"",
        "tokens.many | 1 | option tokens.many: tokens at run.yaml:1:10 is \"5\", not a mapping",
        "tokens. | 1 | option tokens.: expected the path of a key, such as optimizer.learning-rate",
        "'' | 1 | option : expected the path of a key, such as optimizer.learning-rate",
        "optimizer.learning-rate | -1 | option optimizer.learning-rate: must be positive, got -1.0",
      })
  void namesTheOption(String path, String value, String message) {
    refusesOption("{tokens: 5, optimizer: {beta1: 0.5}}", path, value, message);
  }

  @Test
  void longAndStrangeTextIsCutInMessages() {
    refuses(
        Run.class,
        "tokens: \"" + "😀".repeat(100) + "\"",
        "run.yaml:1:9: tokens: expected a whole number, found \"" + "😀".repeat(60) + "…\"");
    refuses(
        Run.class,
        "tokens: \"\\e[31m\\n\\u2028\\u202E\"",
        "run.yaml:1:9: tokens: expected a whole number, found"
            + " \"\\u001b[31m\\u000a\\u2028\\u202e\"");
    refuses(
        Run.class,
        "? \"" + "k\\n".repeat(1000) + "\"\n: 1",
        "run.yaml:1:3: "
            + "k\\u000a".repeat(30)
            + "…: unknown key, expected one of name, tokens, precision, optimizer, schedule, data,"
            + " validation");
  }

  @Test
  void aMissingFileIsAnInputOutputError(@TempDir Path directory) {
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> yaml.read(directory.resolve("none.yaml"), Run.class));
  }

  @Test
  void bytesThatAreNotUtf8AreNamed(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("gbk.yaml");
    Files.write(
        file, new byte[] {'a', ':', ' ', '1', '\n', 'b', ':', ' ', (byte) 0xC2, (byte) 0xE9});
    assertThatExceptionOfType(YamlException.class)
        .isThrownBy(() -> yaml.read(file, Run.class))
        .withMessage(file + ":2:1: expected UTF-8, found bytes that are not, at offset 8");
  }

  @Test
  void typesWithoutAFormAreRefusedAsMistakesOfTheProgram() {
    record Sets(Set<String> names) {}
    record Open(List<Optimizer> optimizers) {}
    record Broken(Own own) {
      public static Broken defaults() {
        throw new IllegalStateException("broken");
      }
    }
    YamlRecords plain = YamlRecords.create();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plain.parse("", "run.yaml", Sets.class))
        .isNotInstanceOf(YamlException.class)
        .withMessage(
            "Sets.names has a type that has no form in YAML: java.util.Set<java.lang.String>; an"
                + " interface needs kinds");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plain.write(new Open(List.of(new Sgd(1, 1)))))
        .withMessage(
            "Open.optimizers has a type that has no form in YAML: "
                + Optimizer.class.getName()
                + "; an interface needs kinds");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plain.parse("", "run.yaml", Broken.class))
        .isNotInstanceOf(YamlException.class)
        .withMessageEndingWith("Broken.defaults() failed")
        .withRootCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void kindsMustBeRecordsWithGoodNames() {
    record WithKind(String kind) implements Optimizer {}
    final class NoRecord implements Optimizer {}
    assertThatIllegalArgumentException()
        .isThrownBy(() -> yaml.with(Optimizer.class, Map.of("AdamW", Sgd.class)))
        .withMessage(
            "kind AdamW of Optimizer must be named by small letters, digits and single hyphens");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> yaml.with(Optimizer.class, Map.of("class", NoRecord.class)))
        .withMessage(
            "kind class of Optimizer must be a record that implements it, got "
                + NoRecord.class.getName());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> yaml.with(Optimizer.class, Map.of("odd", WithKind.class)))
        .withMessage(
            "kind odd of Optimizer must not have a component named kind, since that is the key that"
                + " names it");
    Map<String, Class<? extends Optimizer>> twice = new HashMap<>();
    twice.put("a", Sgd.class);
    twice.put("b", Sgd.class);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> yaml.with(Optimizer.class, twice))
        .withMessageStartingWith("kinds of Optimizer must be different records, got ");
  }
}

package io.github.maque.train.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.maque.train.yaml.Examples.Run;
import io.github.maque.train.yaml.Examples.Tree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class HostileYamlTest {
  private final YamlRecords yaml = Examples.yaml();

  private void refuses(Class<? extends Record> type, String text, String message) {
    assertThatExceptionOfType(YamlException.class)
        .isThrownBy(() -> yaml.parse(text, "evil.yaml", type))
        .withMessage("evil.yaml:" + message);
  }

  @Test
  void aliasesDoNotGrowWithoutBounds() {
    StringBuilder bomb = new StringBuilder("name: root\nchildren:\n- &a0 {name: x}\n");
    for (int i = 1; i < 40; i++) {
      bomb.append("- &a" + i + " {name: x, children: [*a" + (i - 1) + ", *a" + (i - 1) + "]}\n");
    }
    refuses(
        Tree.class,
        bomb.toString(),
        "16:35: expected at most 100000 values and keys, aliases replaced, found more");
  }

  @Test
  void nestingIsBounded() {
    String message = "expected at most 64 levels of nesting, found more";
    refuses(Run.class, "[".repeat(500_000), "1:66: " + message);
    refuses(Run.class, "- ".repeat(100_000) + "a", "1:131: " + message);
  }

  @Test
  void sizeIsBounded(@TempDir Path directory) throws IOException {
    refuses(
        Run.class,
        "name: " + "x".repeat(1 << 20),
        "1:1: expected at most 1048576 characters of YAML");
    refuses(
        Run.class,
        "data: {files: [" + "a,".repeat(100_001) + "]}",
        "1:200006: expected at most 100000 values and keys, aliases replaced, found more");
    Path file = directory.resolve("zero.yaml");
    Files.write(file, new byte[5 << 20]);
    assertThatExceptionOfType(YamlException.class)
        .isThrownBy(() -> yaml.read(file, Run.class))
        .withMessage(file + ":1:1: expected at most 4194304 bytes of YAML");
  }

  @Test
  void aLongTextIsFine() {
    String name = "麻".repeat(1_000_000);
    assertThat(yaml.parse("name: " + name, "evil.yaml", Run.class).name()).isEqualTo(name);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name: !!str x      | 1:7: expected no tag, found tag:yaml.org,2002:str",
        "name: !!java.net.URL [x] | 1:7: expected no tag, found tag:yaml.org,2002:java.net.URL",
        "!run {name: x}     | 1:1: expected no tag, found !run",
        "name: *a           | 1:7: expected the alias *a to stand for something that ends before it",
        "data: &a {files: *a} | 1:18: expected the alias *a to stand for something that ends before it",
        "{[a]: b}           | 1:2: expected a key, found a list",
        "{<<: {name: x}}    | 1:2: <<: unknown key, expected one of name, tokens, precision, optimizer, schedule, data, validation",
        "name: @x           | 1:7: expected YAML, but found character '@' that cannot start any token. (Do not use @ for indentation)",
        "name: x: y         | 1:8: expected YAML, but mapping values are not allowed here",
        "name: \"x          | 1:9: expected YAML, but found unexpected end of stream",
      })
  void strangeYamlIsRefused(String text, String message) {
    refuses(Run.class, text, message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\x", "\\u12", "\\Uffffffff", "\\U00110000", "\\xzz"})
  void malformedEscapesAreRefused(String escape) {
    assertThatExceptionOfType(YamlException.class)
        .isThrownBy(() -> yaml.parse("name: \"" + escape + '"', "evil.yaml", Run.class))
        .withMessageMatching("evil\\.yaml:1:\\d+: expected YAML, but .+");
  }

  @Test
  void tabsDoNotIndent() {
    refuses(
        Run.class,
        "data:\n\trows: 1",
        "2:1: expected YAML, but found character '\\t(TAB)' that cannot start any token. (Do not"
            + " use \\t(TAB) for indentation)");
  }

  @Test
  void aSecondDocumentIsRefused() {
    refuses(Run.class, "name: x\n---\nname: y\n", "2:1: expected one document, found another");
  }

  @Test
  void controlCharactersAreNamed() {
    refuses(
        Run.class,
        "name: x\ntokens: 😀\u0000",
        "2:10: expected YAML, but the character U+0000 may only be written escaped");
  }

  @Test
  void damagedTextIsReadOrRefusedButNeverBreaks() {
    String text =
        yaml.write(Run.defaults()) + "extra: &a [\"\\x41\\u1234\", 'b', *a]\nt: |+2\n  x\n";
    String alphabet = "\n \t-:?[]{},&*!|>'\"%@`#\\xuU0a~<=.麻\u0085\uD83D\uDE00\uFEFF";
    Random random = new Random(11);
    int refused = 0;
    for (int i = 0; i < 3_000; i++) {
      StringBuilder damaged = new StringBuilder(text);
      for (int j = random.nextInt(5); j >= 0; j--) {
        int at = random.nextInt(damaged.length() - 1);
        char c = alphabet.charAt(random.nextInt(alphabet.length()));
        switch (random.nextInt(4)) {
          case 0 -> damaged.insert(at, c);
          case 1 -> damaged.setCharAt(at, c);
          case 2 -> damaged.deleteCharAt(at);
          default -> damaged.setLength(Math.max(at, 10));
        }
      }
      try {
        yaml.parse(damaged.toString(), "evil.yaml", Run.class);
      } catch (YamlException e) {
        refused++;
        assertThat(e).hasMessageMatching("(?s)evil\\.yaml:\\d+:\\d+: .+");
        assertThat(e.getMessage()).doesNotContain("\n");
      }
    }
    assertThat(refused).isGreaterThan(1_000);
  }
}

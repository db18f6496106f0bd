package io.github.maque.train.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.maque.train.yaml.Examples.AdamW;
import io.github.maque.train.yaml.Examples.Amount;
import io.github.maque.train.yaml.Examples.Everything;
import io.github.maque.train.yaml.Examples.Optimizer;
import io.github.maque.train.yaml.Examples.Own;
import io.github.maque.train.yaml.Examples.Precision;
import io.github.maque.train.yaml.Examples.Run;
import io.github.maque.train.yaml.Examples.Schedule;
import io.github.maque.train.yaml.Examples.Sgd;
import io.github.maque.train.yaml.Examples.Tree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class YamlRoundTripTest {
  private static final String[] PIECES = {
    "a", "B", "麻雀", "😀", "👩‍🚀", " ", "  ", "\n", "\n\n", "\t", "\r", "\r\n", "#", ": ", ":",
    "- ", "-", "?", "? ", "'", "\"", "\\", "[", "]", "{", "}", ",", "&", "*", "!", "|", ">", "%",
    "@", "`", "~", "null", "true", "12", "1e3", ".inf", "---", "...", "<<", "=", "\u0000", "\u0007",
    "\u001B", "\u0085", "\u00A0", "\u2028", "\u2029", "\uFEFF", "\uFFFE", "\uFFFF", "\u007F", "0x1",
    "0o7", "_", "\u200D"
  };

  private final YamlRecords yaml = Examples.yaml();

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(7); i > 0; i--) {
      text.append(PIECES[random.nextInt(PIECES.length)]);
    }
    return text.toString();
  }

  private static Path path(Random random) {
    return Path.of(text(random).replace('\u0000', '0'));
  }

  private static double real(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> Double.longBitsToDouble(random.nextLong());
      case 1 -> random.nextGaussian();
      case 2 -> (random.nextInt(2_000) - 1_000) * Math.pow(10, random.nextInt(40) - 20);
      default -> random.nextInt(100_000_000);
    };
  }

  private static Schedule schedule(Random random) {
    return switch (random.nextInt(3)) {
      case 0 -> new Schedule.Constant();
      case 1 -> new Schedule.Cosine(amount(random), real(random));
      default -> new Schedule.LinearDecay(amount(random));
    };
  }

  private static Amount amount(Random random) {
    return new Amount(random.nextInt(), random.nextBoolean() ? "steps" : "%");
  }

  private static Optimizer optimizer(Random random) {
    return switch (random.nextInt(3)) {
      case 0 ->
          new AdamW(
              random.nextInt(1_000) + random.nextDouble(), real(random), List.of(real(random)));
      case 1 -> new Sgd(real(random), real(random));
      default -> new Own(text(random));
    };
  }

  private static <T> List<T> list(Random random, Supplier<T> item) {
    List<T> items = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      items.add(item.get());
    }
    return items;
  }

  private static <T> Map<String, T> map(Random random, Supplier<T> value) {
    Map<String, T> values = new LinkedHashMap<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      values.put(text(random), value.get());
    }
    return values;
  }

  private static Everything everything(Random random) {
    boolean there = random.nextBoolean();
    return new Everything(
        random.nextInt(),
        random.nextLong(),
        real(random),
        random.nextBoolean(),
        text(random),
        path(random),
        Precision.values()[random.nextInt(3)],
        amount(random),
        there ? OptionalInt.of(random.nextInt()) : OptionalInt.empty(),
        there ? OptionalLong.of(random.nextLong()) : OptionalLong.empty(),
        there ? OptionalDouble.of(real(random)) : OptionalDouble.empty(),
        there ? Optional.of(text(random)) : Optional.empty(),
        there ? Optional.of(new Own(text(random))) : Optional.empty(),
        list(random, () -> text(random)),
        list(random, random::nextInt),
        list(random, () -> new Own(text(random))),
        list(random, () -> list(random, random::nextBoolean)),
        map(random, random::nextLong),
        map(random, () -> schedule(random)),
        new Own(text(random)),
        optimizer(random),
        schedule(random));
  }

  @Test
  void everyTypeReadsBackEqual() {
    Random random = new Random(5);
    for (int i = 0; i < 100; i++) {
      Everything record = everything(random);
      String text = yaml.write(record);
      assertThat(yaml.parse(text, "test", Everything.class)).as(text).isEqualTo(record);
      assertThat(text.lines()).as(text).noneMatch(line -> line.matches(".*[ \t]"));
    }
  }

  @Test
  void aGenericParserSeesTheSameText() {
    Random random = new Random(6);
    for (int i = 0; i < 100; i++) {
      List<String> texts = list(random, () -> text(random));
      Map<String, String> byName = map(random, () -> text(random));
      record Texts(List<String> texts, Map<String, String> byName) {}
      Object loaded =
          new Load(LoadSettings.builder().build())
              .loadFromString(yaml.write(new Texts(texts, byName)));
      assertThat(loaded).isEqualTo(Map.of("texts", texts, "by-name", byName));
    }
  }

  @Test
  void writesBlockStyleInTheOrderOfTheComponents() {
    Everything record =
        new Everything(
            -1,
            3_000_000_000L,
            3e-4,
            true,
            "第一行\n  第二行\n",
            Path.of("out/run"),
            Precision.MIXED_FP16,
            new Amount(2, "%"),
            OptionalInt.of(3),
            OptionalLong.empty(),
            OptionalDouble.of(1),
            Optional.of("null"),
            Optional.empty(),
            List.of("从前", "12", "a: b", ""),
            List.of(),
            List.of(new Own("x"), new Own("y")),
            List.of(List.of(true, false)),
            new TreeMap<>(Map.of("b", 2L, "a", 1L)),
            Map.of(),
            new Own("two\nlines "),
            new Sgd(1e22, 0.5),
            new Schedule.Constant());
    assertThat(yaml.write(record, "How it was run.\n\n2% warm-up "))
        .isEqualTo(
            """
            # How it was run.
            #
            # 2% warm-up
            small: -1
            large: 3000000000
            real: 3.0e-4
            truth: true
            text: |
              第一行
                第二行
            path: out/run
            precision: mixed-fp16
            amount: 2 %
            maybe-small: 3
            maybe-large: null
            maybe-real: 1.0
            maybe-text: 'null'
            maybe-record: null
            texts:
              - 从前
              - '12'
              - 'a: b'
              - ''
            numbers: []
            records:
              - name: x
              - name: y
            lists:
              -   - true
                  - false
            by-name:
              a: 1
              b: 2
            schedules: {}
            nested:
              name: "two\\nlines "
            optimizer:
              kind: sgd
              learning-rate: 1.0e+22
              momentum: 0.5
            schedule:
              kind: constant
            """);
  }

  @Test
  void mapsAreWrittenInTheOrderOfTheirKeys() {
    Map<String, Long> backwards = new LinkedHashMap<>();
    backwards.put("z", 1L);
    backwards.put("a", 2L);
    record Counts(Map<String, Long> counts) {}
    assertThat(yaml.write(new Counts(backwards))).isEqualTo("counts:\n  a: 2\n  z: 1\n");
  }

  @Test
  void recursiveTypesReadBack() {
    Tree tree = new Tree("a", List.of(new Tree("b", List.of(new Tree("c", List.of())))));
    assertThat(yaml.parse(yaml.write(tree), "test", Tree.class)).isEqualTo(tree);
  }

  @Test
  void readsFiles(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("run.yaml");
    Files.writeString(file, "\uFEFFname: 麻雀\n");
    assertThat(yaml.read(file, Run.class).name()).isEqualTo("麻雀");
    assertThat(yaml.read(file, Run.class, Map.of("name", "other")).name()).isEqualTo("other");
  }

  @Test
  void refusesToWriteWhatHasNoKind() {
    record Mine() implements Optimizer {}
    record Holder(Optimizer optimizer) {}
    assertThatIllegalArgumentException()
        .isThrownBy(() -> yaml.write(new Holder(new Mine())))
        .withMessage(
            Mine.class.getName()
                + " is none of the kinds of Optimizer that can be written: adam-w, mine, sgd");
  }

  @Test
  void refusesToWriteHalfACharacter() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> yaml.write(new Own("麻\uD83D")))
        .withMessage("half a surrogate pair has no form in YAML, got \"麻\\ud83d\"");
  }

  @Test
  void longAndBrokenKeysReadBack() {
    record Counts(Map<String, Long> counts) {}
    Counts counts = new Counts(Map.of("x".repeat(3_000), 1L, "y\nz", 2L, "", 3L));
    assertThat(yaml.parse(yaml.write(counts), "test", Counts.class)).isEqualTo(counts);
  }

  @Test
  void refusesToWriteNull() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> yaml.write(new Own(null)))
        .withMessage("Own.name is null");
  }
}

package io.github.maque.train.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.maque.train.yaml.Examples.AdamW;
import io.github.maque.train.yaml.Examples.Amount;
import io.github.maque.train.yaml.Examples.Data;
import io.github.maque.train.yaml.Examples.Own;
import io.github.maque.train.yaml.Examples.Precision;
import io.github.maque.train.yaml.Examples.Run;
import io.github.maque.train.yaml.Examples.Schedule;
import io.github.maque.train.yaml.Examples.Sgd;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class YamlDefaultsTest {

  private static Run run(String text) {
    return run(text, Map.of());
  }

  private static Run run(String text, Map<String, String> options) {
    return Examples.yaml().parse(text, "run.yaml", Run.class, options);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# nothing\n", "{}", "---\n", "null"})
  void anEmptyTextGivesTheDefaults(String text) {
    assertThat(run(text)).isEqualTo(Run.defaults());
  }

  @Test
  void keysThatAreNotThereHaveTheirDefaults() {
    Run run = run("tokens: 4k\nprecision: float32\n");
    assertThat(run.tokens()).isEqualTo(4_000);
    assertThat(run.precision()).isEqualTo(Precision.FLOAT32);
    assertThat(run.optimizer()).isEqualTo(Run.defaults().optimizer());
  }

  @Test
  void aNestedRecordKeepsWhatTheRecordAroundItHasByDefault() {
    Run run = run("data:\n  files: [a, b]\n");
    assertThat(run.data())
        .isEqualTo(
            new Data(
                List.of(Path.of("a"), Path.of("b")), Map.of("stories", 2.0), OptionalInt.of(7)));
  }

  @Test
  void aNestedRecordWithoutAnOuterDefaultHasItsOwn() {
    assertThat(run("validation: {rows: 3}").validation())
        .contains(
            new Data(List.of(Path.of("train.bin")), Map.of("stories", 1.0), OptionalInt.of(3)));
  }

  @Test
  void theDefaultKindKeepsItsSettings() {
    assertThat(run("optimizer: {kind: adam-w, beta1: 0.7}").optimizer())
        .isEqualTo(new AdamW(5e-4, 0.7, List.of(0.8, 0.99)));
    assertThat(run("optimizer: {beta1: 0.7}").optimizer())
        .isEqualTo(new AdamW(5e-4, 0.7, List.of(0.8, 0.99)));
  }

  @Test
  void anotherKindHasItsOwnDefaults() {
    assertThat(run("optimizer: {kind: sgd, momentum: 0.9}").optimizer())
        .isEqualTo(new Sgd(0.1, 0.9));
    assertThat(run("optimizer: {kind: mine, name: x}").optimizer()).isEqualTo(new Own("x"));
    assertThat(run("schedule: {kind: linear-decay, warm-up: 5 steps}").schedule())
        .isEqualTo(new Schedule.LinearDecay(new Amount(5, "steps")));
  }

  @Test
  void mapsAndListsReplaceTheirDefaults() {
    Run run = run("data: {mixture: {wiki: 3}}\noptimizer: {betas: []}");
    assertThat(run.data().mixture()).isEqualTo(Map.of("wiki", 3.0));
    assertThat(((AdamW) run.optimizer()).betas()).isEmpty();
  }

  @Test
  void nullEmptiesADefault() {
    assertThat(run("data: {rows: null}").data().rows()).isEmpty();
    assertThat(run("data: {rows: }").data().rows()).isEmpty();
  }

  @Test
  void whatIsNoneOfItsDefaultsIsEmptyOrItsOwnDefaults() {
    record Holder(
        Optional<String> note, List<String> texts, Map<String, Integer> counts, Data data) {}
    assertThat(YamlRecords.create().parse("", "test", Holder.class))
        .isEqualTo(new Holder(Optional.empty(), List.of(), Map.of(), Data.defaults()));
  }

  @Test
  void textIsWhatStandsThere() {
    for (String text : List.of("12", "true", "1e3", "no", "2024-01-01", "0x10", "<<")) {
      assertThat(run("name: " + text).name()).isEqualTo(text);
    }
    assertThat(run("name: 'null'").name()).isEqualTo("null");
  }

  @Test
  void aliasesStandForWhatTheyName() {
    Run run = run("data: &d {files: [x]}\nvalidation: *d\n");
    assertThat(run.validation().orElseThrow().files()).isEqualTo(run.data().files());
  }

  @Test
  void aSealedInterfaceMayHaveNamedKinds() {
    record Holder(Schedule schedule) {}
    YamlRecords yaml =
        YamlRecords.create().with(Schedule.class, Map.of("flat", Schedule.Constant.class));
    Holder flat = new Holder(new Schedule.Constant());
    assertThat(yaml.write(flat)).isEqualTo("schedule:\n  kind: flat\n");
    assertThat(yaml.parse("schedule: {kind: flat}", "test", Holder.class)).isEqualTo(flat);
  }

  @Test
  void optionsReplaceAndAdd() {
    Run run =
        run(
            "optimizer:\n  kind: adam-w\n  learning-rate: 2e-3\n",
            Map.of(
                "optimizer.learning-rate", "1e-3",
                "optimizer.betas", "[0.5, .6]",
                "tokens", "10M",
                "data.rows", "null",
                "schedule.warm-up", "7 steps",
                "validation.mixture.wiki", "1"));
    assertThat(run.optimizer()).isEqualTo(new AdamW(1e-3, 0.8, List.of(0.5, 0.6)));
    assertThat(run.tokens()).isEqualTo(10_000_000);
    assertThat(run.data().rows()).isEmpty();
    assertThat(run.schedule()).isEqualTo(new Schedule.Cosine(new Amount(7, "steps"), 0.1));
    assertThat(run.validation().orElseThrow().mixture()).isEqualTo(Map.of("wiki", 1.0));
  }

  @Test
  void optionsChooseAKind() {
    assertThat(run("", Map.of("optimizer.kind", "sgd")).optimizer()).isEqualTo(Sgd.defaults());
    Map<String, String> both = new LinkedHashMap<>();
    both.put("optimizer", "{kind: sgd, momentum: 0.9}");
    both.put("optimizer.learning-rate", "2");
    assertThat(run("optimizer: {beta1: 0.1}", both).optimizer()).isEqualTo(new Sgd(2, 0.9));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "a: b # c", "[x", "- 'y", "\ttab\n", "{}"})
  void textFromOptionsIsTakenAsItIs(String text) {
    assertThat(run("name: other", Map.of("name", text)).name()).isEqualTo(text);
  }

  @Test
  void anOptionChangesOneOfTwoPlacesThatShareAnAnchor() {
    Run run = run("data: &d {rows: 1}\nvalidation: *d\n", Map.of("validation.rows", "2"));
    assertThat(run.data().rows()).hasValue(1);
    assertThat(run.validation().orElseThrow().rows()).hasValue(2);
  }
}

package io.github.maque.examples.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Shows that each rule can fail, and fails for the culprit alone. The fixtures are a project in
 * small in which every rule is broken once.
 */
class ArchitectureRulesTest {
  private static final String ROOT = ArchitectureRulesTest.class.getPackageName() + ".fixture";
  private static final ArchitectureRules rules = new ArchitectureRules(ROOT);
  private static final JavaClasses fixtures = new ClassFileImporter().importPackages(ROOT);

  @Test
  void seesAnArrowThatPointsBack() {
    assertThat(violations(rules.usesOnlyWhatItMay("tokenizer")))
        .isNotEmpty()
        .allMatch(line -> line.contains("tokenizer.PointsBack"));
    assertThat(violations(rules.usesOnlyWhatItMay("train"))).isEmpty();
  }

  @Test
  void seesACycle() {
    assertThat(violations(rules.packagesFormNoCycles()))
        .singleElement()
        .asString()
        .contains("model.Hen", "model.layer.Egg");
  }

  @Test
  void seesAnEngineExceptBehindSentencePiece() {
    assertThat(violations(rules.tokenizerAndDataKnowNoEngine()))
        .isNotEmpty()
        .allMatch(line -> line.contains("data.StartsAnEngine"));
  }

  @Test
  void seesTheUseOfAnInternalPackageFromOutside() {
    assertThat(violations(rules.internalPackagesServeTheirOwnModule()))
        .isNotEmpty()
        .allMatch(line -> line.contains("train.Intruder"));
  }

  @Test
  void seesAJarOfSeveralModules() {
    // The fixtures are in one folder, all of them.
    assertThat(violations(rules.modulesAndJarsMatch())).hasSameSizeAs(fixtures);
  }

  @Test
  void seesAModuleInTwoPlaces() {
    // The tests of this module and its code are, to ArchUnit, one module in two folders.
    JavaClasses both = new ClassFileImporter().importPackages("io.github.maque.examples");
    assertThat(violations(new ArchitectureRules("io.github.maque").modulesAndJarsMatch(), both))
        .isNotEmpty();
  }

  @Test
  void seesALibraryThatPrints() {
    assertThat(violations(rules.librariesDoNotPrint()))
        .hasSize(2)
        .allMatch(line -> line.contains("align.Prints"));
  }

  private static List<String> violations(ArchRule rule) {
    return violations(rule, fixtures);
  }

  private static List<String> violations(ArchRule rule, JavaClasses classes) {
    return rule.evaluate(classes).getFailureReport().getDetails();
  }
}

package io.github.maque.examples.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Holds the project to {@link ArchitectureRules}, from the one module that sees all others. */
class ArchitectureTest {
  private static final String ROOT = "io.github.maque";
  private static final ArchitectureRules rules = new ArchitectureRules(ROOT);

  static final List<String> MODULES = ArchitectureRules.MODULES;

  private static JavaClasses maque;

  @BeforeAll
  static void importAllModules() {
    maque =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);
  }

  /** Guards the other tests: a rule holds for classes that were never found. */
  @ParameterizedTest
  @FieldSource("MODULES")
  void findsEveryModule(String module) {
    assertThat(maque.containPackage(ROOT + "." + module)).isTrue();
  }

  @ParameterizedTest
  @FieldSource("MODULES")
  void modulesUseOnlyWhatTheyMay(String module) {
    rules.usesOnlyWhatItMay(module).check(maque);
  }

  @Test
  void packagesFormNoCycles() {
    rules.packagesFormNoCycles().check(maque);
  }

  @Test
  void tokenizerAndDataKnowNoEngine() {
    rules.tokenizerAndDataKnowNoEngine().check(maque);
  }

  @Test
  void internalPackagesServeTheirOwnModule() {
    rules.internalPackagesServeTheirOwnModule().check(maque);
  }

  @Test
  void modulesAndJarsMatch() {
    rules.modulesAndJarsMatch().check(maque);
  }

  @Test
  void librariesDoNotPrint() {
    rules.librariesDoNotPrint().check(maque);
  }
}

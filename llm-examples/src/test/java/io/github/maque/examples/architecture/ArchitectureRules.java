package io.github.maque.examples.architecture;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What keeps the modules apart, as rules over the classes below one root package. The root is a
 * parameter so that the same rules can be shown to fail, on fixtures.
 */
final class ArchitectureRules {
  /** Each module with those it may use: the ones it needs, and the ones they need. */
  private static final Map<String, Set<String>> ARROWS =
      Map.of(
          "tokenizer", Set.of(),
          "data", Set.of("tokenizer"),
          "model", Set.of("tokenizer"),
          "train", Set.of("tokenizer", "data", "model"),
          "align", Set.of("tokenizer", "data", "model", "train"),
          "examples", Set.of("tokenizer", "data", "model", "train", "align"));

  static final List<String> MODULES = ARROWS.keySet().stream().sorted().toList();

  private final String root;

  ArchitectureRules(String root) {
    this.root = root;
  }

  ArchRule usesOnlyWhatItMay(String module) {
    Set<String> allowed = ARROWS.get(module);
    String[] others =
        MODULES.stream()
            .filter(other -> !other.equals(module) && !allowed.contains(other))
            .map(this::packagesOf)
            .toArray(String[]::new);
    return noClasses()
        .that(resideInAPackage(packagesOf(module)))
        .should()
        .dependOnClassesThat(resideInAnyPackage(others))
        .as("llm-" + module + " should use no module of ours but " + new TreeSet<>(allowed));
  }

  ArchRule packagesFormNoCycles() {
    return slices().matching(root + ".(**)").should().beFreeOfCycles();
  }

  /** The one exception wraps the native SentencePiece, which comes as a part of DJL. */
  ArchRule tokenizerAndDataKnowNoEngine() {
    return noClasses()
        .that(resideInAnyPackage(packagesOf("tokenizer"), packagesOf("data")))
        .and()
        .resideOutsideOfPackage(root + ".tokenizer.sentencepiece..")
        .should()
        .dependOnClassesThat(resideInAPackage("ai.djl.."));
  }

  ArchRule internalPackagesServeTheirOwnModule() {
    return classes()
        .that(resideInAPackage(root + "..internal.."))
        .should(beUsedByTheirOwnModule())
        // The rule is kept while no module has an internal package.
        .allowEmptyShould(true);
  }

  /**
   * Each module is one jar (or one folder of classes) and holds only packages of its own name. A
   * package that two jars share could not be loaded from the module path.
   */
  ArchRule modulesAndJarsMatch() {
    return classes().that(resideInAPackage(root + "..")).should(liveInTheOneJarOfTheirModule());
  }

  ArchRule librariesDoNotPrint() {
    return noClasses()
        .that(resideInAPackage(root + ".."))
        .and()
        .resideOutsideOfPackage(packagesOf("examples"))
        .should(ACCESS_STANDARD_STREAMS)
        .orShould()
        .callMethodWhere(target(name("printStackTrace")));
  }

  private ArchCondition<JavaClass> beUsedByTheirOwnModule() {
    return new ArchCondition<>("be used by their own module alone") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        for (Dependency use : type.getDirectDependenciesToSelf()) {
          boolean own =
              use.getOriginClass().getPackageName().startsWith(root + ".")
                  && moduleOf(use.getOriginClass()).equals(moduleOf(type));
          events.add(new SimpleConditionEvent(type, own, use.getDescription()));
        }
      }
    };
  }

  private ArchCondition<JavaClass> liveInTheOneJarOfTheirModule() {
    return new ArchCondition<>("live in the one jar of their module") {
      private final Map<String, Set<String>> jarsOfModule = new HashMap<>();
      private final Map<String, Set<String>> modulesOfJar = new HashMap<>();

      @Override
      public void init(Collection<JavaClass> types) {
        for (JavaClass type : types) {
          String module = moduleOf(type);
          String jar = jarOf(type);
          jarsOfModule.computeIfAbsent(module, unused -> new TreeSet<>()).add(jar);
          modulesOfJar.computeIfAbsent(jar, unused -> new TreeSet<>()).add(module);
        }
      }

      @Override
      public void check(JavaClass type, ConditionEvents events) {
        Set<String> jars = jarsOfModule.get(moduleOf(type));
        Set<String> modules = modulesOfJar.get(jarOf(type));
        String finding =
            "%s: its module is in %s, its jar holds %s".formatted(type.getName(), jars, modules);
        boolean matching = jars.size() == 1 && modules.size() == 1;
        events.add(new SimpleConditionEvent(type, matching, finding));
      }
    };
  }

  private String packagesOf(String module) {
    return root + "." + module + "..";
  }

  /** The first part of the package name after the root. */
  private String moduleOf(JavaClass type) {
    String rest = type.getPackageName().substring(root.length() + 1);
    int dot = rest.indexOf('.');
    return dot < 0 ? rest : rest.substring(0, dot);
  }

  private static String jarOf(JavaClass type) {
    String file = type.getSource().orElseThrow().getUri().toString();
    String path = type.getName().replace('.', '/') + ".class";
    return file.substring(0, file.length() - path.length());
  }
}

package io.github.maque.examples.cli;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the models of an evaluation are called, each differently. */
final class EvaluateNames {
  /** What the answers of the data are called. */
  private static final String DATA = "data";

  private EvaluateNames() {}

  /**
   * Returns the names that were given, or else those of the directories, or where these are not all
   * different their paths.
   *
   * @param data whether the data stands beside the models
   * @throws IllegalArgumentException if there are not as many names as models, or two are the same
   */
  static List<String> of(List<Path> models, List<String> given, boolean data) {
    if (!given.isEmpty() && given.size() != models.size()) {
      throw new IllegalArgumentException(
          "--names must have one for each of " + models.size() + " models, got " + given.size());
    }
    List<String> names = given;
    if (given.isEmpty()) {
      names = models.stream().map(EvaluateNames::ofDirectory).toList();
      if (new HashSet<>(names).size() < names.size()) {
        names = models.stream().map(Path::toString).toList();
      }
    }
    Set<String> seen = new HashSet<>(data ? Set.of(DATA) : Set.of());
    for (String name : names) {
      if (name.isBlank() || !seen.add(name)) {
        throw new IllegalArgumentException(
            "models must have names that differ from each other"
                + (data ? " and from \"data\"" : "")
                + ", got \""
                + name
                + "\"; --names gives others");
      }
    }
    return names;
  }

  private static String ofDirectory(Path model) {
    return String.valueOf(model.toAbsolutePath().normalize().getFileName());
  }
}

package io.github.maque.data.clean;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is done to documents before they are turned into ids: steps that look at one text by itself,
 * in order, and then the search for duplicates among what they let pass. Immutable.
 *
 * <pre>{@code
 * Cleaning cleaning =
 *     Cleaning.stories()
 *         .then(CleaningSteps.hanShare(0.5))
 *         .withoutNearDuplicates(NearDuplicates.chinese());
 * }</pre>
 */
public final class Cleaning {
  private final List<CleaningStep> steps;
  private final boolean exactDuplicates;
  private final @Nullable NearDuplicates nearDuplicates;

  private Cleaning(
      List<CleaningStep> steps, boolean exactDuplicates, @Nullable NearDuplicates nearDuplicates) {
    this.steps = List.copyOf(steps);
    this.exactDuplicates = exactDuplicates;
    this.nearDuplicates = nearDuplicates;
  }

  /**
   * Returns what does stories good, in any language: controls go, width and Unicode are normalised,
   * white space is shortened, and then texts go that are shorter than 20 or longer than 20,000
   * characters, that have more than a fifth of their characters in repeated lines, or more than
   * three tenths in repeated runs of ten characters.
   *
   * <p>A story with a refrain or a phrase that its characters keep saying passes; one that goes
   * round in circles, as language models write them, does not. Whether texts are Chinese ({@link
   * CleaningSteps#hanShare}) and whether there are duplicates is looked at only if it is asked for.
   */
  public static Cleaning stories() {
    return of(
        CleaningSteps.removeControlCharacters(),
        CleaningSteps.normalizeWidth(), // before composition: ａ with an accent is á then
        CleaningSteps.normalizeUnicode(),
        CleaningSteps.collapseWhitespace(),
        CleaningSteps.length(20, 20_000),
        CleaningSteps.repeatedLines(0.2),
        CleaningSteps.repeatedNgrams(10, 0.3));
  }

  /** Returns a cleaning that does nothing. */
  public static Cleaning none() {
    return of();
  }

  /** Returns a cleaning of the given steps. */
  public static Cleaning of(CleaningStep... steps) {
    return new Cleaning(List.of(steps), false, null);
  }

  /** Returns this cleaning with another step behind the others. */
  public Cleaning then(CleaningStep step) {
    List<CleaningStep> longer = new ArrayList<>(steps);
    longer.add(step);
    return new Cleaning(longer, exactDuplicates, nearDuplicates);
  }

  /** Returns this cleaning, keeping only the first of several equal texts. */
  public Cleaning withoutExactDuplicates() {
    return new Cleaning(steps, true, nearDuplicates);
  }

  /**
   * Returns this cleaning, keeping only the longest of several nearly equal texts, and only the
   * first of several equal ones.
   */
  public Cleaning withoutNearDuplicates(NearDuplicates configuration) {
    return new Cleaning(steps, true, configuration);
  }

  /** Returns the steps. */
  public List<CleaningStep> steps() {
    return steps;
  }

  /** Returns the names of everything that is done, in order. */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    steps.forEach(step -> names.add(step.name()));
    if (exactDuplicates) {
      names.add("exactDuplicates");
    }
    if (nearDuplicates != null) {
      names.add(nearDuplicates.name());
    }
    return names;
  }

  /**
   * Applies the steps.
   *
   * @return the verdict; a reason is preceded by the name of its step, as in {@code
   *     length(20..20000): too short}
   */
  public Verdict apply(String text) {
    String current = text;
    for (CleaningStep step : steps) {
      Verdict verdict = step.apply(current);
      if (!verdict.isKept()) {
        return Verdict.drop(step.name() + ": " + verdict.reason());
      }
      current = verdict.text();
    }
    return Verdict.keep(current);
  }

  /** Returns what finds the duplicates among all texts, or null if they are not looked for. */
  public @Nullable DuplicateSurvey survey() {
    return exactDuplicates ? new DuplicateSurvey(nearDuplicates) : null;
  }
}

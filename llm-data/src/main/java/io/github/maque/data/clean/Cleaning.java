package io.github.maque.data.clean;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is done to documents before they are turned into ids: steps that look at one text by itself,
 * in order, and then the search for duplicates among what they let pass. Immutable.
 *
 * <pre>{@code
 * Cleaning cleaning =
 *     Cleaning.of(CleaningSteps.normalizeUnicode(), CleaningSteps.length(20, 20_000))
 *         .withoutExactDuplicates()
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
    throw new UnsupportedOperationException();
  }

  /** Returns this cleaning, keeping only the first of several equal texts. */
  public Cleaning withoutExactDuplicates() {
    return new Cleaning(steps, true, nearDuplicates);
  }

  /** Returns this cleaning, keeping only the longest of several nearly equal texts. */
  public Cleaning withoutNearDuplicates(NearDuplicates configuration) {
    return new Cleaning(steps, true, configuration);
  }

  /** Returns the steps. */
  public List<CleaningStep> steps() {
    return steps;
  }

  /** Returns the names of everything that is done, in order. */
  public List<String> names() {
    throw new UnsupportedOperationException();
  }

  /**
   * Applies the steps.
   *
   * @return the verdict; a reason is preceded by the name of its step
   */
  public Verdict apply(String text) {
    throw new UnsupportedOperationException();
  }

  /** Returns what finds the duplicates among all texts, or null if they are not looked for. */
  public @Nullable DuplicateSurvey survey() {
    throw new UnsupportedOperationException();
  }
}

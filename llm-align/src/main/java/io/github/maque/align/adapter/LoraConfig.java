package io.github.maque.align.adapter;

import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What a LoRA adapter adds to which projections (Hu et al., 2022): {@code scale ·
 * dropout(x)·Aᵀ·Bᵀ}.
 *
 * @param rank how many rows A has, and columns B, at least 1
 * @param alpha what the scale is in proportion to, above 0
 * @param dropout which share of its input an update does not see in training, 0 to below 1
 * @param targets which projections; each is the end of names, such as {@code q_proj} or {@code
 *     self_attn.q_proj}, or a regular expression of whole names, such as {@code
 *     model\.layers\.[0-3]\..*}
 * @param rsLora whether the scale is {@code alpha / √rank} (rsLoRA; Kalajdzievski, 2023), which
 *     keeps what is learned as large at high ranks, and not {@code alpha / rank}
 */
public record LoraConfig(
    int rank, double alpha, double dropout, List<String> targets, boolean rsLora) {
  /** Checks the values. */
  public LoraConfig {
    if (rank < 1) {
      throw new IllegalArgumentException("rank must be at least 1, got " + rank);
    }
    if (!(alpha > 0 && Double.isFinite(alpha))) {
      throw new IllegalArgumentException("alpha must be above 0 and finite, got " + alpha);
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException("dropout must be in [0, 1), got " + dropout);
    }
    targets = List.copyOf(targets);
    if (targets.isEmpty()) {
      throw new IllegalArgumentException("targets must name at least one projection, got none");
    }
    for (String target : targets) {
      requirePattern(target);
    }
  }

  /** Rank 8, alpha 16, no dropout, all projections of attention and feed-forward. */
  public static LoraConfig defaults() {
    return new LoraConfig(8, 16, 0, List.of(".*_proj"), false);
  }

  /** Returns the same with another rank. */
  public LoraConfig withRank(int other) {
    return new LoraConfig(other, alpha, dropout, targets, rsLora);
  }

  /** Returns the same with another alpha. */
  public LoraConfig withAlpha(double other) {
    return new LoraConfig(rank, other, dropout, targets, rsLora);
  }

  /** Returns the same with another dropout. */
  public LoraConfig withDropout(double other) {
    return new LoraConfig(rank, alpha, other, targets, rsLora);
  }

  /** Returns the same with other targets. */
  public LoraConfig withTargets(String... others) {
    return new LoraConfig(rank, alpha, dropout, List.of(others), rsLora);
  }

  /** Returns the same with or without the scale of rsLoRA. */
  public LoraConfig withRsLora(boolean other) {
    return new LoraConfig(rank, alpha, dropout, targets, other);
  }

  /** Returns what the product of the factors is multiplied with. */
  public double scale() {
    return alpha / (rsLora ? Math.sqrt(rank) : rank);
  }

  /**
   * Returns those of some projections that are targets.
   *
   * @throws IllegalArgumentException if there are none for one of the targets
   */
  List<String> select(List<String> projections) {
    for (String target : targets) {
      if (projections.stream().noneMatch(name -> matches(target, name))) {
        throw new IllegalArgumentException(
            "targets: %s matches none of the decoder's projections%s"
                .formatted(
                    target,
                    projections.isEmpty() ? "; it has none" : ", such as " + projections.get(0)));
      }
    }
    return projections.stream()
        .filter(name -> targets.stream().anyMatch(target -> matches(target, name)))
        .toList();
  }

  private static boolean matches(String target, String name) {
    return name.equals(target) || name.endsWith("." + target) || name.matches(target);
  }

  private static void requirePattern(String target) {
    try {
      Pattern.compile(target);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "targets must be names or regular expressions, got %s: %s"
              .formatted(target, e.getDescription()),
          e);
    }
  }
}

package io.github.maque.align.rollout;

/**
 * How far a rollout is.
 *
 * @param answers how many answers there are
 * @param wanted how many there will be
 * @param cached how many of those that there are were in the cache, or equal to another one asked
 *     for
 * @param tokens how many tokens were generated
 * @param seconds how long that took
 */
public record RolloutProgress(
    long answers, long wanted, long cached, long tokens, double seconds) {}

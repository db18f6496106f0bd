package io.github.maque.train.metric;

/**
 * What a run is.
 *
 * @param configuration all settings, as YAML
 * @param parameters how many numbers are trained
 * @param firstStep the number of the first update to be made, counted from 1; more than 1 if the
 *     run goes on
 * @param steps the number of the last update
 * @param tokensPerStep tokens of an update, padding included
 * @param rowsPerMicroBatch how many sequences are computed at once
 * @param precision what matrix products are computed in
 * @param device what on
 * @param flopsPerToken of training, by the project's formula
 * @param flopsPerSecond the measured rate of matrix products in this precision, or NaN if it was
 *     not measured
 */
public record RunDescription(
    String configuration,
    long parameters,
    long firstStep,
    long steps,
    long tokensPerStep,
    int rowsPerMicroBatch,
    String precision,
    String device,
    double flopsPerToken,
    double flopsPerSecond) {}

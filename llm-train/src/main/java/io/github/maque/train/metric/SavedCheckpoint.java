package io.github.maque.train.metric;

import java.nio.file.Path;

/**
 * A checkpoint on disk.
 *
 * @param step the number of the last update in it
 * @param bytes of all of its files
 * @param copySeconds for how long training stood still
 * @param writeSeconds how long writing took, beside training
 */
public record SavedCheckpoint(
    long step, Path directory, long bytes, double copySeconds, double writeSeconds) {}

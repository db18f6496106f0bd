package io.github.maque.data.shard;

import java.time.Duration;

/**
 * How a preparation is done, without any effect on what it makes.
 *
 * @param threads how many threads parse, clean and encode, and how many unpack files
 * @param recordEvery how much work may be lost by a kill
 * @param progress hears how far it is
 */
record Execution(int threads, Duration recordEvery, PreparationProgress progress) {}

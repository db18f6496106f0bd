package io.github.maque.data.shard;

/** Cleans, encodes and writes. */
public final class DatasetBuilder {
  private DatasetBuilder() {}
}

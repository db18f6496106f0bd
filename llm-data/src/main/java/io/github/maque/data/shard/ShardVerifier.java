package io.github.maque.data.shard;

/** Checks finished directories of shards. */
public final class ShardVerifier {
  private ShardVerifier() {}
}

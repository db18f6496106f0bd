/**
 * From documents to token ids on disk and back: a {@link io.github.maque.data.shard.DatasetBuilder}
 * cleans, encodes and writes, a {@link io.github.maque.data.shard.TokenDataset} reads. The files
 * are those of Megatron-LM's indexed datasets.
 */
@NullMarked
package io.github.maque.data.shard;

import org.jspecify.annotations.NullMarked;

/**
 * From files on disk to batches of token ids, without an engine.
 *
 * <p>This is where raw text becomes something a model can be trained on: sources are read as
 * documents, documents are cleaned and deduplicated, turned into ids by a tokenizer, written once
 * to indexed shards, and read back as packed and shuffled batches whose order depends only on a
 * seed and a step number. Nothing here knows about tensors; a batch is plain arrays. The packages
 * below this one follow that order: {@code source}, {@code clean}, {@code shard}, {@code pack}, and
 * {@code dialogue} for instructions, conversations and preferences.
 */
@NullMarked
package io.github.maque.data;

import org.jspecify.annotations.NullMarked;

/**
 * Runs on disk, whole or not at all. Start reading at {@link
 * io.github.maque.train.checkpoint.CheckpointStore}.
 */
@NullMarked
package io.github.maque.train.checkpoint;

import org.jspecify.annotations.NullMarked;

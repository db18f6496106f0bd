/**
 * Pre-training as a file describes it: what {@code maque pretrain --config} reads.
 *
 * <p>Start at {@link io.github.maque.examples.pretrain.PretrainConfig}, the record that a file is
 * read into; {@link io.github.maque.examples.pretrain.Pretraining} opens what it names, the data,
 * the tokenizer and a new decoder, and makes a trainer of them.
 */
@NullMarked
package io.github.maque.examples.pretrain;

import org.jspecify.annotations.NullMarked;

/**
 * Supervised fine-tuning: {@link io.github.maque.align.sft.FineTuningData} makes sequences of
 * conversations for the trainer, and {@link io.github.maque.align.sft.MaskPreview} shows which of
 * their tokens a model will learn. Start with the former.
 */
@NullMarked
package io.github.maque.align.sft;

import org.jspecify.annotations.NullMarked;

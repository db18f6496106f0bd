/**
 * Teaching a pre-trained model to answer: fine-tuning on conversations, learning from preferences,
 * and adapters.
 *
 * <p>What is here are objectives, data layouts and adapters for the trainer of {@code
 * io.github.maque.train}; there is no second training loop. The packages below this one are {@code
 * sft} for supervised fine-tuning, {@code preference} for DPO and its relatives, {@code adapter}
 * for LoRA, {@code rollout} for letting a model write its own preference data, and {@code
 * evaluation} for seeing whether any of it helped. What is held out is decided for all of them by
 * {@link io.github.maque.align.HeldOut}.
 */
@NullMarked
package io.github.maque.align;

import org.jspecify.annotations.NullMarked;

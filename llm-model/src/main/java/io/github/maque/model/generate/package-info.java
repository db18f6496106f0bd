/**
 * Text from a decoder. Start with {@link io.github.maque.model.generate.TextGenerator}, or, for
 * ids, with {@link io.github.maque.model.generate.Generator}.
 *
 * <p>A request goes through a slot of a {@link io.github.maque.model.generate.DecodingSession},
 * which is all that is known of the decoder here; its logits, changed and truncated as {@link
 * io.github.maque.model.generate.GenerationOptions} say, give one token after the other until there
 * is a {@link io.github.maque.model.generate.FinishReason}.
 */
@NullMarked
package io.github.maque.model.generate;

import org.jspecify.annotations.NullMarked;

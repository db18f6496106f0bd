/** The blocks a decoder is made of. Start with {@link io.github.maque.model.layer.DecoderLayer}. */
@NullMarked
package io.github.maque.model.layer;

import org.jspecify.annotations.NullMarked;

/**
 * From documents as they are to documents worth learning from: text is normalised, what is too
 * short, too repetitive or not Chinese is left out, and so is what is there already, exactly or
 * nearly. Start with {@link io.github.maque.data.clean.Cleaning}.
 */
@NullMarked
package io.github.maque.data.clean;

import org.jspecify.annotations.NullMarked;

/**
 * Small sets of weights beside a frozen model, in the place of a copy of all of it. Start with
 * {@link io.github.maque.align.adapter.LoraAdapter}.
 */
@NullMarked
package io.github.maque.align.adapter;

import org.jspecify.annotations.NullMarked;

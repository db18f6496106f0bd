/**
 * What the packages of this module share and nobody else needs: {@link
 * io.github.maque.data.internal.Json} for small files, and {@link
 * io.github.maque.data.internal.SplitMix64} for numbers that look like chance.
 */
@NullMarked
package io.github.maque.data.internal;

import org.jspecify.annotations.NullMarked;

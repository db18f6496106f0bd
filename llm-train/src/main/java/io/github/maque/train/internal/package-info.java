/**
 * What the packages of this module share and nobody else needs: {@link
 * io.github.maque.train.internal.LineChart}, how pictures look.
 */
@NullMarked
package io.github.maque.train.internal;

import org.jspecify.annotations.NullMarked;
